"""Removing workspaces: a recorded request per host, carried out by that host, never while frames are rendering."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from render_manager.domain.audit import Action
from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import BrokerUnavailable, IllegalMove, InvalidTask, TaskBusy
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.services.change import TaskChange
from render_manager.services.cleanup_plan import CleanupItem, is_busy, is_left, pick
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.ports import TicketQueue
from render_manager.services.store_port import TaskStore

log = logging.getLogger(__name__)
SECONDS_PER_DAY = 86_400.0
#: What the task says while hosts are at it.
AT_IT = "Cleaning up"
_KEPT = {Keep.NOTHING: "", Keep.RENDERS: "; rendered frames and logs are kept", Keep.PROJECT: "; the project is kept"}


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
        hosts: Collection[str] = (),
        free: int | None = None,
        keep: Keep = Keep.NOTHING,
    ) -> list[CleanupItem]:
        """What would be removed; changes nothing. Without task ids only settled tasks are chosen.

        Args:
            hosts: only what lies on these; none named: on any.
            free: bytes that each of these hosts is to gain: only as much is chosen as that takes (see ``pick``).

        Raises:
            IllegalMove: a status is asked for in which work is left.
            InvalidTask: ``free`` with something kept.
            TaskNotFound: a named task does not exist.
        """
        if open_statuses := [status for status in statuses if status not in FINAL]:
            raise IllegalMove(
                f"Tasks that are {open_statuses[0]} can't be cleaned up in a batch: name them one by one."
            )
        if free is not None and keep is not Keep.NOTHING:
            raise InvalidTask(
                "How much is gained where something is kept is known only afterwards: "
                "ask for disk space without keeping anything, or choose tasks in another way."
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
        for workspace in self._store.workspaces(on_disk=True):
            if is_left(workspace, keep) and (not hosts or workspace.host in hosts):
                found.setdefault(workspace.task_id, []).append(workspace)
        items = [CleanupItem(task, found[task.id]) for task in tasks if task.id in found]
        return items if free is None else pick(items, free)

    def check(self, items: Sequence[CleanupItem]) -> None:
        """What a request refuses by the plan itself.

        Raises:
            TaskBusy: frames of a task are rendering.
        """
        for item in items:
            _refuse_busy(item.task)

    def request(
        self, items: Sequence[CleanupItem], *, keep: Keep = Keep.NOTHING, why: str | None = None
    ) -> list[Workspace]:
        """Record the request and tell the hosts; they carry it out now or when they are next online.

        What was asked for. Of several tasks, one that somebody retried since the plan was made is left out of it.

        Args:
            why: for the record, where it was no person's wish of the moment.

        Raises:
            TaskBusy: frames of a task are rendering by the plan itself, or of all tasks by now; nothing of any was
                requested.
        """
        self.check(items)
        requested: list[Workspace] = []
        busy: list[RenderTask] = []
        for item in items:
            with self._lifecycle.change(item.task.id, Action.CLEAN_UP) as change:
                if is_busy(change.task):
                    busy.append(change.task)
                else:
                    requested += _ask(change, item, keep, why)
        if not requested:
            for task in busy:
                _refuse_busy(task)
        for host in sorted({workspace.host for workspace in requested}):
            try:
                self._queue.ring_host(host)
            except BrokerUnavailable as error:
                log.warning("%s", error)  # each host's heartbeat finds the request by itself
                break
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
        wanted = bool(now) and now[0].state is WorkspaceState.CLEANUP_REQUESTED and now[0].keep is workspace.keep
        return wanted and not is_busy(self._store.task(workspace.task_id))

    def hold(self, workspace: Workspace, why: str) -> None:
        """The host can't remove it yet, and will as soon as it can."""
        if workspace.message == why:
            return
        with self._lifecycle.change(workspace.task_id, Action.CLEAN_UP) as change:
            change.tx.save_workspace(replace(workspace, message=why))
            change.update(activity=why)
            change.record(Action.CLEAN_UP, why, always=workspace.message is None)  # once, not at each look

    def done(self, workspace: Workspace, *, size_left: int, failure: str | None = None, ready: bool = False) -> None:
        """The host removed what it could.

        Args:
            ready: frames can be rendered in what is left without preparing it again.
        """
        state = WorkspaceState.READY if ready else WorkspaceState.REMOVED
        after = replace(
            workspace,
            state=WorkspaceState.CLEANUP_FAILED if failure else state,
            size=size_left,
            message=failure,
        )
        with self._lifecycle.change(workspace.task_id, Action.CLEAN_UP) as change:
            change.tx.save_workspace(after)
            # Under the task's lock: of two hosts that are done at the same time, the later one sees the other.
            others = [one for one in self._store.workspaces(task_ids=[after.task_id]) if one.host != after.host]
            change.update(activity=_activity([after, *others]))
            done = f"{'Downloads removed' if ready else 'Removed'} from {workspace.host}{_KEPT[workspace.keep]}."
            change.record(Action.CLEAN_UP, failure or done, always=True)


def _ask(change: TaskChange, item: CleanupItem, keep: Keep, why: str | None) -> list[Workspace]:
    asked = [replace(one, state=WorkspaceState.CLEANUP_REQUESTED, keep=keep, message=None) for one in item.workspaces]
    for workspace in asked:
        change.tx.save_workspace(workspace)
    change.update(activity=AT_IT)
    change.record(Action.CLEAN_UP, f"{why or 'Asked for'}{_KEPT[keep]}.", always=True)
    return asked


def _activity(workspaces: Sequence[Workspace]) -> str | None:
    """What the task says of its clean-up: what failed anywhere, or that hosts are still at it."""
    failed = [one.message for one in workspaces if one.state is WorkspaceState.CLEANUP_FAILED]
    if failed:
        return failed[0]
    return AT_IT if any(one.state is WorkspaceState.CLEANUP_REQUESTED for one in workspaces) else None


def _refuse_busy(task: RenderTask) -> None:
    if is_busy(task):
        raise TaskBusy(
            f"Task {task.id} ({task.name}) is rendering {task.counts.rendering} frame(s): "
            "cancel it or wait, then clean up."
        )
