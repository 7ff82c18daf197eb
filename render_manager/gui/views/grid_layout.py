"""Where the cells of the frame grid are: plain geometry, without painting or widgets."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect

#: Width and height of a cell with its gap, smallest first; one with room for the number is put behind them.
SIZES = ((6, 6), (8, 8), (11, 11), (15, 15), (20, 20), (26, 22))
#: Used where not even the smallest would show all frames at once.
FALLBACK = 1
MARGIN = 8


@dataclass(frozen=True)
class GridLayout:
    """``count`` cells in rows of ``columns``, to the right of a gutter that names the first frame of each row."""

    count: int
    columns: int
    cell_width: int
    cell_height: int
    gutter: int
    labelled: bool  #: the cells have room for their frame's number

    @classmethod
    def fit(
        cls, count: int, width: int, height: int, *, label: tuple[int, int], gutter: int, level: int | None
    ) -> "GridLayout":
        """The layout of a zoom level; without one the largest cells that show every frame at once."""
        sizes = [*SIZES, label]
        layouts = [cls._of(count, width, size, gutter, size is label) for size in sizes]
        if level is not None:
            return layouts[min(max(level, 0), len(layouts) - 1)]
        return next((layout for layout in reversed(layouts) if layout.height <= height), layouts[FALLBACK])

    @classmethod
    def _of(cls, count: int, width: int, size: tuple[int, int], gutter: int, labelled: bool) -> "GridLayout":
        columns = max((width - gutter - 2 * MARGIN) // size[0], 1)
        # Round numbers of columns: frames that belong together in a head (1, 21, 41 …) stand below each other.
        step = next((step for step in (50, 10, 5) if columns >= 2 * step), 1)
        return cls(count, columns // step * step, *size, gutter, labelled)

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

    def block(self, one: QPoint, other: QPoint) -> Iterator[int]:
        """The positions of the rectangle between two points: what a rubber band takes."""
        (row, column), (row_2, column_2) = self._place(one), self._place(other)
        left, right = max(min(column, column_2), 0), min(max(column, column_2), self.columns - 1)
        for line in range(max(min(row, row_2), 0), min(max(row, row_2), self.rows - 1) + 1):
            start = line * self.columns
            yield from range(min(start + left, self.count), min(start + right + 1, self.count))

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
