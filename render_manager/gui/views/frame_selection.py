"""Which frames of the grid are selected, by position, with the rules people know from lists."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


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
        self.positions: set[int] = set()
        self.current: int | None = None
        self.anchor = 0

    def clear(self) -> None:
        self._set(set(), None)

    def only(self, position: int) -> None:
        self.anchor = position
        self._set({position}, position)

    def toggle(self, position: int) -> None:
        self.anchor = position
        self._set(self.positions ^ {position}, position)

    def reach(self, position: int) -> None:
        """From the anchor to here."""
        low, high = sorted((self.anchor, position))
        self._set(set(range(low, high + 1)), position)

    def take(self, positions: Iterable[int], current: int | None, keep: Iterable[int] = ()) -> None:
        self._set({*positions, *keep}, current)

    def _set(self, positions: set[int], current: int | None) -> None:
        moved = current != self.current
        different = positions != self.positions
        self.positions, self.current = positions, current
        if different:
            self.changed.emit()
        if moved:
            self.current_changed.emit(current)
