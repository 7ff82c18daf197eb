"""What is shown in place of an image that is not there: the number, the state, and why."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES

#: Slates are looked at among images, so they are dark in both themes.
_PANEL, _INK, _MUTED = QColor(22, 22, 23), QColor(222, 222, 224), QColor(150, 150, 154)


@dataclass(frozen=True)
class Slate:
    number: str
    mark: str
    colour: str
    word: str
    cause: str = ""
    hint: str = ""

    @property
    def words(self) -> str:
        return ". ".join(part.rstrip(".") for part in (self.number, self.word, self.cause, self.hint) if part)


def of_frame(frame: RenderFrame) -> Slate:
    """For a frame that is not completed."""
    style = FRAME_STYLES[frame.status]
    cause, hint = say(frame.error_message), ""
    match frame.status:
        case FrameStatus.RENDERING:
            cause = QCoreApplication.translate("Slate", "{0} % on {1}").format(
                int(100 * frame.progress), frame.worker or "?"
            )
            hint = QCoreApplication.translate("Slate", "The image appears here as soon as it is done.")
        case FrameStatus.PENDING:
            hint = QCoreApplication.translate("Slate", "The image appears here as soon as it is rendered.")
        case FrameStatus.FAILED:
            if frame.worker:
                kind = text.failure(frame.failure)
                place = QCoreApplication.translate("Slate", "On {0}, attempt {1}").format(frame.worker, frame.attempt)
                hint = f"{kind} · {place}" if kind else place
        case _:
            pass
    return Slate(_title(frame), style.mark, style.dark, style.text, cause, hint)


def reading(frame: RenderFrame, doing: str) -> Slate:
    """For a completed frame whose image is on its way."""
    return Slate(_title(frame), "image", "#96969a", doing)


def unreadable(frame: RenderFrame, sentence: str, word: str, hint: str = "") -> Slate:
    """For a completed frame whose image can't be shown."""
    return Slate(_title(frame), "warning", "#e5b93f", word, sentence, hint)


def _title(frame: RenderFrame) -> str:
    return QCoreApplication.translate("Slate", "Frame {0}").format(frame.frame_number)


def paint(painter: QPainter, room: QRect, slate: Slate, font: QFont, ratio: float) -> None:
    """Fill ``room`` with it."""
    painter.fillRect(room, _PANEL)
    if room.width() < 120 or room.height() < 60:
        return
    unit = max(min(room.height() / 14, room.width() / 24, 34), 9)
    inner = room.adjusted(round(unit), round(unit / 2), -round(unit), -round(unit / 2))
    lines = _lines(slate, inner.width(), font, unit)
    top = inner.center().y() - sum(height for *_, height in lines) // 2
    for words, style, colour, height in lines:
        painter.setFont(style)
        painter.setPen(colour)
        line = QRect(inner.left(), top, inner.width(), height)
        if words is slate.word:
            _paint_state(painter, line, slate, ratio)
        else:
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(line, flags, words)
        top += height


def _lines(slate: Slate, width: int, font: QFont, unit: float) -> list[tuple[str, QFont, QColor, int]]:
    lines: list[tuple[str, QFont, QColor, int]] = []
    for words, size, weight, colour, gap in (
        (slate.number, 1.7, QFont.Weight.DemiBold, _INK, 0.5),
        (slate.word, 0.85, QFont.Weight.Normal, QColor(slate.colour), 0.7),
        (slate.cause, 0.62, QFont.Weight.Normal, _INK, 0.5),
        (slate.hint, 0.55, QFont.Weight.Normal, _MUTED, 0.0),
    ):
        if words:
            style = QFont(font)
            style.setPixelSize(max(round(unit * size), 11))
            style.setWeight(weight)
            around = QFontMetrics(style).boundingRect(QRect(0, 0, width, 10_000), Qt.TextFlag.TextWordWrap, words)
            lines.append((words, style, colour, around.height() + round(unit * gap)))
    return lines


def _paint_state(painter: QPainter, line: QRect, slate: Slate, ratio: float) -> None:
    size = painter.fontMetrics().ascent()
    width = painter.fontMetrics().horizontalAdvance(slate.word) + size + size // 2
    left = line.center().x() - width // 2
    mark = icons.pixmap(slate.mark, size, QColor(slate.colour), ratio)
    painter.drawPixmap(left, line.top() + (painter.fontMetrics().height() - size) // 2, mark)
    painter.drawText(left + size + size // 2, line.top() + painter.fontMetrics().ascent(), slate.word)
