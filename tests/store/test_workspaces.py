"""Workspaces: one row for each task on each host."""

from dataclasses import replace

from render_manager.domain.entities import Keep, Workspace, WorkspaceState
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import add


def test_a_workspace_is_one_row_per_task_and_host(store: SqlTaskStore) -> None:
    first, second = add(store), add(store)
    ready = Workspace(first.id, "h1", "/srv/li/1", 2**40, WorkspaceState.READY)
    with store.transaction() as tx:
        for workspace in (ready, replace(ready, host="h2"), replace(ready, task_id=second.id)):
            tx.save_workspace(workspace)
        asked = replace(ready, state=WorkspaceState.CLEANUP_REQUESTED, keep=Keep.RENDERS, message="可以", size=7)
        tx.save_workspace(asked)
    found = store.workspaces(task_ids=[first.id], host="h1")
    assert [replace(workspace, updated_at=0.0) for workspace in found] == [asked]
    assert found[0].updated_at > 0
    assert len(store.workspaces()) == 3
    assert {(w.task_id, w.host) for w in store.workspaces(host="h1")} == {(first.id, "h1"), (second.id, "h1")}
    assert [w.host for w in store.workspaces(task_ids=[first.id], states=[WorkspaceState.READY])] == ["h2"]
    assert store.workspaces(states=[WorkspaceState.REMOVED]) == []
