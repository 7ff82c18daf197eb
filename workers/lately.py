"""What was seen a while ago and still counts."""

import time


class Lately:
    """Names that are forgotten by themselves; for all lanes of a process.

    Args:
        seconds: how long a name is kept.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[str, float] = {}

    def add(self, name: str) -> None:
        self._until[name] = time.monotonic() + self._seconds

    def __contains__(self, name: str) -> bool:
        return time.monotonic() < self._until.get(name, 0.0)
