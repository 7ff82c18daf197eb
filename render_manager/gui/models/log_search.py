"""Looking through a whole log for a text, block by block in threads; the first hits are shown while it goes on."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from PySide6.QtCore import QObject, QRegularExpression, QTimer, Signal

from render_manager.gui.background import Background
from render_manager.gui.models.log_document import LogDocument
from render_manager.gui.sentences import say
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_text import clean, decode

#: Blocks that are looked through by one piece of work.
AT_ONCE = 32
#: Milliseconds between two looks at what was found.
REST = 150

_Key = tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    text: str
    case: bool = False
    regex: bool = False

    @cached_property
    def expression(self) -> QRegularExpression:
        """Qt's expressions give up on those that would take for ever; Python's would hold up the window meanwhile."""
        options = QRegularExpression.PatternOption.MultilineOption
        if not self.case:
            options |= QRegularExpression.PatternOption.CaseInsensitiveOption
        return QRegularExpression(self.text if self.regex else QRegularExpression.escape(self.text), options)

    @property
    def problem(self) -> str:
        """Why it can't be looked for; empty: it can."""
        expression = self.expression
        return "" if expression.isValid() else expression.errorString()

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where in a line it is: beginnings and lengths."""
        found = self.expression.globalMatch(line)
        spans: list[tuple[int, int]] = []
        while found.hasNext() and len(spans) < 200:
            match = found.next()
            if match.capturedLength():
                spans.append((match.capturedStart(), match.capturedLength()))
        return spans


class LogSearch(QObject):
    """Signals: changed: more was looked through; a few times a second."""

    changed = Signal()

    def __init__(self, document: LogDocument, background: Background) -> None:
        super().__init__(document)
        self._document = document
        self._background = background
        self.wanted: Wanted | None = None
        self.problem = ""  #: why it can't be looked for
        self.count = 0  #: lines that hold it
        self._hits: dict[_Key, Sequence[int]] = {}
        self._left: list[_Key] = []  # to be looked through, the next ones last
        self._in_work: list[_Key] = []
        self._marked: list[Sequence[int]] | None = None  # known until something changes
        self._busy = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._tell)
        document.grew.connect(lambda _: self._grown())

    def look_for(self, wanted: Wanted | None, near: int) -> None:
        """Begin anew, with what is below the line ``near``."""
        self.wanted = wanted if wanted and wanted.text else None
        self.problem = self.wanted.problem if self.wanted else ""
        if self.problem:
            self.wanted = None
        self._hits, self._left, self._in_work, self.count = {}, [], [], 0
        self._marked = None
        if self.wanted:
            self._document.want_all()
            keys = self._keys()
            first = self._document.place(min(near, self._document.count - 1))[0] if keys else 0
            self._left = [*keys[first:], *keys[:first]][::-1]
        self._tell()
        self._step()

    @property
    def marked(self) -> list[Sequence[int]]:
        """Which lines of each block hold it."""
        if self._marked is None:
            self._marked = [self._hits.get(key, ()) for key in self._keys()]
        return self._marked

    @property
    def done(self) -> bool:
        """Whether all of the log was looked through."""
        return self.wanted is None or (self._document.whole and not self._left and not self._busy)

    def position(self, number: int) -> int:
        """How many hits there are up to this line."""
        index, inside = self._document.place(number)
        marked = self.marked
        return sum(map(len, marked[:index])) + bisect_right(marked[index], inside)

    def next(self, number: int, *, forward: bool = True) -> int | None:
        return self._document.next_of(self.marked, number, forward=forward)

    def _keys(self) -> list[_Key]:
        return [(block.start, block.end) for block in self._document.blocks]

    def _grown(self) -> None:
        """There are more blocks, and the last one, if it was unfinished, is another one now."""
        self._marked = None
        if self.wanted is None:
            return
        known, asked = set(self._keys()), {*self._hits, *self._left, *self._in_work}
        for key in self._hits.keys() - known:
            self.count -= len(self._hits.pop(key))
        self._left = [*sorted(known - asked), *(key for key in self._left if key in known)]
        self._step()

    def _step(self) -> None:
        if self._busy or self.wanted is None or not self._left:
            return
        keys = self._left[: -AT_ONCE - 1 : -1]
        del self._left[-AT_ONCE:]
        self._busy, self._in_work = True, keys
        wanted = self.wanted
        self._background.run(
            partial(_look_through, self._document.source, keys, wanted),
            done=lambda found: self._take(wanted, found),
            failed=self._fail,
            owner=self,
        )

    def _take(self, wanted: Wanted, found: dict[_Key, Sequence[int]]) -> None:
        self._busy = False
        if wanted is self.wanted:
            self._in_work = []
            first = not self.count
            self._hits.update(found)
            self._marked = None
            self.count += sum(map(len, found.values()))
            if first and self.count:
                self._tell()
            elif not self._rest.isActive():
                self._rest.start()
        self._step()

    def _tell(self) -> None:
        self._document.set_hits(self._hits)
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self._left = []
        self.problem = say(str(error))
        self.changed.emit()


def _look_through(source: LogBytes, keys: list[_Key], wanted: Wanted) -> dict[_Key, Sequence[int]]:
    if wanted.regex:
        find = partial(_match, wanted.expression)
    else:
        find = partial(_find, wanted.text if wanted.case else wanted.text.lower())
    lower = not wanted.case and not wanted.regex
    found: dict[_Key, Sequence[int]] = {}
    for key in keys:
        text = clean(decode(source.read(*key)))
        found[key] = _lines_at(text.lower() if lower else text, find)
    return found


def _find(wanted: str, within: str, at: int) -> int:
    return within.find(wanted, at)


def _match(expression: QRegularExpression, within: str, at: int) -> int:
    """The place of the next match that is of something; -1: there is none."""
    while at <= len(within) and (match := expression.match(within, at)).hasMatch():
        if match.capturedLength():
            return match.capturedStart()
        at = match.capturedStart() + 1
    return -1


def _lines_at(text: str, find: Callable[[str, int], int]) -> "array[int]":
    """The lines of the text that hold it, from 0."""
    lines = array("L")
    number, counted, at = 0, 0, find(text, 0)
    while at >= 0:
        number += text.count("\n", counted, at)
        counted = at
        lines.append(number)
        end = text.find("\n", at)
        at = find(text, end + 1) if end >= 0 else -1
    return lines
