"""render-manager tasks, show, frames, log, workers."""

from typing import Annotated

import typer

from render_manager.cli.log_printer import LogPrinter
from render_manager.cli.output import (
    audit_json,
    duration,
    frame_json,
    frame_table,
    history_table,
    print_json,
    say,
    size,
    status,
    table,
    task_json,
    task_table,
    worker_json,
)
from render_manager.cli.program import explained, open_program
from render_manager.domain.entities import RenderFrame, RenderTask
from render_manager.domain.errors import BrokerUnavailable, LogUnavailable
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.services.following import poll
from render_manager.services.queries import TaskRow

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
TaskId = Annotated[str, typer.Argument(help="The task's id, or as much of it as is unique.")]


@explained
def tasks(
    statuses: Annotated[list[TaskStatus] | None, typer.Option("--status", help="Only tasks in this state.")] = None,
    user: Annotated[str | None, typer.Option(help="Only tasks of this user.")] = None,
    limit: Annotated[int, typer.Option(help="The newest so many; 0: all.", min=0)] = 50,
    as_json: AsJson = False,
) -> None:
    """List tasks, newest first."""
    with open_program() as program:
        rows = program.services.queries.tasks(statuses=statuses or (), unionid=user, limit=limit or None)
    if as_json:
        print_json([task_json(row) for row in rows])
    else:
        task_table(rows)


@explained
def show(
    task: TaskId,
    frame: Annotated[int | None, typer.Option(help="Of this frame instead, and why it waits.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show all about one task, such as why it waits, or about one frame of it."""
    if frame is not None:
        _show_frame(task, frame, as_json)
        return
    with open_program() as program:
        queries = program.services.queries
        row = queries.task(task)
        workspaces = queries.workspaces(row.task.id)
        after = queries.dependencies(row.task.id)
        failed = queries.frames(row.task.id, statuses=[FrameStatus.FAILED], limit=5)
    if as_json:
        shown = [{"host": w.host, "path": w.path, "size": w.size, "state": w.state} for w in workspaces]
        print_json({**task_json(row), "workspaces": shown, "after": [other.id for other in after]})
        return
    counts = row.task.counts
    facts: list[tuple[str, object]] = [
        ("id", row.task.id),
        ("name", row.task.name),
        ("user", row.task.unionid),
        ("engine", row.task.render_engine),
        ("path", row.task.oss_file_path),
        ("status", status(row.task.status)),
        ("priority", str(row.task.priority)),
        ("frames", f"{row.task.frames}, {row.task.frame_order}"),
        ("limits", _limits(row.task)),
        *(("after", f"{other.id} ({other.name}), {other.status}") for other in after),
        (
            "counts",
            f"{counts.completed} completed, {counts.failed} failed, {counts.rendering} rendering, "
            f"{counts.pending} pending, {counts.skipped} skipped, {counts.cancelled} cancelled",
        ),
        ("age", duration(row.age)),
        ("elapsed", duration(row.elapsed)),
        ("workers", str(row.workers) if row.workers else ""),
        ("left", _left(row)),
        ("note", row.note),
        ("waits", row.waiting if row.waiting != row.note else ""),
        *((f"option {key}", str(value)) for key, value in row.task.task_info.items()),
        *((f"on {w.host}", f"{w.path}  {size(w.size)}  {w.state}") for w in workspaces),
        *((f"frame {frame.frame_number}", _reason(frame)) for frame in failed),
    ]
    table(["", ""], [fact for fact in facts if fact[1]], "")


def _show_frame(task: str, number: int, as_json: bool) -> None:
    with open_program() as program:
        queries = program.services.queries
        frame = queries.frame(queries.task(task).task.id, number)
        waits = queries.why_frame_waits(frame.task_id, number)
    if as_json:
        print_json({**frame_json(frame), "waiting": waits})
        return
    began, ended = frame.started_at, frame.finished_at
    facts: list[tuple[str, object]] = [
        ("frame", str(frame.frame_number)),
        ("status", status(frame.status)),
        ("waits", waits),
        ("attempt", str(frame.attempt) if frame.attempt else ""),
        ("worker", frame.worker),
        ("time", duration(ended - began) if ended and began else ""),
        ("error", _reason(frame)),
        ("log line", frame.evidence),
        ("image", frame.output_path),
        ("uploaded to", frame.uploaded_key),
        ("log", frame.log_path),
    ]
    table(["", ""], [fact for fact in facts if fact[1]], "")


def _left(row: TaskRow) -> str:
    if row.estimate is None:
        return ""
    return f"about {duration(row.estimate.likely)}, {duration(row.estimate.at_most)} at most by the last frames' times"


def _reason(frame: RenderFrame) -> str:
    kind = f"[{frame.failure}] " if frame.failure else ""
    return f"{kind}{frame.error_message or ''}"


def _limits(task: RenderTask) -> str:
    workers = f", at most {task.max_workers} workers at once" if task.max_workers else ""
    return f"{task.max_attempts} attempts a frame{workers}"


@explained
def frames(
    task: TaskId,
    frames: Annotated[str | None, typer.Option(help='Only these: "1-24".')] = None,
    statuses: Annotated[list[FrameStatus] | None, typer.Option("--status", help="Only frames in this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the frames of a task."""
    with open_program() as program:
        queries = program.services.queries
        found = queries.frames(queries.task(task).task.id, frames=frames, statuses=statuses or ())
    if as_json:
        print_json([frame_json(frame) for frame in found])
    else:
        frame_table(found)


@explained
def log(
    task: TaskId,
    frame: Annotated[int, typer.Argument(help="The frame's number.")],
    attempt: Annotated[int | None, typer.Option(help="Which attempt; by default the last one.", min=1)] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the frame is done.")] = False,
) -> None:
    """Print the log of an attempt at a frame, wherever it is: on a disk, with its worker, in the object store."""
    with open_program() as program:
        services = program.services
        task_id = services.queries.task(task).task.id
        out, number = LogPrinter(), attempt
        for _ in poll():
            found = services.queries.frame(task_id, frame)
            goes_on = follow and found.status in (FrameStatus.PENDING, FrameStatus.RENDERING)
            try:
                if out.file is None:
                    out.file = services.logs.find(found, number)
                    number = out.file.log.attempt
                out.print_new(last=not goes_on)
            except (LogUnavailable, BrokerUnavailable):
                if not goes_on:
                    raise
                out.file = None  # it may be found elsewhere
            if not goes_on or (number is not None and number < found.attempt):
                return


@explained
def history(
    task: TaskId,
    frame: Annotated[int | None, typer.Option(help="Only what happened to this frame.")] = None,
    limit: Annotated[int, typer.Option(help="The newest so many.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who changed what of a task, when and why; newest first."""
    with open_program() as program:
        queries = program.services.queries
        entries = queries.history(queries.task(task).task.id, frame=frame, limit=limit)
    if as_json:
        print_json([audit_json(entry) for entry in entries])
    else:
        history_table(entries)


@explained
def workers(as_json: AsJson = False) -> None:
    """List workers: who is there, what each can render and is rendering."""
    with open_program() as program:
        found = program.services.queries.workers()
    if as_json:
        print_json([worker_json(worker) for worker in found])
        return
    table(
        [
            "worker",
            "host",
            "state",
            "rendering",
            "engines",
            "queues",
            "tags",
            "CPU %",
            "memory %",
            "GPU %",
            "disk free",
        ],
        [
            (
                worker.profile.name,
                worker.profile.host,
                worker.state,
                ", ".join(f"{one.task_id} frame {one.frame_number}" for one in worker.rendering),
                ", ".join(f"{name} {version}" for name, version in worker.profile.engines.items()) or "none",
                ", ".join(worker.profile.bands),
                ", ".join(worker.profile.tags),
                worker.load.cpu_percent,
                worker.load.memory_percent,
                worker.load.gpu_percent,
                size(worker.load.disk_free or 0),
            )
            for worker in found
        ],
        "No workers. Start one with: render-worker (or everything at once: render-manager up)",
    )
    for problem in sorted({problem for worker in found if worker.alive for problem in worker.profile.problems}):
        say(f"note: {problem}")
