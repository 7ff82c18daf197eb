"""Looking through a whole log for a text, block by block in threads; the first hits are shown while it goes on."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QRegularExpression, Signal

from render_manager.gui.background import Background
from render_manager.gui.models.log_document import LogDocument
from render_manager.gui.sentences import say
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_text import clean, decode

#: Blocks that are looked through by one piece of work.
AT_ONCE = 16

_Key = tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    text: str
    case: bool = False
    regex: bool = False

    @property
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
    """Signals: changed: more was looked through."""

    changed = Signal()

    def __init__(self, document: LogDocument, background: Background) -> None:
        super().__init__(document)
        self._document = document
        self._background = background
        self.wanted: Wanted | None = None
        self.problem = ""  #: why it can't be looked for
        self._hits: dict[_Key, Sequence[int]] = {}
        self._from = 0  # the line at which somebody looks
        self._busy = False
        document.grew.connect(lambda _: self._step())

    def look_for(self, wanted: Wanted | None, near: int) -> None:
        """Begin anew, with what is below the line ``near``."""
        self.wanted = wanted if wanted and wanted.text else None
        self.problem = self.wanted.problem if self.wanted else ""
        if self.problem:
            self.wanted = None
        self._hits, self._from = {}, near
        self._document.set_hits(self._hits)
        if self.wanted:
            self._document.want_all()
        self.changed.emit()
        self._step()

    @property
    def marked(self) -> list[Sequence[int]]:
        """Which lines of each block hold it."""
        return [self._hits.get((block.start, block.end), ()) for block in self._document.blocks]

    @property
    def count(self) -> int:
        return sum(map(len, self._hits.values()))

    @property
    def done(self) -> bool:
        """Whether all of the log was looked through."""
        known = self._document.whole and all((one.start, one.end) in self._hits for one in self._document.blocks)
        return self.wanted is None or known

    def position(self, number: int) -> int:
        """How many hits there are up to this line."""
        index, inside = self._document.place(number)
        marked = self.marked
        return sum(map(len, marked[:index])) + sum(line <= inside for line in marked[index])

    def next(self, number: int, *, forward: bool = True) -> int | None:
        return self._document.next_of(self.marked, number, forward=forward)

    def _step(self) -> None:
        if self._busy or self.wanted is None:
            return
        keys = [(block.start, block.end) for block in self._document.blocks]
        if not keys:
            return
        first = self._document.place(min(self._from, self._document.count - 1))[0]
        left = [key for key in (*keys[first:], *keys[:first]) if key not in self._hits][:AT_ONCE]
        if not left:
            known = set(keys)
            if len(known) != len(self._hits):  # the last block was unfinished, and is another one now
                self._hits = {key: lines for key, lines in self._hits.items() if key in known}
                self._document.set_hits(self._hits)
                self.changed.emit()
            return
        self._busy = True
        wanted = self.wanted
        self._background.run(
            partial(_look_through, self._document.source, left, wanted),
            done=lambda found: self._take(wanted, found),
            failed=lambda error: self._fail(error),
            owner=self,
        )

    def _take(self, wanted: Wanted, found: dict[_Key, Sequence[int]]) -> None:
        self._busy = False
        if wanted is self.wanted:
            self._hits.update(found)
            self._document.set_hits(self._hits)
            self.changed.emit()
        self._step()

    def _fail(self, error: Exception) -> None:
        self._busy = False
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
