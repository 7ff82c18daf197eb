"""How busy a worker's host is, as a bar: a farm's load is then seen without reading."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from render_manager.domain.entities import HostLoad, WorkerStatus
from render_manager.gui.delegates.cell import Index, faint, palette_of
from render_manager.gui.delegates.progress_bar import BarDelegate
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark

#: Per cent of memory from which on a host is about to swap.
FULL = 92.0


class _LoadDelegate(BarDelegate):
    def value(self, load: HostLoad) -> float | None:
        raise NotImplementedError

    def colour(self, palette: QPalette, value: float) -> QColor:
        return palette.color(QPalette.ColorRole.Accent)

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: WorkerStatus) -> None:
        value, palette = self.value(row.load), palette_of(option)
        if value is None or not row.alive:  # what was last heard of it says nothing of now
            return
        ground = faint(palette.color(QPalette.ColorRole.PlaceholderText), 45)
        colour = self.colour(palette, value)
        self.draw_bar(painter, option, round(value), ground, lambda width: [(colour, 0.0, width * value / 100)])

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(110, 26)


class CpuDelegate(_LoadDelegate):
    """A busy processor is what a farm is for: no colour warns of it."""

    def value(self, load: HostLoad) -> float | None:
        return load.cpu_percent


class MemoryDelegate(_LoadDelegate):
    def value(self, load: HostLoad) -> float | None:
        return load.memory_percent

    def colour(self, palette: QPalette, value: float) -> QColor:
        return tone(Tone.ERROR, is_dark(palette)) if value >= FULL else super().colour(palette, value)


class GraphicsDelegate(_LoadDelegate):
    def value(self, load: HostLoad) -> float | None:
        return load.gpu_percent
