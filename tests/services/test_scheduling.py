"""Attempts, dependencies, tickets that are passed on, reports that bring the next claim, and the record of it all."""

import time
from dataclasses import replace

import pytest

from render_manager.domain.audit import Action, FrameMove
from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import IllegalMove, InvalidTask, TaskNotFound
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.services.endings import Outcome
from tests.services.conftest import House, log_path
from tests.store.samples import worker

P, R, C, F = FrameStatus.PENDING, FrameStatus.RENDERING, FrameStatus.COMPLETED, FrameStatus.FAILED


def test_a_failed_frame_is_tried_again_after_the_others(any_house: House) -> None:
    house = any_house
    task = house.submit("1-2", max_attempts=2)
    assert house.failed(house.claim(), "out of memory")
    frame = house.queries.frame(task.id, 1)
    assert (house.states(task), frame.error_message, frame.finished_at) == ("pp", "out of memory", None)
    assert house.claim().frame_number == 2
    again = house.claim()
    assert (again.frame_number, again.attempt) == (1, 2)
    assert house.queries.frame(task.id, 1).error_message is None
    assert house.failed(again, "out of memory again")
    assert house.states(task) == "fr"
    assert house.queries.frame(task.id, 1).error_message == "out of memory again"
    house.control.retry(task.id)
    assert house.claim().attempt == 3, "a person asked again: attempts count from the start"


def test_a_report_brings_the_next_claim(any_house: House) -> None:
    house = any_house
    task = house.submit("1-3", max_attempts=2)
    first = house.claim()
    house.lifecycle.frame_started(first, "/logs/1.1.log")
    held, second = house.end_and_claim(first, Outcome("/1.png"))
    assert held
    assert second
    assert (second.frame_number, second.attempt) == (2, 1)
    frame = house.queries.frame(task.id, 2)
    assert frame.log_path == "/logs/2.1.log"
    assert frame.started_at
    assert house.task(task).status is TaskStatus.RUNNING
    held, third = house.end_and_claim(second, Outcome(error="no"))
    assert third
    assert (held, third.frame_number, house.states(task)) == (True, 3, "cpr")
    held, again = house.end_and_claim(third, Outcome("/3.png"))
    assert again
    assert (again.frame_number, again.attempt) == (2, 2)
    assert house.end_and_claim(again, Outcome("/2.png")) == (True, None)
    assert (house.states(task), house.task(task).status) == ("ccc", TaskStatus.COMPLETED)


def test_a_late_report_brings_a_claim_but_does_not_count(house: House) -> None:
    task = house.submit("1-2", max_attempts=3)
    late = house.claim()
    house.expire_leases()
    house.workers.sweep()
    held, following = house.end_and_claim(late, Outcome("/late.png"))
    assert not held
    assert following
    assert (following.frame_number, house.states(task)) == (2, "pr")


def test_short_frames_are_reported_and_claimed_together(any_house: House) -> None:
    house = any_house
    task = house.submit("1-9", max_attempts=2)
    first = house.claim()
    held = [first, *house.lifecycle.claim_following(task.id, worker(), log_path, 3)]
    assert [claim.frame_number for claim in held] == [1, 2, 3, 4]
    assert house.queries.frame(task.id, 4).log_path == "/logs/4.1.log"
    house.lifecycle.frame_returned(held[1])
    outcomes = [Outcome("/1.png", took=2.0), Outcome("/2.png"), Outcome(error="no"), Outcome("/4.png", took=1.0)]
    counted, claims = house.lifecycle.end_and_claim(
        task.id, list(zip(held, outcomes, strict=True)), worker(), log_path, count=9, leave=2
    )
    assert counted == 3
    assert house.states(task) == "crpcrrrrp"
    assert [claim.frame_number for claim in claims] == [2, 5, 6, 7, 8]
    frame = house.queries.frame(task.id, 1)
    assert frame.started_at
    assert frame.finished_at
    assert frame.finished_at - frame.started_at == pytest.approx(2.0, abs=0.01)
    entries = [entry for entry in house.queries.history(task.id) if entry.action is Action.COMPLETE]
    assert [(entry.frames, entry.attempt) for entry in entries] == [("1,4", 1)]
    assert [entry.frames for entry in house.queries.history(task.id, frame=4)] == ["1,4", "2-4"]
    assert [entry.frames for entry in house.queries.history(task.id, frame=9)] == []


def test_when_a_frame_ended_is_told_by_how_long_ago(house: House) -> None:
    task = house.submit("1")
    claim = house.claim()
    outcome = Outcome("/1.png", took=5.0, ended_at=time.monotonic() - 30.0)
    assert house.lifecycle.end_frame(claim, outcome)
    frame, now = house.queries.frame(task.id, 1), house.store.now()
    assert frame.finished_at == pytest.approx(now - 30.0, abs=1.0)
    assert frame.started_at == pytest.approx(now - 35.0, abs=1.0)


@pytest.mark.parametrize("command", ["pause", "cancel"])
def test_a_report_to_a_stopped_task_brings_no_claim(house: House, command: str) -> None:
    task = house.submit("1-2")
    claim = house.claim()
    getattr(house.control, command)(task.id)
    held, following = house.end_and_claim(claim, Outcome("/1.png"))
    assert held is (command == "pause")
    assert following is None


def test_a_higher_task_is_next_after_the_report(house: House) -> None:
    low = house.submit("1-3", priority=1)
    claim = house.claim()
    high = house.submit("1", priority=9)
    assert house.end_and_claim(claim, Outcome("/1.png")) == (True, None)
    assert house.claim().task.id == high.id
    assert house.states(low) == "cpp"


def test_a_task_starts_when_the_one_before_it_is_completed(any_house: House) -> None:
    house = any_house
    first = house.submit("1-2")
    second = house.submit("1", after=(first.id,), priority=9)
    assert house.tickets(second) == []
    assert house.queries.task(second.id).note == f"Waits until task {first.id} (shot) is completed."
    assert [task.id for task in house.queries.dependencies(second.id)] == [first.id]
    house.render(first, "c")
    assert house.tickets(second) == []
    house.render(first, "c")
    assert house.tickets(second) == ["high_priority"]
    assert house.render(second, "c").status is TaskStatus.COMPLETED


@pytest.mark.parametrize("end", ["f", "x"])
def test_that_the_task_before_it_failed_is_said_and_not_waited_for(house: House, end: str) -> None:
    first = house.submit("1")
    second = house.submit("1", after=(first.id,))
    if end == "f":
        house.render(first, "f")
    else:
        house.control.cancel(first.id)
    row = house.queries.task(second.id)
    assert row.stuck
    assert row.note.startswith(f"Waits for task {first.id} (shot), which is {'failed' if end == 'f' else 'cancelled'}")
    house.empty_queues()
    assert house.control.release(second.id).status is TaskStatus.PENDING
    assert house.tickets(second) == ["default"]
    assert house.claim().task.id == second.id
    with pytest.raises(IllegalMove, match="waits for no other"):
        house.control.release(second.id)


def test_a_task_after_one_that_is_none_is_refused(house: House) -> None:
    with pytest.raises(TaskNotFound, match="nosuchtask"):
        house.submit("1", after=("nosuchtask",))
    assert house.queries.tasks() == []


@pytest.mark.parametrize("fields", [{"max_attempts": 0}, {"max_workers": 0}, {"max_workers": 10**9}])
def test_limits_that_make_no_sense_are_refused(house: House, fields: dict[str, int]) -> None:
    with pytest.raises(InvalidTask, match="out of range"):
        house.submit("1", **fields)


def test_what_a_task_requires_is_checked_kept_and_explained(house: House) -> None:
    with pytest.raises(InvalidTask, match="requires"):
        house.submit("1", task_info={"requires": {"colour": "red"}})
    task = house.submit("1", task_info={"requires": {"tags": "gpu", "version": ">=4.3"}}, frame_order=FrameOrder.SPREAD)
    assert task.task_info == {"requires": {"version": ">=4.3", "tags": ["gpu"]}}
    assert task.frame_order is FrameOrder.SPREAD
    house.online(worker("plain"), worker("newer", engines={"blender": "4.3"}))
    row = house.queries.task(task.id)
    assert row.stuck
    assert row.note == "No online worker with Blender has what the task requires: tag gpu."
    house.online(worker("able", engines={"blender": "4.3"}, tags=("gpu",)))
    assert not house.queries.task(task.id).stuck
    house.workers.disable("able")
    assert house.queries.task(task.id).stuck


def test_when_every_worker_is_disabled_the_list_says_so(house: House) -> None:
    task = house.submit("1")
    house.online(worker("w"))
    house.workers.disable("w")
    assert house.queries.task(task.id).note == "Every online worker is disabled: enable one."


def test_a_ticket_that_its_taker_cannot_serve_goes_to_a_free_one_that_can(any_house: House) -> None:
    house = any_house
    task = house.submit("1", task_info={"requires": {"tags": ["gpu"]}})
    taker = worker("taker")
    able = [worker(name, f"h-{name}", tags=("gpu",)) for name in ("busy", "disabled", "avoided", "free")]
    house.online(taker, *able)
    other = house.submit("1", priority=9, unionid="mei")
    assert house.claim(able[0]).task.id == other.id
    house.workers.disable("disabled")
    with house.store.transaction() as tx:
        tx.avoid_host(task.id, "h-avoided", "disk full")
    house.queue.workers.clear()
    assert house.lifecycle.pass_on(task.id, taker) == "free"
    assert house.queue.workers == [("free", task.id)]
    assert house.lifecycle.pass_on(task.id, able[3]) is None, "one that can serve it keeps it"
    assert house.completed(house.claim(able[3]), "/1.png")
    assert house.lifecycle.pass_on(task.id, taker) is None


def test_a_task_waits_for_a_free_one_where_no_able_worker_is(house: House) -> None:
    task = house.submit("1", engine="maya")
    assert house.lifecycle.pass_on(task.id, worker()) is None


def test_the_record_tells_a_tasks_whole_story(any_house: House) -> None:
    house = any_house
    task = house.submit("1-2", max_attempts=2)
    claim = house.claim()
    house.lifecycle.frame_started(claim, "/log")
    house.failed(claim, "no licence")
    house.control.set_priority(task.id, 8)
    house.control.pause(task.id)
    house.control.resume(task.id)
    house.control.skip(task.id, "2")
    house.completed(house.claim(), "/1.png")
    told = [(entry.action, entry.frames, entry.attempt, entry.why) for entry in house.queries.history(task.id)][::-1]
    assert told == [
        (Action.SUBMIT, None, None, None),
        (Action.CLAIM, "1", 1, None),
        (Action.START, None, None, None),
        (Action.FAIL, "1", 1, "no licence"),
        (Action.PRIORITY, None, None, None),
        (Action.PAUSE, None, None, None),
        (Action.RESUME, None, None, None),
        (Action.SKIP, "2", None, None),
        (Action.CLAIM, "1", 2, None),
        (Action.COMPLETE, "1", 2, None),
    ]
    newest = house.queries.history(task.id, limit=1)[0]
    assert newest.moves == (FrameMove(R, C, 1),)
    assert newest.status == (TaskStatus.PREPARING, TaskStatus.COMPLETED)
    assert newest.actor == "li@desk"
    assert newest.at == pytest.approx(house.store.now(), abs=60)
    attempts = [entry.attempt for entry in house.queries.history(task.id, frame=1)]
    assert attempts == [2, 2, 1, 1]


def test_what_changes_no_state_is_not_on_record(house: House) -> None:
    task = house.submit("1")
    house.lifecycle.set_activity(task.id, "Downloading 3 %")
    house.lifecycle.ring_for_more(task.id)
    house.lifecycle.set_activity(task.id, None)
    assert [entry.action for entry in house.queries.history(task.id)] == [Action.SUBMIT]


def test_a_cancel_names_all_it_moved(house: House) -> None:
    task = house.submit("1-150")
    house.claim()
    house.control.cancel(task.id)
    entry = house.queries.history(task.id, limit=1)[0]
    assert entry.action is Action.CANCEL
    assert set(entry.moves) == {
        FrameMove(P, FrameStatus.CANCELLED, 149),
        FrameMove(R, FrameStatus.CANCELLED, 1),
    }
    assert entry.frames is None, "too many to name"


def test_fair_shares_are_a_rule_of_the_farm(house: House) -> None:
    house.lifecycle.rules = replace(house.lifecycle.rules, fair_shares=True)
    li, mei = house.submit("1-4", unionid="li"), house.submit("1-4", unionid="mei")
    profiles: list[WorkerProfile] = [worker(f"w{n}") for n in range(4)]
    assert [house.claim(profile).task.id for profile in profiles] == [li.id, mei.id, li.id, mei.id]
