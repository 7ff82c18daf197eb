"""Every frame of the selected task as one cell. Only the cells that are visible are painted, so that a hundred
thousand frames scroll like a hundred."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip, QWidget

from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frames import CODES, STATUSES, FrameModel
from render_manager.gui.theme import selected_colour
from render_manager.gui.views.cell_painter import CellPainter
from render_manager.gui.views.frame_selection import FrameSelection
from render_manager.gui.views.grid_layout import MARGIN, SIZES, GridLayout

_RENDERING = CODES[FrameStatus.RENDERING]
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class FrameGrid(QAbstractScrollArea):
    """Shows a FrameModel; selection by click, Ctrl, Shift, rubber band and keyboard.

    Signals:
        activated: a frame was double-clicked or Return pressed on it; its position.
        menu_asked: a context menu is wanted at this global point.
    """

    activated = Signal(int)
    menu_asked = Signal(QPoint)

    def __init__(self, model: FrameModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("frame_grid")
        self.setAccessibleName(self.tr("Frames of the selected task"))
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.model = model
        self.selection = FrameSelection()
        self.level: int | None = None  #: zoom level; None: as large as shows all
        self._band: tuple[QPoint, frozenset[int]] | None = None  #: where a rubber band began, what was selected then
        self._painter: CellPainter | None = None
        self.layout_ = self._fit()
        model.modelReset.connect(self._reset)
        model.dataChanged.connect(self._repaint)
        self.selection.changed.connect(self.viewport().update)
        self.selection.current_changed.connect(self._current_changed)

    # -- asking --------------------------------------------------------------------------------------------------

    def range_of(self, positions: Iterable[int]) -> FrameRange:
        """The numbers of the frames at these positions."""
        return FrameRange.of(self.model.numbers[position] for position in positions)

    def visible_rows(self) -> range:
        top = self.verticalScrollBar().value()
        return self.layout_.rows_in(top, top + self.viewport().height())

    # -- doing ---------------------------------------------------------------------------------------------------

    def go_to(self, position: int) -> None:
        """Select one frame and bring it into view."""
        self.selection.only(position)
        self.ensure_visible(position)

    def go_to_next(self, status: FrameStatus) -> bool:
        """Select the next frame in that state; False: there is none."""
        current = self.selection.current
        position = self.model.next_in(status, -1 if current is None else current)
        if position is not None:
            self.go_to(position)
        return position is not None

    def ensure_visible(self, position: int) -> None:
        cell, bar = self.layout_.cell(position), self.verticalScrollBar()
        if cell.top() < bar.value() + MARGIN:
            bar.setValue(cell.top() - MARGIN)
        elif cell.bottom() > bar.value() + self.viewport().height() - MARGIN:
            bar.setValue(cell.bottom() - self.viewport().height() + MARGIN)

    def zoom(self, steps: int) -> None:
        """Larger or smaller cells; 0: as large as shows all."""
        if steps == 0:
            self.level = None
        else:
            shown = (self.layout_.cell_width, self.layout_.cell_height)
            now = SIZES.index(shown) if shown in SIZES else len(SIZES)
            self.level = min(max(now + steps, 0), len(SIZES))
        self._relayout()
        if self.selection.current is not None:
            self.ensure_visible(self.selection.current)

    # -- model ---------------------------------------------------------------------------------------------------

    def _reset(self) -> None:
        self.selection.clear()
        self.verticalScrollBar().setValue(0)
        self._relayout()

    def _repaint(self, first: QModelIndex, last: QModelIndex) -> None:
        span = self.layout_.span(first.row(), last.row())
        self.viewport().update(span.translated(0, -self.verticalScrollBar().value()))

    def _current_changed(self, position: int | None) -> None:
        self.setAccessibleDescription("" if position is None else self.model.describe(position))

    def _fit(self) -> GridLayout:
        metrics = QFontMetrics(self.font())
        numbers = self.model.numbers
        widest = max((len(str(number)) for number in (numbers[0], numbers[-1])), default=1) if numbers else 1
        digits = metrics.horizontalAdvance("0" * max(widest, 2))
        return GridLayout.fit(
            len(numbers),
            self.viewport().width(),
            self.viewport().height(),
            label=(digits + 28, 24),
            gutter=digits + 10,
            level=self.level,
        )

    def _relayout(self) -> None:
        self.layout_ = self._fit()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(self.layout_.height - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(self.layout_.cell_height, 20))
        self.viewport().update()

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        scrolled = self.verticalScrollBar().value()
        painter.translate(0, -scrolled)
        exposed = event.rect().translated(0, scrolled)
        if not self.model.numbers:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            hint = self.tr("Select a task to see its frames.")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, hint)
            painter.end()
            return
        cells = self._cell_painter()
        for row in self.layout_.rows_in(exposed.top(), exposed.bottom()):
            self._paint_gutter(painter, row)
            for position in self.layout_.row(row):
                rect = self.layout_.cell(position)
                if rect.right() >= exposed.left() and rect.left() <= exposed.right():
                    self._paint_cell(painter, cells, position, rect)
        painter.end()

    def _paint_gutter(self, painter: QPainter, row: int) -> None:
        layout = self.layout_
        # Rows of small cells are lower than a line of text: not every one of them is named.
        every = -(-self.fontMetrics().height() // layout.cell_height)
        if layout.labelled or row % every:
            return
        first = layout.row(row)[0]
        top = layout.cell(first).top()
        rect = QRect(MARGIN - 4, top - 1, layout.gutter - 4, max(layout.cell_height, self.fontMetrics().height()))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, align, str(self.model.numbers[first]))

    def _paint_cell(self, painter: QPainter, cells: CellPainter, position: int, rect: QRect) -> None:
        code = self.model.states[position]
        selected = position in self.selection.positions
        if selected:
            painter.fillRect(rect.adjusted(-1, -1, 0, 0), self.palette().color(QPalette.ColorRole.Accent))
            painter.fillRect(cells.body.translated(rect.topLeft()), selected_colour(self.palette()))
        if code == _RENDERING and (progress := self.model.progress(position)):
            done, colour = cells.progress(progress)
            painter.fillRect(done.translated(rect.topLeft()), colour)
        painter.drawPixmap(rect.topLeft(), cells.cells[code])
        if self.layout_.labelled:
            painter.setPen(cells.ink(STATUSES[code]))
            text = QRectF(cells.body.translated(rect.topLeft())).adjusted(6, 0, -17, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(self.model.numbers[position]))
        if selected or position == self.selection.current:
            is_current = position == self.selection.current
            role = QPalette.ColorRole.WindowText if is_current and self.hasFocus() else QPalette.ColorRole.Accent
            painter.setPen(QPen(self.palette().color(role), 2 if rect.height() >= 15 else 1))
            painter.drawRect(rect.adjusted(-1, -1, -1, -1))

    def _cell_painter(self) -> CellPainter:
        layout, ratio = self.layout_, self.devicePixelRatioF()
        key = (self.palette().cacheKey(), layout.cell_width, layout.cell_height, ratio, layout.labelled)
        if self._painter is None or self._painter.key != key:
            self._painter = CellPainter(self.palette(), layout.cell_width, layout.cell_height, ratio, layout.labelled)
        return self._painter

    # -- mouse ---------------------------------------------------------------------------------------------------

    def _point(self, event: QMouseEvent) -> QPoint:
        return event.position().toPoint() + QPoint(0, self.verticalScrollBar().value())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:
            return
        position = self.layout_.at(self._point(event))
        modifiers = event.modifiers()
        if event.button() is Qt.MouseButton.RightButton:
            if position is not None and position not in self.selection.positions:
                self.selection.only(position)
            return
        kept = frozenset(self.selection.positions) if modifiers & _CTRL else frozenset()
        self._band = (self._point(event), kept)
        if position is None:
            if not modifiers & (_CTRL | _SHIFT):
                self.selection.take((), self.selection.current)
        elif modifiers & _SHIFT:
            self.selection.reach(position)
        elif modifiers & _CTRL:
            self.selection.toggle(position)
        else:
            self.selection.only(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start, kept = self._band
        here = self._point(event)
        if (here - start).manhattanLength() < QApplication.startDragDistance():
            return
        under = self.layout_.at(here)
        self.selection.take(self.layout_.block(start, here), self.selection.current if under is None else under, kept)
        if under is not None:
            self.ensure_visible(under)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._band = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = self.layout_.at(self._point(event))
        if event.button() is Qt.MouseButton.LeftButton and position is not None:
            self.activated.emit(position)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selection.positions:
            self.menu_asked.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & _CTRL:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = event.key(), len(self.model.numbers)
        if not count:
            super().keyPressEvent(event)
            return
        current = self.selection.current
        target = self._target(key, 0 if current is None else current, count, current is None)
        if target is not None:
            if event.modifiers() & _SHIFT:
                self.selection.reach(target)
            else:
                self.selection.only(target)
            self.ensure_visible(target)
        elif key == Qt.Key.Key_A and event.modifiers() & _CTRL:
            self.selection.take(range(count), current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.activated.emit(current)
        elif key == Qt.Key.Key_Space and current is not None:
            self.selection.toggle(current)
        else:
            super().keyPressEvent(event)

    def _target(self, key: int, current: int, count: int, first_time: bool) -> int | None:
        columns = self.layout_.columns
        page = columns * max(self.viewport().height() // self.layout_.cell_height - 1, 1)
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
        if key not in steps:
            return None
        return 0 if first_time else min(max(current + steps[Qt.Key(key)], 0), count - 1)

    # -- the rest ------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._relayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._painter = None
            self._relayout()

    def focusInEvent(self, event: QEvent) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            position = self.layout_.at(event.pos() + QPoint(0, self.verticalScrollBar().value()))
            if position is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.model.describe(position), self.viewport())
            return True
        return super().viewportEvent(event)
