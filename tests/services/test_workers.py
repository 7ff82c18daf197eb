"""Workers coming, going and being told; the farm's housekeeping."""

import time
from dataclasses import replace

import pytest

from render_manager.domain.audit import Action
from render_manager.domain.entities import HostLoad
from render_manager.domain.errors import IllegalMove, WorkerNameTaken, WorkerNotFound
from render_manager.domain.notices import Notice, Topic
from render_manager.services import workers as workers_service
from tests.services.conftest import House
from tests.store.samples import worker


def test_a_live_workers_name_is_taken(any_house: House) -> None:
    house = any_house
    house.workers.register(worker("w", instance="1"))
    with pytest.raises(WorkerNameTaken, match="choose another"):
        house.workers.register(worker("w", instance="2"))
    house.lose("w")
    house.workers.register(worker("w", instance="2"))
    assert house.workers.beat(worker("w", instance="1")) is None


def test_the_name_of_a_killed_worker_of_this_host_is_free_at_once(house: House) -> None:
    house.workers.register(worker("w", instance="1", pid=41))
    task = house.submit("1-2", max_attempts=2)
    claim = house.claim(worker("w", instance="1"))
    with pytest.raises(WorkerNameTaken):
        house.workers.register(worker("w", "another host", instance="2"), process_lives=lambda pid: False)
    asked: list[int] = []
    house.workers.register(worker("w", instance="2"), process_lives=lambda pid: bool(asked.append(pid)))
    assert asked == [41]
    assert house.store.lost([claim]), "what the killed one had is taken back without waiting for the lease"
    assert house.states(task) == "pp"


def test_a_disabled_worker_finishes_and_takes_no_more(any_house: House) -> None:
    house = any_house
    profile = worker("w", instance="1")
    house.workers.register(profile)
    task = house.submit("1-3")
    claim = house.claim(profile)
    house.notices()
    house.workers.disable("w", "its GPU is broken")
    assert house.queue.workers == [("w", "")], "an idle one is rung, to hear of it at once"
    assert Notice(Topic.WORKERS) in house.notices()
    assert house.workers.beat(profile) is not None
    assert house.completed(claim, "/1.png")
    assert house.lifecycle.claim_next(profile) is None
    house.workers.sign_off(profile)
    again = replace(profile, instance="2")
    house.workers.register(again)
    assert house.lifecycle.claim_next(again) is None, "kept over a restart"
    assert not house.queries.workers()[0].enabled
    house.workers.enable("w")
    assert house.claim(again).frame_number == 2
    assert house.states(task) == "crp"
    told = [(entry.action, entry.actor, entry.why) for entry in house.queries.worker_history("w")]
    assert (Action.DISABLE, "li@desk", "its GPU is broken") in told
    assert told[-1] == (Action.JOIN, "li@desk", None)


def test_draining_and_forgetting(house: House) -> None:
    profile = worker("w", instance="1")
    house.workers.register(profile)
    with pytest.raises(IllegalMove, match="online: stop it first"):
        house.workers.forget("w")
    house.workers.drain("w")
    orders = house.workers.beat(profile, HostLoad())
    assert orders
    assert orders.draining
    assert house.queries.workers()[0].draining
    house.workers.sign_off(profile)
    assert not house.queries.workers()[0].draining
    with pytest.raises(IllegalMove, match="offline: there is nothing to drain"):
        house.workers.drain("w")
    house.workers.forget("w")
    assert house.queries.workers() == []


@pytest.mark.parametrize("order", ["enable", "disable", "drain", "forget"])
def test_a_worker_that_is_none_is_named(house: House, order: str) -> None:
    with pytest.raises(WorkerNotFound, match="'nobody'"):
        getattr(house.workers, order)("nobody")


def test_orders_are_kept_while_the_broker_is_away(house: House) -> None:
    house.workers.register(worker("w"))
    house.queue.down = True
    house.workers.disable("w")
    assert not house.queries.workers()[0].enabled


def test_a_worker_that_signs_off_gives_its_frames_back(house: House) -> None:
    profile = worker("w", instance="1")
    house.workers.register(profile)
    task = house.submit("1-2", max_attempts=2)
    house.claim(profile)
    house.workers.sign_off(profile)
    assert house.states(task) == "pp"
    status = house.queries.workers()[0]
    assert (status.alive, status.rendering) == (False, ())


def test_one_whose_name_was_taken_over_leaves_with_nothing_of_the_other(any_house: House) -> None:
    house = any_house
    first, second = worker("w", instance="1"), worker("w", instance="2")
    house.workers.register(first)
    house.workers.register(second, process_lives=lambda pid: False)
    task = house.submit("1-2")
    house.claim(second)
    house.workers.sign_off(first)
    assert house.states(task) == "rp"
    assert house.queries.workers()[0].alive
    assert Action.LEAVE not in [entry.action for entry in house.queries.worker_history("w")]


def test_the_farm_is_swept_by_one_worker_and_not_right_after_a_pause(any_house: House) -> None:
    house = any_house
    house.workers = workers_service.Workers(house.lifecycle, sweep_every=0.02)
    task = house.submit("1", max_attempts=2)
    house.claim()
    house.expire_leases()
    assert house.workers.housekeeping() == 0, "nobody could renew a lease while the database was away"
    time.sleep(0.05)
    assert house.workers.housekeeping() == 1
    assert house.workers.housekeeping() == 0
    assert house.states(task) == "p"


def test_activity_of_a_lost_worker_is_not_shown_any_longer(house: House) -> None:
    task = house.submit("1", max_attempts=2)
    house.claim()
    house.lifecycle.set_activity(task.id, "Downloading 34 %")
    house.expire_leases()
    house.workers.sweep()
    assert house.task(task).activity is None


def test_the_record_is_trimmed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_service, "TRIM_EVERY", 0.0)
    house.workers = workers_service.Workers(house.lifecycle, sweep_every=5, keep_entries=10)
    task = house.submit("1-30")
    house.render(task, "c" * 30)
    assert len(house.queries.history(task.id)) > 60
    house.workers.housekeeping()
    assert len(house.queries.history(task.id)) == 10
