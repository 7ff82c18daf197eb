"""Text of any length, of which only what is seen is laid out: selected by mouse and keyboard, copied, marked."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.state_style import Tone, log_ground, tone
from render_manager.gui.theme import is_dark, monospace

#: Characters of a line that are shown; a line of megabytes would take seconds to lay out.
LONGEST = 4_000
#: Pixels left of the text, where lines of trouble have their mark.
GUTTER = 10
_MARK = 3
_LINE_END = 1 << 30


@dataclass(frozen=True, order=True)
class Place:
    """A place in the text."""

    line: int
    column: int


class LogText(QAbstractScrollArea):
    """
    Signals:
        moved: scrolled, by whomever.
        follows: whether the end is followed, where that changed by scrolling.
        copied: a selection is to be copied, from one place to another.
        find_asked: by its key.
    """

    moved = Signal()
    follows = Signal(bool)
    copied = Signal(object, object)
    find_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFont(monospace())
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hint = ""  #: said while there is no text
        self.spans: Callable[[str], list[tuple[int, int]]] | None = None  #: where in a line that is a hit the hits are
        self.following = False
        self.wrap = False
        self._connect(LogLines(parent=self))
        self._own = 0  # > 0: it is not the user who scrolls
        self._widest = 0.0
        self._anchor: Place | None = None
        self._cursor: Place | None = None
        self._top_of: list[tuple[int, float, float]] = []  # painted lines: number, top, height
        self._drag = QTimer(self, interval=40)
        self._drag.timeout.connect(self._drag_on)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self.viewport().update())

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def lines(self) -> LogLines:
        return self._lines

    def show_lines(self, lines: LogLines) -> None:
        """Show another text, at its end if the end is followed."""
        before = self._lines
        before.grew.disconnect(self._grown)
        before.loaded.disconnect(self._loaded)
        before.replaced.disconnect(self._forget)
        self._connect(lines)
        self._forget()

    def _connect(self, lines: LogLines) -> None:
        self._lines = lines
        lines.grew.connect(self._grown)
        lines.loaded.connect(self._loaded)
        lines.replaced.connect(self._forget)

    def _forget(self) -> None:
        self._anchor = self._cursor = None
        self._widest = 0.0
        self._fit()
        self.viewport().update()

    def _grown(self, above: int) -> None:
        if above:
            for name in ("_anchor", "_cursor"):
                if place := getattr(self, name):
                    setattr(self, name, Place(place.line + above, place.column))
        self._fit(above)
        self.viewport().update()

    def _loaded(self) -> None:
        if self.wrap:
            self._fit()
        self.viewport().update()

    def set_wrap(self, on: bool) -> None:
        self.wrap = on
        self._fit()
        self.viewport().update()

    def say(self, hint: str) -> None:
        self.hint = hint
        self.setAccessibleDescription(hint)
        self.viewport().update()

    # -- scrolling -----------------------------------------------------------------------------------------------

    @property
    def _line_height(self) -> float:
        return QFontMetricsF(self.font()).height() + 1

    @property
    def rows(self) -> int:
        """Lines that fit."""
        return max(int((self.viewport().height() - 4) / self._line_height), 1)

    @property
    def top(self) -> int:
        return self.verticalScrollBar().value()

    @property
    def in_view(self) -> str:
        """The lines that are seen."""
        last = min(self.top + self.rows, self._lines.count)
        return "\n".join(self._lines.line(number) or "" for number in range(self.top, last))

    def _fit(self, above: int = 0) -> None:
        """Let the scroll bars fit the text; what is in view stays in view when lines came ``above``."""
        bar = self.verticalScrollBar()
        self._own += 1
        value = bar.value() + above
        bar.setPageStep(self.rows)
        bar.setRange(0, self._last_top())
        bar.setValue(bar.maximum() if self.following else value)
        across = self.horizontalScrollBar()
        room = self.viewport().width() - GUTTER
        across.setPageStep(room)
        across.setSingleStep(int(self._line_height) * 2)
        across.setRange(0, 0 if self.wrap else max(int(self._widest + 12) - room, 0))
        self._own -= 1
        self.moved.emit()

    def _last_top(self) -> int:
        """The topmost line when the last one is in view."""
        count = self._lines.count
        if not self.wrap:
            return max(count - self.rows, 0)
        room, number = float(self.viewport().height() - 4), count
        while number > 0 and count - number < self.rows:
            text = self._lines.line(number - 1)
            room -= self._line_height if text is None else self._layout(number - 1, text)[1]
            if room < 0:
                break
            number -= 1
        return min(number, max(count - 1, 0))

    def _scrolled(self, value: int) -> None:
        self.viewport().update()
        if not self._own:
            self._set_following(value >= self.verticalScrollBar().maximum())
        self.moved.emit()

    def _set_following(self, on: bool) -> None:
        if on is not self.following:
            self.following = on
            self.follows.emit(on)

    def follow(self, on: bool) -> None:
        """Stay at the end from now on, or no longer."""
        self.following = on
        if on:
            self._fit()

    def scroll_to(self, line: int) -> None:
        """As if the user had."""
        self.verticalScrollBar().setValue(line)

    def reveal(self, line: int, column: int = 0) -> None:
        """Put the cursor there and bring it into view, with some lines around it."""
        self._cursor = self._anchor = Place(line, column)
        if not self.top + 1 <= line < self.top + max(self.rows - 2, 1):
            self.scroll_to(max(line - self.rows // 3, 0))
        self._set_following(False)  # somebody looks at this
        self.viewport().update()

    @property
    def current(self) -> int:
        """The line that "next" counts from: the cursor's while it is in view, else the topmost one."""
        if self._cursor and self.top <= self._cursor.line <= self.top + self.rows:
            return self._cursor.line
        return self.top - 1 if self._lines.count else 0

    @property
    def has_cursor(self) -> bool:
        """Whether the user went somewhere in it, by mouse, keys or a jump."""
        return self._cursor is not None

    def selected_word(self) -> str:
        """What is selected, if it is within one line that is in view."""
        chosen = self.selection
        if chosen is None or chosen[0].line != chosen[1].line:
            return ""
        line = self._lines.line(chosen[0].line) or ""
        return line[chosen[0].column : chosen[1].column]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # -- painting ------------------------------------------------------------------------------------------------

    def _layout(self, number: int, text: str) -> tuple[QTextLayout, float]:
        """The line laid out, and its height."""
        layout = QTextLayout(text[:LONGEST] + (" …" if len(text) > LONGEST else ""), self.font())
        option = QTextOption()
        mode = QTextOption.WrapMode
        option.setWrapMode(mode.WrapAtWordBoundaryOrAnywhere if self.wrap else mode.NoWrap)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        height = 0.0
        while (row := layout.createLine()).isValid():
            if self.wrap:
                row.setLineWidth(max(self.viewport().width() - GUTTER - 6, 40))
            row.setPosition(QPointF(0, height))
            height += self._line_height
        layout.endLayout()
        return layout, height

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if not self._lines.count:
            painter.setFont(QWidget.font(self.window()))
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(24, 12, -24, -12), flags, self.hint)
            painter.end()
            return
        self._top_of = []
        y, number, bottom = 2.0, self.top, self.viewport().height()
        widest = self._widest
        while y < bottom and number < self._lines.count:
            text = self._lines.line(number)
            height = self._line_height
            if text is not None:
                height = self._paint_line(painter, number, text, y)
            self._top_of.append((number, y, height))
            y += height
            number += 1
        painter.end()
        if self._widest > widest and not self.wrap:
            QTimer.singleShot(0, self, self._fit)

    def _paint_line(self, painter: QPainter, number: int, text: str, y: float) -> float:
        dark = is_dark(self.palette())
        layout, height = self._layout(number, text)
        width = self.viewport().width()
        here = bool(self._cursor and self._cursor.line == number)
        if ground := self._lines.ground(number) or ("here" if here and not self.selection else None):
            painter.fillRect(QRectF(0, y, width, height), log_ground(ground, dark))
        formats: list[QTextLayout.FormatRange] = []
        trouble = self._lines.tone(number)
        colour = tone(trouble, dark) if trouble else self.palette().color(QPalette.ColorRole.Text)
        if trouble:  # a mark of its own form, as colours alone are not for everybody
            short = 0.0 if trouble is Tone.ERROR else height / 4
            painter.fillRect(QRectF(_MARK, y + short, _MARK, height - 2 * short), colour)
        if self.spans and self._lines.is_hit(number):
            found = log_ground("hit_here" if here else "hit", dark)
            formats += [_background(start, length, found) for start, length in self.spans(text[:LONGEST])]
        if selected := self._selected_columns(number, len(text)):
            first, last = selected
            highlight, words = QPalette.ColorRole.Highlight, QPalette.ColorRole.HighlightedText
            formats.append(
                _background(first, last - first, self.palette().color(highlight), self.palette().color(words))
            )
        painter.setPen(colour)
        painter.save()
        painter.setClipRect(QRectF(GUTTER, y, width - GUTTER, height))
        layout.draw(painter, QPointF(GUTTER - self.horizontalScrollBar().value(), y), formats)
        painter.restore()
        if not self.wrap:
            self._widest = max(self._widest, layout.maximumWidth())
        return height

    # -- selection -----------------------------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[Place, Place] | None:
        if self._anchor is None or self._cursor is None or self._anchor == self._cursor:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    def _selected_columns(self, number: int, length: int) -> tuple[int, int] | None:
        if not (chosen := self.selection) or not chosen[0].line <= number <= chosen[1].line:
            return None
        first = chosen[0].column if number == chosen[0].line else 0
        last = min(chosen[1].column, length) if number == chosen[1].line else max(length, 1)
        return (first, last) if last > first else None

    def select(self, first: Place, last: Place) -> None:
        self._anchor, self._cursor = first, last
        self.viewport().update()

    def select_all(self) -> None:
        if count := self._lines.count:
            self.select(Place(0, 0), Place(count - 1, _LINE_END))

    def copy(self) -> None:
        if chosen := self.selection:
            self.copied.emit(*chosen)

    def _place_at(self, point: QPoint) -> Place | None:
        if not self._top_of:
            return None
        last = self._top_of[-1]
        number, y, _ = next((row for row in self._top_of if point.y() < row[1] + row[2]), last)
        text = self._lines.line(number)
        if text is None:
            return Place(number, 0)
        layout, _ = self._layout(number, text)
        row = min(max(int((point.y() - y) / self._line_height), 0), layout.lineCount() - 1)
        x = point.x() - GUTTER + self.horizontalScrollBar().value()
        return Place(number, min(layout.lineAt(row).xToCursor(x), len(text)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        place = self._place_at(event.position().toPoint())
        if place:
            extend = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.select(self._anchor or place if extend else place, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor:
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
            first = last = min(place.column, len(text) - 1)
            while first > 0 and not text[first - 1].isspace():
                first -= 1
            while last < len(text) and not text[last].isspace():
                last += 1
            self.select(Place(place.line, first), Place(place.line, last))

    def _drag_on(self) -> None:
        """The mouse is held outside: go on there."""
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        down = point.y() > self.viewport().height()
        if down or point.y() < 0:
            self.scroll_to(self.top + (2 if down else -2))
        self._extend_to(point)

    def _extend_to(self, point: QPoint) -> None:
        rect: QRect = self.viewport().rect()
        inside = QPoint(point.x(), min(max(point.y(), rect.top()), rect.bottom()))
        place = self._place_at(inside)
        if place and self._anchor:
            self.select(self._anchor, place)

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
            self.select(self._anchor or self._cursor or Place(max(self.top, 0), 0), place)
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

    def _moved(self, key: Qt.Key) -> Place | None:
        """Where the cursor goes by a key."""
        at, keys, count = self._cursor or Place(max(self.top, 0), 0), Qt.Key, self._lines.count
        steps = {
            keys.Key_Up: -1,
            keys.Key_Down: 1,
            keys.Key_PageUp: 1 - self.rows,
            keys.Key_PageDown: self.rows - 1,
        }
        if not count:
            return None
        if key in steps:
            return Place(min(max(at.line + steps[key], 0), count - 1), at.column)
        length = len(self._lines.line(at.line) or "")
        if key in (keys.Key_Left, keys.Key_Right):
            return Place(at.line, min(max(at.column + (1 if key == keys.Key_Right else -1), 0), length))
        return {keys.Key_Home: Place(0, 0), keys.Key_End: Place(count - 1, _LINE_END)}.get(key)


def _background(start: int, length: int, ground: QColor, words: QColor | None = None) -> QTextLayout.FormatRange:
    form = QTextLayout.FormatRange()
    form.start, form.length = start, length
    form.format = QTextCharFormat()
    form.format.setBackground(ground)
    if words:
        form.format.setForeground(words)
    return form
