"""Where the cells of the frame grid are: plain geometry, without painting or widgets."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPoint, QRect

#: Width and height of what shows a frame, its gap included, smallest first: points of a strip, cells with a mark,
#: behind them one with room for the number, and thumbnails.
STRIPS = ((1, 1), (2, 2), (4, 4))
CELLS = ((6, 6), (8, 8), (11, 11), (15, 15), (20, 20), (26, 22))
THUMBNAILS = ((104, 84), (152, 112), (216, 148), (312, 202))
LEVELS = len(STRIPS) + len(CELLS) + 1 + len(THUMBNAILS)
MARGIN = 8


class Kind(Enum):
    """What a frame is shown as."""

    STRIP = auto()  #: a coloured point
    CELL = auto()
    LABELLED = auto()  #: a cell with its number
    THUMBNAIL = auto()


@dataclass(frozen=True)
class GridLayout:
    """``count`` frames in rows of ``columns``, to the right of a gutter that names the first frame of each row."""

    count: int
    columns: int
    cell_width: int
    cell_height: int
    gutter: int
    kind: Kind
    level: int  #: of zoom, from 0

    @classmethod
    def fit(
        cls, count: int, width: int, height: int, *, label: tuple[int, int], gutter: int, level: int | None
    ) -> "GridLayout":
        """The layout of a zoom level; without one the largest cells that show every frame at once, and points where
        not even the smallest would."""
        sizes = [*STRIPS, *CELLS, label, *THUMBNAILS]
        if level is not None:
            level = min(max(level, 0), LEVELS - 1)
            return cls._of(count, width, sizes[level], gutter, level)
        # Images are read from disks and over the network: only when they are asked for.
        layouts = (cls._of(count, width, sizes[each], gutter, each) for each in range(LEVELS - len(THUMBNAILS))[::-1])
        points = cls._of(count, width, sizes[0], gutter, 0)
        return next((layout for layout in layouts if layout.height <= height), points)

    @classmethod
    def _of(cls, count: int, width: int, size: tuple[int, int], gutter: int, level: int) -> "GridLayout":
        kind = _kind(level)
        if kind is Kind.THUMBNAIL:
            gutter = 0
        room = width - gutter - 2 * MARGIN
        columns = max(room // size[0], 1)
        if kind is Kind.THUMBNAIL:  # what room is left makes them wider
            return cls(count, columns, max(room // columns, size[0]), size[1], gutter, kind, level)
        # Round numbers of columns: frames that belong together in a head (1, 21, 41 …) stand below each other.
        step = next((step for step in (100, 50, 10, 5) if columns >= 2 * step), 1)
        return cls(count, columns // step * step, *size, gutter, kind, level)

    @property
    def labelled(self) -> bool:
        """Each frame's number is told where it is shown."""
        return self.kind in (Kind.LABELLED, Kind.THUMBNAIL)

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        return self.rows * self.cell_height + 2 * MARGIN

    def cell(self, position: int) -> QRect:
        """The cell's rectangle, gap included, as if nothing were scrolled."""
        row, column = divmod(position, self.columns)
        return QRect(
            MARGIN + self.gutter + column * self.cell_width,
            MARGIN + row * self.cell_height,
            self.cell_width,
            self.cell_height,
        )

    def at(self, point: QPoint) -> int | None:
        """The position of the cell under a point."""
        row, column = self._place(point)
        position = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0
        return position if inside and position < self.count else None

    def rows_in(self, top: int, bottom: int) -> range:
        """The rows that touch a band of pixels."""
        first = max((top - MARGIN) // self.cell_height, 0)
        last = min((bottom - MARGIN) // self.cell_height, self.rows - 1)
        return range(first, last + 1)

    def row(self, row: int) -> range:
        """The positions of a row."""
        return range(row * self.columns, min((row + 1) * self.columns, self.count))

    def block(self, one: QPoint, other: QPoint) -> Iterator[range]:
        """The positions of the rectangle between two points, row by row: what a rubber band takes."""
        (row, column), (row_2, column_2) = self._place(one), self._place(other)
        left, right = max(min(column, column_2), 0), min(max(column, column_2), self.columns - 1)
        for line in range(max(min(row, row_2), 0), min(max(row, row_2), self.rows - 1) + 1):
            start = line * self.columns
            yield range(min(start + left, self.count), min(start + right + 1, self.count))

    def span(self, first: int, last: int) -> QRect:
        """A rectangle around the positions ``first`` to ``last``."""
        around = self.cell(first).united(self.cell(last))
        if first // self.columns != last // self.columns:
            around.setLeft(MARGIN + self.gutter)
            around.setWidth(self.columns * self.cell_width)
        return around

    def _place(self, point: QPoint) -> tuple[int, int]:
        x, y = point.x() - MARGIN - self.gutter, point.y() - MARGIN
        return y // self.cell_height, x // self.cell_width


def _kind(level: int) -> Kind:
    if level < len(STRIPS):
        return Kind.STRIP
    if level < len(STRIPS) + len(CELLS):
        return Kind.CELL
    return Kind.LABELLED if level == len(STRIPS) + len(CELLS) else Kind.THUMBNAIL
