"""A host whose clock is wrong: Python loads this at its start when PYTHONPATH names the folder.

SHIFTED_CLOCK_HOURS says by how much. Only the clock that Python code asks is shifted, not that of the disk, which is
how it is on a host with a network drive; the monotonic clock is left alone, as on any host.
"""

import os
import time

_SHIFT = round(float(os.environ.get("SHIFTED_CLOCK_HOURS", "0")) * 3600 * 1_000_000_000)
_true_time_ns = time.time_ns


def _time_ns() -> int:
    return _true_time_ns() + _SHIFT


def _time() -> float:
    return _time_ns() / 1_000_000_000


time.time_ns = _time_ns
time.time = _time
