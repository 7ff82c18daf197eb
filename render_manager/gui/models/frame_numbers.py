"""Frame numbers and the positions they stand at, for tasks of a million frames: kept as runs and arrays."""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from render_manager.domain.frame_lists import FrameStates
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus

#: A frame's byte is its status' place here.
STATUSES = tuple(FrameStatus)
CODES = {status: code for code, status in enumerate(STATUSES)}
#: Beyond so many pieces numbers are put into runs one by one.
_MOST_PIECES = 40


def numbers_of(frames: str) -> Sequence[int]:
    """The frame numbers of a task in order. Takes a while for a million in many pieces: call it off the Qt thread."""
    runs = FrameRange.parse(frames, limit=sys.maxsize).runs  # what was once accepted is shown, whatever the limit now
    return runs[0] if len(runs) == 1 else tuple(FrameRange(runs))


def positions_of(numbers: Sequence[int], wanted: Sequence[int]) -> NDArray[np.intp]:
    """Where those of the wanted numbers are that occur, both in order."""
    if not numbers:
        return np.empty(0, np.intp)
    if isinstance(wanted, range):  # no more than could be there
        first, last = max(wanted[0], numbers[0]), min(wanted[-1], numbers[-1])
        first += -(first - wanted[0]) % wanted.step
        found = np.arange(first, last + 1, wanted.step)
    else:
        found = np.asarray(wanted, np.int64)
    if isinstance(numbers, range):
        found = found[(found >= numbers[0]) & (found <= numbers[-1]) & ((found - numbers[0]) % numbers.step == 0)]
        return (found - numbers[0]) // numbers.step
    known = np.asarray(numbers)
    places = np.searchsorted(known, found)
    places = np.minimum(places, len(known) - 1)
    return places[known[places] == found]


def range_of(numbers: Sequence[int], positions: NDArray[np.intp]) -> FrameRange:
    """The numbers at these positions, which are in order. Takes a while for many: call it off the Qt thread."""
    if not isinstance(numbers, range):
        return FrameRange.of(numbers[position] for position in positions.tolist())
    ends = np.flatnonzero(np.diff(positions) > 1)
    if len(ends) > _MOST_PIECES:
        return FrameRange.of((positions * numbers.step + numbers.start).tolist())
    firsts, lasts = positions[np.append(0, ends + 1)].tolist(), positions[np.append(ends, -1)].tolist()
    return FrameRange(tuple(numbers[first : last + 1] for first, last in zip(firsts, lasts, strict=True)))


def states_of(numbers: Sequence[int], found: FrameStates) -> bytearray:
    """A byte for each of these frames. Takes a while for many: call it off the Qt thread."""
    states = np.full(len(numbers), CODES[found.most], np.uint8)
    for status, named in found.named.items():
        states[positions_of(numbers, named)] = CODES[status]
    return bytearray(states)
