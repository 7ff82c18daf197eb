"""What keys do in a view of frames, be it a grid or a list."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from render_manager.gui.views.frame_selection import FrameSelection

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class FrameKeys:
    """
    Args:
        choose: select what is at that place of the view, or (True) everything from the anchor to there.
        activate: a position is to be looked at.
        type_number: somebody begins to type the number of a frame.
    """

    def __init__(
        self,
        selection: FrameSelection,
        choose: Callable[[int, bool], object],
        activate: Callable[[int], object],
        type_number: Callable[[str], object],
    ) -> None:
        self._selection = selection
        self._choose = choose
        self._activate = activate
        self._type_number = type_number

    def press(self, event: QKeyEvent, current: int | None, count: int, columns: int, rows_of_page: int) -> bool:
        """Args: current: the place in the view of what has the focus. Returns: whether the key meant something."""
        key, position = event.key(), self._selection.current
        if not count:
            return False
        page = columns * max(rows_of_page - 1, 1)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -count,
            Qt.Key.Key_End: count,
        }
        if key in steps:
            place = 0 if current is None else min(max(current + steps[Qt.Key(key)], 0), count - 1)
            self._choose(place, bool(event.modifiers() & _SHIFT))
        elif key == Qt.Key.Key_A and event.modifiers() & _CTRL:
            self._selection.all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and position is not None:
            self._activate(position)
        elif key == Qt.Key.Key_Space and position is not None:
            self._selection.toggle(position)
        elif event.text().isdigit() and not event.modifiers() & _CTRL:
            self._type_number(event.text())
        else:
            return False
        return True
