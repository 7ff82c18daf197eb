"""Runs benchmarks: `python -m tests.benchmarks [NAME…]`, or by `run.py bench`.

With `--report FILE` nothing is measured: what was kept there by `--json` is shown as Markdown, or put into a document
by `--into`.
"""

import argparse
import inspect
import sys
from dataclasses import replace
from pathlib import Path

from tests.benchmarks import markdown, terminal
from tests.benchmarks.report import Report
from tests.benchmarks.runner import find, run


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 every row meets its bar, 1 one does not or could not be measured, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="run.py bench", description="Measure speed, as ratios against a baseline.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; default: all")
    parser.add_argument("--list", action="store_true", help="list the benchmarks, run none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the report here, too")
    parser.add_argument("--report", type=Path, metavar="FILE", help="measure nothing: take a report that was kept")
    parser.add_argument("--into", type=Path, metavar="FILE", help="put the figures into this Markdown document")
    options = parser.parse_args(arguments)
    known = find()
    if options.list:
        width = max(map(len, known))
        for name, benchmark in known.items():
            summary = " ".join((inspect.getdoc(benchmark) or "").split()).partition(". ")[0].rstrip(".")
            sys.stdout.write(f"{name:<{width}}  {summary}\n")
        return 0
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"{unknown[0]!r} is not known; there are: {', '.join(known)}")
    if options.report and (options.names or options.json):
        parser.error("--report measures nothing: it takes neither names nor --json")
    try:
        report = Report.read(options.report) if options.report else _measured(options.names or list(known))
        if options.json:
            report.write(options.json)
        if not options.report:
            terminal.show(report)
        elif not options.into:
            sys.stdout.write(markdown.markdown(report) + "\n")
        if options.into:
            markdown.put_into_file(options.into, report)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return 0 if options.report or report.ok else 1


def _measured(names: list[str]) -> Report:
    begun = Report.begin()
    return replace(begun, outcomes=run(names, lambda line: sys.stderr.write(line + "\n")))


if __name__ == "__main__":
    sys.exit(main())
