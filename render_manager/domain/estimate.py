"""How long a task will still take, told from the frames it has completed."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

#: The last so many completed frames tell how long the next ones take.
SAMPLE = 48


@dataclass(frozen=True)
class Estimate:
    """Seconds from now to the last frame."""

    likely: float  #: if frames take as long as half of the last ones did
    at_most: float  #: if they take as long as nine of ten did
    sample: int  #: so many frames were looked at


def estimate(durations: Sequence[float], pending: int, rendering: int) -> Estimate | None:
    """From the seconds of the last completed frames, with as many frames at once as now; None: nothing tells.

    Of frames that are being rendered half is taken to be done.
    """
    if not durations or not rendering:
        return None
    rounds = (pending + rendering / 2) / rendering
    slow = sorted(durations)[min(int(0.9 * len(durations)), len(durations) - 1)]
    return Estimate(rounds * median(durations), rounds * slow, len(durations))
