"""A report as a table on a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tests.benchmarks.cells import HEADINGS, NUMBERS, caution, cells, facts, heading, remarks
from tests.benchmarks.report import Report

_STYLES = {"ok": "green", "missed": "bold red", "info": "dim"}
#: Characters; where the output is no terminal, there is no width to be kept.
_WIDE = 170


def show(report: Report, console: Console | None = None) -> None:
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDE
    console.print(f"[bold]{heading(report)}[/]")
    if busy := caution(report):
        console.print(f"[yellow]{busy}[/]")
    about = Table.grid(padding=(0, 2))
    for name, value in facts(report.machine).items():
        about.add_row(f"[dim]{name}[/]", escape(value))
    console.print(about)
    table = Table()
    for name in HEADINGS:
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="fold")
    for row in report.rows:
        *plain, verdict = cells(row)
        table.add_row(*map(escape, plain), Text(verdict, _STYLES[verdict]))
    console.print(table)
    for row in report.rows:
        if row.detail:
            console.print(f"[bold]{row.name}[/]: {escape(row.detail)}", soft_wrap=True)
    for name, said in remarks(report).items():
        console.print(f"[bold yellow]{name}[/]: {escape(said)}", soft_wrap=True)
