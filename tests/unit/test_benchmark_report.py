"""What is made of the rows of benchmarks: figures, JSON, a table, a document."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.__main__ import main
from tests.benchmarks.cells import bar, cells, number
from tests.benchmarks.machine import Machine
from tests.benchmarks.markdown import BEGIN, END, markdown, ours, put_into
from tests.benchmarks.report import Report
from tests.benchmarks.rows import Bar, Baseline, Spread, judged, paired
from tests.benchmarks.runner import Outcome, find
from tests.benchmarks.terminal import show

DOCS = Path(__file__).parents[2] / "docs"
#: The machine was slow in the second pair: the median of the ratios does not see it.
PAIRS = [(2.2, 2.0), (5.5, 5.0), (2.4, 2.0)]
FRAMES = paired("blender_overhead_20_frames", "s", PAIRS, "blender -a", Bar(1.15, ratio=True), "20 frames | small")
CLAIMS = paired("claims", "frames/s", [(450.0, 1800.0)], "bare UPDATE", Bar(500.0, least=True))
CANCEL = judged("cancel", "s", 1.9, "worst of 2", [0.4, 1.9], Baseline("SIGKILL", 0.1), Bar(2.0))
LATENCY = judged("submit_latency_sqlite", "ms", 40.0, "p99 of 2", [20.0, 40.0], None, None)


@pytest.fixture(scope="module")
def report() -> Report:
    outcomes = [
        Outcome("blender_overhead", [FRAMES], seconds=90),
        Outcome("all", [CLAIMS, CANCEL, LATENCY], skipped="PostgreSQL is not installed", seconds=30),
        Outcome("broken", failed="ValueError: no"),
    ]
    return replace(Report.begin(), outcomes=outcomes, commit="abc1234")


def test_a_pair_is_compared_with_itself() -> None:
    assert FRAMES.value == 2.4
    assert FRAMES.baseline == Baseline("blender -a", 2.0)
    assert FRAMES.ratio == pytest.approx(1.1)
    assert FRAMES.spread == Spread(2.2, 5.5)
    assert FRAMES.ratio_spread == Spread(pytest.approx(1.1), pytest.approx(1.2))
    assert FRAMES.statistic == "median of 3"


def test_one_measurement_has_no_spread() -> None:
    assert CLAIMS.spread is None
    assert CLAIMS.statistic == "once"
    assert CLAIMS.ratio == 0.25


def test_a_bar_is_of_the_ratio_or_of_the_value_and_up_or_down() -> None:
    assert [row.verdict for row in (FRAMES, CLAIMS, CANCEL, LATENCY)] == ["ok", "missed", "ok", "info"]
    assert not replace(FRAMES, ratio=1.16).ok
    assert replace(CLAIMS, value=500.0).ok
    assert not replace(CANCEL, value=2.1).ok
    assert [bar(row) for row in (FRAMES, CLAIMS, CANCEL, LATENCY)] == ["≤ 1.15 ×", "≥ 500 frames/s", "≤ 2 s", ""]


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,346"), (99.94, "99.9"), (1.234, "1.23"), (0.01234, "0.012"), (0, "0")]
)
def test_numbers_have_the_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_cells_tell_the_figure_and_what_it_is_compared_with() -> None:
    assert cells(FRAMES)[1:5] == ("2.40 s", "2.20–5.50", "blender -a: 2.00", "1.10 × (1.10–1.20)")
    assert cells(LATENCY)[3:5] == ("", "")


def test_the_machine_is_known() -> None:
    machine = Machine.here()
    assert machine.cores >= 1
    assert machine.memory_gb > 0.5
    assert machine.processor
    assert machine.python.startswith("CPython 3.")
    assert machine.libraries["celery"][0].isdigit()
    assert machine.qt.startswith("6.")


def test_a_report_is_kept_and_read_again(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report.write(path)
    assert Report.read(path) == report
    assert json.loads(path.read_text(encoding="utf-8"))["machine"]["cores"] == report.machine.cores


def test_a_file_that_is_no_report_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"date": "2026-01-01", "commit": null, "machine": 7, "outcomes": []}')
    with pytest.raises(SystemExit) as ended:
        main(["--report", str(path)])
    assert ended.value.code == 2
    assert "other.json is no report of these benchmarks: machine" in capsys.readouterr().err


def test_only_what_missed_or_broke_is_a_failure(report: Report) -> None:
    first, second, broken = report.outcomes
    good = replace(second, rows=[CANCEL, LATENCY])
    assert replace(report, outcomes=[first, good]).ok
    assert not replace(report, outcomes=[first, good, broken]).ok
    assert not replace(report, outcomes=[first, second]).ok


def test_a_terminal_shows_everything(report: Report) -> None:
    out = StringIO()
    show(report, Console(file=out, highlight=False))
    said = out.getvalue()
    for expected in ("abc1234", report.machine.processor, "1.10 × (1.10–1.20)", "missed", "20 frames | small"):
        assert expected in said
    assert "all: skipped: PostgreSQL is not installed" in said
    assert "broken: failed: ValueError: no" in said


def test_a_busy_machine_is_told(report: Report) -> None:
    busy = replace(report, machine=replace(report.machine, load=3.5, cores=2))
    idle = replace(report, machine=replace(report.machine, load=0.2, cores=2))
    assert "The machine was busy: a load of 3.5 on 2 cores" in markdown(busy)
    assert "busy" not in markdown(idle)
    assert "minutes. Of two runs.\n" in markdown(replace(idle, note="Of two runs."))


def test_markdown_has_a_line_for_each_row(report: Report) -> None:
    said = markdown(report)
    assert "Measured" in said
    assert "in 2 minutes." in said
    assert "| `claims` | 450 frames/s |  | bare UPDATE: 1,800 | 0.25 × | ≥ 500 frames/s | missed |" in said
    assert "* `all` skipped: PostgreSQL is not installed" in said
    tables = [line for line in said.splitlines() if line.startswith("|")]
    assert all(line.endswith(" |") for line in tables)


def test_our_line_among_the_peers_is_of_the_rows(report: Report) -> None:
    line = ours(report)
    assert line.blender == FRAMES.ratio
    assert line.start == 0.04
    assert line.overhead is line.idle is None
    assert f"Render Manager {report.machine.render_manager}**, one worker, SQLite | – | 1.10 | 0.04 | – |" in markdown(
        report
    )


def test_the_figures_are_put_between_their_marks_however_often(report: Report) -> None:
    text = f"# Title\n\n{BEGIN}\nold\n{END}\n\nMore.\n"
    once = put_into(text, report)
    assert once.startswith("# Title\n\n")
    assert once.endswith(f"{END}\n\nMore.\n")
    assert "old" not in once
    assert put_into(once, report) == once
    with pytest.raises(ValueError, match="no place for the figures"):
        put_into("# Title\n", report)


def test_the_document_says_what_the_kept_report_says() -> None:
    document = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    assert put_into(document, Report.read(DOCS / "benchmarks" / "latest.json")) == document, (
        "run: python -m tests.benchmarks --report docs/benchmarks/latest.json --into docs/benchmarks.md"
    )


def test_the_kept_report_is_of_all_benchmarks() -> None:
    report = Report.read(DOCS / "benchmarks" / "latest.json")
    assert {outcome.name for outcome in report.outcomes} == set(find())
    assert not [outcome.said for outcome in report.outcomes if outcome.failed or not outcome.rows]
