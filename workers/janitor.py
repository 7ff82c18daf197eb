"""Carrying out the clean-ups asked of this host, beside the renders."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from render_manager.domain.entities import Keep, Workspace
from render_manager.domain.errors import WorkspaceError
from render_manager.services.cleanup import Cleanup
from render_manager.services.store_port import TaskStore
from workers.periodic import Periodic
from workers.removal import remove
from workers.uploads import Uploads
from workers.workspace import Workspaces, measure

log = logging.getLogger(__name__)

#: Seconds for which files that could not be deleted are tried again: a program that has one open may close it.
PATIENCE = 5.0
#: Seconds between two such tries.
TRY_EVERY = 0.5
#: Seconds that leaving waits for a removal; one that takes longer is finished by the host's next worker.
LEAVE_WITHIN = 2.0


class _AnotherIsAtIt(Exception):
    """Another worker of this host has the workspace's lock."""


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
        self._leaving = threading.Event()

    def stop(self, patience: float | None = LEAVE_WITHIN) -> None:
        self._leaving.set()
        super().stop(patience)

    def _carry_out_all(self) -> None:
        for workspace in self._cleanup.requested_of(self._host):
            if self._leaving.is_set():
                return
            try:
                self._carry_out(workspace)
            except _AnotherIsAtIt:
                log.debug("Another worker is at the workspace of task %s", workspace.task_id)
            except WorkspaceError as error:
                self._failed(workspace, str(error))
            except OSError as error:
                self._failed(workspace, f"{workspace.path} can't be cleaned up: {error}.")

    def _carry_out(self, workspace: Workspace) -> None:
        task = self._store.task(workspace.task_id)
        paths = self._workspaces.paths(task)
        if Path(workspace.path) != paths.root:
            # The root was changed since: what lies at the old place is not ours to delete.
            raise WorkspaceError(f"{workspace.path} is not below this host's WORKSPACE_ROOT_DIR; delete it by hand.")
        with self._workspaces.locked(task.id, _leave_it_to_the_other):
            # Under the lock: a frame claimed from now on waits for it and then finds the workspace gone.
            if not self._cleanup.may_remove(workspace):
                return
            if self._waits_for_uploads(workspace):
                return
            failure = remove(paths, keep=workspace.keep, pause=self._pauses())
            if failure and self._leaving.is_set():
                return  # not tried for long enough: the next worker goes on
            if workspace.keep is Keep.PROJECT:
                self._workspaces.downloads.drop(task.oss_file_path)
            else:
                self._workspaces.downloads.trim()  # what was linked from there counts from now on
            log.info("Cleaned up %s, keeping %s%s", paths.root, workspace.keep, f": {failure}" if failure else "")
            # Still under the lock: whoever prepares it next must have the last word on its state.
            self._cleanup.done(workspace, size_left=measure(paths.root), failure=failure, ready=paths.marker.is_file())

    def _waits_for_uploads(self, workspace: Workspace) -> bool:
        if self._uploads is None or workspace.keep is Keep.PROJECT:
            return False
        images = self._uploads.outstanding(workspace)
        if images:
            why = f"The clean-up waits: {images} image(s) of host {self._host} are not in the object store yet."
            self._cleanup.hold(workspace, why)
        return images > 0

    def _failed(self, workspace: Workspace, reason: str) -> None:
        log.warning("%s", reason)
        self._cleanup.done(workspace, size_left=workspace.size, failure=reason)

    def _pauses(self) -> Callable[[], bool]:
        """For one workspace: waits a moment, and says whether there is patience left."""
        deadline = time.monotonic() + PATIENCE
        return lambda: not self._leaving.wait(TRY_EVERY) and time.monotonic() < deadline


def _leave_it_to_the_other() -> None:
    raise _AnotherIsAtIt
