"""Priority 0–10 and the three queues it maps to."""

from enum import StrEnum

from render_manager.domain.errors import InvalidTask

LOWEST, DEFAULT, HIGHEST = 0, 5, 10


class Band(StrEnum):
    """A queue of tickets; a worker listens to one, two or all three. Declared highest first."""

    HIGH = "high_priority"  #: priority 8–10
    DEFAULT = "default"  #: priority 4–7
    LOW = "low_priority"  #: priority 0–3

    @property
    def priorities(self) -> range:
        return {Band.HIGH: range(8, 11), Band.DEFAULT: range(4, 8), Band.LOW: range(4)}[self]


def check_priority(priority: int) -> int:
    """The priority itself if it is 0–10.

    Raises:
        InvalidTask: it is not.
    """
    if not LOWEST <= priority <= HIGHEST:
        raise InvalidTask(f"Priority {priority} is out of range: use {LOWEST} (lowest) to {HIGHEST} (highest).")
    return priority


def band_of(priority: int) -> Band:
    """The queue a task of this priority rings."""
    check_priority(priority)
    return next(band for band in Band if priority in band.priorities)
