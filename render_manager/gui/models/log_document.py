"""A log of any size: its end at once, the rest as it is read. All reading is in threads.

Known is one region of the log. It begins with the log's end and grows at both sides: downwards while the renderer
writes, upwards until the beginning is reached; by itself where the log is on a disk, as far as somebody looks or
searches where a worker must be asked for it. Lines are numbered from the beginning of the region.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from PySide6.QtCore import QObject, Signal

from render_manager.gui.background import Background
from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.state_style import Tone
from render_manager.services.log_blocks import Block, blocks_of
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_text import lines_of

#: Bytes read first: some screens of text.
FIRST = 256 * 1024
#: Blocks whose lines are kept in memory.
PAGES = 48
#: Lines from the beginning of what is known at which more of it is asked for.
NEAR = 400


@dataclass(frozen=True)
class Growth:
    """What a thread found: the region from ``begin`` on has these blocks up to ``end``."""

    begin: int
    end: int
    size: int
    blocks: Sequence[Block]
    pages: "dict[tuple[int, int], list[str]]"
    above: bool = False  #: they come before what is known


class LogDocument(LogLines):
    """
    Signals:
        opened: its end is there.
        failed: it can't be read now, with the error; ``poll`` tries again.
    """

    opened = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, source: LogBytes, parent: QObject | None = None) -> None:
        super().__init__(parent=parent)
        self.source = source
        self._background = background
        self.blocks: list[Block] = []
        self._firsts: list[int] = [0]
        self._pages: OrderedDict[tuple[int, int], list[str]] = OrderedDict()
        self._asked: set[tuple[int, int]] = set()
        self.begin = self.end = 0  #: bytes that are known
        self.is_open = False
        self._busy = self._look = False
        self._wanted = not source.far  #: everything above
        self._hits: dict[tuple[int, int], Sequence[int]] = {}

    # -- what is known -------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return self._firsts[-1]

    @property
    def whole(self) -> bool:
        """Whether it is known from its beginning on."""
        return self.is_open and self.begin == 0

    @property
    def errors(self) -> int:
        return sum(len(block.errors) for block in self.blocks)

    def place(self, number: int) -> tuple[int, int]:
        """The index of the line's block, and which line of it that is."""
        index = bisect_right(self._firsts, number) - 1
        return index, number - self._firsts[index]

    def first_line(self, index: int) -> int:
        """The number of the first line of a block."""
        return self._firsts[index]

    def line(self, number: int) -> str | None:
        if number < NEAR:
            self._grow_upwards()
        index, inside = self.place(number)
        block = self.blocks[index]
        key = block.start, block.end
        lines = self._pages.get(key)
        if lines is None:
            self._ask(key)
            return None
        self._pages.move_to_end(key)
        return lines[inside] if inside < len(lines) else ""

    def tone(self, number: int) -> Tone | None:
        index, inside = self.place(number)
        block = self.blocks[index]
        if _holds(block.errors, inside):
            return Tone.ERROR
        return Tone.WARNING if _holds(block.warnings, inside) else None

    def is_hit(self, number: int) -> bool:
        index, inside = self.place(number)
        block = self.blocks[index]
        return _holds(self._hits.get((block.start, block.end), ()), inside)

    def set_hits(self, hits: "dict[tuple[int, int], Sequence[int]]") -> None:
        """Which lines of which blocks hold what is looked for."""
        self._hits = hits
        self.loaded.emit()

    def next_error(self, number: int, *, forward: bool = True) -> int | None:
        """The next line after (or before) this one that is an error, beginning anew at the other end."""
        return self.next_of([block.errors for block in self.blocks], number, forward=forward)

    def next_of(self, marked: Sequence[Sequence[int]], number: int, *, forward: bool = True) -> int | None:
        """The next line of those that are ``marked``, block by block."""
        count = len(self.blocks)
        if not count:
            return None
        number = max(min(number, self.count - 1), -1)
        index, inside = self.place(number) if number >= 0 else (0, -1)
        for step in range(count + 1):
            at = (index + step) % count if forward else (index - step) % count
            lines = marked[at]
            if step == 0:
                lines = lines[bisect_right(lines, inside) :] if forward else lines[: bisect_left(lines, inside)]
            if lines:
                return self._firsts[at] + (lines[0] if forward else lines[-1])
        return None

    # -- reading -------------------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Look whether there is more of it."""
        self._look = True
        self._step()

    def want_all(self) -> None:
        """Read it up to its beginning, whoever must be asked."""
        self._wanted = True
        self._step()

    def _grow_upwards(self) -> None:
        if self.begin > 0 and not self._busy:
            self._run(partial(_above, self.source, self.begin))

    def _step(self) -> None:
        if self._busy:
            return
        if not self.is_open:
            self._look = False
            self._run(partial(_end_of, self.source))
        elif self._look:
            self._look = False
            last = self.blocks[-1].start if self.blocks else self.begin
            self._run(partial(_below, self.source, last, self.end))
        elif self._wanted and self.begin > 0:
            self._run(partial(_above, self.source, self.begin))

    def _run(self, work: "partial[Growth | None]") -> None:
        self._busy = True
        self._background.run(work, done=self._take, failed=self._fail, owner=self)

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self._asked.clear()
        self.failed.emit(error)

    def _take(self, growth: Growth | None) -> None:
        self._busy = False
        if growth is None:  # nothing new
            self._step()
            return
        if growth.size < self.end:  # it was begun anew
            self.blocks, self._pages, self.is_open = [], OrderedDict(), False
            self._firsts, self.begin, self.end = [0], 0, 0
            self.replaced.emit()
            self._step()
            return
        added = 0
        self._pages.update(growth.pages)
        if growth.above:
            added = sum(block.lines for block in growth.blocks)
            self.blocks = [*growth.blocks, *self.blocks]
            self.begin = growth.begin
        else:
            while self.blocks and self.blocks[-1].start >= growth.begin:
                self.blocks.pop()
            self.blocks.extend(growth.blocks)
            self.end = growth.end
            self._look = self._look or growth.end < growth.size
        self._firsts = [0, *accumulate(block.lines for block in self.blocks)]
        first, self.is_open = not self.is_open, True
        if first:
            self.begin = growth.begin
        self._trim()
        self.grew.emit(added)
        if first:
            self.opened.emit()
        self._step()

    def _ask(self, key: tuple[int, int]) -> None:
        if key in self._asked:
            return
        self._asked.add(key)
        self._background.run(
            lambda: lines_of(self.source.read(*key)),
            done=lambda lines: self._take_page(key, lines),
            failed=self._fail,
            owner=self,
        )

    def _take_page(self, key: tuple[int, int], lines: list[str]) -> None:
        self._asked.discard(key)
        self._pages[key] = lines
        self._trim()
        self.loaded.emit()

    def _trim(self) -> None:
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)


def _holds(sorted_numbers: Sequence[int], number: int) -> bool:
    at = bisect_left(sorted_numbers, number)
    return at < len(sorted_numbers) and sorted_numbers[at] == number


# -- in threads ---------------------------------------------------------------------------------------------------


def _pages_of(blocks: Sequence[Block], data: bytes, start: int) -> dict[tuple[int, int], list[str]]:
    return {(block.start, block.end): lines_of(data[block.start - start : block.end - start]) for block in blocks[-5:]}


def _end_of(source: LogBytes) -> Growth:
    size = source.size()
    start = max(size - FIRST, 0)
    data = source.read(start, size)
    begin, data = _from_line(start, data)
    blocks = blocks_of(data, begin)
    return Growth(begin, size, size, blocks, _pages_of(blocks, data, begin))


def _below(source: LogBytes, last: int, end: int) -> Growth | None:
    """What came after ``end``; the block at ``last``, which may have been unfinished, is read once more."""
    size = source.size()
    if size == end:
        return None
    if size < end:
        return Growth(0, 0, size, [], {})
    until = min(size, end + source.step)
    data = source.read(last, until)
    blocks = blocks_of(data, last)
    return Growth(last, until, size, blocks, _pages_of(blocks, data, last))


def _above(source: LogBytes, begin: int) -> Growth:
    start = max(begin - source.step, 0)
    data = source.read(start, begin)
    start, data = _from_line(start, data)
    return Growth(start, begin, 1 << 62, blocks_of(data, start), {}, above=True)


def _from_line(start: int, data: bytes) -> tuple[int, bytes]:
    """From the beginning of a line on, if one begins there; a line longer than all of it is cut."""
    cut = data.find(b"\n") + 1 if start else 0
    return (start + cut, data[cut:]) if cut < len(data) else (start, data)
