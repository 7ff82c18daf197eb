"""One download: where each file is to be had, and getting it without harm to what is there already."""

import filecmp
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from render_manager.domain.entities import RenderFrame, RenderTask
from render_manager.domain.errors import NotEnoughSpace, ObjectNotFound, ObjectStoreError, RenderManagerError
from render_manager.services.give_back import md5_of
from render_manager.services.nowhere import Explain
from render_manager.services.ports import ObjectStore
from render_manager.services.result_files import Manifest, ResultKeys, files_of, is_here, result_name
from render_manager.services.tally import THREADS, Tally

_CHUNK = 1024 * 1024


@dataclass
class DownloadReport:
    """What a download did."""

    copied: list[Path] = field(default_factory=list[Path])
    unchanged: list[Path] = field(default_factory=list[Path])  #: there already, with the same content
    problems: list[str] = field(default_factory=list[str])  #: a sentence for each file or host that failed


@dataclass(frozen=True)
class _Wanted:
    """A file to be had: of a disk that can be read from here, or an object."""

    frame: int
    name: str  #: below the folder of the download
    size: int
    path: Path | None = None
    key: str = ""
    etag: str | None = None  #: None: not known
    md5: str | None = None


class Download:
    """
    Args:
        to: the folder to fill.
        overwrite: replace files with other content instead of keeping them.
    """

    def __init__(self, objects: ObjectStore, task: RenderTask, to: Path, overwrite: bool, tally: Tally) -> None:
        self._objects = objects
        self._task = task
        self._to = to
        self._overwrite = overwrite
        self._tally = tally
        self._report = DownloadReport()
        self._failed_in_a_row = 0  # requests to the object store
        self._lock = Lock()

    def run(self, frames: Sequence[RenderFrame], explain: Explain) -> DownloadReport:
        found = self._tally.each(self._find, frames)
        by_name: dict[str, list[_Wanted]] = {}
        for files in found:
            for file in files or ():
                by_name.setdefault(file.name, []).append(file)
        self._tally.total = sum(file.size for files in by_name.values() for file in files)
        missing = [frame for frame, files in zip(frames, found, strict=True) if files is None]
        self._report.problems += explain(missing) if missing else []
        # Those of one name one after the other: the second is to find the first.
        self._tally.each(lambda files: [self._get(file) for file in files], by_name.values())
        for paths in (self._report.copied, self._report.unchanged):
            paths.sort()
        return self._report

    # -- what there is -------------------------------------------------------------------------------------------

    def _find(self, frame: RenderFrame) -> list[_Wanted] | None:
        """The frame's files; None: they can be had from nowhere."""
        if is_here(frame) and (files := self._local(frame)):
            return files
        if frame.uploaded_key is None:
            return None
        try:
            files = self._uploaded(frame, frame.uploaded_key)
            self._failed_in_a_row = 0
            return files
        except (ObjectNotFound, ObjectStoreError) as error:
            self._failed(frame.frame_number, error)
            return []

    def _local(self, frame: RenderFrame) -> list[_Wanted]:
        """All files of the frame; none if one is missing and all are in the object store."""
        files: list[_Wanted] = []
        for file in files_of(frame):
            try:
                size = os.stat(file).st_size
            except OSError as error:
                if frame.uploaded_key is not None:
                    return []
                self._problem(f"Frame {frame.frame_number}: {file} can't be read: {error.strerror or error}.")
            else:
                files.append(_Wanted(frame.frame_number, result_name(file, self._task), size, Path(file)))
        return files

    def _uploaded(self, frame: RenderFrame, image_key: str) -> list[_Wanted]:
        keys = ResultKeys.around(image_key, self._task)
        manifest = self._manifest(keys.manifest(frame)) if keys else None
        if manifest:
            return [
                _Wanted(frame.frame_number, file.name, file.size, None, file.key, file.etag, file.md5)
                for file in manifest.files
            ]
        info = self._objects.stat(image_key)
        name = image_key.rpartition("/renders/")[2] if keys else image_key.rpartition("/")[2]
        return [_Wanted(frame.frame_number, name, info.size, None, image_key, info.etag)]

    def _manifest(self, key: str) -> Manifest | None:
        with TemporaryDirectory(prefix="render-manager-") as folder:
            path = Path(folder) / "manifest.json"
            try:
                self._objects.download(key, path)
                return Manifest.from_json(path.read_text(encoding="utf-8"))
            except ObjectNotFound:
                return None  # somebody removed it: the image itself can be had still
            except ValueError as error:
                raise ObjectStoreError(f"The manifest {key} can't be read: {error}.") from error

    # -- getting it ----------------------------------------------------------------------------------------------

    def _get(self, file: _Wanted) -> None:
        target = self._to.joinpath(*file.name.split("/"))
        side = target.with_name(f"{target.name}.fetching")
        try:
            if target.exists() and (same := self._known_same(file, target)) is not None:
                self._there_already(file, target, same)
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._fetch(file, side)
                if target.exists() and not self._overwrite:
                    self._there_already(file, target, filecmp.cmp(side, target, shallow=False), told=True)
                    return
                os.replace(side, target)
            finally:
                side.unlink(missing_ok=True)
            with self._lock:
                self._report.copied.append(target)
        except NotEnoughSpace:
            raise
        except (ObjectNotFound, ObjectStoreError) as error:
            self._failed(file.frame, error)
        except OSError as error:
            where = error.filename or target
            self._problem(f"Frame {file.frame}: {where} can't be read or written: {error.strerror or error}.")

    def _known_same(self, file: _Wanted, target: Path) -> bool | None:
        """Whether the target is this file; None: that can't be told, or it is to be replaced."""
        if file.path is not None:
            same = filecmp.cmp(file.path, target, shallow=False)
        elif target.stat().st_size != file.size:
            same = False
        elif file.md5 is not None:
            same = md5_of(target) == file.md5
        else:
            return None
        return None if not same and self._overwrite else same

    def _there_already(self, file: _Wanted, target: Path, same: bool, told: bool = False) -> None:
        self._tally.add(0 if told else file.size)
        if not same:
            self._problem(f"{target} exists with other content; it was kept (use --overwrite to replace it).")
            return
        with self._lock:
            self._report.unchanged.append(target)

    def _fetch(self, file: _Wanted, side: Path) -> None:
        if file.path is not None:
            self._copy(file.path, side)
            return
        info = self._objects.download(file.key, side, self._tally.transfer())
        if file.etag is not None and info.etag != file.etag:
            raise ObjectStoreError(f"{file.key} was replaced since the frame was uploaded; try again in a minute")
        self._failed_in_a_row = 0

    def _copy(self, source: Path, side: Path) -> None:
        """Under another name first, so that a full disk or the end of this program leaves no half image behind."""
        with source.open("rb") as read, side.open("wb") as write:
            while chunk := read.read(_CHUNK):
                write.write(chunk)
                self._tally.add(len(chunk))
        shutil.copystat(source, side)

    # -- what went wrong -----------------------------------------------------------------------------------------

    def _problem(self, sentence: str) -> None:
        with self._lock:
            self._report.problems.append(sentence)

    def _failed(self, number: int, error: RenderManagerError) -> None:
        """One object may be gone; when each request fails, the others need not be waited for."""
        if isinstance(error, ObjectStoreError):
            with self._lock:
                self._failed_in_a_row += 1
            if self._failed_in_a_row > THREADS:
                raise error
        self._problem(f"Frame {number}: {error}")
