"""One side of two logs that are compared."""

from collections.abc import Sequence

from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.state_style import Tone
from render_manager.services.log_blocks import is_error, is_warning


class ComparedLines(LogLines):
    """Args: different: the rows that are not the same on both sides."""

    def __init__(self, lines: Sequence[str | None], different: frozenset[int]) -> None:
        super().__init__([line or "" for line in lines])
        self._missing = frozenset(row for row, line in enumerate(lines) if line is None)
        self._different = different

    def tone(self, number: int) -> Tone | None:
        line = self._lines[number].encode()
        return Tone.ERROR if is_error(line) else Tone.WARNING if is_warning(line) else None

    def ground(self, number: int) -> str | None:
        if number in self._missing:
            return "missing"
        return "changed" if number in self._different else None

    def text_between(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """Without the rows that only the other side has."""
        rows = [row for row in range(first[0], last[0] + 1) if row not in self._missing]
        texts = {row: self._lines[row] for row in rows}
        if last[0] in texts:
            texts[last[0]] = texts[last[0]][: last[1]]
        if first[0] in texts:
            texts[first[0]] = texts[first[0]][first[1] :]
        return "\n".join(texts[row] for row in rows)
