"""In which order the frames of a task are handed out."""

from collections.abc import Sequence
from enum import StrEnum


class FrameOrder(StrEnum):
    FORWARD = "forward"  #: from the first to the last
    REVERSE = "reverse"  #: from the last to the first
    SPREAD = "spread"  #: first, last, middle, then the middle of each half …: the whole shot is seen early


def in_order(numbers: Sequence[int], order: FrameOrder) -> Sequence[int]:
    """Sorted frame numbers as ``order`` hands them out."""
    match order:
        case FrameOrder.FORWARD:
            return numbers
        case FrameOrder.REVERSE:
            return numbers[::-1]
        case FrameOrder.SPREAD:
            return _spread(numbers)


def _spread(numbers: Sequence[int]) -> Sequence[int]:
    """Each round of halving doubles the places looked at; a place that a coarser round had is passed over."""
    last = len(numbers) - 1
    if last < 1:
        return numbers
    taken = bytearray(len(numbers))
    taken[0] = taken[last] = 1
    spread = [numbers[0], numbers[last]]
    parts = 2
    while len(spread) < len(numbers):
        for part in range(1, parts, 2):
            place = (part * last + parts // 2) // parts
            if not taken[place]:
                taken[place] = 1
                spread.append(numbers[place])
        parts *= 2
    return spread
