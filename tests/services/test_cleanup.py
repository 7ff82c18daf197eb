"""Removing workspaces: chosen, asked for, refused, carried out."""

import pytest
from sqlalchemy import update

from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import IllegalMove, TaskBusy, TaskNotFound
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.store.tables import render_tasks
from tests.services.conftest import House

READY, REQUESTED = WorkspaceState.READY, WorkspaceState.CLEANUP_REQUESTED


def settled(house: House, *hosts: str, end: str = "c", **fields: object) -> RenderTask:
    task = house.submit("1", **fields)
    house.render(task, end)
    prepared(house, task, *hosts or ("h1",))
    return task


def prepared(house: House, task: RenderTask, *hosts: str) -> None:
    for host in hosts:
        house.lifecycle.workspace_ready(Workspace(task.id, host, f"/srv/li/{task.id}", 100, READY))


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
    with house.store.engine.begin() as connection:
        long_ago = house.store.now() - 3 * 86_400
        connection.execute(update(render_tasks).where(render_tasks.c.id == done.id).values(finished_at=long_ago))

    assert planned(house) == {done.id, failed.id, cancelled.id}
    assert planned(house, statuses=[TaskStatus.FAILED]) == {failed.id}
    assert planned(house, statuses=list(FINAL)) == {done.id, failed.id, cancelled.id}
    assert planned(house, unionid="wang") == {failed.id}
    assert planned(house, older_than_days=2) == {done.id}
    assert planned(house, older_than_days=4) == set()
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
