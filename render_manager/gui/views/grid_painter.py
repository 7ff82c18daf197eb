"""Paints the part of the frame grid that is exposed, by the kind of its layout: points, cells or thumbnails."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen

from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frame_numbers import CODES, STATUSES
from render_manager.gui.theme import selected_colour
from render_manager.gui.views.cell_painter import CellPainter
from render_manager.gui.views.grid_layout import MARGIN, Kind
from render_manager.gui.views.strip_painter import StripPainter
from render_manager.gui.views.thumbnail_painter import ThumbnailPainter
from render_manager.gui.views.tile_painter import TilePainter

if TYPE_CHECKING:
    from render_manager.gui.views.frame_grid import FrameGrid

_RENDERING = CODES[FrameStatus.RENDERING]


class GridPainter:
    """Keeps what was prepared for a palette, a size of cells and a screen as long as they stay the same."""

    def __init__(self, grid: "FrameGrid") -> None:
        self._grid = grid
        self._cells: CellPainter | None = None
        self._tiles: TilePainter | None = None
        self._strip: StripPainter | None = None
        self._thumbnails: ThumbnailPainter | None = None

    def forget(self) -> None:
        self._cells = self._tiles = self._strip = self._thumbnails = None

    def paint(self, painter: QPainter, exposed: QRect) -> None:
        """Everything in ``exposed``, as if nothing were scrolled."""
        layout = self._grid.layout_
        rows = layout.rows_in(exposed.top(), exposed.bottom())
        if layout.kind is Kind.STRIP:
            self._paint_gutter(painter, rows)
            self._strip_painter().paint(painter, layout, rows, self._grid.model.states, self._grid.selection.mask)
            self._paint_current(painter)
            return
        if layout.kind is Kind.CELL:
            self._paint_gutter(painter, rows)
            self._paint_tiles(painter, rows)
            return
        for row in rows:
            for position in layout.row(row):
                rect = layout.cell(position)
                if rect.right() >= exposed.left() and rect.left() <= exposed.right():
                    self.paint_frame(painter, position, rect)

    def paint_frame(self, painter: QPainter, position: int, rect: QRect) -> None:
        if self._grid.layout_.kind is Kind.THUMBNAIL:
            self._paint_thumbnail(painter, position, rect)
        else:
            self._paint_cell(painter, position, rect)

    def _paint_gutter(self, painter: QPainter, rows: range) -> None:
        """The number of the first frame of each row, or of as many as there is room for."""
        layout, line = self._grid.layout_, painter.fontMetrics().height()
        every = -(-line // layout.cell_height) * (2 if layout.kind is Kind.STRIP else 1)
        painter.setPen(self._colour(QPalette.ColorRole.PlaceholderText))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        # One that begins above what is exposed reaches into it.
        for row in range(rows.start // every * every, rows.stop, every):
            first = layout.row(row)[0]
            top = layout.cell(first).top() - 1
            rect = QRect(MARGIN - 4, top, layout.gutter - 4, max(layout.cell_height, line))
            painter.drawText(rect, align, str(self._grid.model.numbers[first]))

    # -- points --------------------------------------------------------------------------------------------------

    def _paint_current(self, painter: QPainter) -> None:
        current = self._grid.selection.current
        if current is not None:
            ink, ground = QPalette.ColorRole.WindowText, QPalette.ColorRole.Base
            around = self._grid.layout_.cell(current).adjusted(-3, -3, 2, 2)
            painter.setPen(self._colour(ground))
            painter.drawRect(around.adjusted(1, 1, -1, -1))
            painter.setPen(self._colour(ink if self._grid.hasFocus() else QPalette.ColorRole.Accent))
            painter.drawRect(around)

    def _strip_painter(self) -> StripPainter:
        if self._strip is None or self._strip.key != self._grid.palette().cacheKey():
            self._strip = StripPainter(self._grid.palette())
        return self._strip

    # -- small cells ---------------------------------------------------------------------------------------------

    def _paint_tiles(self, painter: QPainter, rows: range) -> None:
        grid, layout, cells = self._grid, self._grid.layout_, self._cell_painter()
        if self._tiles is None or self._tiles.key != cells.key:
            self._tiles = TilePainter(grid.palette(), cells, layout, grid.devicePixelRatioF())
        self._tiles.paint(painter, layout, rows, grid.model.states, grid.selection.mask)
        if rows:
            self._paint_progress(painter, range(layout.row(rows[0]).start, layout.row(rows[-1]).stop), cells)
        current = grid.selection.current
        if current is not None and current // layout.columns in range(rows.start - 1, rows.stop + 1):
            self._paint_current_cell(painter, current)

    def _paint_progress(self, painter: QPainter, positions: range, cells: CellPainter) -> None:
        model = self._grid.model
        at = model.states.find(_RENDERING, positions.start, positions.stop)
        while at >= 0:
            place = self._grid.layout_.cell(at).topLeft()
            if progress := model.progress(at):
                done, colour = cells.progress(progress)
                painter.fillRect(done.translated(place), colour)
                painter.drawPixmap(place, cells.cells[_RENDERING])
            at = model.states.find(_RENDERING, at + 1, positions.stop)

    def _paint_current_cell(self, painter: QPainter, position: int) -> None:
        rect = self._grid.layout_.cell(position).adjusted(-1, -1, -1, -1)
        self._paint_frame_of(painter, position, rect, 2 if rect.height() >= 14 else 1)

    # -- cells ---------------------------------------------------------------------------------------------------

    def _paint_cell(self, painter: QPainter, position: int, rect: QRect) -> None:
        grid, cells = self._grid, self._cell_painter()
        code = grid.model.states[position]
        selected = position in grid.selection
        if selected:
            painter.fillRect(rect.adjusted(-1, -1, 0, 0), self._colour(QPalette.ColorRole.Accent))
            painter.fillRect(cells.body.translated(rect.topLeft()), selected_colour(grid.palette()))
        if code == _RENDERING and (progress := grid.model.progress(position)):
            done, colour = cells.progress(progress)
            painter.fillRect(done.translated(rect.topLeft()), colour)
        painter.drawPixmap(rect.topLeft(), cells.cells[code])
        if grid.layout_.kind is Kind.LABELLED:
            painter.setPen(cells.ink(STATUSES[code]))
            text = QRectF(cells.body.translated(rect.topLeft())).adjusted(6, 0, -17, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(grid.model.numbers[position]))
        self._paint_frame_of(painter, position, rect.adjusted(-1, -1, -1, -1), 2 if rect.height() >= 15 else 1)

    def _paint_frame_of(self, painter: QPainter, position: int, rect: QRect, width: int) -> None:
        """Around a selected frame, and the one that has the focus."""
        grid = self._grid
        is_current = position == grid.selection.current
        if is_current or position in grid.selection:
            role = QPalette.ColorRole.WindowText if is_current and grid.hasFocus() else QPalette.ColorRole.Accent
            painter.setPen(QPen(self._colour(role), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)

    def _cell_painter(self) -> CellPainter:
        layout, ratio = self._grid.layout_, self._grid.devicePixelRatioF()
        labelled = layout.kind is Kind.LABELLED
        key = (self._grid.palette().cacheKey(), layout.cell_width, layout.cell_height, ratio, labelled)
        if self._cells is None or self._cells.key != key:
            self._cells = CellPainter(self._grid.palette(), layout.cell_width, layout.cell_height, ratio, labelled)
        return self._cells

    # -- thumbnails ----------------------------------------------------------------------------------------------

    def _paint_thumbnail(self, painter: QPainter, position: int, rect: QRect) -> None:
        grid = self._grid
        frame = grid.model.frame(position)
        images = grid.thumbnails
        thumbnails = self._thumbnail_painter()
        if position in grid.selection:
            painter.fillRect(thumbnails.body(rect).adjusted(-3, -3, 3, 3), selected_colour(grid.palette()))
        thumbnails.paint(painter, rect, frame, images.image(frame) if images else None, grid.note(frame))
        self._paint_frame_of(painter, position, thumbnails.body(rect).adjusted(-2, -2, 1, 1), 2)

    def _thumbnail_painter(self) -> ThumbnailPainter:
        key = (self._grid.palette().cacheKey(), self._grid.devicePixelRatioF())
        if self._thumbnails is None or self._thumbnails.key != key:
            self._thumbnails = ThumbnailPainter(self._grid.palette(), key[1])
        return self._thumbnails

    def _colour(self, role: QPalette.ColorRole) -> QColor:
        return self._grid.palette().color(role)
