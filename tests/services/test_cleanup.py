"""Removing workspaces: chosen, asked for, refused, carried out."""

import pytest
from sqlalchemy import update

from render_manager.domain.audit import Action
from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import IllegalMove, InvalidTask, TaskBusy, TaskNotFound
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.services.cleanup_plan import HostShare, by_host, shortfall
from render_manager.services.retention import Retention
from render_manager.services.workers import Workers
from render_manager.store.tables import render_tasks, workspaces
from tests.services.conftest import House

READY, REQUESTED = WorkspaceState.READY, WorkspaceState.CLEANUP_REQUESTED


def settled(house: House, *hosts: str, end: str = "c", **fields: object) -> RenderTask:
    task = house.submit("1", **fields)
    house.render(task, end)
    prepared(house, task, *hosts or ("h1",))
    return task


def prepared(house: House, task: RenderTask, *hosts: str, size: int = 100) -> None:
    for host in hosts:
        house.lifecycle.workspace_ready(Workspace(task.id, host, f"/srv/li/{task.id}", size, READY))


def ended(house: House, task: RenderTask, days_ago: float) -> None:
    with house.store.engine.begin() as connection:
        when = house.store.now() - days_ago * 86_400
        connection.execute(update(render_tasks).where(render_tasks.c.id == task.id).values(finished_at=when))


def planned(house: House, **chosen: object) -> set[str]:
    return {item.task.id for item in house.cleanup.plan(**chosen)}


def test_a_ready_workspace_is_remembered_with_its_task(any_house: House) -> None:
    house = any_house
    task = settled(house, "h1", "h2")
    assert house.task(task).workspace_dir == f"/srv/li/{task.id}"
    assert [workspace.host for workspace in house.queries.workspaces(task.id)] == ["h1", "h2"]


def test_a_plan_chooses_settled_tasks_and_narrows(house: House) -> None:
    done, failed = settled(house), settled(house, end="f", unionid="wang")
    cancelled = house.submit("1")
    house.control.cancel(cancelled.id)
    prepared(house, cancelled, "h1")
    waiting = house.submit("1")
    prepared(house, waiting, "h1")
    house.control.pause(waiting.id)
    settled_without_workspace = house.submit("1")
    house.control.cancel(settled_without_workspace.id)
    ended(house, done, 3)

    assert planned(house) == {done.id, failed.id, cancelled.id}
    assert planned(house, statuses=[TaskStatus.FAILED]) == {failed.id}
    assert planned(house, statuses=list(FINAL)) == {done.id, failed.id, cancelled.id}
    assert planned(house, unionid="wang") == {failed.id}
    assert planned(house, older_than_days=2) == {done.id}
    assert planned(house, older_than_days=4) == set()
    assert planned(house, hosts=["h1"]) == {done.id, failed.id, cancelled.id}
    assert planned(house, hosts=["h2"]) == set()
    assert planned(house, task_ids=[waiting.id[:8], done.id]) == {waiting.id, done.id}
    assert planned(house, task_ids=[settled_without_workspace.id]) == set()
    with pytest.raises(TaskNotFound):
        house.cleanup.plan(task_ids=["nosuchtask"])
    assert house.cleanup.plan(task_ids=[done.id])[0].size == 100


@pytest.mark.parametrize("status", [status for status in TaskStatus if status not in FINAL])
def test_a_batch_refuses_tasks_with_work_left(house: House, status: TaskStatus) -> None:
    with pytest.raises(IllegalMove, match=f"Tasks that are {status} can't be cleaned up in a batch"):
        house.cleanup.plan(statuses=[TaskStatus.FAILED, status])


def test_a_request_is_recorded_and_its_hosts_are_told(any_house: House) -> None:
    house = any_house
    task = settled(house, "h1", "h2")
    house.notices()
    asked = house.cleanup.request(house.cleanup.plan(), keep=Keep.RENDERS)
    assert sorted(house.queue.hosts) == ["h1", "h2"]
    assert house.notices() == [Notice(Topic.TASK, task.id)]
    assert house.queries.task(task.id).note == "Cleaning up"
    assert {(workspace.state, workspace.keep) for workspace in house.cleanup.state_of(asked)} == {
        (REQUESTED, Keep.RENDERS)
    }
    for_h1 = house.cleanup.requested_of("h1")
    assert [(workspace.task_id, workspace.host) for workspace in for_h1] == [(task.id, "h1")]
    assert house.cleanup.may_remove(for_h1[0])

    house.cleanup.done(for_h1[0], size_left=0)
    assert house.notices() == [Notice(Topic.TASK, task.id)]
    assert house.cleanup.requested_of("h1") == []
    failure = "/srv/x is in use"
    house.cleanup.done(house.cleanup.requested_of("h2")[0], size_left=40, failure=failure)
    h1, h2 = house.cleanup.state_of(asked)
    assert (h1.state, h1.size) == (WorkspaceState.REMOVED, 0)
    assert (h2.state, h2.size, h2.message) == (WorkspaceState.CLEANUP_FAILED, 40, failure)
    assert house.queries.task(task.id).note == failure
    again = house.cleanup.plan()
    assert [workspace.host for workspace in again[0].workspaces] == ["h2"], "what failed can be asked for again"


def test_nothing_is_requested_while_frames_render(house: House) -> None:
    idle = settled(house)
    busy = house.submit("1-2")
    house.claim()
    prepared(house, busy, "h1")
    items = house.cleanup.plan(task_ids=[idle.id, busy.id])
    assert {item.task.id: item.busy for item in items} == {idle.id: False, busy.id: True}
    with pytest.raises(TaskBusy, match=f"Task {busy.id} .* is rendering 1 frame"):
        house.cleanup.request(items)
    assert {workspace.state for workspace in house.store.workspaces()} == {READY}
    assert not house.cleanup.may_remove(house.queries.workspaces(busy.id)[0])


def test_a_request_holds_without_a_broker(house: House) -> None:
    settled(house)
    house.queue.down = True
    house.cleanup.request(house.cleanup.plan())
    assert len(house.cleanup.requested_of("h1")) == 1


def test_nothing_planned_is_nothing_asked(house: House) -> None:
    assert house.cleanup.plan() == []
    assert house.cleanup.request([]) == []
    assert house.cleanup.state_of([]) == []


class TestDiskNeeded:
    """Only as much goes as it takes, of each host by itself."""

    def test_what_ended_first_goes_first_and_completed_tasks_before_others(self, house: House) -> None:
        newest, oldest, failed, middle = (settled(house, end=end) for end in "ccfc")
        for days, task in ((1, newest), (9, oldest), (20, failed), (5, middle)):
            ended(house, task, days)
        assert planned(house, free=1) == {oldest.id}
        assert planned(house, free=100) == {oldest.id}
        assert planned(house, free=101) == {oldest.id, middle.id}
        assert planned(house, free=300) == {oldest.id, middle.id, newest.id}
        assert planned(house, free=301) == {oldest.id, middle.id, newest.id, failed.id}
        assert planned(house, free=100, statuses=[TaskStatus.FAILED]) == {failed.id}

    def test_each_host_gains_it(self, house: House) -> None:
        both, second = settled(house, "h1", "h2"), settled(house, "h2")
        ended(house, second, 5)
        ended(house, both, 3)
        items = house.cleanup.plan(free=100)
        chosen = {(item.task.id, workspace.host) for item in items for workspace in item.workspaces}
        assert chosen == {(both.id, "h1"), (second.id, "h2")}, "h2 has enough without its share of the other task"
        assert by_host(items) == {"h1": HostShare(1, 100), "h2": HostShare(1, 100)}
        assert planned(house, free=100, hosts=["h2"]) == {second.id}

    def test_what_is_lacking_is_told(self, house: House) -> None:
        settled(house, "h1", "h2")
        settled(house, "h2")
        items = house.cleanup.plan(free=150)
        assert shortfall(items, 150) == {"h1": 50}
        assert shortfall(house.cleanup.plan(free=150, hosts=["h2"]), 150, ["h2"]) == {}
        assert shortfall(house.cleanup.plan(free=150, hosts=["h3"]), 150, ["h3"]) == {"h3": 150}

    def test_a_task_at_work_gives_nothing(self, house: House) -> None:
        busy = house.submit("1-2")
        house.claim()
        prepared(house, busy, "h1")
        assert house.cleanup.plan(task_ids=[busy.id], free=1) == []

    @pytest.mark.parametrize("keep", [Keep.RENDERS, Keep.PROJECT])
    def test_nobody_knows_before_what_keeping_something_gains(self, house: House, keep: Keep) -> None:
        with pytest.raises(InvalidTask, match="known only afterwards"):
            house.cleanup.plan(free=1, keep=keep)


def carried_out(house: House, *, keep: Keep, left: int, ready: bool = False, failure: str | None = None) -> Workspace:
    """Ask, and do as the host does; the workspace after it."""
    (asked,) = house.cleanup.request(house.cleanup.plan(keep=keep), keep=keep)
    house.cleanup.done(asked, size_left=left, ready=ready, failure=failure)
    (after,) = house.cleanup.state_of([asked])
    return after


def test_a_workspace_that_keeps_its_project_is_ready_again(any_house: House) -> None:
    task = settled(any_house)
    after = carried_out(any_house, keep=Keep.PROJECT, left=60, ready=True)
    assert (after.state, after.size) == (READY, 60)
    assert any_house.queries.task(task.id).note == ""
    assert any_house.cleanup.plan(keep=Keep.PROJECT) == [], "there is no more of it"
    assert planned(any_house, keep=Keep.RENDERS) == planned(any_house) == {task.id}
    prepared(any_house, task, "h1")  # again, with a download
    assert planned(any_house, keep=Keep.PROJECT) == {task.id}


def test_renders_that_were_kept_can_go_later(any_house: House) -> None:
    task = settled(any_house)
    after = carried_out(any_house, keep=Keep.RENDERS, left=40)
    assert (after.state, after.size) == (WorkspaceState.REMOVED, 40)
    assert planned(any_house, keep=Keep.RENDERS) == planned(any_house, keep=Keep.PROJECT) == set()
    assert any_house.cleanup.plan()[0].size == 40
    assert planned(any_house) == {task.id}
    carried_out(any_house, keep=Keep.NOTHING, left=0)
    assert planned(any_house) == set()


def test_what_failed_on_one_host_is_told_until_all_is_done(house: House) -> None:
    task = settled(house, "h1", "h2", "h3")
    asked = {one.host: one for one in house.cleanup.request(house.cleanup.plan())}
    house.cleanup.done(asked["h1"], size_left=0)
    assert house.queries.task(task.id).note == "Cleaning up"
    house.cleanup.done(asked["h2"], size_left=9, failure="h2 is in use")
    house.cleanup.done(asked["h3"], size_left=0)
    assert house.queries.task(task.id).note == "h2 is in use"
    (again,) = house.cleanup.request(house.cleanup.plan())
    house.cleanup.done(again, size_left=0)
    assert house.queries.task(task.id).note == ""


def test_a_retry_takes_a_request_back(any_house: House) -> None:
    house = any_house
    task = settled(house, end="f")
    (asked,) = house.cleanup.request(house.cleanup.plan(keep=Keep.PROJECT), keep=Keep.PROJECT)
    house.control.retry(task.id)
    assert not house.cleanup.may_remove(asked)
    assert house.queries.task(task.id).note == "No worker is online: start one."
    house.render(task, "c")
    assert planned(house, keep=Keep.PROJECT) == {task.id}, "nothing of it was done"


def test_a_task_retried_between_plan_and_request_is_left_alone(house: House) -> None:
    idle, retried = settled(house), settled(house, "h2")
    plan = house.cleanup.plan()
    house.control.retry(retried.id, "1")
    house.claim()
    asked = house.cleanup.request(plan)
    assert [workspace.task_id for workspace in asked] == [idle.id]
    assert house.queue.hosts == ["h1"]


def test_a_request_made_anew_is_the_one_that_counts(house: House) -> None:
    settled(house)
    (first,) = house.cleanup.request(house.cleanup.plan())
    (second,) = house.cleanup.request(house.cleanup.plan(), keep=Keep.RENDERS)
    assert not house.cleanup.may_remove(first)
    assert house.cleanup.may_remove(second)


class TestRetention:
    """Nothing goes by itself unless a setting says so; what goes then is what is due, once."""

    def test_old_tasks_are_asked_for_and_it_is_on_record_why(self, any_house: House) -> None:
        house = any_house
        old, young, working = settled(house), settled(house), house.submit("1")
        prepared(house, working, "h1")
        ended(house, old, 31)
        retention = Retention(house.store, house.cleanup, 30, Keep.RENDERS)
        assert retention.carry_out() == 1
        (asked,) = house.cleanup.requested_of("h1")
        assert (asked.task_id, asked.keep) == (old.id, Keep.RENDERS)
        entry = house.queries.history(old.id)[0]
        assert entry.action is Action.CLEAN_UP
        assert entry.why == ("Retention: the task ended more than 30 days ago; rendered frames and logs are kept.")
        assert house.queries.history(young.id)[0].action is not Action.CLEAN_UP

    @pytest.mark.parametrize("keep", Keep)
    def test_nothing_is_asked_for_twice(self, house: House, keep: Keep) -> None:
        ended(house, settled(house), 31)
        retention = Retention(house.store, house.cleanup, 30, keep)
        assert retention.carry_out() == 1
        assert retention.carry_out() == 0, "its host may be offline for long"
        (asked,) = house.cleanup.requested_of("h1")
        house.cleanup.done(asked, size_left=0 if keep is Keep.NOTHING else 50, ready=keep is Keep.PROJECT)
        assert retention.carry_out() == 0

    def test_what_failed_is_asked_for_again_the_next_day(self, house: House) -> None:
        ended(house, settled(house), 31)
        retention = Retention(house.store, house.cleanup, 30, Keep.NOTHING)
        retention.carry_out()
        (asked,) = house.cleanup.requested_of("h1")
        house.cleanup.done(asked, size_left=9, failure="in use")
        assert retention.carry_out() == 0
        with house.store.engine.begin() as connection:
            connection.execute(update(workspaces).values(updated_at=house.store.now() - 86_401))
        assert retention.carry_out() == 1

    def test_one_worker_of_the_farm_does_it(self, house: House) -> None:
        ended(house, settled(house), 31)
        retention = Retention(house.store, house.cleanup, 30, Keep.NOTHING)
        crew = [Workers(house.lifecycle, sweep_every=5, retention=retention) for _ in range(2)]
        house.workers.housekeeping()
        assert house.cleanup.requested_of("h1") == [], "a worker without the setting does nothing"
        crew[0].housekeeping()
        assert len(house.cleanup.requested_of("h1")) == 1
        ended(house, settled(house), 31)
        crew[1].housekeeping()
        assert len(house.cleanup.requested_of("h1")) == 1, "it is not due again"
