"""A frame's files outside of their workspace: how they are called, where in the object store they are, and what their
manifest says of them.

In the object store: {prefix}/{unionid}/{task_id}/renders/…, logs/frame_0007.1.log, manifests/frame_0007.1.json. Logs
and manifests carry the attempt, so that a late one replaces nothing.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from render_manager.domain.entities import RenderFrame, RenderTask

_SEPARATORS = re.compile(r"[\\/]+")
#: What no object key, or no file of some system, has in its name.
_UNFIT = re.compile(r'[\x00-\x1f<>:"|?*]')


@dataclass(frozen=True)
class ResultKeys:
    """Where in the object store the results of a task are: below ``base``."""

    base: str

    @classmethod
    def of(cls, prefix: str, task: RenderTask) -> "ResultKeys":
        return cls(f"{prefix.strip('/')}/{task.unionid}/{task.id}".lstrip("/"))

    @classmethod
    def around(cls, image_key: str, task: RenderTask) -> "ResultKeys | None":
        """Read off an image's key, as the hosts' prefix may be another than ours; None: it is of another form."""
        before, found, _ = image_key.partition(f"{task.unionid}/{task.id}/renders/")
        return cls(f"{before}{task.unionid}/{task.id}") if found else None

    def image(self, name: str) -> str:
        return f"{self.base}/renders/{name}"

    def log(self, name: str) -> str:
        return f"{self.base}/logs/{name}"

    def manifest(self, frame: RenderFrame) -> str:
        return f"{self.base}/manifests/frame_{frame.frame_number:04d}.{frame.attempt}.json"


@dataclass(frozen=True)
class ResultFile:
    """One file in the object store."""

    name: str  #: below the folder of the results, with slashes
    key: str
    size: int
    etag: str  #: the object store's; changes with the content
    md5: str  #: of the content, in hexadecimal digits


@dataclass(frozen=True)
class Manifest:
    """What was put into the object store for one attempt at one frame."""

    task: str
    task_name: str
    user: str
    engine: str
    frame: int
    attempt: int
    worker: str | None
    host: str
    files: tuple[ResultFile, ...]  #: the image that counts first
    log: ResultFile | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Raises ValueError: it is none, or a name in it would lead out of the folder it is joined to."""
        try:
            values = json.loads(text)
            files = tuple(_result_file(file) for file in values.pop("files"))
            log = values.pop("log", None)
            return cls(**values, files=files, log=_result_file(log) if log else None)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"no manifest: {error}") from error


def _result_file(values: dict[str, object]) -> ResultFile:
    file = ResultFile(**values)  # type: ignore[arg-type] - what json gives is checked by whoever uses it
    if not isinstance(file.size, int) or clean_name(file.name) != file.name:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"{file.name!r} can't be used as the name of a result")
    return file


def clean_name(name: str) -> str:
    """A relative path that stays below any folder and that every system takes."""
    parts = [_UNFIT.sub("_", part).rstrip(". ") for part in _SEPARATORS.split(name)]
    return "/".join(part for part in parts if part) or "_"


def result_name(path: str, task: RenderTask) -> str:
    """What a file is called outside: its path below the workspace's folder of renders, else its bare name.

    The workspace's root is another one on each host, but ends in {unionid}/{task_id} on all.
    """
    parts = _SEPARATORS.split(path)
    for place in range(len(parts) - 3):
        if parts[place : place + 2] == [task.unionid, task.id]:
            return clean_name("/".join(parts[place + 3 :]))
    return clean_name(parts[-1])


# -- the files of an attempt on the disk of its host --------------------------------------------------------------


def _list_path(log_path: str) -> Path:
    return Path(log_path).with_suffix(".files.json")


def keep_list(log_path: str, files: Sequence[str]) -> None:
    """Note beside its log which files a frame has, where it has several: its row names the first one only.

    Raises:
        OSError: it can't be written.
    """
    if len(files) > 1:
        _list_path(log_path).write_text(json.dumps(list(files), ensure_ascii=False), encoding="utf-8")


def files_of(frame: RenderFrame) -> list[str]:
    """The files of a completed frame, the image that counts first; on its host or where its disk can be read."""
    if frame.output_path is None:
        return []
    listed: list[str] = []
    if frame.log_path:
        try:
            listed = [str(file) for file in json.loads(_list_path(frame.log_path).read_text(encoding="utf-8"))]
        except (OSError, ValueError):  # it has one file only, or this is not its host
            listed = []
    return list(dict.fromkeys([frame.output_path, *listed]))


def is_here(frame: RenderFrame) -> bool:
    """Whether the image of this very attempt can be read from here.

    Hosts have the same paths, and a frame that was rendered again elsewhere leaves an old image behind. The log tells:
    its name has the attempt.
    """
    if frame.output_path is None or not _is_file(frame.output_path):
        return False
    if frame.log_path is None or _is_file(frame.log_path):
        return True
    return not Path(frame.log_path).parent.is_dir()  # somebody removed the logs


def _is_file(path: str) -> bool:
    try:
        with Path(path).open("rb"):
            return True
    except (OSError, ValueError):
        return False
