"""What a renderer's output says, as typed events; a parser turns lines into these."""

from dataclasses import dataclass

from render_manager.domain.failures import FailureClass

#: Begins the lines that our driver scripts write.
DRIVER_PREFIX = "@@RM "


@dataclass(frozen=True)
class Ready:
    """A session has started and takes requests."""

    version: str


@dataclass(frozen=True)
class SceneLoaded:
    missing: tuple[str, ...]  #: files the scene names that are not there


@dataclass(frozen=True)
class FrameStarted:
    """Of a range: what follows is about this frame."""

    frame: int


@dataclass(frozen=True)
class FrameProgress:
    frame: int
    fraction: float  #: 0–1


@dataclass(frozen=True)
class FileSaved:
    path: str


@dataclass(frozen=True)
class FrameDone:
    frame: int
    path: str  #: the frame's main image; empty: the first one saved
    size: tuple[int, int] | None = None  #: width and height in pixels that it should have, where known
    files: tuple[str, ...] = ()  #: all files, where they are not told of by FileSaved


@dataclass(frozen=True)
class Problem:
    """Something went wrong; the request, or the frame of a range that was begun last, is lost if ``fatal``."""

    message: str  #: for people
    fatal: bool
    failure: FailureClass = FailureClass.UNKNOWN
    evidence: str | None = None  #: the line that shows it


Event = Ready | SceneLoaded | FrameStarted | FrameProgress | FileSaved | FrameDone | Problem
