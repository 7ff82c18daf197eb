"""What happens in a lane, told to the lifecycle; the database may be away meanwhile."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from render_manager.domain.entities import Claim
from render_manager.domain.errors import StoreUnavailable
from render_manager.services.lifecycle import Lifecycle
from workers.periodic import Periodic
from workers.signals import Signal

log = logging.getLogger(__name__)

#: Seconds between two writes of a frame's progress.
PROGRESS_EVERY = 0.5
#: Seconds between two writes of what a preparation is doing.
ACTIVITY_EVERY = 0.5
_LONGEST_WAIT = 5.0

Result = TypeVar("Result")


class Reporter:
    """Reports of one lane, in order.

    Args:
        give_up: set when the worker must leave; a report that can't be made then is left to the sweep.
    """

    def __init__(self, lifecycle: Lifecycle, give_up: Signal) -> None:
        self._lifecycle = lifecycle
        self._give_up = give_up
        self._next_progress = 0.0

    def surely(self, report: Callable[[], Result]) -> Result:
        """Make a report that must not be lost: again and again until the database takes it.

        Raises:
            StoreUnavailable: the worker leaves and the database is still away.
        """
        wait = 0.1
        while True:
            try:
                return report()
            except StoreUnavailable as error:
                if self._give_up.wait(wait):
                    raise
                log.warning("A report waits for the database: %s", error)
                wait = min(wait * 2, _LONGEST_WAIT)

    def progress(self, claim: Claim, fraction: float) -> None:
        """May be dropped: the next one says more."""
        if time.monotonic() < self._next_progress:
            return
        self._next_progress = time.monotonic() + PROGRESS_EVERY
        try:
            self._lifecycle.frame_progress(claim, fraction)
        except StoreUnavailable:
            log.debug("Progress of %s was not written", claim)


class Activity:
    """What a preparation is doing, shown with the task twice a second at most: what is quickly over costs nothing.

    A context; nothing is written after its end.
    """

    def __init__(self, lifecycle: Lifecycle, task_id: str) -> None:
        self._lifecycle = lifecycle
        self._task_id = task_id
        self._text: str | None = None
        self._written: str | None = None
        self._writing = Periodic("activity", self._write, ACTIVITY_EVERY)

    def __enter__(self) -> "Activity":
        self._writing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._writing.stop()

    def say(self, text: str) -> None:
        """For people: "Downloading 34 %"."""
        self._text = text

    def _write(self) -> None:
        text = self._text
        if text != self._written:
            self._lifecycle.set_activity(self._task_id, text)
            self._written = text
