"""What a benchmark reports: ratios against a baseline measured in the same run, never bare seconds."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    value: float  #: what is judged, usually a ratio
    unit: str  #: of ``value``: "× bare Blender", "ms", "frames/s"
    baseline: float  #: what it is compared with, as measured in the same run, in the unit that ``detail`` names
    bar: float | None  #: the most (or least) that is good enough; None: for information
    ok: bool
    detail: str  #: the measurements behind it


#: A benchmark measures and gives its rows.
Benchmark = Callable[[], list[Row]]
