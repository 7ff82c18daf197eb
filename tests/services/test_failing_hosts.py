"""A host that can't render a task, though another one could, is not given its frames again and again."""

import pytest

from render_manager.domain.audit import worker_as_actor
from render_manager.domain.entities import AvoidedHost, WorkerProfile
from render_manager.domain.failures import AVOIDED_AFTER, FailureClass
from render_manager.services.endings import Outcome
from tests.services.conftest import House, log_path
from tests.store.samples import worker

W1, W2, TWIN = worker("w1", "h1"), worker("w2", "h2"), worker("w1b", "h1")


def end(house: House, profile: WorkerProfile, failure: FailureClass | None) -> None:
    """The worker's next frame is completed, or fails like this."""
    claim = house.claim(profile)
    house.lifecycle.actor = worker_as_actor(profile.name)
    failed = Outcome(error=f"{failure} on {profile.host}.", failure=failure or FailureClass.UNKNOWN, host=profile.host)
    assert house.lifecycle.end_frame(claim, failed if failure else Outcome(output_path="/a.png"))


def takes(house: House, profile: WorkerProfile) -> bool:
    return house.store.next_task(profile, fair=False) is not None


@pytest.mark.parametrize("failure", [FailureClass.UNKNOWN, FailureClass.OUTPUT, FailureClass.SCENE])
def test_a_host_that_keeps_failing_a_task_is_avoided_for_it(any_house: House, failure: FailureClass) -> None:
    house = any_house
    house.online(W1, W2)
    task = house.submit("1-9", max_attempts=3)
    other = house.submit("1-9", priority=1)
    for _ in range(AVOIDED_AFTER - 1):
        end(house, W1, failure)
    claim = house.claim(W1)
    assert claim.task.id == task.id, "it may have been chance so far"
    again = Outcome(error="Again.", failure=failure, host="h1")
    assert house.lifecycle.end_and_claim(task.id, [(claim, again)], W1, log_path) == (1, [])
    assert house.store.avoided_hosts([task.id]) == {task.id: {"h1": AvoidedHost("Again.")}}
    assert house.claim(W1).task.id == other.id, "this task only"
    elsewhere = house.claim(W2)
    assert elsewhere.task.id == task.id
    assert house.completed(elsewhere, "/a.png")
    house.control.retry(task.id, str(elsewhere.frame_number))
    assert house.claim(W1).task.id == task.id, "a retry forgets it"


def test_failures_between_images_do_not_count(any_house: House) -> None:
    house = any_house
    house.online(W1, W2)
    task = house.submit("1-20", max_attempts=3)
    for failure in (FailureClass.UNKNOWN, FailureClass.OUTPUT, None) * 3:
        end(house, W1, failure)
    assert house.store.avoided_hosts([task.id]) == {}


def test_all_workers_of_a_host_count_together(any_house: House) -> None:
    house = any_house
    house.online(W1, TWIN, W2)
    task = house.submit("1-20", max_attempts=3)
    for profile in (W1, TWIN, W2, W2):
        end(house, profile, FailureClass.UNKNOWN)
    assert house.store.avoided_hosts([task.id]) == {}
    end(house, TWIN, None)
    for profile in (W1, TWIN):
        end(house, profile, FailureClass.UNKNOWN)
    assert house.store.avoided_hosts([task.id]) == {}
    end(house, W1, FailureClass.UNKNOWN)
    assert list(house.store.avoided_hosts([task.id])[task.id]) == ["h1"]
    assert not takes(house, TWIN)


def test_the_only_host_is_never_avoided(any_house: House) -> None:
    house = any_house
    house.online(W1)
    task = house.submit("1-9", max_attempts=1)
    for _ in range(5):
        end(house, W1, FailureClass.UNKNOWN)
    assert house.store.avoided_hosts([task.id]) == {}
    assert takes(house, W1)


@pytest.mark.parametrize("failure", [FailureClass.CRASH, FailureClass.MEMORY, FailureClass.STORAGE, FailureClass.NODE])
def test_what_another_host_may_do_better_is_left_to_it_at_once(any_house: House, failure: FailureClass) -> None:
    house = any_house
    house.online(W1, W2)
    house.submit("1-2", max_attempts=3)
    end(house, W1, failure)
    assert not takes(house, W1)
    assert takes(house, W2)
