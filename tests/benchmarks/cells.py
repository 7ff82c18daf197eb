"""A report in words: the same on a terminal and in Markdown."""

from tests.benchmarks.machine import Machine
from tests.benchmarks.report import Report
from tests.benchmarks.rows import Row, Spread

HEADINGS = ("Benchmark", "Measured", "Spread", "Baseline", "Ratio", "Bar", "Verdict")
#: Of these columns, those that hold numbers.
NUMBERS = ("Measured", "Spread", "Ratio", "Bar")


def cells(row: Row) -> tuple[str, ...]:
    baseline = f"{row.baseline.what}: {number(row.baseline.value)}" if row.baseline else ""
    ratio = f"{number(row.ratio)} ×{_spread(row.ratio_spread, ' (', ')')}" if row.ratio is not None else ""
    measured = f"{number(row.value)} {row.unit}"
    return row.name, measured, _spread(row.spread), baseline, ratio, bar(row), row.verdict


def bar(row: Row) -> str:
    if row.bar is None:
        return ""
    sign = "≥" if row.bar.least else "≤"
    return f"{sign} {row.bar.limit:g} {'×' if row.bar.ratio else row.unit}"


def number(value: float) -> str:
    """Three digits that count; more would be noise."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.2g}"


def facts(machine: Machine) -> dict[str, str]:
    return {
        "Processor": f"{machine.processor}, {machine.cores} cores",
        "Memory": f"{machine.memory_gb:g} GB",
        "System": machine.system,
        "Python": machine.python,
        "Render Manager": machine.render_manager,
        "Blender": machine.blender,
        "Redis": machine.redis,
        "PostgreSQL": machine.postgresql,
        "Qt": machine.qt,
        "Libraries": ", ".join(f"{name} {version}" for name, version in machine.libraries.items()),
        "Load before the first": f"{machine.load:g}",
    }


def heading(report: Report) -> str:
    at = f"commit {report.commit}" if report.commit else "without git"
    return f"Measured {report.date[:16].replace('T', ' ')} UTC, {at}, in {report.minutes:.0f} minutes"


def caution(report: Report) -> str:
    """What keeps one from trusting the figures: the machine did something else, too, or a note says so."""
    machine = report.machine
    if machine.load <= machine.cores / 2:
        return report.note
    busy = (
        f"The machine was busy: a load of {machine.load:g} on {machine.cores} cores before the first benchmark. "
        "Trust the ratios a little, the values not."
    )
    return f"{busy} {report.note}".strip()


def remarks(report: Report) -> dict[str, str]:
    """Of benchmarks that gave no rows, or not all of them."""
    return {outcome.name: outcome.said for outcome in report.outcomes if outcome.skipped or outcome.failed}


def _spread(spread: Spread | None, before: str = "", after: str = "") -> str:
    return f"{before}{number(spread.low)}–{number(spread.high)}{after}" if spread else ""
