"""Telling a progress callback without slowing the transfer down."""

import threading
import time
from collections.abc import Callable

_INTERVAL = 0.1  #: seconds; a cancel is heard this soon, and a million small chunks cost nothing


class Meter:
    """Counts bytes for a progress callback and tells it at most ten times a second, one call at a time, from
    whichever thread moved them.

    An exception of the callback is kept in ``stopped`` and raised again by every later call, so that all threads of
    a transfer end, and a library that wraps exceptions can't hide it.
    """

    def __init__(self, progress: Callable[[int, int | None], None] | None, total: int | None) -> None:
        self.stopped: BaseException | None = None
        self._progress = progress
        self._total = total
        self._done = 0
        self._told_at = 0.0
        self._lock = threading.Lock()

    def at(self, done: int) -> None:
        """``done`` bytes are done, counted from the beginning."""
        with self._lock:
            self._done = done
            self._tell()

    def add(self, count: int) -> None:
        """``count`` more bytes are done."""
        with self._lock:
            self._done += count
            self._tell()

    def finish(self) -> None:
        """Everything is done: always told."""
        with self._lock:
            if self._total is not None:
                self._done = self._total
            self._told_at = 0.0
            self._tell()

    def wait(self, seconds: float) -> None:
        """Sleep, but hear a cancel meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _INTERVAL))
            self.add(0)

    def _tell(self) -> None:
        if self.stopped is not None:
            raise self.stopped
        now = time.monotonic()
        if self._progress is None or (self._told_at and now - self._told_at < _INTERVAL):
            return
        self._told_at = now
        try:
            self._progress(self._done, self._total)
        except BaseException as error:
            self.stopped = error
            raise
