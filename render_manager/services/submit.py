"""From a path and a few fields to a task with its frames in the database and a ticket in the queue."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from render_manager.domain.engines import Engine, check_project_name, find_engine
from render_manager.domain.entities import ObjectInfo, RenderSpec, RenderTask, check_unionid, new_task_id
from render_manager.domain.errors import InvalidTask, ObjectNotFound, ObjectPathError
from render_manager.domain.frame_order import in_order
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.object_path import LocalPath, ObjectPath, parse_object_path
from render_manager.domain.priority import check_priority
from render_manager.domain.requirements import REQUIRES, Requirements
from render_manager.domain.states import FrameCounts
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.packing import content_of
from render_manager.services.ports import ObjectStore, Progress
from render_manager.services.upload import Uploading

ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".zip", ".gz")
_MAX_NAME = 255
_LARGEST_LIMIT = 100_000


@dataclass(frozen=True)
class CheckedSpec:
    """A submission whose every field was found good, before anything is fetched or written."""

    engine: Engine
    frames: FrameRange
    source: ObjectPath | LocalPath
    task_info: Mapping[str, object]
    name: str


@dataclass(frozen=True)
class Found:
    """What is at a submission's path."""

    size: int  #: bytes; of a folder, of all that is sent of it
    files: int | None = None  #: of a local folder
    local: bool = False  #: it is uploaded first
    engine: str | None = None  #: whose project files a folder holds, if that can be told


class Submission:
    """Takes render specs in.

    Args:
        max_frames: the most frames one task may have.
        max_attempts: how often a frame is tried where the submission does not say.
        uploading: puts local files into the object store.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        objects: ObjectStore,
        engines: Mapping[str, Engine],
        *,
        max_frames: int,
        max_attempts: int,
        uploading: Uploading,
    ) -> None:
        self._lifecycle = lifecycle
        self._objects = objects
        self.engines = engines
        self.max_frames = max_frames
        self.max_attempts = max_attempts
        self._uploading = uploading

    def check(self, spec: RenderSpec) -> CheckedSpec:
        """Check all that can be known without asking the object store.

        Raises:
            UsageError: a field is wrong; the message names it and says what to write.
        """
        engine = find_engine(self.engines, spec.engine)
        check_unionid(spec.unionid)
        check_priority(spec.priority)
        source = self._source(spec.path)
        name = spec.name or _name_of(source)
        if len(name) > _MAX_NAME or any(ord(char) < 32 for char in name):
            raise InvalidTask(f"Name {name[:40]!r} can't be used: give up to {_MAX_NAME} characters on one line.")
        for what, number in (("Max attempts", spec.max_attempts), ("Max workers", spec.max_workers)):
            if number is not None and not 1 <= number <= _LARGEST_LIMIT:
                raise InvalidTask(f"{what} {number} is out of range: use 1 or more, or leave it out.")
        for file in (_file_of(source), spec.project_file or ""):
            check_project_name(self.engines, engine, file)
        frames = FrameRange.parse(spec.frames, self.max_frames)
        engine.check_frames(frames)
        return CheckedSpec(
            engine=engine,
            frames=frames,
            source=source,
            task_info=_read_task_info(engine, spec.task_info),
            name=name,
        )

    def find(self, path: str) -> Found:
        """Look at what is to be submitted, before it is.

        Raises:
            ObjectPathError: it is no path of ours.
            ObjectNotFound: there is no such object or file.
            ObjectStoreError: the object store can't be asked, or a folder can't be read.
        """
        source = self._source(path)
        if isinstance(source, ObjectPath):
            return Found(self._stat(source).size)
        local = Path(source.path).expanduser()
        if local.is_file():
            return Found(local.stat().st_size, local=True)
        if not local.is_dir():
            raise ObjectNotFound(f"File {local} does not exist or is no file.")
        content = content_of(local)
        names = [file.name.lower() for file in content.files]
        held = [
            engine.name
            for engine in self.engines.values()
            if any(name.endswith(engine.project_suffixes) for name in names)
        ]
        return Found(content.size, len(names), local=True, engine=held[0] if len(held) == 1 else None)

    def submit(self, spec: RenderSpec, progress: Progress | None = None, packing: Progress | None = None) -> RenderTask:
        """Make the task and ring for it. A local file goes into the object store first, a folder packed to a zip;
        ``progress`` tells of that, and ``packing`` of the packing (else ``progress`` does).

        Raises:
            UsageError: a field is wrong, or a task named by ``after`` does not exist.
            ObjectNotFound: there is no such object or file.
            ObjectStoreError: the object store can't be asked.
            StoreUnavailable: the database is away; nothing was written.
        """
        checked = self.check(spec)
        task_id = new_task_id()
        packed = isinstance(checked.source, LocalPath) and Path(checked.source.path).expanduser().is_dir()
        key = self._key(checked, spec.unionid, progress, packing)
        task = RenderTask(
            id=task_id,
            name=checked.name,
            unionid=spec.unionid,
            oss_file_path=key,
            is_compressed=True if packed else spec.is_compressed,
            project_file=spec.project_file,
            render_engine=checked.engine.name,
            task_info=checked.task_info,
            frames=str(checked.frames),
            priority=spec.priority,
            frame_order=spec.frame_order,
            max_attempts=spec.max_attempts or self.max_attempts,
            max_workers=1 if checked.engine.undivided(checked.task_info) else spec.max_workers,
            counts=FrameCounts(pending=len(checked.frames)),
        )
        return self._lifecycle.add(task, in_order(list(checked.frames), spec.frame_order), spec.after)

    def _source(self, path: str) -> ObjectPath | LocalPath:
        source = parse_object_path(path)
        if isinstance(source, ObjectPath) and source.bucket is None and os.path.exists(path):
            return LocalPath(path)
        bucket = self._objects.bucket
        if isinstance(source, ObjectPath) and source.bucket and bucket and source.bucket != bucket:
            raise ObjectPathError(f"{path!r} is in bucket {source.bucket!r}, but the configured bucket is {bucket!r}.")
        return source

    def _stat(self, source: ObjectPath) -> ObjectInfo:
        try:
            return self._objects.stat(source.key)
        except ObjectNotFound as error:
            if source.bucket is not None:
                raise
            # A key or a file: whoever mistyped a file's name must not look for it in the object store.
            raise ObjectNotFound(f"{error} There is no file {source.key} in {Path.cwd()} either.") from error

    def _key(self, checked: CheckedSpec, user: str, progress: Progress | None, packing: Progress | None) -> str:
        source = checked.source
        if isinstance(source, ObjectPath):
            return self._stat(source).key
        return self._uploading.upload(
            Path(source.path),
            user=user,
            leave_out=checked.engine.rebuilt_folders,
            progress=progress,
            packing=packing,
        ).path.key


def _read_task_info(engine: Engine, task_info: Mapping[str, object]) -> dict[str, object]:
    options = {name: value for name, value in task_info.items() if name != REQUIRES}
    requires = Requirements.read(task_info.get(REQUIRES) or {})
    return {**engine.read_options(options), **({REQUIRES: requires.to_info()} if requires else {})}


def _file_of(source: ObjectPath | LocalPath) -> str:
    return source.name if isinstance(source, ObjectPath) else re.split(r"[\\/]", source.path.rstrip("\\/"))[-1]


def _name_of(source: ObjectPath | LocalPath) -> str:
    name = _file_of(source)
    lower = name.lower()
    suffix = next((suffix for suffix in ARCHIVE_SUFFIXES if lower.endswith(suffix)), "")
    return name[: len(name) - len(suffix)] or name
