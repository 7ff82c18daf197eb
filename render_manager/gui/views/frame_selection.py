"""Which frames of a task are selected, by position, with the rules people know from lists. One for all views of the
frames; a byte a frame, so that selecting a million of them takes no time."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

#: Positions that are put in: one, one after the other, or any.
Places = int | range | NDArray[np.intp]


class FrameSelection(QObject):
    """``current`` has the focus; ``anchor`` is where a range with Shift begins.

    Signals:
        changed: something is selected or not that was not or was before.
        current_changed: another frame has the focus; None: no frame.
    """

    changed = Signal()
    current_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mask: NDArray[np.bool_] = np.zeros(0, np.bool_)  #: by position; to be looked at only
        self.current: int | None = None
        self.anchor = 0

    # -- asking --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return int(np.count_nonzero(self.mask))

    def __bool__(self) -> bool:
        return bool(self.mask.any())

    def __contains__(self, position: int) -> bool:
        return bool(self.mask[position])

    def __iter__(self) -> Iterator[int]:
        """In order. Of a million positions no list should be made on the Qt thread."""
        return map(int, np.flatnonzero(self.mask))

    # -- selecting -----------------------------------------------------------------------------------------------

    def reset(self, count: int) -> None:
        """Begin with other frames, none of them selected."""
        had, self.mask = bool(self), np.zeros(count, np.bool_)
        self.anchor = 0
        if had:
            self.changed.emit()
        self._focus(None)

    def clear(self) -> None:
        self._set(self._none(), None)

    def only(self, position: int) -> None:
        self.anchor = position
        self.take([position], position)

    def toggle(self, position: int) -> None:
        self.anchor = position
        mask = self.mask.copy()
        mask[position] = not mask[position]
        self._set(mask, position)

    def reach(self, position: int, between: Sequence[Places] | None = None) -> None:
        """From the anchor to here; ``between``: what that is where the frames stand in another order."""
        low, high = sorted((self.anchor, position))
        self.take([range(low, high + 1)] if between is None else between, position)

    def all(self) -> None:
        self._set(np.ones(len(self.mask), np.bool_), self.current)

    def those(self, mask: NDArray[np.bool_]) -> None:
        """Select all that ``mask`` has, if it has any; the first of them has the focus then."""
        if mask.any():
            self.anchor = int(mask.argmax())
            self._set(mask, self.anchor)

    def take(self, places: Iterable[Places], current: int | None, keep: NDArray[np.bool_] | None = None) -> None:
        """Select these, and what ``keep`` has selected."""
        mask = self._none() if keep is None else keep.copy()
        for some in places:
            mask[slice(some.start, some.stop) if isinstance(some, range) else some] = True
        self._set(mask, current)

    def _none(self) -> NDArray[np.bool_]:
        return np.zeros(len(self.mask), np.bool_)

    def _set(self, mask: NDArray[np.bool_], current: int | None) -> None:
        different = not np.array_equal(mask, self.mask)
        self.mask = mask
        if different:
            self.changed.emit()
        self._focus(current)

    def _focus(self, current: int | None) -> None:
        if current != self.current:
            self.current = current
            self.current_changed.emit(current)
