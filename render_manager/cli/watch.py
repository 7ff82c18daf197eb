"""Watching a task until it is settled."""

import sys
from collections.abc import Callable

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from render_manager.bootstrap import Program
from render_manager.cli.output import console, say
from render_manager.services.queries import TaskRow


def wait_for(program: Program, task_id: str, *, quiet: bool = False) -> TaskRow:
    """Show live progress until the task is completed, failed or cancelled; how it ended.

    On the embedded farm a worker is kept running meanwhile, and a task that none can run is given back as it is.
    """
    if quiet or not sys.stdout.isatty():
        return _wait(program, task_id, say if not quiet else lambda text: None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("frames"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=False) as progress:
        row = program.services.queries.task(task_id)
        bar = progress.add_task("pending", total=row.task.total_frames)
        return _wait(program, task_id, lambda text: None, lambda now: _show(progress, bar, now))


def _show(progress: Progress, bar: TaskID, row: TaskRow) -> None:
    counts = row.task.counts
    text = row.task.status.value + (f", {counts.failed} failed" if counts.failed else "")
    progress.update(bar, completed=counts.done, description=f"{text} {row.note}".strip())


def _wait(
    program: Program,
    task_id: str,
    tell: Callable[[str], None],
    show: Callable[[TaskRow], None] = lambda row: None,
) -> TaskRow:
    told, row = "", program.services.queries.task(task_id)
    for row in program.services.following.looks(task_id):
        show(row)
        counts = row.task.counts
        failed = f", {counts.failed} failed" if counts.failed else ""
        line = f"{row.task.status:<9} {counts.done}/{row.task.total_frames} frames{failed}  {row.note}".rstrip()
        if line != told:
            tell(line)
            told = line
    return row
