"""How many frames one process renders, and which ones."""

import math
from collections.abc import Sequence
from itertools import pairwise

#: The share of a chunk's time that starting the renderer may take.
STARTUP_SHARE = 0.05
LARGEST = 1000


class ChunkSize:
    """The size of a task's chunks on this worker: as the task says, or learnt from its times.

    Args:
        asked: frames a chunk by the task; None: automatic.
        first: frames of a chunk before anything is known.
        most_seconds: rendering time that may be lost with a process.
        largest: what a process can render at most; None: any number.
    """

    def __init__(self, asked: int | None, first: int, most_seconds: float, largest: int | None = None) -> None:
        self._asked = asked
        self._first = first
        self._most_seconds = most_seconds
        self._largest = largest
        self._startup: float | None = None
        self._frame: float | None = None

    def measured(self, startup: float, frame: float) -> None:
        """Seconds that a process took until its first frame began, and on average for each frame."""
        self._startup, self._frame = startup, max(frame, 0.001)

    @property
    def frames(self) -> int:
        wanted = self._wanted()
        return wanted if self._largest is None else min(wanted, self._largest)

    def _wanted(self) -> int:
        if self._asked is not None:
            return self._asked
        if self._startup is None or self._frame is None:
            return self._first
        worthwhile = math.ceil(self._startup * (1 - STARTUP_SHARE) / STARTUP_SHARE / self._frame)
        bearable = int(self._most_seconds / self._frame)
        return max(1, min(worthwhile, bearable, LARGEST))


def runs(frames: Sequence[int]) -> list[list[int]]:
    """The frames, ascending, in as few parts as it takes for each to have one step."""
    parts: list[list[int]] = []
    ordered = sorted(frames)
    for number in ordered:
        last = parts[-1] if parts else []
        if len(last) == 1 or (len(last) > 1 and number - last[-1] == last[-1] - last[-2]):
            last.append(number)
        else:
            parts.append([number])
    return parts


def step_of(frames: Sequence[int]) -> int:
    """The step of a run, 1 for a single frame."""
    steps = {after - before for before, after in pairwise(frames)}
    assert len(steps) <= 1, "no run"
    return steps.pop() if steps else 1
