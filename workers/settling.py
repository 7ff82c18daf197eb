"""Frames that a renderer calls done while their files are not, or not yet, what they should be."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from render_manager.domain.errors import RenderFailed
from render_manager.services.endings import Outcome
from workers.attempt import Attempt
from workers.renderers.events import FrameDone

#: Seconds between two looks at the files.
STEP = 0.5


@dataclass(frozen=True)
class _Late:
    attempt: Attempt
    done: FrameDone
    saved: Sequence[str]
    until: float


class Settling:
    """Reports frames once their files are right, or have had time enough to become so. All wait together: fifty
    frames whose files never come cost as much time as one.

    Args:
        seconds: that files may take after they were told of.
        report: told of each frame, once.
    """

    def __init__(self, seconds: float, report: Callable[[Attempt, Outcome], None]) -> None:
        self._seconds = seconds
        self._report = report
        self._late: list[_Late] = []
        self._looked = 0.0

    def done(self, attempt: Attempt, done: FrameDone, saved: Sequence[str]) -> None:
        """The renderer is through with the frame; report it now, if its files are right."""
        late = _Late(attempt, done, saved, time.monotonic() + self._seconds)
        if not self._settled(late):
            self._late.append(late)

    def look(self) -> None:
        """Report those whose files have come, or whose time is up."""
        if self._late and time.monotonic() - self._looked >= STEP:
            self._late = [late for late in self._late if not self._settled(late)]
            self._looked = time.monotonic()

    def wait(self, stopped: Callable[[], bool]) -> None:
        """Until all are reported; at once when ``stopped``."""
        while self._late and not stopped():
            time.sleep(STEP)
            self.look()

    def _settled(self, late: _Late) -> bool:
        try:
            outcome = late.attempt.verified(late.done, late.saved)
        except RenderFailed as error:
            if time.monotonic() < late.until:
                return False
            outcome = late.attempt.failed(error)
        self._report(late.attempt, outcome)
        return True
