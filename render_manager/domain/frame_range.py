"""Frame numbers as wranglers write them: ``1-100x2,120`` and back."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Self

from render_manager.domain.errors import FrameRangeError

DEFAULT_LIMIT = 1_000_000
#: Frame numbers fit a 32-bit signed database column and every renderer's own limit.
LARGEST_FRAME = 1_000_000_000

_PART = re.compile(r"(?P<first>[+-]?\d+)(?:-(?P<last>[+-]?\d+)(?:x(?P<step>-?\d+))?)?")
#: More digits than any frame number has; Python itself refuses to read thousands of them.
_MOST_DIGITS = 20
# Dashes, separators and crosses that Chinese input methods and word processors write; NFKC handles full-width forms.
_TYPED = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "‐": "-",
        "~": "-",
        "〜": "-",
        "×": "x",
        "X": "x",
        "、": ",",
        ";": ",",
        "。": ".",
    }
)


@dataclass(frozen=True)
class FrameRange:
    """A set of frame numbers, held as sorted runs, one after the other, so that a million frames cost nothing."""

    runs: tuple[range, ...]

    @classmethod
    def parse(cls, text: str, limit: int = DEFAULT_LIMIT) -> Self:
        """Read ``7``, ``1-24``, ``1-100x2`` (every 2nd) and comma-separated lists of them.

        Spaces, full-width digits and punctuation, other dashes and ``;`` are understood. A frame named twice counts
        once. ``limit`` is the largest number of frames allowed.

        Raises:
            FrameRangeError: the text is empty, can't be read, has a step of 0 or names more than ``limit`` frames.
        """
        plain = unicodedata.normalize("NFKC", text).translate(_TYPED)
        # Blanks around a dash or a cross belong to the part; any other blank separates parts.
        plain = re.sub(r"\s*([-x,])\s*(?=\S)", r"\1", plain.strip())
        parts = [part for part in re.split(r"[,\s]+", plain) if part]
        if not parts:
            raise FrameRangeError('No frames given: write for example "1-24", "1-100x2" or "1,5,10-20".')
        runs = list({_run(part, text): None for part in parts})
        named = sum(map(len, runs))
        if named <= 2 * limit:  # parts that overlap name fewer frames, but that is counted only where it costs little
            frames = cls._of_runs(runs)
            if (named := len(frames)) <= limit:
                return frames
        raise FrameRangeError(f'"{text}" names {named:,} frames; the limit is {limit:,} (setting MAX_FRAMES).')

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Self:
        return cls._of_runs([range(number, number + 1) for number in numbers])

    @classmethod
    def _of_runs(cls, runs: list[range]) -> Self:
        if len(runs) == 1:
            return cls((runs[0],))
        return cls(tuple(_runs_of(sorted(set(chain.from_iterable(runs))))))

    def __len__(self) -> int:
        return sum(map(len, self.runs))

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self.runs)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        at = bisect_right(self.runs, number, key=lambda run: run[0])
        return at > 0 and number in self.runs[at - 1]

    def __str__(self) -> str:
        return ",".join(map(_text_of, self.runs))


def _run(part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if match and max(len(number or "") for number in match.groups()) > _MOST_DIGITS:
        raise FrameRangeError(f'"{part[:_MOST_DIGITS]}…" names a frame beyond {LARGEST_FRAME:,}.')
    if match is None:
        raise FrameRangeError(
            f'"{part}" in frames "{text}" can\'t be read: write a number (7), a range (1-24) or a range with a step '
            "(1-100x2), separated by commas."
        )
    first = int(match["first"])
    last = int(match["last"] or first)
    step = abs(int(match["step"] or 1))
    if step == 0:
        raise FrameRangeError(f'"{part}" has a step of 0: write {first}-{last}x1 or larger.')
    if max(abs(first), abs(last)) > LARGEST_FRAME:
        raise FrameRangeError(f'"{part}" names a frame beyond {LARGEST_FRAME:,}.')
    if first <= last:
        return range(first, last + 1, step)
    # "24-1x5" means 24, 19, 14 …: the same frames, counted from the other end.
    frames = range(first, last - 1, -step)
    return frames[::-1]


def _runs_of(numbers: list[int]) -> Iterator[range]:
    """Cut sorted numbers into the fewest runs of equal steps, greedily from the left."""
    start = 0
    while start < len(numbers):
        step = numbers[start + 1] - numbers[start] if start + 1 < len(numbers) else 1
        stop = start + 1
        while stop < len(numbers) and numbers[stop] - numbers[stop - 1] == step:
            stop += 1
        if stop - start < 4 and step > 1:  # "1,3,5" reads better than "1-5x2", and "1,3,5-9" than "1-5x2,6-9"
            stop = start + 1
            step = 1
        yield range(numbers[start], numbers[stop - 1] + 1, step)
        start = stop


def _text_of(run: range) -> str:
    if len(run) == 1:
        return str(run[0])
    return f"{run[0]}-{run[-1]}" + (f"x{run.step}" if run.step > 1 else "")
