"""The benchmarks themselves take minutes and are run by hand; here only that they are found."""

from pathlib import Path

from tests import benchmarks
from tests.benchmarks.__main__ import find


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
