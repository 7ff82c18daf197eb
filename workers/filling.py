"""Filling a workspace: fetch what was submitted, unpack it, find the file to render."""

import hashlib
import shutil
from pathlib import Path

from render_manager.config import Settings
from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import ArchiveError, SeveralProjectFiles
from render_manager.domain.file_names import is_reserved
from render_manager.storage.archives import kind_of, unpack, why_none
from render_manager.storage.disk import CHUNK, full_disk_explained, move_into_place, readable, require_space
from render_manager.storage.project_files import find_project_file
from workers.downloads import Downloads
from workers.removal import delete
from workers.transfer import Report
from workers.workspace_paths import WorkspacePaths

#: A file called so that is no archive is a broken upload, or of a kind that can't be unpacked.
_ARCHIVE_NAMES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".xz", ".bz2")


class Filling:
    """Makes workspaces ready. The caller holds the workspace's lock."""

    def __init__(self, settings: Settings, downloads: Downloads) -> None:
        self._settings = settings
        self._downloads = downloads

    def fill(self, paths: WorkspacePaths, task: RenderTask, engine: Engine, report: Report) -> Path:
        """The project file; see Workspaces.prepare for what it raises."""
        for folder in (paths.source, paths.renders, paths.logs):
            folder.mkdir(parents=True, exist_ok=True)
        name = task.oss_file_path.rsplit("/", 1)[-1]
        unpacked = {"unpacked": [task.oss_file_path, task.is_compressed]}
        # Somebody chose among the files of a project that waits here for that.
        chosen = task.project_file is not None and paths.read_marker() == unpacked and paths.project.is_dir()
        if not chosen:
            paths.marker.unlink(missing_ok=True)
            source = paths.source / _safe_name(name)
            self._downloads.fetch(task.oss_file_path, source, report)
            self._unpack(task, source, paths.project, name, engine, report)
        try:
            project_file = find_project_file(paths.project, engine, task.project_file, name)
        except SeveralProjectFiles:
            paths.write_marker(unpacked)
            raise
        relative = project_file.relative_to(paths.project).as_posix()
        paths.write_marker({"project_file": relative, "asked": [task.oss_file_path, task.project_file]})
        return project_file

    def _unpack(self, task: RenderTask, source: Path, project: Path, name: str, engine: Engine, report: Report) -> None:
        # A compressed .blend begins like a .gz: by default a project file's name counts, and then the content.
        is_project = name.lower().endswith(engine.project_suffixes)
        kind = (
            None
            if task.is_compressed is False or (is_project and not task.is_compressed)
            else kind_of(source, declared=True)
        )
        if kind is None and task.is_compressed is None and name.lower().endswith(_ARCHIVE_NAMES):
            raise ArchiveError(f"Archive {name} can't be unpacked: {why_none(source)}")
        if kind is None and task.is_compressed:
            raise ArchiveError(
                f"{name} was submitted as compressed but is neither .zip, .gz nor .tar.gz: "
                "submit it as not compressed, or pack it again."
            )
        if kind is None:
            self._copy(source, project, report)
            return
        report("Unpacking")
        unpack(
            source,
            project,
            name=name,
            max_bytes=self._settings.max_unpacked_bytes,
            free_margin=self._settings.min_free_bytes,
            progress=lambda done, total: report(_share("Unpacking", done, total)),
        )

    def _copy(self, source: Path, project: Path, report: Report) -> None:
        """A project that is one file. Not linked: what a renderer does to it must not reach the download."""
        size, done = source.stat().st_size, 0
        require_space(project.parent, size, self._settings.min_free_bytes)
        filling = project.with_name(f"{project.name}.unpacking")
        delete(filling)
        try:
            filling.mkdir()
            with full_disk_explained(filling), source.open("rb") as read, (filling / source.name).open("wb") as written:
                while chunk := read.read(CHUNK):
                    written.write(chunk)
                    done += len(chunk)
                    report(_share("Copying the project file", done, size))
            delete(project)
            move_into_place(filling, project)
        finally:
            shutil.rmtree(filling, ignore_errors=True)


def _share(what: str, done: int, total: int | None) -> str:
    return f"{what} {100 * done // total} % of {readable(total)}" if total else f"{what}, {readable(done)} so far"


def _safe_name(name: str) -> str:
    """A key's last part as a file name that any system takes."""
    plain = "".join("_" if char in '<>:"|?*\\' or ord(char) < 32 else char for char in name).strip(". ")
    if plain and len(plain.encode("utf-8", "surrogatepass")) <= 200 and not is_reserved(plain):
        return plain
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16] + plain[-40:]
