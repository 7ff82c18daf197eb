"""Cleaning up old tasks by itself, which happens only where a setting says so."""

import logging

from render_manager.domain.entities import Keep, Workspace, WorkspaceState
from render_manager.domain.errors import TaskBusy
from render_manager.services.cleanup import SECONDS_PER_DAY, Cleanup
from render_manager.services.cleanup_plan import CleanupItem
from render_manager.services.store_port import TaskStore

log = logging.getLogger(__name__)

#: Seconds after which a clean-up that failed is asked for again: whoever had a file open may have gone home.
AGAIN_AFTER = SECONDS_PER_DAY
#: So many tasks in one turn: it is done between two heartbeats.
MOST_AT_ONCE = 200


class Retention:
    """Args:
    after_days: tasks that ended so long ago are cleaned up.
    keep: what that leaves of a workspace.
    """

    def __init__(self, store: TaskStore, cleanup: Cleanup, after_days: float, keep: Keep) -> None:
        self._store = store
        self._cleanup = cleanup
        self._after_days = after_days
        self._keep = keep

    def carry_out(self) -> int:
        """Ask for what is due and not asked for yet; of how many tasks."""
        now = self._store.now()
        due: list[CleanupItem] = []
        for item in self._cleanup.plan(older_than_days=self._after_days, keep=self._keep):
            if workspaces := [workspace for workspace in item.workspaces if _is_due(workspace, now)]:
                due.append(CleanupItem(item.task, workspaces))
        why = f"Retention: the task ended more than {self._after_days:g} days ago"
        try:
            asked = self._cleanup.request(due[-MOST_AT_ONCE:], keep=self._keep, why=why)  # the oldest
        except TaskBusy:
            return 0  # somebody retried just these
        tasks = {workspace.task_id for workspace in asked}
        if tasks:
            log.info("Asked for the clean-up of %d task(s). %s", len(tasks), why)
        return len(tasks)


def _is_due(workspace: Workspace, now: float) -> bool:
    if workspace.state is WorkspaceState.CLEANUP_FAILED:
        return workspace.updated_at < now - AGAIN_AFTER
    return workspace.state is not WorkspaceState.CLEANUP_REQUESTED
