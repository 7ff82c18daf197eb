"""Finds benchmarks and runs each in a process of its own: what one leaves in memory is nothing to the next, and one
that breaks takes no other with it.

A benchmark is a function in a module of this package called bench_*.py; its name without `bench_` is its name.
"""

import importlib
import inspect
import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from render_manager.domain.errors import LocalFarmError
from tests.benchmarks.rows import Benchmark, Row


@dataclass(frozen=True)
class Outcome:
    name: str
    rows: list[Row] = field(default_factory=list)
    skipped: str = ""  #: why there are no more rows: what this machine lacks
    failed: str = ""
    seconds: float = 0.0

    @property
    def said(self) -> str:
        if self.failed:
            return f"failed: {self.failed}"
        return f"skipped: {self.skipped}" if self.skipped else "done"


def find() -> dict[str, Benchmark]:
    """All benchmarks by name."""
    found: dict[str, Benchmark] = {}
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        module = importlib.import_module(f"tests.benchmarks.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("bench_") and function.__module__ == module.__name__:
                found[name.removeprefix("bench_")] = function
    return found


def run(names: Iterable[str], tell: Callable[[str], object]) -> list[Outcome]:
    """One after the other; ``tell`` hears before and after each."""
    outcomes = []
    for name in names:
        tell(f"{name} …")
        began = time.monotonic()
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            try:
                outcome = process.submit(_run_here, name).result()
            except BrokenProcessPool:
                outcome = Outcome(name, failed="its process ended", seconds=time.monotonic() - began)
        tell(f"{name}: {outcome.said}, {outcome.seconds:.0f} s")
        outcomes.append(outcome)
    return outcomes


def _run_here(name: str) -> Outcome:
    return measure(name, find()[name])


def measure(name: str, benchmark: Benchmark) -> Outcome:
    """Runs a benchmark; that it is skipped or fails is told, not raised."""
    began = time.monotonic()
    rows: list[Row] = []
    skipped = failed = ""
    try:
        for row in benchmark():
            rows.append(row)
    except (pytest.skip.Exception, LocalFarmError) as error:
        skipped = str(error)
    except (Exception, pytest.fail.Exception) as error:
        traceback.print_exc()
        failed = f"{type(error).__name__}: {error}".splitlines()[0]
    return Outcome(name, rows, skipped, failed, time.monotonic() - began)
