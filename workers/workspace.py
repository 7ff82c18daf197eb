"""The isolated folder of a task on this host: `{root}/{unionid}/{task_id}/(source|project|renders|logs)`."""

import hashlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from render_manager.config import Settings
from render_manager.domain.entities import RenderTask, check_unionid
from render_manager.domain.errors import ArchiveError, NotEnoughSpace, WorkspaceError
from render_manager.services.ports import ObjectStore
from render_manager.storage.archives import kind_of, unpack
from render_manager.storage.disk import full_disk_explained
from render_manager.storage.project_files import find_project_file

LOGS_DIR_NAME = "logs"
_LOCKS = ".locks"  # no user can be called so: a unionid never begins with a dot
_MARKER = ".workspace.json"

#: Told what is going on, for people; raising from it stops the preparation.
Report = Callable[[str], None]


@dataclass(frozen=True)
class WorkspacePaths:
    """The folders of one task."""

    root: Path
    source: Path
    project: Path
    renders: Path
    logs: Path
    temporary: Path  #: the renderer's own temporary files; go with the workspace

    @property
    def marker(self) -> Path:
        """Written last: a workspace without it is not ready."""
        return self.root / _MARKER


class Workspaces:
    """All workspaces of this host."""

    def __init__(self, settings: Settings, objects: ObjectStore) -> None:
        self._settings = settings
        self._objects = objects
        self.root = settings.workspace_root

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

    @contextmanager
    def locked(self, task_id: str, waiting: Callable[[], None] = lambda: None) -> Generator[None]:
        """Hold the workspace against the host's other workers; ``waiting`` is called twice a second meanwhile."""
        folder = self.root / _LOCKS
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{task_id}.lock")
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

    def prepare(self, task: RenderTask, suffixes: Sequence[str], report: Report) -> tuple[Path, bool]:
        """Make the task's project ready to render, once per host: download, unpack, find the project file.

        The project file's path, and whether anything had to be done. Nothing half-made is ever taken for ready.

        Raises:
            ObjectNotFound, ObjectStoreError, ArchiveError, ProjectFileError: the project can't be had.
            NotEnoughSpace, WorkspaceError: this host can't hold it.
        """
        paths = self.paths(task)
        try:
            waiting = "Waiting for another worker of this host to prepare the project"
            with full_disk_explained(paths.root), self.locked(task.id, lambda: report(waiting)):
                if ready := self._ready(paths, task):
                    return ready, False
                return self._fill(paths, task, suffixes, report), True
        except OSError as error:
            raise WorkspaceError(f"The workspace {paths.root} can't be written: {error.strerror or error}.") from error

    def _ready(self, paths: WorkspacePaths, task: RenderTask) -> Path | None:
        try:
            marker = json.loads(paths.marker.read_text(encoding="utf-8"))
            project_file = paths.project / marker["project_file"]
        except (OSError, ValueError, KeyError):
            return None
        same = marker.get("asked") == [task.oss_file_path, task.project_file]
        return project_file if same and project_file.is_file() else None

    def _fill(self, paths: WorkspacePaths, task: RenderTask, suffixes: Sequence[str], report: Report) -> Path:
        for folder in (paths.source, paths.renders, paths.logs):
            folder.mkdir(parents=True, exist_ok=True)
        name = task.oss_file_path.rsplit("/", 1)[-1]
        source = paths.source / _safe_name(name)
        self._fetch(task, source, report)
        self._unpack(task, source, paths.project, name, suffixes, report)
        project_file = find_project_file(paths.project, suffixes, task.project_file, name)
        marker = {
            "project_file": project_file.relative_to(paths.project).as_posix(),
            "asked": [task.oss_file_path, task.project_file],
        }
        part = paths.marker.with_suffix(".part")
        part.write_text(json.dumps(marker), encoding="utf-8")
        os.replace(part, paths.marker)
        return project_file

    def _fetch(self, task: RenderTask, source: Path, report: Report) -> None:
        report("Downloading")
        info = self._objects.stat(task.oss_file_path)
        if source.is_file() and source.stat().st_size == info.size and _etag_of(source) == info.etag:
            return  # downloaded before; what came after it failed
        free = shutil.disk_usage(source.parent).free
        if info.size + self._settings.min_free_bytes > free:
            raise NotEnoughSpace(
                f"{task.oss_file_path} is {info.size:,} bytes, but only {free:,} are free in {source.parent} and "
                f"{self._settings.min_free_bytes:,} must stay so: free space or lower MIN_FREE_DISK_GB."
            )
        fetched = self._objects.download(
            task.oss_file_path, source, lambda done, total: report(_share("Downloading", done, total))
        )
        _etag_file(source).write_text(fetched.etag, encoding="utf-8")

    def _unpack(
        self, task: RenderTask, source: Path, project: Path, name: str, suffixes: Sequence[str], report: Report
    ) -> None:
        # A compressed .blend begins like a .gz: by default a project file's name counts, and then the content.
        is_project = name.lower().endswith(tuple(suffixes))
        kind = (
            None
            if task.is_compressed is False or (is_project and not task.is_compressed)
            else kind_of(source, declared=True)
        )
        if kind is None and task.is_compressed:
            raise ArchiveError(
                f"{name} was submitted as compressed but is neither .zip, .gz nor .tar.gz: "
                "submit it as not compressed, or pack it again."
            )
        report("Unpacking" if kind else "Copying the project file")
        if kind:
            unpack(
                source,
                project,
                name=name,
                max_bytes=self._settings.max_unpacked_bytes,
                free_margin=self._settings.min_free_bytes,
                progress=lambda done, total: report(_share("Unpacking", done, total)),
            )
            return
        filling = project.with_name(project.name + ".unpacking")
        _remove_tree(filling)
        filling.mkdir()
        shutil.copyfile(source, filling / source.name)
        _remove_tree(project)
        os.replace(filling, project)

    def remove(self, paths: WorkspacePaths, *, keep_renders: bool) -> str | None:
        """Delete a workspace, or all of it but rendered frames and logs; what could not be deleted, in a sentence.

        The caller holds the workspace's lock.
        """
        paths.marker.unlink(missing_ok=True)
        kept = {paths.renders, paths.logs} if keep_renders else set[Path]()
        failures: list[str] = []
        for entry in list(paths.root.iterdir()) if paths.root.is_dir() else []:
            if entry not in kept:
                _remove_tree(entry, failures)
        if not kept and not failures:
            _remove_tree(paths.root, failures)
            _remove_if_empty(paths.root.parent)
        return f"{len(failures)} file(s) could not be deleted, first: {failures[0]}" if failures else None


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


def _share(what: str, done: int, total: int | None) -> str:
    if not total:
        return f"{what}, {done / 1e6:,.0f} MB so far"
    return f"{what} {100 * done // total} % of {total / 1e6:,.1f} MB"


def _safe_name(name: str) -> str:
    """A key's last part as a file name that any system takes."""
    plain = "".join("_" if char in '<>:"|?*\\' or ord(char) < 32 else char for char in name).strip(". ")
    if len(plain.encode()) <= 200 and plain:
        return plain
    return hashlib.sha256(name.encode()).hexdigest()[:16] + plain[-40:]


def _etag_file(source: Path) -> Path:
    return source.with_name(source.name + ".etag")


def _etag_of(source: Path) -> str | None:
    try:
        return _etag_file(source).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _remove_tree(path: Path, failures: list[str] | None = None) -> None:
    """Delete a file or a whole folder; links are removed, never followed. Without ``failures`` errors are raised."""

    def failed(function: Callable[..., object], name: str, error: BaseException) -> None:
        try:  # read-only files stand in the way on Windows
            os.chmod(name, stat.S_IRWXU)
            function(name)
        except FileNotFoundError:
            return
        except OSError as again:
            if failures is None:
                raise
            failures.append(f"{name} ({again.strerror})")

    if path.is_symlink() or path.is_file():
        try:
            path.unlink()
        except OSError as error:
            failed(os.unlink, str(path), error)
    elif path.is_dir():
        if sys.version_info >= (3, 12):
            shutil.rmtree(path, onexc=failed)
        else:
            shutil.rmtree(path, onerror=lambda function, name, info: failed(function, name, info[1]))


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # other tasks of the user are there
