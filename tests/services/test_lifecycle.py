"""What workers and their heartbeats do to tasks and frames."""

import pytest

from render_manager.domain.entities import FrameRef, HostLoad
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.failures import FailureClass
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.priority import Band
from render_manager.domain.states import TaskStatus
from tests.services.conftest import MAX_ATTEMPTS, House
from tests.store.samples import worker

FRAMES, TASK, WORKERS = Topic.FRAMES, Topic.TASK, Topic.WORKERS


def test_a_task_from_submission_to_its_last_frame(any_house: House) -> None:
    house = any_house
    task = house.submit("1-2")
    assert (task.status, house.states(task), house.tickets(task)) == (TaskStatus.PENDING, "pp", ["default"])
    assert task.started_at is None
    assert house.notices() == [Notice(TASK, task.id)]

    claim = house.claim()
    assert (claim.frame_number, claim.attempt, claim.worker) == (1, 1, "w1")
    preparing = house.task(task)
    assert preparing.status is TaskStatus.PREPARING
    assert preparing.started_at
    assert house.notices() == [Notice(FRAMES, task.id, (1,))]

    house.lifecycle.set_activity(task.id, "Downloading 34 %")
    assert house.task(task).activity == "Downloading 34 %"
    assert house.notices() == [Notice(TASK, task.id)]

    assert house.lifecycle.frame_started(claim, "/log/1.txt")
    running = house.task(task)
    assert (running.status, running.activity) == (TaskStatus.RUNNING, None)
    assert set(house.notices()) == {Notice(TASK, task.id), Notice(FRAMES, task.id, (1,))}

    assert house.lifecycle.frame_progress(claim, 7.0)
    frame = house.queries.frame(task.id, 1)
    assert (frame.progress, frame.log_path) == (1.0, "/log/1.txt")
    assert frame.started_at
    assert house.notices() == [Notice(FRAMES, task.id, (1,))]

    assert house.completed(claim, "/renders/1.png")
    frame = house.queries.frame(task.id, 1)
    assert (frame.output_path, frame.progress, frame.lease_until) == ("/renders/1.png", 1.0, None)
    assert (house.task(task).status, house.states(task)) == (TaskStatus.RUNNING, "cp")
    assert house.notices() == [Notice(FRAMES, task.id, (1,))]

    done = house.render(task, "c")
    assert (done.status, house.states(task)) == (TaskStatus.COMPLETED, "cc")
    assert done.finished_at >= done.started_at
    assert house.lifecycle.claim_next(worker()) is None


def test_a_failed_frame_fails_the_task_when_nothing_is_left(house: House) -> None:
    task = house.submit("1-3")
    assert house.render(task, "fc").status is TaskStatus.RUNNING
    assert house.render(task, "c").status is TaskStatus.FAILED
    assert house.states(task) == "fcc"
    assert house.queries.frame(task.id, 1).error_message == "no camera"


def test_the_next_worker_is_called_as_long_as_frames_are_left(house: House) -> None:
    task = house.submit("1-2")
    first_ticket = task.celery_task_id
    house.empty_queues()
    house.claim()
    house.lifecycle.ring_for_more(task.id)
    assert house.tickets(task) == ["default"]
    assert house.task(task).celery_task_id != first_ticket
    house.claim()
    house.lifecycle.ring_for_more(task.id)
    assert house.tickets(task) == ["default"]


def test_late_words_fall_away(any_house: House) -> None:
    house = any_house
    task = house.submit("1-2", max_attempts=MAX_ATTEMPTS)
    late = house.claim()
    house.expire_leases()
    house.workers.sweep()
    current = house.claim(worker("w2"))
    assert (current.frame_number, current.attempt) == (2, 1), "a frame that was lost waits until the others had a turn"
    house.completed(current, "/2.png")
    current = house.claim(worker("w2"))
    assert (current.frame_number, current.attempt) == (1, 2)
    before = house.queries.frame(task.id, 1)
    for word in (
        lambda: house.lifecycle.frame_started(late, "/late"),
        lambda: house.lifecycle.frame_progress(late, 0.9),
        lambda: house.completed(late, "/late.png"),
        lambda: house.failed(late, "late"),
        lambda: house.lifecycle.frame_returned(late),
    ):
        assert word() is False
    house.lifecycle.preparation_failed(late, "late")
    house.workers.renew([late])
    assert house.queries.frame(task.id, 1) == before
    assert house.states(task) == "rc"
    assert house.task(task).error_message is None
    assert house.completed(current, "/1.png")
    assert not house.completed(current, "/again.png")
    assert house.queries.frame(task.id, 1).output_path == "/1.png"


def test_a_returned_frame_waits_again_and_rings(house: House) -> None:
    task = house.submit("1")
    house.empty_queues()
    assert house.lifecycle.frame_returned(house.claim())
    frame = house.queries.frame(task.id, 1)
    assert (house.states(task), frame.worker, frame.progress) == ("p", None, 0.0)
    assert (house.task(task).status, house.tickets(task)) == (TaskStatus.PENDING, ["default"])


def test_heartbeats_keep_the_leases_of_what_is_worked_on(house: House) -> None:
    task = house.submit("1-2", max_attempts=MAX_ATTEMPTS)
    house.workers.register(worker())
    kept, lost = house.claim(), house.claim()
    house.expire_leases()
    house.notices()
    house.workers.renew([kept])
    house.workers.beat(worker(), HostLoad(cpu_percent=50.0))
    assert house.notices() == [Notice(WORKERS)]
    status = house.queries.workers()[0]
    assert (status.rendering, status.load.cpu_percent) == ((FrameRef(task.id, 1), FrameRef(task.id, 2)), 50.0)
    assert house.workers.sweep() == 1
    assert house.queries.workers()[0].rendering == (FrameRef(task.id, 1),)
    assert not house.store.lost([kept])
    assert house.store.lost([lost])
    house.completed(kept, "/1.png")
    assert house.queries.workers()[0].rendering == ()


def test_the_sweep_returns_what_lost_workers_left_until_attempts_are_used_up(any_house: House) -> None:
    house = any_house
    task = house.submit("1", max_attempts=MAX_ATTEMPTS)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert house.claim().attempt == attempt
        assert house.workers.sweep() == 0
        house.expire_leases()
        house.empty_queues()
        house.notices()
        assert house.workers.sweep() == 1
        assert house.notices() == [Notice(FRAMES, task.id, None)]
        used_up = attempt == MAX_ATTEMPTS
        assert house.states(task) == ("f" if used_up else "p")
        assert house.tickets(task) == ([] if used_up else ["default"])
    failed = house.queries.frame(task.id, 1)
    assert failed.error_message == "The worker was lost while rendering; tried 3 times."
    assert house.task(task).status is TaskStatus.FAILED
    house.control.retry(task.id)
    assert house.claim().attempt == MAX_ATTEMPTS + 1
    house.expire_leases()
    assert house.workers.sweep() == 1
    assert house.states(task) == "p", "a person asked again: attempts count from the start"


def test_a_worker_that_goes_hands_back_what_it_had(house: House) -> None:
    task = house.submit("1-3", max_attempts=MAX_ATTEMPTS)
    house.online(worker("gone"), worker("other"))
    gone, other = house.claim(worker("gone")), house.claim(worker("other"))
    house.empty_queues()
    house.workers.release("gone")
    assert house.states(task) == "prp"
    assert house.store.lost([gone])
    assert not house.store.lost([other])
    assert [status.profile.name for status in house.queries.workers()] == ["other"]
    assert house.tickets(task) == ["default"]
    house.workers.release("gone")


def test_a_project_that_cannot_be_rendered_fails_with_all_that_waits(house: House) -> None:
    task = house.submit("1-3")
    house.render(task, "c")
    house.lifecycle.preparation_failed(house.claim(), "The archive is damaged.")
    assert house.states(task) == "cff"
    failed = house.task(task)
    assert (failed.status, failed.error_message) == (TaskStatus.FAILED, "The archive is damaged.")
    assert {frame.error_message for frame in house.store.frames(task.id)} == {None, "The archive is damaged."}
    assert house.queries.task(task.id).note == "The archive is damaged."


def test_a_renderer_that_can_not_load_the_project_leaves_its_reason_with_every_frame(house: House) -> None:
    task = house.submit("1-2")
    house.lifecycle.preparation_failed(house.claim(), "No map.", failure=FailureClass.SCENE, evidence="Error: no map")
    frames = house.store.frames(task.id)
    assert {(frame.failure, frame.evidence) for frame in frames} == {(FailureClass.SCENE, "Error: no map")}


def test_a_fault_of_the_host_leaves_the_task_to_another_one(any_house: House) -> None:
    house = any_house
    task = house.submit("1-2")
    house.online(worker("w1", "h1"), worker("w2", "h2"))
    house.empty_queues()
    house.lifecycle.preparation_failed(house.claim(worker("w1", "h1")), "The disk is full.", on_host="h1")
    assert house.states(task) == "pp"
    assert house.tickets(task) == ["default"]
    assert house.lifecycle.claim_next(worker("w1", "h1")) is None
    house.lifecycle.preparation_failed(house.claim(worker("w2", "h2")), "Blender is too old.", on_host="h2")
    assert house.states(task) == "ff"
    assert house.task(task).error_message == "Blender is too old."
    house.control.retry(task.id)
    assert house.claim(worker("w1", "h1")), "a retry forgets which hosts were avoided"


def test_when_every_able_host_failed_the_list_says_why_it_waits(house: House) -> None:
    task = house.submit("1")
    house.online(worker("w1", "h1"), worker("w2", "h2"))
    house.lifecycle.preparation_failed(house.claim(worker("w1", "h1")), "The disk is full.", on_host="h1")
    assert not house.queries.task(task.id).stuck
    house.workers.release("w2")
    row = house.queries.task(task.id)
    assert row.stuck
    assert "h1: The disk is full." in row.note


def test_a_frame_handed_back_in_good_order_does_not_use_up_an_attempt(house: House) -> None:
    task = house.submit("1")
    for _ in range(5):
        assert house.lifecycle.frame_returned(house.claim())
    frame = house.queries.frame(task.id, 1)
    assert (frame.attempt, frame.attempts_used) == (5, 0)


@pytest.mark.parametrize(
    "other",
    [
        worker("w2", "h1"),
        worker("w2", "h2", engines={"maya": "2024"}),
        worker("w2", "h2", bands=(Band.HIGH,)),
        worker("lost", "h2"),
    ],
)
def test_a_fault_of_the_host_fails_the_task_where_no_other_could_do_better(house: House, other: object) -> None:
    task = house.submit("1-2")
    house.online(worker("w1", "h1"), other)
    house.lose("lost")
    house.lifecycle.preparation_failed(house.claim(worker("w1", "h1")), "The disk is full.", on_host="h1")
    assert house.states(task) == "ff"
    assert house.task(task).error_message == "The disk is full."


def test_notices_name_frames_up_to_a_hundred(house: House) -> None:
    for frames, numbers in (("1-100", tuple(range(1, 101))), ("1-101", None)):
        task = house.submit(frames)
        house.notices()
        house.control.skip(task.id, frames)
        assert house.notices() == [Notice(FRAMES, task.id, numbers)]


def test_activity_ends_when_nobody_is_at_the_task_any_more(house: House) -> None:
    task = house.submit("1-3")
    first, second = house.claim(), house.claim()
    house.lifecycle.set_activity(task.id, "Downloading 34 %")
    house.lifecycle.frame_returned(first)
    assert house.task(task).activity == "Downloading 34 %", "the second worker still is"
    house.control.pause(task.id)
    house.lifecycle.frame_returned(second)
    assert house.task(task).activity is None
    assert house.queries.task(task.id).note == "Paused: resume it."
    assert house.control.resume(task.id).status is TaskStatus.PENDING, "no renderer has begun"
    assert house.queries.task(task.id).note == "No worker is online: start one."


def test_activity_ends_with_the_task_and_does_not_come_back(house: House) -> None:
    task = house.submit("1")
    house.claim()
    house.lifecycle.set_activity(task.id, "Unpacking")
    house.control.cancel(task.id)
    house.lifecycle.set_activity(task.id, "Unpacking 90 %")
    assert house.task(task).activity is None


def test_saying_the_same_again_announces_nothing(house: House) -> None:
    task = house.submit("1")
    house.lifecycle.set_activity(task.id, "Unpacking")
    house.notices()
    house.lifecycle.set_activity(task.id, "Unpacking")
    assert house.notices() == []


def test_a_broker_that_is_away_costs_no_change(house: House) -> None:
    house.queue.down = True
    task = house.submit("1-2")
    house.lifecycle.ring_for_more(task.id)
    house.control.set_priority(task.id, 9)
    claim = house.claim()
    assert house.lifecycle.frame_returned(claim)
    assert house.control.cancel(task.id).status is TaskStatus.CANCELLED
    assert house.control.retry(task.id).status is TaskStatus.PENDING
    assert house.states(task) == "pp"
    house.queue.down = False
    house.lifecycle.ring_for_more(task.id)
    assert house.tickets(task) == ["high_priority"]


def test_a_task_that_is_none_changes_nothing(house: House) -> None:
    for ask in (house.lifecycle.ring_for_more, house.control.cancel, house.control.pause, house.control.resume):
        with pytest.raises(TaskNotFound):
            ask("nosuchtask")
    assert house.notices() == []


def test_a_frame_that_kills_its_worker_again_and_again_fails_in_the_end(house: House) -> None:
    task = house.submit("1", max_attempts=3)
    for attempt in range(1, 4):
        assert house.claim(worker("w1", "h1")).attempt == attempt
        house.workers.release("w1")
    assert house.states(task) == "f"
    assert "tried 3 times" in (house.queries.frame(task.id, 1).error_message or "")
