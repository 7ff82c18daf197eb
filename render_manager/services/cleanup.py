"""Removing workspaces: a recorded request per host, carried out by that host, never while frames are rendering."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from render_manager.domain.audit import Action
from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
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
        return is_busy(self.task)


def is_busy(task: RenderTask) -> bool:
    """Whether a worker is at it: frames render, or the lane is between two of them."""
    return task.counts.rendering > 0 or task.status in (TaskStatus.PREPARING, TaskStatus.RUNNING)


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

    def request(self, items: Sequence[CleanupItem], *, keep: Keep = Keep.NOTHING) -> list[Workspace]:
        """Record the request and tell the hosts; they carry it out now or when they are next online.

        Raises:
            TaskBusy: frames of a task are rendering; nothing of any was requested.
        """
        for item in items:
            _refuse_busy(item.task)
        requested: list[Workspace] = []
        for item in items:
            with self._lifecycle.change(item.task.id, Action.CLEAN_UP) as change:
                _refuse_busy(change.task)  # since the plan was made somebody may have retried it
                for workspace in item.workspaces:
                    asked = replace(workspace, state=WorkspaceState.CLEANUP_REQUESTED, keep=keep, message=None)
                    change.tx.save_workspace(asked)
                    requested.append(asked)
                change.update(activity="Cleaning up")
                change.record(Action.CLEAN_UP, always=True)
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
        """Whether the removal is still wanted and nobody is at the task. Asked by the host while it holds the
        workspace's lock, so that a frame claimed later waits for that lock and then finds the workspace gone."""
        now = self.state_of([workspace])
        wanted = bool(now) and now[0].state is WorkspaceState.CLEANUP_REQUESTED
        return wanted and not is_busy(self._store.task(workspace.task_id))

    def hold(self, workspace: Workspace, why: str) -> None:
        """The host can't remove it yet, and will as soon as it can."""
        if workspace.message == why:
            return
        with self._lifecycle.change(workspace.task_id, Action.CLEAN_UP) as change:
            change.tx.save_workspace(replace(workspace, message=why))
            change.update(activity=why)
            change.record(Action.CLEAN_UP, why, always=workspace.message is None)  # once, not at each look

    def done(self, workspace: Workspace, *, size_left: int, failure: str | None = None) -> None:
        """The host removed what it could."""
        state = WorkspaceState.CLEANUP_FAILED if failure else WorkspaceState.REMOVED
        with self._lifecycle.change(workspace.task_id, Action.CLEAN_UP) as change:
            change.tx.save_workspace(replace(workspace, state=state, size=size_left, message=failure))
            change.update(activity=failure)
            change.record(Action.CLEAN_UP, failure or f"Removed from {workspace.host}.", always=True)


def _refuse_busy(task: RenderTask) -> None:
    if is_busy(task):
        raise TaskBusy(
            f"Task {task.id} ({task.name}) is rendering {task.counts.rendering} frame(s): "
            "cancel it or wait, then clean up."
        )
