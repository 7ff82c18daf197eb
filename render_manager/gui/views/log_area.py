"""Text of any length, of which only what is seen is laid out: shown, scrolled and followed."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.theme import monospace
from render_manager.gui.views.log_painter import GUTTER, LONGEST, Look, lay_out, paint_line
from render_manager.gui.views.log_selection import Place, Selection


class LogArea(QAbstractScrollArea):
    """
    Signals:
        moved: scrolled, by whomever.
        follows: whether the end is followed, where that changed by scrolling.
    """

    moved = Signal()
    follows = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFont(monospace())
        self.hint = ""  #: said while there is no text
        self.spans: Callable[[str], list[tuple[int, int]]] | None = None  #: where in a line that is a hit the hits are
        self.following = False
        self.wrap = False
        self._selection = Selection()
        self._connect(LogLines(parent=self))
        self._own = 0  # > 0: it is not the user who scrolls
        self._widest = 0.0
        self._painted: list[tuple[int, float, float]] = []  # lines: number, top, height
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
        self._selection.forget()
        self._widest = 0.0
        self._fit()
        self.viewport().update()

    def _grown(self, above: int) -> None:
        if above:
            self._selection.shift(above)
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
            room -= self._line_height if text is None else self._lay_out(text)[1]
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # -- painting ------------------------------------------------------------------------------------------------

    def _lay_out(self, text: str) -> tuple[QTextLayout, float]:
        return lay_out(text, self.font(), self._line_height, self.viewport().width() if self.wrap else None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if not self._lines.count:
            font = QApplication.font()
            font.setFamilies(font.families())  # what is not set on a font stays the painter's: the log's own
            painter.setFont(font)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(24, 12, -24, -12), flags, self.hint)
            painter.end()
            return
        self._painted = []
        y, number, bottom = 2.0, self.top, self.viewport().height()
        widest = self._widest
        while y < bottom and number < self._lines.count:
            text = self._lines.line(number)
            height = self._line_height
            if text is not None:
                layout, height = self._lay_out(text)
                rect = QRectF(0, y, self.viewport().width(), height)
                scrolled = self.horizontalScrollBar().value()
                paint_line(painter, self.palette(), layout, self._look(number, text), rect, scrolled)
                if not self.wrap:
                    self._widest = max(self._widest, layout.maximumWidth())
            self._painted.append((number, y, height))
            y += height
            number += 1
        painter.end()
        if self._widest > widest and not self.wrap:
            QTimer.singleShot(0, self, self._fit)

    def _look(self, number: int, text: str) -> Look:
        cursor = self._selection.cursor
        here = bool(cursor and cursor.line == number)
        return Look(
            ground=self._lines.ground(number) or ("here" if here and not self._selection.span else None),
            trouble=self._lines.tone(number),
            here=here,
            hits=self.spans(text[:LONGEST]) if self.spans and self._lines.is_hit(number) else (),
            selected=self._selection.columns(number, len(text)),
        )

    def _place_at(self, point: QPoint) -> Place | None:
        """What was painted at a place of the viewport."""
        if not self._painted:
            return None
        last = self._painted[-1]
        number, y, _ = next((row for row in self._painted if point.y() < row[1] + row[2]), last)
        text = self._lines.line(number)
        if text is None:
            return Place(number, 0)
        layout, _ = self._lay_out(text)
        row = min(max(int((point.y() - y) / self._line_height), 0), layout.lineCount() - 1)
        x = point.x() - GUTTER + self.horizontalScrollBar().value()
        return Place(number, min(layout.lineAt(row).xToCursor(x), len(text)))
