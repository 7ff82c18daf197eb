"""The isolated folder of a task on this host: `{root}/{unionid}/{task_id}/(source|project|renders|logs)`."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from render_manager.config import Settings
from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderTask, check_unionid
from render_manager.domain.errors import WorkspaceError
from render_manager.services.ports import ObjectStore
from render_manager.storage.disk import full_disk_explained
from workers.downloads import Downloads
from workers.filling import Filling
from workers.transfer import Report
from workers.workspace_paths import WorkspacePaths

LOGS_DIR_NAME = "logs"
_LOCKS = ".locks"  # no user can be called so: a unionid never begins with a dot


class Workspaces:
    """All workspaces of this host."""

    def __init__(self, settings: Settings, objects: ObjectStore) -> None:
        self._settings = settings
        self.root = settings.workspace_root
        self.downloads = Downloads(
            self.root, objects, most_bytes=settings.download_cache_bytes, min_free=settings.min_free_bytes
        )
        self._filling = Filling(settings, self.downloads)
        self.locks = self.root / _LOCKS

    def paths(self, task: RenderTask) -> WorkspacePaths:
        """Raises WorkspaceError if it would lie outside the root."""
        check_unionid(task.unionid)
        folder = self.root / task.unionid / task.id
        if not task.id.isalnum() or folder.resolve().parent.parent != self.root.resolve():  # a link may lead out
            raise WorkspaceError(f"The workspace {folder} of task {task.id} would lie outside {self.root}.")
        return WorkspacePaths(
            root=folder,
            source=folder / self._settings.source_dir_name,
            project=folder / self._settings.project_dir_name,
            renders=folder / self._settings.renders_dir_name,
            logs=folder / LOGS_DIR_NAME,
            temporary=folder / "tmp",
        )

    def free_disk(self) -> tuple[int, bool]:
        """Bytes free where workspaces are, and whether that is less than must stay free although every download that
        was only kept has gone."""
        if psutil.disk_usage(str(self.root)).free < self._settings.min_free_bytes:
            self.downloads.trim()
        free = psutil.disk_usage(str(self.root)).free
        return free, free < self._settings.min_free_bytes

    @contextmanager
    def locked(self, task_id: str, waiting: Callable[[], None] = lambda: None) -> Generator[None]:
        """Hold the workspace against the host's other workers; ``waiting`` is called twice a second meanwhile."""
        self.locks.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.locks / f"{task_id}.lock")
        while True:
            try:
                lock.acquire(timeout=0.5)
                break
            except Timeout:
                waiting()
        try:
            yield
        finally:
            lock.release()

    def prepare(self, task: RenderTask, engine: Engine, report: Report) -> tuple[Path, bool]:
        """Make the task's project ready to render, once per host: download, unpack, find the project file.

        The project file's path, and whether anything had to be done. Nothing half-made is ever taken for ready.

        Raises:
            ObjectNotFound, ObjectStoreError, ArchiveError, ProjectFileError: the project can't be had.
            SeveralProjectFiles: somebody must say which one is meant.
            NotEnoughSpace, WorkspaceError: this host can't hold it.
        """
        paths = self.paths(task)
        try:
            waiting = "Waiting for another worker of this host to prepare the project"
            with full_disk_explained(paths.root), self.locked(task.id, lambda: report(waiting)):
                if ready := self._ready(paths, task):
                    return ready, False
                return self._filling.fill(paths, task, engine, report), True
        except OSError as error:
            raise WorkspaceError(f"The workspace {paths.root} can't be written: {error.strerror or error}.") from error

    def _ready(self, paths: WorkspacePaths, task: RenderTask) -> Path | None:
        marker = paths.read_marker()
        if marker.get("asked") != [task.oss_file_path, task.project_file] or "project_file" not in marker:
            return None
        project_file = paths.project / str(marker["project_file"])
        return project_file if project_file.is_file() else None


def measure(folder: Path) -> int:
    """Bytes of all files below; 0 if there is no such folder."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:  # removed while we looked
                continue
    return total
