"""Removing workspaces: a recorded request per host, carried out by that host, never while frames are rendering."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from render_manager.domain.entities import RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import BrokerUnavailable, IllegalMove, TaskBusy
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.ports import TaskStore, TicketQueue

log = logging.getLogger(__name__)
SECONDS_PER_DAY = 86_400.0
_STILL_THERE = (WorkspaceState.READY, WorkspaceState.CLEANUP_REQUESTED, WorkspaceState.CLEANUP_FAILED)


@dataclass(frozen=True)
class CleanupItem:
    """What cleaning one task would remove."""

    task: RenderTask
    workspaces: Sequence[Workspace]

    @property
    def size(self) -> int:
        """Bytes, as last measured."""
        return sum(workspace.size for workspace in self.workspaces)

    @property
    def busy(self) -> bool:
        return self.task.counts.rendering > 0


class Cleanup:
    """Asks hosts to remove workspaces, and is told what they did."""

    def __init__(self, store: TaskStore, lifecycle: Lifecycle, queue: TicketQueue) -> None:
        self._store = store
        self._lifecycle = lifecycle
        self._queue = queue

    def plan(
        self,
        *,
        task_ids: Collection[str] = (),
        statuses: Collection[TaskStatus] = (),
        older_than_days: float | None = None,
        unionid: str | None = None,
    ) -> list[CleanupItem]:
        """What would be removed; changes nothing. Without task ids only settled tasks are chosen.

        Raises:
            IllegalMove: a status is asked for in which work is left.
            TaskNotFound: a named task does not exist.
        """
        if open_statuses := [status for status in statuses if status not in FINAL]:
            raise IllegalMove(
                f"Tasks that are {open_statuses[0]} can't be cleaned up in a batch: name them one by one."
            )
        ids = [self._store.task(task_id).id for task_id in task_ids]
        before = None if older_than_days is None else self._store.now() - older_than_days * SECONDS_PER_DAY
        tasks = self._store.tasks(
            ids=ids,
            statuses=statuses or (() if ids else FINAL),
            finished_before=before,
            unionid=unionid,
        )
        if not tasks:
            return []
        # Not asked for by the ids of all settled tasks: a statement takes some ten thousand values at most.
        found: dict[str, list[Workspace]] = {}
        for workspace in self._store.workspaces(task_ids=ids, states=_STILL_THERE):
            found.setdefault(workspace.task_id, []).append(workspace)
        return [CleanupItem(task, found[task.id]) for task in tasks if task.id in found]

    def request(self, items: Sequence[CleanupItem], *, keep_renders: bool = False) -> list[Workspace]:
        """Record the request and tell the hosts; they carry it out now or when they are next online.

        Raises:
            TaskBusy: frames of a task are rendering; nothing of any was requested.
        """
        if busy := [item.task for item in items if item.busy]:
            raise TaskBusy(
                f"Task {busy[0].id} ({busy[0].name}) is rendering {busy[0].counts.rendering} frame(s): "
                "cancel it or wait, then clean up."
            )
        requested: list[Workspace] = []
        for item in items:
            with self._lifecycle.change(item.task.id) as change:
                for workspace in item.workspaces:
                    asked = replace(workspace, state=WorkspaceState.CLEANUP_REQUESTED, keep_renders=keep_renders)
                    change.tx.save_workspace(asked)
                    requested.append(asked)
                change.update(activity="Cleaning up")
        for host in {workspace.host for workspace in requested}:
            try:
                self._queue.ring_host(host)
            except BrokerUnavailable as error:
                log.warning("%s", error)  # the host's heartbeat finds the request by itself
        return requested

    def state_of(self, requested: Sequence[Workspace]) -> list[Workspace]:
        """The same workspaces as they are now."""
        keys = {(workspace.task_id, workspace.host) for workspace in requested}
        found = self._store.workspaces(task_ids={task_id for task_id, _ in keys})
        return [workspace for workspace in found if (workspace.task_id, workspace.host) in keys]

    # -- for the host --------------------------------------------------------------------------------------------

    def requested_of(self, host: str) -> list[Workspace]:
        return self._store.workspaces(host=host, states=[WorkspaceState.CLEANUP_REQUESTED])

    def may_remove(self, workspace: Workspace) -> bool:
        """Whether no frame of the task is rendering now. Asked by the host while it holds the workspace's lock, so
        that a frame claimed later waits for that lock and then finds the workspace gone."""
        return self._store.task(workspace.task_id).counts.rendering == 0

    def done(self, workspace: Workspace, *, size_left: int, failure: str | None = None) -> None:
        """The host removed what it could."""
        state = WorkspaceState.CLEANUP_FAILED if failure else WorkspaceState.REMOVED
        with self._lifecycle.change(workspace.task_id) as change:
            change.tx.save_workspace(replace(workspace, state=state, size=size_left, message=failure))
            change.update(activity=failure)
