"""Waiting for what was asked of the farm: that a task settles, that hosts have cleaned up."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from render_manager.domain.entities import Workspace, WorkspaceState
from render_manager.domain.states import FINAL
from render_manager.services.cleanup import Cleanup
from render_manager.services.ports import LocalWorkers
from render_manager.services.queries import Queries, TaskRow

#: Seconds between two looks.
POLL = 0.2
#: How long a task may wait on a farm of this machine alone although no worker can ever run it, in seconds, before we
#: say so.
PATIENCE = 10.0


def poll(seconds: float | None = None) -> Iterator[None]:
    """Again and again, a moment apart, for at most so many seconds; at least once."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        yield
        left = POLL if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, POLL))


class Following:
    """
    Args:
        alone: the farm is this machine's own, so that nobody else brings a worker.
        keep_worker: start one here while something is waited for, unless one is online.
    """

    def __init__(
        self, queries: Queries, cleanup: Cleanup, local_workers: LocalWorkers, *, alone: bool, keep_worker: bool
    ) -> None:
        self._queries = queries
        self._cleanup = cleanup
        self._local_workers = local_workers
        self._alone = alone
        self._keep_worker = keep_worker

    def looks(self, task_id: str, timeout: float | None = None) -> Iterator[TaskRow]:
        """The task as it is now, again and again, until it is completed, failed or cancelled.

        It ends earlier after ``timeout`` seconds, or where nobody will ever go on: the last row says why it waits.

        Raises:
            TaskNotFound, StoreUnavailable: as named.
            LocalFarmError: the worker that is needed can't be started.
        """
        stuck_since: float | None = None
        for _ in poll(timeout):
            self._ensure_worker()
            row = self._queries.task(task_id)
            if row.stuck and self._local_workers.running() and not self._hosts():
                row = replace(row, note="Starting a worker of this machine", stuck=False)
            yield row
            now = time.monotonic()
            stuck_since = (stuck_since or now) if self._alone and row.stuck else None
            if row.task.status in FINAL or (stuck_since and now - stuck_since > PATIENCE):
                return

    def cleaned(self, requested: Sequence[Workspace], timeout: float) -> list[Workspace]:
        """The workspaces as they are once their hosts are through with them, after ``timeout`` seconds at the latest,
        or at once where no host of them is online: they go on by themselves.

        Raises:
            StoreUnavailable, LocalFarmError: as above.
        """
        now: list[Workspace] = []
        for _ in poll(timeout):
            self._ensure_worker()
            now = self._cleanup.state_of(requested)
            asked = {workspace.host for workspace in now if workspace.state is WorkspaceState.CLEANUP_REQUESTED}
            if not asked or not (self._keep_worker or asked & self._hosts()):
                break
        return now

    def _ensure_worker(self) -> None:
        if self._keep_worker and not self._local_workers.running() and not self._hosts():
            self._local_workers.start()

    def _hosts(self) -> set[str]:
        """Those with a worker that is online."""
        return {worker.profile.host for worker in self._queries.workers() if worker.alive}
