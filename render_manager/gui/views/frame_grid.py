"""Every frame of the selected task: a point, a cell or its image, by zoom. Only what is visible is painted, so that a
million frames scroll like a hundred."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.views.frame_keys import FrameKeys
from render_manager.gui.views.frame_selection import FrameSelection
from render_manager.gui.views.grid_layout import LEVELS, MARGIN, GridLayout, Kind
from render_manager.gui.views.grid_painter import GridPainter
from render_manager.gui.views.strip_painter import REACH
from render_manager.gui.views.thumbnails import Thumbnails

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
#: A wheel's click, in the unit of its events; touch pads send less at a time.
_CLICK = 120


class FrameGrid(QAbstractScrollArea):
    """Shows a FrameModel; selection by click, Ctrl, Shift, rubber band and keyboard.

    Signals:
        activated: a frame was double-clicked or Return pressed on it; its position.
        menu_asked: a context menu is wanted at this global point.
        number_typed: somebody begins to type the number of a frame.
        zoomed: what is shown in what size is different now.

    Args:
        thumbnails: where images come from; without it none are shown.
    """

    activated = Signal(int)
    menu_asked = Signal(QPoint)
    number_typed = Signal(str)
    zoomed = Signal()

    def __init__(
        self,
        model: FrameModel,
        selection: FrameSelection | None = None,
        thumbnails: Thumbnails | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("frame_grid")
        self.setAccessibleName(self.tr("Frames of the selected task"))
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.viewport().setMouseTracking(True)
        self.model = model
        self.selection = FrameSelection() if selection is None else selection  # one with nothing selected is false
        self.thumbnails = thumbnails
        self.level: int | None = None  #: of zoom; None: as large as shows all
        #: Where a rubber band began, and what stays selected beside what it takes.
        self._band: tuple[QPoint, NDArray[np.bool_] | None] | None = None
        self._turned = 0  #: of a wheel, less than a click
        self._painter = GridPainter(self)
        self._keys = FrameKeys(self.selection, self._choose, self.activated.emit, self.number_typed.emit)
        self._look = QTimer(self, singleShot=True, interval=60)  # what is only scrolled past is not read
        self._look.timeout.connect(self._want_images)
        self.layout_ = self._fit()
        model.modelReset.connect(self._reset)
        model.dataChanged.connect(self._repaint)
        self.selection.changed.connect(self.viewport().update)
        self.selection.current_changed.connect(self._current_changed)
        if thumbnails:
            thumbnails.ready.connect(self._image_ready)

    # -- asking --------------------------------------------------------------------------------------------------

    def visible_rows(self) -> range:
        top = self.verticalScrollBar().value()
        return self.layout_.rows_in(top, top + self.viewport().height())

    def position_at(self, point: QPoint) -> int | None:
        """The frame under a point of the viewport."""
        return self.layout_.at(point + QPoint(0, self.verticalScrollBar().value()))

    def place_of(self, position: int) -> QRect:
        """Where in the viewport a frame is."""
        return self.layout_.cell(position).translated(0, -self.verticalScrollBar().value())

    def note(self, frame: RenderFrame) -> str:
        """What to say of a frame where no image can be shown."""
        if frame.status is FrameStatus.COMPLETED:
            return self.tr("No image here") if self.thumbnails and self.thumbnails.failure(frame) else ""
        if frame.status is FrameStatus.FAILED and frame.error_message:
            return say(frame.error_message)
        return FRAME_STYLES[frame.status].text

    # -- doing ---------------------------------------------------------------------------------------------------

    def go_to(self, position: int) -> None:
        """Select one frame and bring it into view."""
        self.selection.only(position)
        self.ensure_visible(position)

    def ensure_visible(self, position: int) -> None:
        cell, bar = self.layout_.cell(position), self.verticalScrollBar()
        if cell.top() < bar.value() + MARGIN:
            bar.setValue(cell.top() - MARGIN)
        elif cell.bottom() > bar.value() + self.viewport().height() - MARGIN:
            bar.setValue(cell.bottom() - self.viewport().height() + MARGIN)

    def zoom(self, steps: int, around: QPoint | None = None) -> None:
        """Larger or smaller; 0: as large as shows all. What is at the point ``around`` stays there."""
        self.set_level(None if steps == 0 else self.layout_.level + steps, around)

    def set_level(self, level: int | None, around: QPoint | None = None) -> None:
        """As ``GridLayout.fit`` counts levels; None: as large as shows all."""
        held = None if around is None else self.position_at(around)
        self.level = None if level is None else min(max(level, 0), LEVELS - 1)
        self._relayout()
        if held is not None and around is not None:
            self.verticalScrollBar().setValue(self.layout_.cell(held).center().y() - around.y())
        elif self.selection.current is not None:
            self.ensure_visible(self.selection.current)

    # -- model ---------------------------------------------------------------------------------------------------

    def _reset(self) -> None:
        self.selection.reset(len(self.model.numbers))
        self.verticalScrollBar().setValue(0)
        self._relayout()

    def _repaint(self, first: QModelIndex, last: QModelIndex) -> None:
        span = self.layout_.span(first.row(), last.row()).adjusted(-REACH, -REACH, REACH, REACH)
        self.viewport().update(span.translated(0, -self.verticalScrollBar().value()))

    def _current_changed(self, position: int | None) -> None:
        self.setAccessibleDescription("" if position is None else self.model.describe(position))
        self.viewport().update()

    def _image_ready(self, number: int) -> None:
        position = self.model.position(number)
        if position is not None and self.layout_.kind is Kind.THUMBNAIL:
            self.viewport().update(self.place_of(position))

    def _want_images(self) -> None:
        """Those of the frames in view first, then of a page below and above."""
        if self.thumbnails is None or self.layout_.kind is not Kind.THUMBNAIL or not self.isVisible():
            return
        layout, rows = self.layout_, self.visible_rows()
        page = len(rows)
        near = [*rows, *range(rows.stop, rows.stop + page), *range(rows.start - 1, rows.start - 1 - page, -1)]
        positions = [position for row in near if 0 <= row < layout.rows for position in layout.row(row)]
        frames = [frame for position in positions if (frame := self.model.known(position))]
        self.thumbnails.want("grid", frames, round(layout.cell_width * self.devicePixelRatioF()))

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
        self.zoomed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if self.model.numbers:
            scrolled = self.verticalScrollBar().value()
            painter.translate(0, -scrolled)
            self._painter.paint(painter, event.rect().translated(0, scrolled))
            if self.layout_.kind is Kind.THUMBNAIL and not self._look.isActive():
                self._look.start()
        else:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            hint = self.tr("Reading the frames…") if self.model.awaited else self.tr("Select a task to see its frames.")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, hint)
        painter.end()

    # -- mouse ---------------------------------------------------------------------------------------------------

    def _point(self, event: QMouseEvent) -> QPoint:
        return event.position().toPoint() + QPoint(0, self.verticalScrollBar().value())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton or not self.model.numbers:
            return
        position = self.layout_.at(self._point(event))
        modifiers = event.modifiers()
        if event.button() is Qt.MouseButton.RightButton:
            if position is not None and position not in self.selection:
                self.selection.only(position)
            return
        self._band = (self._point(event), self.selection.mask if modifiers & _CTRL else None)
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
        if self.selection:
            self.menu_asked.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & _CTRL:
            super().wheelEvent(event)
            return
        self._turned += event.angleDelta().y()
        clicks = int(self._turned / _CLICK)
        self._turned -= clicks * _CLICK
        if clicks:
            self.zoom(clicks, event.position().toPoint())

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layout = self.layout_
        rows = self.viewport().height() // layout.cell_height
        if not self._keys.press(event, self.selection.current, len(self.model.numbers), layout.columns, rows):
            super().keyPressEvent(event)

    def _choose(self, position: int, reach: bool) -> None:
        if reach:
            self.selection.reach(position)
        else:
            self.selection.only(position)
        self.ensure_visible(position)

    # -- the rest ------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._relayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._painter.forget()
            self._relayout()

    def focusInEvent(self, event: QEvent) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.viewport().update()
