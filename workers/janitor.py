"""Carrying out the clean-ups asked of this host, beside the renders."""

import logging
import threading
from pathlib import Path

from render_manager.domain.entities import Workspace
from render_manager.domain.errors import RenderManagerError
from render_manager.services.cleanup import Cleanup
from render_manager.services.ports import TaskStore
from workers.workspace import Workspaces, measure

log = logging.getLogger(__name__)


class Janitor:
    """A thread that removes workspaces when woken. A request not carried out stays recorded and is found again."""

    def __init__(self, cleanup: Cleanup, workspaces: Workspaces, host: str, store: TaskStore) -> None:
        self._cleanup = cleanup
        self._workspaces = workspaces
        self._host = host
        self._store = store
        self._ended = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._ended.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._woken.wait()
            self._woken.clear()
            if self._ended.is_set():
                return
            try:
                for workspace in self._cleanup.requested_of(self._host):
                    self._carry_out(workspace)
            except RenderManagerError as error:
                log.warning("Cleaning up waits: %s", error)
            except Exception:
                log.exception("Cleaning up failed")

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
            failure = self._workspaces.remove(paths, keep_renders=workspace.keep_renders)
        log.info("Removed the workspace %s%s", paths.root, f", but {failure}" if failure else "")
        self._cleanup.done(workspace, size_left=measure(paths.root), failure=failure)
