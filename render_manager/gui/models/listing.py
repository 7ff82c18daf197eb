"""What a long table is to show next, compared with what it shows. That takes a while for a hundred thousand rows: it is
worked out off the Qt thread."""

from collections.abc import Sequence
from dataclasses import dataclass

#: More separate changes than this are one new table.
MOST_RUNS = 40


@dataclass(frozen=True)
class Listing:
    """The rows to show, and the way there from ``before``."""

    before: Sequence[str]
    keys: list[str]
    rows: dict[str, int]  #: the row of each key
    gone: list[tuple[int, int]]  #: runs of rows (first, last) of ``before`` that are shown no more
    staying: list[str]  #: those that are, in their new order
    staying_rows: dict[str, int]  #: the row of each of them before the new ones come in
    moved: bool  #: that is another order than before
    new: list[tuple[int, int]]  #: runs of rows of ``keys`` that were not shown before

    @classmethod
    def of(cls, keys: list[str], before: Sequence[str]) -> "Listing":
        rows = dict(zip(keys, range(len(keys)), strict=True))
        old = set(before)
        gone = runs_of([row for row, key in enumerate(before) if key not in rows])
        new = runs_of([row for row, key in enumerate(keys) if key not in old])
        staying = [key for key in keys if key in old] if new else keys
        was = [key for key in before if key in rows] if gone else before
        staying_rows = dict(zip(staying, range(len(staying)), strict=True)) if new else rows
        return cls(before, keys, rows, gone, staying, staying_rows, staying != was, new)

    @property
    def whole(self) -> bool:
        """So much differs that the table is best shown anew."""
        return len(self.gone) + len(self.new) > MOST_RUNS


def runs_of(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
