"""Putting what was rendered into the object store: a frame's files, its log, and a manifest of them."""

import hashlib
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from render_manager.domain.entities import RenderFrame, RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import ObjectNotFound, ObjectStoreError
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.ports import ObjectStore, Progress
from render_manager.services.result_files import Manifest, ResultFile, ResultKeys, files_of, is_here, result_name

_CHUNK = 1024 * 1024
#: Bytes of a log that are kept in the object store.
MOST_OF_A_LOG = 64 * 1024 * 1024
#: Workspaces that hold what a host rendered.
STANDING = (WorkspaceState.READY, WorkspaceState.CLEANUP_REQUESTED, WorkspaceState.CLEANUP_FAILED)


class GiveBack:
    """Asked by a host's workers; everything it looks for on disks is on this host's.

    Args:
        prefix: where in the object store results go: {prefix}/{unionid}/{task_id}/…
    """

    def __init__(self, lifecycle: Lifecycle, objects: ObjectStore, prefix: str) -> None:
        self._lifecycle = lifecycle
        self._store = lifecycle.store
        self._objects = objects
        self._prefix = prefix

    def workspaces_of(self, host: str) -> list[Workspace]:
        """The host's workspaces that may hold images."""
        return self._store.workspaces(host=host, states=STANDING)

    def tasks(self, task_ids: list[str]) -> list[RenderTask]:
        return self._store.tasks(ids=task_ids) if task_ids else []

    def outstanding(self, task_id: str, host: str | None = None) -> list[RenderFrame]:
        """Completed frames of the task that are on this host's disks and not in the object store yet; with ``host``:
        without those that an online worker of another host sees to, where hosts share a disk."""
        missing = self._store.not_uploaded(task_id)
        workers = self._store.workers(self._lifecycle.rules.alive_within) if missing and host else []
        others = {one.profile.name for one in workers if one.alive and one.profile.host != host}
        return [frame for frame in missing if frame.worker not in others and is_here(frame)]

    def still_wanted(self, task_id: str, number: int) -> RenderFrame | None:
        """The frame as it is now, if its image is complete and not in the object store."""
        found = self._store.frames(task_id, numbers=FrameRange.of([number]), statuses=[FrameStatus.COMPLETED])
        return found[0] if found and found[0].uploaded_key is None else None

    def send(self, task: RenderTask, frame: RenderFrame, host: str, progress: Progress | None = None) -> bool:
        """Upload a completed frame and say so. False: it was asked for again meanwhile, and this is not its image.

        The image is marked as uploaded last, so that whoever sees the mark finds everything.

        Raises:
            ObjectStoreError, ObjectPathError: it can't be uploaded now; what is there already is replaced next time.
            ObjectNotFound: the image is gone.
        """
        keys = ResultKeys.of(self._prefix, task)
        files = [self._upload(path, keys.image(name), name, progress) for name, path in _named(frame, task)]
        log = Path(frame.log_path) if frame.log_path else None
        kept_log = self._upload_log(log, keys, progress) if log and log.is_file() else None
        manifest = Manifest(
            task=task.id,
            task_name=task.name,
            user=task.unionid,
            engine=task.render_engine,
            frame=frame.frame_number,
            attempt=frame.attempt,
            worker=frame.worker,
            host=host,
            files=tuple(files),
            log=kept_log,
        )
        self._upload_text(manifest.to_json(), keys.manifest(frame), progress)
        return self._lifecycle.frame_uploaded(frame, files[0].key)

    def send_log(self, task: RenderTask, log: Path, progress: Progress | None = None) -> None:
        """Upload the log of an attempt that gave no image. Raises as ``send``."""
        self._upload_log(log, ResultKeys.of(self._prefix, task), progress)

    def _upload_log(self, log: Path, keys: ResultKeys, progress: Progress | None) -> ResultFile:
        """A log beyond all measure is cut: what went wrong is at its end."""
        try:
            if log.stat().st_size <= MOST_OF_A_LOG:
                return self._upload(log, keys.log(log.name), log.name, progress)
            with TemporaryDirectory(prefix="render-manager-") as folder:
                end = Path(folder) / log.name
                with log.open("rb") as whole, end.open("wb") as part:
                    whole.seek(-MOST_OF_A_LOG, os.SEEK_END)
                    part.write(b"[Render Manager] The beginning of this log was left out.\n")
                    whole.readline()
                    shutil.copyfileobj(whole, part)
                return self._upload(end, keys.log(log.name), log.name, progress)
        except OSError as error:
            raise ObjectNotFound(f"{log} can't be read: {error.strerror or error}.") from error

    def _upload(self, path: Path, key: str, name: str, progress: Progress | None) -> ResultFile:
        try:
            md5 = md5_of(path)
        except OSError as error:
            raise ObjectNotFound(f"{path} can't be read: {error.strerror or error}.") from error
        info = self._objects.upload(path, key, progress)
        return ResultFile(name, key, info.size, info.etag, md5)

    def _upload_text(self, text: str, key: str, progress: Progress | None) -> None:
        # Not in the workspace: its disk may be full, and the clean-up that would help waits for this.
        try:
            with TemporaryDirectory(prefix="render-manager-") as folder:
                path = Path(folder) / key.rpartition("/")[2]
                path.write_text(text, encoding="utf-8")
                self._objects.upload(path, key, progress)
        except OSError as error:
            raise ObjectStoreError(f"A temporary file can't be written: {error.strerror or error}.") from error


def _named(frame: RenderFrame, task: RenderTask) -> list[tuple[str, Path]]:
    """The frame's files with the names they get; two that would get the same one are told apart by a number."""
    named: dict[str, Path] = {}
    for file in files_of(frame):
        name = result_name(file, task)
        folder, _, last = name.rpartition("/")
        again = 2
        while name in named:
            name = f"{folder}/{again}_{last}".lstrip("/")
            again += 1
        named[name] = Path(file)
    return list(named.items())


def md5_of(path: Path) -> str:
    """Raises OSError."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
