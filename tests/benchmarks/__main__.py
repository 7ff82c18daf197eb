"""Runs benchmarks: `python -m tests.benchmarks [NAME…] [--json FILE]`, or by `run.py bench`.

A benchmark is a function in a module of this package called bench_*.py; its name without `bench_` is its row's name.
"""

import argparse
import importlib
import inspect
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.benchmarks.rows import Benchmark, Row


def find() -> dict[str, Benchmark]:
    """All benchmarks by name."""
    found: dict[str, Benchmark] = {}
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        module = importlib.import_module(f"tests.benchmarks.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("bench_") and function.__module__ == module.__name__:
                found[name.removeprefix("bench_")] = function
    return found


def main() -> int:
    """Exit codes: 0 every row meets its bar, 1 one does not, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="run.py bench", description="Measure speed, as ratios against a baseline.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; default: all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here, too")
    options = parser.parse_args()
    known = find()
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"{unknown[0]!r} is not known; there are: {', '.join(known)}")
    rows: list[Row] = []
    for name in options.names or known:
        sys.stderr.write(f"{name} …\n")
        try:
            rows += known[name]()
        except pytest.skip.Exception as error:  # a server that this machine lacks
            sys.stderr.write(f"{name} was left out: {error}\n")
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        measured = f"{row.name:<{width}} {row.value:8.3f} {row.unit}"
        verdict = "" if row.bar is None else f"  (bar {row.bar:g}) {'ok' if row.ok else 'TOO SLOW'}"
        sys.stdout.write(f"{measured}{verdict}  {row.detail}\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
