"""What a renderer's output says, as typed events; a parser turns lines into these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ready:
    """The renderer has started and takes requests."""

    version: str


@dataclass(frozen=True)
class SceneLoaded:
    missing: tuple[str, ...]  #: files the scene names that are not there


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
    size: tuple[int, int] | None  #: width and height in pixels that it should have, where known


@dataclass(frozen=True)
class Problem:
    """Something went wrong; the request is lost if ``fatal``."""

    message: str
    fatal: bool


Event = Ready | SceneLoaded | FrameProgress | FileSaved | FrameDone | Problem
