"""A download in a thread of its own: whoever waits for it hears of its progress, and can leave within a moment
whatever the network does."""

import threading
import time
from collections import deque
from collections.abc import Callable

from render_manager.storage.disk import readable

#: Seconds between two looks at how far it is.
_LOOK_EVERY = 0.2
#: Seconds over which the rate is taken: long enough to be calm, short enough to show a stall.
_RATE_OVER = 5.0

#: Told what is going on, for people; raising from it stops the work.
Report = Callable[[str], None]


class Stopped(Exception):
    """Nobody waits for the transfer any more."""


class Transfer:
    """What a transfer tells of itself while it runs.

    Attributes:
        waits: what it waits for before it can begin, for people; empty: for nothing.
    """

    def __init__(self) -> None:
        self.waits = ""
        self._left = threading.Event()
        self._done, self._total = 0, 0
        self._samples: deque[tuple[float, int]] = deque()

    def progress(self, done: int, total: int | None) -> None:
        """Raises Stopped when nobody waits any more."""
        if self._left.is_set():
            raise Stopped
        self._done, self._total = done, total or 0

    def run(self, work: Callable[["Transfer"], None], report: Report) -> None:
        """Do ``work`` in a thread; returns when it is done, raises what it raises or what ``report`` raises.

        After the latter the thread goes on until it hears of it, so ``work`` must hold whatever keeps others away.
        """
        failures: list[BaseException] = []

        def carry_out() -> None:
            try:
                work(self)
            except Stopped:
                return
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=carry_out, name="download", daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                report(self.words())
                thread.join(_LOOK_EVERY)
        except BaseException:
            self._left.set()
            raise
        if failures:
            raise failures[0]

    def words(self) -> str:
        """ "Downloading 34 % of 1.2 GB, 45.0 MB/s, 0:18 left"."""
        if self.waits:
            return self.waits
        done, total = self._done, self._total
        said = f"Downloading {100 * done // total} % of {readable(total)}" if total else "Downloading"
        if rate := self._rate(done):
            said += f", {readable(int(rate))}/s"
            if total:
                said += f", {_clock((total - done) / rate)} left"
        return said

    def _rate(self, done: int) -> float:
        """Bytes a second lately; 0: nothing moves, or it has only just begun."""
        now, samples = time.monotonic(), self._samples
        if samples and done < samples[-1][1]:
            samples.clear()  # a try that broke off begins again further back
        samples.append((now, done))
        while now - samples[0][0] > _RATE_OVER:
            samples.popleft()
        (since, before) = samples[0]
        return (done - before) / (now - since) if now - since > 1.0 else 0.0


def _clock(seconds: float) -> str:
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
