"""A report as the part of docs/benchmarks.md that nobody types by hand."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks.cells import HEADINGS, NUMBERS, caution, cells, facts, heading, number, remarks
from tests.benchmarks.peers import PEERS, Peer
from tests.benchmarks.report import Report

BEGIN = "<!-- figures: written by `python -m tests.benchmarks`, not by hand -->"
END = "<!-- end of the figures -->"


def markdown(report: Report) -> str:
    parts = [
        "## Last figures",
        f"{heading(report)}. {caution(report)}".strip(),
        _table(("Machine", ""), facts(report.machine).items()),
        _table(HEADINGS, [_marked(cells(row)) for row in report.rows], NUMBERS),
    ]
    if said := remarks(report):
        parts.append("\n".join(f"* `{name}` {text}" for name, text in said.items()))
    parts += [
        "How each came about:",
        "\n".join(f"* `{row.name}` ({row.statistic}): {row.detail}" for row in report.rows),
        "## Beside peers",
        _table(Peer.HEADINGS, [_peer(peer) for peer in (*PEERS, ours(report))], Peer.HEADINGS[1:]),
    ]
    return "\n\n".join(parts)


def put_into(text: str, report: Report) -> str:
    """The text with the report between its marks.

    Raises:
        ValueError: the marks are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"There is no place for the figures: write the lines {BEGIN} and {END} where they belong.")
    return f"{before}{BEGIN}\n\n{markdown(report)}\n\n{END}{after}"


def put_into_file(path: Path, report: Report) -> None:
    path.write_text(put_into(path.read_text(encoding="utf-8"), report), encoding="utf-8", newline="\n")


def ours(report: Report) -> Peer:
    """Our own line among the peers, of rows that measure the same."""
    rows = {row.name: row for row in report.rows}

    def value(name: str) -> float | None:
        return rows[name].value if name in rows else None

    frames = rows.get("blender_overhead_20_frames")
    start = value("submit_latency_sqlite")
    return Peer(
        f"**Render Manager {report.machine.render_manager}**, one worker, SQLite",
        overhead=value("noop_overhead_sqlite"),
        blender=frames.ratio if frames else None,
        start=start / 1000 if start is not None else None,
        idle=value("idle_worker_cpu"),
    )


def _peer(peer: Peer) -> tuple[str, ...]:
    figures = (peer.overhead, peer.blender, peer.start, peer.idle)
    return peer.system, *("–" if figure is None else number(figure) for figure in figures)


def _marked(row: Sequence[str]) -> tuple[str, ...]:
    name, *others = row
    return f"`{name}`", *others


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> str:
    rules = ["---:" if heading in right else "---" for heading in headings]
    lines = [headings, rules, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
