"""Small cells, of which thousands are in view: each state's is drawn once, and all that are to be seen are put together
of these tiles into one image."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPalette

from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frame_numbers import CODES
from render_manager.gui.theme import selected_colour
from render_manager.gui.views.cell_painter import MARK_FROM, CellPainter
from render_manager.gui.views.grid_layout import MARGIN, GridLayout

_SELECTED = 8  #: added to the code of a state
_EMPTY = 7  #: behind the last frame
#: How strongly a selected cell is covered by the colour of the selection, one with a mark less, so that it is still
#: read. A failed one stays what it is.
_COVER, _COVER_MARKED = 0.38, 0.22
_FORMAT = QImage.Format.Format_ARGB32_Premultiplied


class TilePainter:
    """A tile is a cell with its gap: one pixel of it at the left and above, what is left of it at the other sides."""

    def __init__(self, palette: QPalette, cells: CellPainter, layout: GridLayout, ratio: float) -> None:
        self.key = cells.key
        self._size = (round(layout.cell_height * ratio), round(layout.cell_width * ratio))
        self._ratio = ratio
        self._tiles = np.zeros((2 * _SELECTED, *self._size), np.uint32)
        for status, code in CODES.items():
            for selected in (False, True):
                self._tiles[code + _SELECTED * selected] = self._tile(palette, cells, layout, status, selected)

    def paint(
        self, painter: QPainter, layout: GridLayout, rows: range, states: bytearray, selected: NDArray[np.bool_]
    ) -> None:
        if not rows:
            return
        first, last = layout.row(rows[0]).start, layout.row(rows[-1]).stop
        codes = np.full(len(rows) * layout.columns, _EMPTY, np.uint8)
        codes[: last - first] = np.frombuffer(states, np.uint8)[first:last] + _SELECTED * selected[first:last]
        height, width = len(rows) * self._size[0], layout.columns * self._size[1]
        tiles = self._tiles[codes.reshape(len(rows), layout.columns)]
        pixels = np.ascontiguousarray(tiles.transpose(0, 2, 1, 3)).reshape(height, width)
        image = QImage(pixels.data, width, height, 4 * width, _FORMAT)
        place = QPointF(MARGIN + layout.gutter - 1, MARGIN + rows.start * layout.cell_height - 1)
        size = (layout.columns * layout.cell_width, len(rows) * layout.cell_height)
        painter.drawImage(QRectF(place.x(), place.y(), *size), image)

    def _tile(
        self, palette: QPalette, cells: CellPainter, layout: GridLayout, status: FrameStatus, selected: bool
    ) -> NDArray[np.uint32]:
        height, width = self._size
        image = QImage(width, height, _FORMAT)
        image.setDevicePixelRatio(self._ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        accent = palette.color(QPalette.ColorRole.Accent)
        body = cells.body.translated(1, 1)
        if selected:
            painter.fillRect(QRectF(0, 0, width, height), accent)
            painter.fillRect(body, selected_colour(palette))
        painter.drawPixmap(QPoint(1, 1), cells.cells[CODES[status]])
        if selected and status is not FrameStatus.FAILED:
            accent.setAlphaF(_COVER if layout.cell_height < MARK_FROM else _COVER_MARKED)
            painter.fillRect(body, accent)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint32).reshape(height, width).copy()
