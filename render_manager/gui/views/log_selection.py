"""What is selected in a text of lines, and where the cursor in it goes."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

#: Stands for the end of a line whose length is not known.
LINE_END = 1 << 30


@dataclass(frozen=True, order=True)
class Place:
    """A place in the text."""

    line: int
    column: int

    def moved(self, key: Qt.Key, lines: int, page: int, length: int) -> "Place | None":
        """Where a key leads to; None: the key leads nowhere.

        Args:
            lines: that there are, more than 0.
            page: lines that fit.
            length: of this line.
        """
        keys = Qt.Key
        steps = {keys.Key_Up: -1, keys.Key_Down: 1, keys.Key_PageUp: 1 - page, keys.Key_PageDown: page - 1}
        if key in steps:
            return Place(min(max(self.line + steps[key], 0), lines - 1), self.column)
        if key in (keys.Key_Left, keys.Key_Right):
            return Place(self.line, min(max(self.column + (1 if key == keys.Key_Right else -1), 0), length))
        return {keys.Key_Home: Place(0, 0), keys.Key_End: Place(lines - 1, LINE_END)}.get(key)


class Selection:
    """From the anchor, where it began, to the cursor."""

    def __init__(self) -> None:
        self.anchor: Place | None = None
        self.cursor: Place | None = None

    def take(self, anchor: Place | None, cursor: Place | None) -> None:
        self.anchor, self.cursor = anchor, cursor

    def forget(self) -> None:
        self.take(None, None)

    def shift(self, lines: int) -> None:
        """So many lines came above."""
        self.take(*(place and Place(place.line + lines, place.column) for place in (self.anchor, self.cursor)))

    @property
    def span(self) -> tuple[Place, Place] | None:
        """Its first place and the one after its last; None: nothing is selected."""
        if self.anchor is None or self.cursor is None or self.anchor == self.cursor:
            return None
        return min(self.anchor, self.cursor), max(self.anchor, self.cursor)

    def columns(self, number: int, length: int) -> tuple[int, int] | None:
        """What of a line of this length is selected; of an empty line in the midst of it, room for one character."""
        if not (span := self.span) or not span[0].line <= number <= span[1].line:
            return None
        first = span[0].column if number == span[0].line else 0
        last = min(span[1].column, length) if number == span[1].line else max(length, 1)
        return (first, last) if last > first else None


def word_at(text: str, column: int) -> tuple[int, int]:
    """From where to where the word there goes."""
    first = last = min(column, len(text) - 1)
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and not text[last].isspace():
        last += 1
    return first, last
