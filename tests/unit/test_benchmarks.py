"""The benchmarks themselves take minutes and are run by hand; here that they are found, described and run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.domain.errors import LocalFarmError
from tests import benchmarks
from tests.benchmarks.__main__ import main
from tests.benchmarks.report import Report
from tests.benchmarks.rows import Row, paired
from tests.benchmarks.runner import find, measure
from tests.support.servers import missing

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def test_every_benchmark_is_found_by_its_name() -> None:
    known = find()
    assert set(known) == {
        "demo_overhead",
        "noop_overhead",
        "submit_latency",
        "idle_worker_cpu",
        "claim_throughput",
        "submit_100k",
        "blender_overhead",
        "cancel_latency",
        "prepare_zip",
        "resume_cut",
        "window_100k",
        "window_latency",
        "window_notices",
        "frozen_start",
    }
    modules = {function.__module__.rpartition(".")[2] for function in known.values()}
    assert modules == {path.stem for path in Path(benchmarks.__file__).parent.glob("bench_*.py")}


def test_every_benchmark_and_none_else_is_described() -> None:
    method = DOCUMENT.read_text(encoding="utf-8").partition("## Method")[2].partition("<!--")[0]
    lines = [line for line in method.splitlines() if line.startswith("| `")]
    assert sorted(line.split("`")[1] for line in lines) == sorted(find())


def test_all_are_listed_with_what_they_measure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(find())
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["nothing"], "'nothing' is not known"), (["resume_cut", "--report", "x.json"], "--report measures nothing")],
)
def test_wrong_use_is_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def row(name: str = "row") -> Row:
    return paired(name, "s", [(1.0, 1.0)], "nothing", None)


def test_what_a_machine_lacks_skips_the_rest_of_a_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    def half() -> Iterator[Row]:
        yield row("sqlite")
        missing("PostgreSQL")

    def without_redis() -> Iterator[Row]:
        yield from ()
        raise LocalFarmError("No Redis server was found")

    monkeypatch.delenv("CI", raising=False)
    outcome = measure("half", half)
    assert [row.name for row in outcome.rows] == ["sqlite"]
    assert outcome.said == "skipped: PostgreSQL is not installed on this machine"
    assert not outcome.failed
    assert measure("none", without_redis).said == "skipped: No Redis server was found"


def test_a_benchmark_that_breaks_is_told_and_keeps_its_rows(capfd: pytest.CaptureFixture[str]) -> None:
    def broken() -> Iterator[Row]:
        yield row("first")
        raise RuntimeError("it does not come to that")

    outcome = measure("broken", broken)
    assert len(outcome.rows) == 1
    assert outcome.said == "failed: RuntimeError: it does not come to that"
    assert "in broken" in capfd.readouterr().err


def test_one_is_run_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "report.json"
    assert main(["resume_cut", "--json", str(kept)]) == 0
    said = capsys.readouterr()
    assert "resume_cut" in said.out
    assert "resume_cut: done" in said.err
    (outcome,) = Report.read(kept).outcomes
    (measured,) = outcome.rows
    assert measured.baseline
    assert measured.baseline.value == 300
    assert 1 < (measured.ratio or 0) < 1.15
