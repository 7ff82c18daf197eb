"""What a benchmark reports: a figure of ours beside a baseline that was measured in turns with it, and a bar."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """The least and the most of the repeats."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """None for a single value: that tells nothing about the next."""
        return cls(min(values), max(values)) if len(values) > 1 else None


@dataclass(frozen=True)
class Baseline:
    """The same work without us, in the unit of the row's value."""

    what: str  #: "blender -a"
    value: float


@dataclass(frozen=True)
class Bar:
    """What is good enough."""

    limit: float
    ratio: bool = False  #: the limit is one of the ratio, not of the value
    least: bool = False  #: as much or more is good; otherwise as much or less


@dataclass(frozen=True)
class Row:
    name: str
    value: float
    unit: str  #: of the value and of its baseline: "s", "ms/frame", "frames/s"
    statistic: str  #: what the value is of its repeats: "median of 5"
    spread: Spread | None
    baseline: Baseline | None
    ratio: float | None  #: of the value to the baseline
    ratio_spread: Spread | None
    bar: Bar | None  #: None: for information
    detail: str  #: how it was measured, and what else was

    @property
    def ok(self) -> bool:
        if self.bar is None:
            return True
        judged = self.ratio if self.bar.ratio else self.value
        assert judged is not None, f"{self.name} has a bar for a ratio that it does not have"
        return judged >= self.bar.limit if self.bar.least else judged <= self.bar.limit

    @property
    def verdict(self) -> str:
        return "info" if self.bar is None else "ok" if self.ok else "missed"


#: A benchmark measures and gives its rows, each as soon as it has it.
Benchmark = Callable[[], Iterable[Row]]


def paired(
    name: str,
    unit: str,
    pairs: Sequence[tuple[float, float]],
    baseline: str,
    bar: Bar | None,
    detail: str = "",
) -> Row:
    """The median of pairs (ours, baseline) that were measured in turns; the ratio is the median of theirs, too, as
    what slows the machine for a while slows both of a pair."""
    ours, theirs = zip(*pairs, strict=True)
    ratios = [mine / its for mine, its in pairs]
    return Row(
        name,
        value=median(ours),
        unit=unit,
        statistic=f"median of {len(pairs)}" if len(pairs) > 1 else "once",
        spread=Spread.of(ours),
        baseline=Baseline(baseline, median(theirs)),
        ratio=median(ratios),
        ratio_spread=Spread.of(ratios),
        bar=bar,
        detail=detail,
    )


def judged(
    name: str,
    unit: str,
    value: float,
    statistic: str,
    repeats: Sequence[float],
    baseline: Baseline | None,
    bar: Bar | None,
    detail: str = "",
) -> Row:
    """A value that is not the median of its repeats: the worst, or nearly, where that is what somebody feels."""
    ratio = value / baseline.value if baseline else None
    return Row(name, value, unit, statistic, Spread.of(repeats), baseline, ratio, None, bar, detail)
