"""The text of a log as one reads it: selected by mouse and keyboard, copied, gone through."""

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from render_manager.gui.views.log_area import LogArea
from render_manager.gui.views.log_selection import LINE_END, Place, word_at


class LogText(LogArea):
    """
    Signals:
        copied: a selection is to be copied, from one place to another.
        find_asked: by its key.
    """

    copied = Signal(object, object)
    find_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._drag = QTimer(self, interval=40)
        self._drag.timeout.connect(self._drag_on)

    # -- the cursor ----------------------------------------------------------------------------------------------

    def reveal(self, line: int, column: int = 0) -> None:
        """Put the cursor there and bring it into view, with some lines around it."""
        place = Place(line, column)
        self._selection.take(place, place)
        if not self.top + 1 <= line < self.top + max(self.rows - 2, 1):
            self.scroll_to(max(line - self.rows // 3, 0))
        self._set_following(False)  # somebody looks at this
        self.viewport().update()

    @property
    def current(self) -> int:
        """The line that "next" counts from: the cursor's while it is in view, else the topmost one."""
        cursor = self._selection.cursor
        if cursor and self.top <= cursor.line <= self.top + self.rows:
            return cursor.line
        return self.top - 1 if self._lines.count else 0

    @property
    def has_cursor(self) -> bool:
        """Whether the user went somewhere in it, by mouse, keys or a jump."""
        return self._selection.cursor is not None

    # -- selection -----------------------------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[Place, Place] | None:
        return self._selection.span

    def selected_word(self) -> str:
        """What is selected, if it is within one line that is in view."""
        chosen = self.selection
        if chosen is None or chosen[0].line != chosen[1].line:
            return ""
        line = self._lines.line(chosen[0].line) or ""
        return line[chosen[0].column : chosen[1].column]

    def select(self, first: Place, last: Place) -> None:
        self._selection.take(first, last)
        self.viewport().update()

    def select_all(self) -> None:
        if count := self._lines.count:
            self.select(Place(0, 0), Place(count - 1, LINE_END))

    def copy(self) -> None:
        if chosen := self.selection:
            self.copied.emit(*chosen)

    # -- mouse ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        place = self._place_at(event.position().toPoint())
        if place:
            extend = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.select(self._selection.anchor or place if extend else place, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._selection.anchor:
            self._extend_to(event.position().toPoint())
            inside = self.viewport().rect().contains(event.position().toPoint())
            self._drag.stop() if inside else self._drag.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag.stop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The word."""
        place = self._place_at(event.position().toPoint())
        text = self._lines.line(place.line) if place else None
        if place and text:
            first, last = word_at(text, place.column)
            self.select(Place(place.line, first), Place(place.line, last))

    def _drag_on(self) -> None:
        """The mouse is held outside: go on there."""
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        down = point.y() > self.viewport().height()
        if down or point.y() < 0:
            self.scroll_to(self.top + (2 if down else -2))
        self._extend_to(point)

    def _extend_to(self, point: QPoint) -> None:
        rect = self.viewport().rect()
        inside = QPoint(point.x(), min(max(point.y(), rect.top()), rect.bottom()))
        place = self._place_at(inside)
        if place and self._selection.anchor:
            self.select(self._selection.anchor, place)

    # -- keys ----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """These keys are the text's while it has the focus, whatever they do in the rest of the window."""
        own = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Find)
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and any(event.matches(key) for key in own)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.find_asked.emit()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and (place := self._moved(Qt.Key(event.key()))):
            self.select(self._selection.anchor or self._cursor_or_top, place)
            if not self.top <= place.line < self.top + self.rows:
                self.scroll_to(place.line if place.line < self.top else place.line - self.rows + 1)
        elif not self._scroll_by_key(Qt.Key(event.key())):
            event.ignore()

    def _scroll_by_key(self, key: Qt.Key) -> bool:
        bar, across, keys = self.verticalScrollBar(), self.horizontalScrollBar(), Qt.Key
        values = {
            keys.Key_Up: bar.value() - 1,
            keys.Key_Down: bar.value() + 1,
            keys.Key_PageUp: bar.value() - self.rows + 1,
            keys.Key_PageDown: bar.value() + self.rows - 1,
            keys.Key_Home: 0,
            keys.Key_End: bar.maximum(),
        }
        if key in values:
            bar.setValue(values[key])
            self._set_following(
                bar.value() >= bar.maximum() and key in (keys.Key_End, keys.Key_Down, keys.Key_PageDown)
            )
        elif key in (keys.Key_Left, keys.Key_Right):
            across.setValue(across.value() + across.singleStep() * (1 if key == keys.Key_Right else -1))
        return key in values or key in (keys.Key_Left, keys.Key_Right)

    @property
    def _cursor_or_top(self) -> Place:
        return self._selection.cursor or Place(max(self.top, 0), 0)

    def _moved(self, key: Qt.Key) -> Place | None:
        """Where the cursor goes by a key."""
        if not self._lines.count:
            return None
        at = self._cursor_or_top
        return at.moved(key, self._lines.count, self.rows, len(self._lines.line(at.line) or ""))
