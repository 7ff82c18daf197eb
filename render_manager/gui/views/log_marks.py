"""A thin strip beside the scroll bar: where in a log errors, warnings and what is looked for are."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from render_manager.gui.models.log_document import LogDocument
from render_manager.gui.state_style import Tone, log_ground, tone
from render_manager.gui.theme import is_dark

WIDTH = 9
#: Of the marked lines of a block so many are looked at: beyond, they lie closer than pixels.
_MOST = 64
#: Milliseconds between two looks at a log that grows.
_REST = 200


class LogMarks(QWidget):
    """Signals: asked: somebody clicked at a line."""

    asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setObjectName("log_marks")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("Errors, warnings and hits in the whole log: click to go there"))
        self._document: LogDocument | None = None
        self._hits: Sequence[Sequence[int]] = ()
        self._rows: dict[str, set[int]] = {}
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._look)

    def show_document(self, document: LogDocument | None) -> None:
        self._document, self._hits, self._rows = document, (), {}
        if document:
            document.grew.connect(lambda _: self.refresh())
        self.update()

    def show_hits(self, marked: Sequence[Sequence[int]]) -> None:
        self._hits = marked
        self.refresh()

    def refresh(self) -> None:
        if not self._rest.isActive():
            self._rest.start()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 40)

    @property
    def rows(self) -> dict[str, set[int]]:
        """The pixels that are marked: "hit", "warning", "error"."""
        return self._rows

    def resizeEvent(self, _: object) -> None:
        self.refresh()

    def _look(self) -> None:
        document = self._document
        if document is None or not document.count:
            self._rows = {}
        else:
            blocks = document.blocks
            hits = self._hits if len(self._hits) == len(blocks) else ()
            self._rows = {
                "hit": self._pixels(document, hits),
                Tone.WARNING: self._pixels(document, (block.warnings for block in blocks)),
                Tone.ERROR: self._pixels(document, (block.errors for block in blocks)),
            }
        self.update()

    def _pixels(self, document: LogDocument, marked: Iterable[Sequence[int]]) -> set[int]:
        share = (self.height() - 2) / max(document.count, 1)
        found: set[int] = set()
        for index, lines in enumerate(marked):
            if not lines:
                continue
            first = document.first_line(index)
            if document.blocks[index].lines * share < 1:
                found.add(int((first + lines[0]) * share))
                continue
            found.update(int((first + line) * share) for line in lines[:: len(lines) // _MOST + 1])
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        dark = is_dark(self.palette())
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.AlternateBase))
        colours = {"hit": log_ground("hit_here", dark), **{one: tone(one, dark) for one in (Tone.WARNING, Tone.ERROR)}}
        # Each has a form of its own: hits the whole width, warnings the left half, errors the right one.
        places = {"hit": (0, WIDTH), Tone.WARNING: (1, 3), Tone.ERROR: (4, 4)}
        for which, pixels in self._rows.items():
            left, width = places[which]
            for y in pixels:
                painter.fillRect(left, y, width, 2, colours[which])
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._document and self._document.count:
            share = event.position().y() / max(self.height(), 1)
            self.asked.emit(min(int(share * self._document.count), self._document.count - 1))
