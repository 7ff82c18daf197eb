"""Watching a task until it is settled."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from render_manager.bootstrap import Program
from render_manager.cli.output import console, say
from render_manager.cli.program import ensure_worker, poll
from render_manager.domain.states import FINAL
from render_manager.services.queries import TaskRow

#: How long a task may wait on the embedded farm although no worker can ever run it, in seconds, before we say so.
PATIENCE = 10.0


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


def _online(program: Program) -> bool:
    return any(worker.alive for worker in program.services.queries.workers())


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
    told, stuck_since = "", None
    for _ in poll():
        ensure_worker(program)
        row = program.services.queries.task(task_id)
        starting = program.services.local_workers.running() and not _online(program)
        if row.stuck and starting:
            row = replace(row, note="Starting a worker of this machine", stuck=False)
        show(row)
        counts = row.task.counts
        failed = f", {counts.failed} failed" if counts.failed else ""
        line = f"{row.task.status:<9} {counts.done}/{row.task.total_frames} frames{failed}  {row.note}".rstrip()
        if line != told:
            tell(line)
            told = line
        if row.task.status in FINAL:
            return row
        if not (program.settings.embedded_redis and row.stuck):
            stuck_since = None
        elif stuck_since is None:
            stuck_since = time.monotonic()
        elif time.monotonic() - stuck_since > PATIENCE:
            return row
    raise AssertionError("poll() without a limit does not end")
