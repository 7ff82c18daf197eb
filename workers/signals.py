"""An event of this process, or one that several processes share."""

from typing import Protocol


class Signal(Protocol):
    """What threading.Event and a pool's own shared events have in common."""

    def is_set(self) -> bool: ...

    def set(self) -> None: ...

    def wait(self, timeout: float) -> bool: ...
