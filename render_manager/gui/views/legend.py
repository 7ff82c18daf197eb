"""Which colour and mark means what in the frame grid, with the numbers of the task shown."""

from PySide6.QtCore import QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from render_manager.domain.states import FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.models.frames import CODES, FrameModel
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark

_MARK, _GAP = 11, 14


class Legend(QWidget):
    """Shows the states that occur, without their words where there is no room for them."""

    def __init__(self, model: FrameModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._model = model
        self._entries: list[tuple[str, str, str, FrameStatus]] = []
        # Frames arrive in portions; they are counted once for all of them.
        self._soon = QTimer(self, singleShot=True, interval=50)
        self._soon.timeout.connect(self.retint)
        model.dataChanged.connect(lambda: self._soon.start())
        model.modelReset.connect(lambda: self._soon.start())

    def retint(self) -> None:
        counts = [(status, self._model.states.count(code)) for status, code in CODES.items()]
        self._entries = [
            (FRAME_STYLES[status].mark, FRAME_STYLES[status].text, text.number(count), status)
            for status, count in counts
            if count
        ]
        self.setAccessibleName(", ".join(f"{word}: {count}" for _, word, count, _ in self._entries))
        self.setToolTip("\n".join(f"{word}: {count}" for _, word, count, _ in self._entries))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        dark, x, middle = is_dark(self.palette()), 0.0, self.height() / 2
        metrics = self.fontMetrics()
        labels = [f"{word} {count}" for _, word, count, _ in self._entries]
        room = sum(_MARK + 5 + _GAP + metrics.horizontalAdvance(label) for label in labels) - _GAP
        if room > self.width():  # mark and number say it, too
            labels = [count for _, _, count, _ in self._entries]
        for (mark, _, _, status), label in zip(self._entries, labels, strict=True):
            colour = FRAME_STYLES[status].colour(dark)
            painter.drawPixmap(
                QPointF(x, middle - _MARK / 2), icons.pixmap(mark, _MARK, colour, self.devicePixelRatioF())
            )
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            rect = self.rect().adjusted(round(x) + _MARK + 5, 0, 0, 0)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, label)
            x += _MARK + 5 + metrics.horizontalAdvance(label) + _GAP
        painter.end()
