"""Frames as points of one to four pixels: all that are in view are one indexed image, made of their states' bytes."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter, QPalette

from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frame_numbers import CODES, STATUSES
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark
from render_manager.gui.views.grid_layout import MARGIN, GridLayout

_FAILED, _RENDERING = CODES[FrameStatus.FAILED], CODES[FrameStatus.RENDERING]
_SELECTED = 16  #: added to the code of a state
_EMPTY, _MARK = 254, 255
#: Points smaller than this are enlarged where they tell what must not be overlooked among a thousand others …
_ENLARGED_BELOW = 4
#: … as long as they are not more than this share of what is in view.
_RARE = 0.02
#: A point that is enlarged reaches so many pixels over its neighbours, its white edge included.
REACH = 2
#: How much of the colour of a state is seen; of those in which nothing is to be done and nothing is done, less.
_STRENGTH = {FrameStatus.PENDING: 0.4, FrameStatus.SKIPPED: 0.6, FrameStatus.CANCELLED: 0.45}

Image = NDArray[np.uint8]


class StripPainter:
    def __init__(self, palette: QPalette) -> None:
        self.key = palette.cacheKey()
        dark = is_dark(palette)
        base, accent = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Accent)
        colours = [base] * 256
        for code, status in enumerate(STATUSES):
            colour = _mix(base, FRAME_STYLES[status].colour(dark), _STRENGTH.get(status, 1.0))
            colours[code] = colour
            colours[code + _SELECTED] = _mix(colour, accent, 0.55)
        # A failed point is told by white beside the red, too: not everybody tells red from green.
        colours[_FAILED + _SELECTED] = colours[_FAILED]
        colours[_MARK] = QColor("#ffffff")
        self._colours = [colour.rgb() for colour in colours]

    def paint(
        self, painter: QPainter, layout: GridLayout, rows: range, states: bytearray, selected: NDArray[np.bool_]
    ) -> None:
        """Paint these rows, which may be all."""
        if not rows:
            return
        size = layout.cell_height
        # Points of the rows around may reach into these.
        around = range(max(rows.start - REACH, 0), min(rows.stop + REACH, layout.rows))
        image = self.image(layout, around, states, selected)
        skipped = (rows.start - around.start) * size
        image = np.ascontiguousarray(image[skipped : skipped + len(rows) * size])
        height, width = image.shape
        picture = QImage(image.data, width, height, width, QImage.Format.Format_Indexed8)
        picture.setColorTable(self._colours)
        painter.drawImage(QPoint(MARGIN + layout.gutter, MARGIN + rows.start * size), picture)

    def image(self, layout: GridLayout, rows: range, states: bytearray, selected: NDArray[np.bool_]) -> Image:
        """A number for each pixel, which the colour table has the colour of."""
        first, last = layout.row(rows[0]).start, layout.row(rows[-1]).stop
        points = np.full(len(rows) * layout.columns, _EMPTY, np.uint8)
        points[: last - first] = np.frombuffer(states, np.uint8)[first:last] + _SELECTED * selected[first:last]
        points = points.reshape(len(rows), layout.columns)
        size = layout.cell_height
        image = points.repeat(size, 0).repeat(size, 1) if size > 1 else points
        if size < _ENLARGED_BELOW:
            _enlarge(image, _RENDERING)
            _enlarge(image, _FAILED, edge=_MARK)
        else:
            image[size - 1 :: size] = image[:, size - 1 :: size] = _EMPTY
            image[1::size, 1::size][points % _SELECTED == _FAILED] = _MARK
        return image


def _enlarge(image: Image, code: int, edge: int | None = None) -> None:
    """Let the rare points of a state reach over their neighbours, with an edge of another colour around them."""
    there = (image == code) | (image == code + _SELECTED)
    if not 0 < np.count_nonzero(there) <= max(_RARE * image.size, 4):
        return
    frames = image != _EMPTY
    larger = _spread(there)
    if edge is not None:
        image[_spread(larger) & frames] = edge
    image[larger & frames] = code


def _spread(there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One pixel further in all directions."""
    tall = there.copy()
    tall[1:] |= there[:-1]
    tall[:-1] |= there[1:]
    wide = tall.copy()
    wide[:, 1:] |= tall[:, :-1]
    wide[:, :-1] |= tall[:, 1:]
    return wide


def _mix(one: QColor, other: QColor, share: float) -> QColor:
    def part(a: int, b: int) -> int:
        return round(a + (b - a) * share)

    return QColor(part(one.red(), other.red()), part(one.green(), other.green()), part(one.blue(), other.blue()))
