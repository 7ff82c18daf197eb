"""Lays out and paints a line of a log: its ground, its mark of trouble, hits and selection."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QTextCharFormat, QTextLayout, QTextOption

from render_manager.gui.state_style import Tone, log_ground, tone
from render_manager.gui.theme import is_dark

#: Characters of a line that are shown; a line of megabytes would take seconds to lay out.
LONGEST = 4_000
#: Pixels left of the text, where lines of trouble have their mark.
GUTTER = 10
_MARK = 3


@dataclass(frozen=True)
class Look:
    """What a line looks like beside its words."""

    ground: str | None  #: its name, as ``log_ground`` knows it
    trouble: Tone | None
    here: bool  #: the cursor is in it
    hits: Sequence[tuple[int, int]]  #: column and length
    selected: tuple[int, int] | None  #: columns


def lay_out(text: str, font: QFont, line_height: float, width: float | None) -> tuple[QTextLayout, float]:
    """The line laid out, wrapped where there is a width, and its height."""
    layout = QTextLayout(text[:LONGEST] + (" …" if len(text) > LONGEST else ""), font)
    option, mode = QTextOption(), QTextOption.WrapMode
    option.setWrapMode(mode.NoWrap if width is None else mode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    height = 0.0
    while (row := layout.createLine()).isValid():
        if width is not None:
            row.setLineWidth(max(width - GUTTER - 6, 40))
        row.setPosition(QPointF(0, height))
        height += line_height
    layout.endLayout()
    return layout, height


def paint_line(
    painter: QPainter, palette: QPalette, layout: QTextLayout, look: Look, rect: QRectF, scrolled: int
) -> None:
    """Into a rectangle as high as the line is; ``scrolled``: pixels of the text that are left of it."""
    dark = is_dark(palette)
    if look.ground:
        painter.fillRect(rect, log_ground(look.ground, dark))
    colour = tone(look.trouble, dark) if look.trouble else palette.color(QPalette.ColorRole.Text)
    if look.trouble:  # a mark of its own form, as colours alone are not for everybody
        short = 0.0 if look.trouble is Tone.ERROR else rect.height() / 4
        painter.fillRect(QRectF(_MARK, rect.y() + short, _MARK, rect.height() - 2 * short), colour)
    found = log_ground("hit_here" if look.here else "hit", dark)
    formats = [_background(start, length, found) for start, length in look.hits]
    if look.selected:
        first, last = look.selected
        ground, words = QPalette.ColorRole.Highlight, QPalette.ColorRole.HighlightedText
        formats.append(_background(first, last - first, palette.color(ground), palette.color(words)))
    painter.setPen(colour)
    painter.save()
    painter.setClipRect(rect.adjusted(GUTTER, 0, 0, 0))
    layout.draw(painter, QPointF(GUTTER - scrolled, rect.y()), formats)
    painter.restore()


def _background(start: int, length: int, ground: QColor, words: QColor | None = None) -> QTextLayout.FormatRange:
    form = QTextLayout.FormatRange()
    form.start, form.length = start, length
    form.format = QTextCharFormat()
    form.format.setBackground(ground)
    if words:
        form.format.setForeground(words)
    return form
