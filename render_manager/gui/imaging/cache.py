"""Something kept up to so many bytes; what was not used for longest goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """
    Args:
        most_bytes: never more is kept, except that one single value may be larger.
        size: the bytes of a value.
    """

    def __init__(self, most_bytes: int, size: Callable[[Value], int]) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._size = size
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """None: it is not kept. What is asked for counts as used."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Key, value: Value) -> None:
        self.drop(key)
        self._kept[key] = value
        self.bytes += self._size(value)
        while self.bytes > self.most_bytes and len(self._kept) > 1:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        if key in self._kept:
            self.bytes -= self._size(self._kept.pop(key))

    def room_for(self) -> int | None:
        """How many values of the usual size fit in all; None: nothing is kept that would tell."""
        return self.most_bytes * len(self._kept) // self.bytes if self.bytes else None
