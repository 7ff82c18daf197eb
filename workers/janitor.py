"""Carrying out the clean-ups asked of this host, beside the renders."""

import logging
from pathlib import Path

from render_manager.domain.entities import Workspace
from render_manager.services.cleanup import Cleanup
from render_manager.services.ports import TaskStore
from workers.periodic import Periodic
from workers.uploads import Uploads
from workers.workspace import Workspaces, measure

log = logging.getLogger(__name__)


class Janitor(Periodic):
    """A thread that removes workspaces when woken. A request not carried out stays recorded and is found again."""

    def __init__(
        self,
        cleanup: Cleanup,
        workspaces: Workspaces,
        host: str,
        store: TaskStore,
        uploads: Uploads | None = None,
    ) -> None:
        super().__init__("janitor", self._carry_out_all)
        self._cleanup = cleanup
        self._workspaces = workspaces
        self._host = host
        self._store = store
        self._uploads = uploads

    def _carry_out_all(self) -> None:
        for workspace in self._cleanup.requested_of(self._host):
            self._carry_out(workspace)

    def _carry_out(self, workspace: Workspace) -> None:
        task = self._store.task(workspace.task_id)
        paths = self._workspaces.paths(task)
        if Path(workspace.path) != paths.root:
            # The root was changed since: what lies at the old place is not ours to delete.
            self._cleanup.done(
                workspace,
                size_left=workspace.size,
                failure=f"{workspace.path} is not below this host's WORKSPACE_ROOT_DIR; delete it by hand.",
            )
            return
        with self._workspaces.locked(task.id):
            # Under the lock: a frame claimed from now on waits for it and then finds the workspace gone.
            if not self._cleanup.may_remove(workspace):
                return
            if self._uploads and (images := self._uploads.outstanding(workspace)):
                self._cleanup.hold(
                    workspace,
                    (f"The clean-up waits: {images} image(s) of host {self._host} are not in the object store yet."),
                )
                return
            failure = self._workspaces.remove(paths, keep=workspace.keep)
            log.info("Removed the workspace %s%s", paths.root, f", but {failure}" if failure else "")
            # Still under the lock: whoever prepares it next must have the last word on its state.
            self._cleanup.done(workspace, size_left=measure(paths.root), failure=failure)
