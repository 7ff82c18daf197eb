"""An entry of the record: what was done and when, below it by whom and what it changed, below that why."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QListView, QStyleOptionViewItem

from render_manager.domain.audit import Action, AuditEntry
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui import history_words, icons, text
from render_manager.gui.delegates.cell import CellDelegate, palette_of
from render_manager.gui.models.table import Role
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES, TASK_STYLES, StateStyle, Tone, tone
from render_manager.gui.theme import is_dark

_MARK, _LEFT, _RIGHT, _ABOVE = 13, 32, 10, 7
#: Lines of a reason; the rest is in the tip.
_LINES = 2
_REMEMBERED = 20_000

_STYLES: dict[Action, StateStyle] = {
    Action.CLAIM: FRAME_STYLES[FrameStatus.RENDERING],
    Action.START: FRAME_STYLES[FrameStatus.RENDERING],
    Action.COMPLETE: FRAME_STYLES[FrameStatus.COMPLETED],
    Action.FAIL: FRAME_STYLES[FrameStatus.FAILED],
    Action.GIVE_BACK: FRAME_STYLES[FrameStatus.PENDING],
    Action.LOSE: FRAME_STYLES[FrameStatus.FAILED],
    Action.PREPARE: TASK_STYLES[TaskStatus.PREPARING],
    Action.ASK: TASK_STYLES[TaskStatus.PAUSED],
    Action.CANCEL: FRAME_STYLES[FrameStatus.CANCELLED],
    Action.PAUSE: TASK_STYLES[TaskStatus.PAUSED],
    Action.RESUME: TASK_STYLES[TaskStatus.RUNNING],
    Action.SKIP: FRAME_STYLES[FrameStatus.SKIPPED],
}
#: Icons of what is no state of its own.
_ICONS = {
    Action.SUBMIT: "submit",
    Action.PRIORITY: "priority",
    Action.RETRY: "retry",
    Action.RELEASE: "release",
    Action.CHOOSE: "choose",
    Action.CLEAN_UP: "cleanup",
    Action.JOIN: "worker-start",
    Action.LEAVE: "worker-stop",
    Action.ENABLE: "worker-enable",
    Action.DISABLE: "worker-disable",
    Action.DRAIN: "worker-drain",
}


class HistoryDelegate(CellDelegate):
    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self._wraps: dict[tuple[str, int, str], list[str]] = {}  #: reasons on lines; with each new entry all are asked

    def _lines(self, why: str | None, metrics: QFontMetrics, font: QFont, width: int) -> list[str]:
        if not why:
            return []
        key = (why, width, font.key())
        if key not in self._wraps:
            if len(self._wraps) > _REMEMBERED:
                self._wraps.clear()
            self._wraps[key] = _wrapped(why, metrics, width)
        return self._wraps[key]

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, row: AuditEntry) -> None:
        palette, cell = palette_of(option), _rect(option)
        metrics = painter.fontMetrics()
        high = metrics.height()
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.drawLine(cell.bottomLeft(), cell.bottomRight())
        line = QRect(cell.left() + _LEFT, cell.top() + _ABOVE, cell.width() - _LEFT - _RIGHT, high)
        name, colour = _mark(row, palette)
        mark = icons.pixmap(name, _MARK, colour, painter.device().devicePixelRatio())
        painter.drawPixmap(QPointF(cell.left() + 11, line.center().y() - _MARK / 2 + 1), mark)
        when = text.clock(row.at)
        painter.setPen(muted)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
        title = line.adjusted(0, 0, -metrics.horizontalAdvance(when) - 8, 0)
        strong = QFont(painter.font())
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        _draw_line(painter, title, history_words.title(row))
        painter.setFont(option.font)  # type: ignore[attr-defined]
        painter.setPen(muted)
        line.translate(0, high + 2)
        _draw_line(painter, line, history_words.by_whom(row))
        if why := say(row.why):
            if row.action in (Action.FAIL, Action.LOSE, Action.PREPARE):
                painter.setPen(tone(Tone.ERROR, is_dark(palette)))
            else:
                painter.setPen(palette.color(QPalette.ColorRole.Text))
            for part in self._lines(why, metrics, painter.font(), line.width()):
                line.translate(0, high + 2)
                painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, part)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = option.widget  # type: ignore[attr-defined]
        metrics: QFontMetrics = option.fontMetrics  # type: ignore[attr-defined]
        width = view.viewport().width() if isinstance(view, QListView) else 240
        entry: AuditEntry = index.data(Role.ROW)
        font: QFont = option.font  # type: ignore[attr-defined]
        lines = 2 + len(self._lines(say(entry.why), metrics, font, width - _LEFT - _RIGHT))
        return QSize(0, lines * (metrics.height() + 2) + 2 * _ABOVE - 2)


def _rect(option: QStyleOptionViewItem) -> QRect:
    return option.rect  # type: ignore[attr-defined]


def _mark(entry: AuditEntry, palette: QPalette) -> tuple[str, QColor]:
    if style := _STYLES.get(entry.action):
        return style.mark, style.colour(is_dark(palette))
    return _ICONS[entry.action], palette.color(QPalette.ColorRole.Accent)


def _draw_line(painter: QPainter, line: QRect, words: str) -> None:
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _wrapped(words: str, metrics: QFontMetrics, width: int) -> list[str]:
    """The text on as many lines as it needs, at most ``_LINES``; the last one shortened."""
    left, lines = " ".join(words.split()), []
    while left and len(lines) < _LINES - 1 and metrics.horizontalAdvance(left) > width:
        end = _fitting(left, metrics, width)
        lines.append(left[:end].rstrip())
        left = left[end:].lstrip()
    return [*lines, metrics.elidedText(left, Qt.TextElideMode.ElideRight, width)]


def _fitting(words: str, metrics: QFontMetrics, width: int) -> int:
    """How many characters fit, up to a blank where there is one and the language has them."""
    low, high = 1, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if metrics.horizontalAdvance(words[:middle]) <= width else (low, middle - 1)
    if low < len(words) and not words[low - 1 : low + 1].isascii():
        return low  # Chinese is broken between any two characters
    blank = words.rfind(" ", 0, low + 1)
    return blank if blank > 0 else low
