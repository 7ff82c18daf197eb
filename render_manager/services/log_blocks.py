"""The index of a log: where its lines are, and which of them speak of trouble.

A log may have millions of lines, so none is an object here. A block is some ten kilobytes of whole lines; known of it
are its place, how many lines it has, and which of these are errors or warnings. Finding a line means finding its block
and reading that.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: Bytes of a block, about.
BLOCK = 64 * 1024

_ERROR = re.compile(
    rb"(?:error|exception)\b|\b(?:errno|fatal|failed|traceback|segmentation fault|cannot|can't|critical)\b"
    rb"|\[ERR",
    re.I,
)
_WARNING = re.compile(rb"\bwarn(?:ing)?s?\b", re.I)
#: "0 errors", "no errors", "errors: 0": good news.
_NONE_WRONG = re.compile(
    rb"\b(?:0|no) (?:error|warning|exception|failure)s?\b|\b(?:error|warning)s?\s*[:=]\s*0\b", re.I
)
#: What a line must hold to be looked at closely: finding these is many times faster than matching the above.
_HINTS = (b"err", b"exception", b"fatal", b"failed", b"traceback", b"segmentation", b"cannot", b"can't", b"critical")
_WARNING_HINT = b"warn"


def _none() -> "array[int]":
    return array("L")


@dataclass(frozen=True)
class Block:
    """Bytes ``start`` to ``end`` of a log: whole lines, the last one of all perhaps unfinished."""

    start: int
    end: int
    lines: int
    errors: "array[int]" = field(default_factory=_none)  #: which of its lines, from 0
    warnings: "array[int]" = field(default_factory=_none)


def is_error(line: bytes) -> bool:
    return bool(_ERROR.search(line)) and not _NONE_WRONG.search(line)


def is_warning(line: bytes) -> bool:
    return bool(_WARNING.search(line)) and not _NONE_WRONG.search(line)


def blocks_of(data: bytes, start: int) -> list[Block]:
    """The blocks of bytes that begin with a line at ``start`` of the log."""
    return [_block(data[first:last], start + first) for first, last in _cuts(data)]


def _cuts(data: bytes) -> Iterator[tuple[int, int]]:
    begin = 0
    while begin < len(data):
        end = begin + BLOCK
        if end < len(data):
            # After the last line break of it. A line longer than a block is cut, and then counts as several.
            end = (data.rfind(b"\n", begin, end) + 1) or end
        end = min(end, len(data))
        yield begin, end
        begin = end


def _block(data: bytes, start: int) -> Block:
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    lower = data.lower()
    errors = _lines_with(data, lower, _HINTS, is_error)
    warned = _lines_with(data, lower, (_WARNING_HINT,), is_warning)
    bad = set(errors)
    warnings = [line for line in warned if line not in bad] if bad else warned
    return Block(start, start + len(data), lines, array("L", errors), array("L", warnings))


def _lines_with(data: bytes, lower: bytes, hints: tuple[bytes, ...], test: Callable[[bytes], bool]) -> list[int]:
    """Numbers of the lines that hold one of the hints and pass the test."""
    begins: set[int] = set()
    for hint in hints:
        at = lower.find(hint)
        while at >= 0:
            begins.add(lower.rfind(b"\n", 0, at) + 1)
            end = lower.find(b"\n", at)
            at = lower.find(hint, end) if end >= 0 else -1
    found: list[int] = []
    line, counted = 0, 0
    for begin in sorted(begins):
        end = data.find(b"\n", begin)
        if test(data[begin : end if end >= 0 else len(data)]):
            line += data.count(b"\n", counted, begin)
            counted = begin
            found.append(line)
    return found
