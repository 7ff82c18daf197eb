"""Two logs side by side: the same lines next to each other, and marked what is different."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_text import lines_of

#: Lines and bytes of each log that are compared: its end.
LINES, BYTES = 4_000, 2 * 1024 * 1024
#: What differs between two runs that do the same: times, dates, addresses, ids of processes, sizes of memory.
_VARIES = re.compile(
    r"0x[0-9a-f]+|\b\d{4}[-/.]\d\d[-/.]\d\d\b|\b\d+:\d\d(?::\d\d)?(?:[.,:]\d+)?\b"
    r"|\b\d+(?:\.\d+)?\s*(?:ms|s|sec|seconds|[KMG]i?B?)\b|\bpid[ =:]*\d+",
    re.I,
)


@dataclass
class Compared:
    """Both sides have the same number of rows; None: the other side has a line here that this one has not."""

    left: list[str | None] = field(default_factory=list["str | None"])
    right: list[str | None] = field(default_factory=list["str | None"])
    different: list[int] = field(default_factory=list[int])  #: the rows that are not the same
    cut: bool = False  #: of one of them only the end is compared


def compare(left: Sequence[str], right: Sequence[str]) -> Compared:
    matcher = SequenceMatcher(None, [_plain(line) for line in left], [_plain(line) for line in right])
    rows = Compared()
    for kind, a, b, c, d in matcher.get_opcodes():
        height = max(b - a, d - c)
        if kind != "equal":
            rows.different.extend(range(len(rows.left), len(rows.left) + height))
        rows.left += [*left[a:b], *[None] * (height - (b - a))]
        rows.right += [*right[c:d], *[None] * (height - (d - c))]
    return rows


def _plain(line: str) -> str:
    return _VARIES.sub("#", line).rstrip()


def compare_ends(left: LogBytes, right: LogBytes) -> Compared:
    """Raises LogUnavailable, BrokerUnavailable."""
    (one, cut), (other, cut_too) = _end_of(left), _end_of(right)
    compared = compare(one, other)
    compared.cut = cut or cut_too
    return compared


def _end_of(source: LogBytes) -> tuple[list[str], bool]:
    size = source.size()
    start = max(size - BYTES, 0)
    lines = lines_of(source.read(start, size))
    if start:
        del lines[:1]  # it may be a part of one
    return lines[-LINES:], start > 0 or len(lines) > LINES
