"""How long a renderer may stay open: what leaks in it must not end a host."""

import logging
import time
from dataclasses import dataclass

import psutil

log = logging.getLogger(__name__)

#: Seconds between two looks at its memory: each goes through all processes of the host.
LOOK_EVERY = 5.0


@dataclass(frozen=True)
class SessionLimits:
    """When a session is worn: after a frame, so that nothing is lost.

    Attributes:
        ready: seconds in which it must come to take requests; None: no other limit than that of its start.
        frames: so many were rendered.
        age: seconds since it was started.
        growth: it takes so many times the memory it took after its first frame ...
        share: ... and more than this share of the host's.
    """

    ready: float | None = None
    frames: int = 500
    age: float = 4 * 3600.0
    growth: float = 2.0
    share: float = 0.25


class Wear:
    """Of one session.

    Args:
        pid: its process; those it started count, too.
    """

    def __init__(self, limits: SessionLimits, pid: int) -> None:
        self._limits = limits
        self._pid = pid
        self._started = time.monotonic()
        self._looked = 0.0
        self._frames = 0
        self._first: int | None = None  # bytes after the first frame
        self._grown = 0

    def frame_asked(self) -> None:
        """Note that it was asked for a frame."""
        self._frames += 1

    def frame_ended(self) -> None:
        """Note that a frame was rendered, or failed."""
        now = time.monotonic()
        if self._first is None:
            self._first, self._looked = memory_of(self._pid), now
        elif now - self._looked >= LOOK_EVERY:
            self._grown, self._looked = memory_of(self._pid), now
        if reason := self.reason:
            log.info("Renderer %d is to be started anew: %s", self._pid, reason)

    @property
    def reason(self) -> str | None:
        """Why it is worn; None: it is not."""
        limits = self._limits
        if self._frames >= limits.frames:
            return f"{self._frames} frames are enough"
        if time.monotonic() - self._started >= limits.age:
            return f"it has been open for {limits.age / 3600:.1f} h"
        if self._grown > limits.growth * (self._first or self._grown) and self._grown > limits.share * total_memory():
            return f"its memory grew from {(self._first or 0) >> 20} to {self._grown >> 20} MB"
        return None


def total_memory() -> int:
    """Bytes of this host's memory."""
    return psutil.virtual_memory().total


def memory_of(pid: int) -> int:
    """Bytes that a process and all it started hold in memory; 0 if it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    held = 0
    for member in family:
        try:
            held += member.memory_info().rss
        except psutil.Error:  # gone meanwhile
            continue
    return held
