"""What a view of text asks for: lines by number, whether they are read already, and what they are marked with."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from render_manager.gui.state_style import Tone


class LogLines(QObject):
    """Lines in memory; a base for those that are not.

    Signals:
        grew: lines were added; so many of them at the top, which shifts the numbers of all others.
        loaded: lines that were asked for are there now, or look different.
        replaced: all are others now.
    """

    grew = Signal(int)
    loaded = Signal()
    replaced = Signal()

    def __init__(self, lines: Sequence[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines = lines

    @property
    def count(self) -> int:
        return len(self._lines)

    def line(self, number: int) -> str | None:
        """None: it is not read yet; ``loaded`` tells when it is."""
        return self._lines[number]

    def tone(self, number: int) -> Tone | None:
        """Whether it speaks of trouble."""
        return None

    def ground(self, number: int) -> str | None:
        """What its background says of it: "changed", "missing"."""
        return None

    def is_hit(self, number: int) -> bool:
        """Whether it holds what is looked for."""
        return False
