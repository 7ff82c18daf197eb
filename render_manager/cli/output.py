"""Tables for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from render_manager.domain.audit import AuditEntry
from render_manager.domain.entities import RenderFrame, WorkerStatus
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.services.queries import TaskRow

#: Into a pipe lines are not cut to a terminal's width.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 240)

_STYLES = {
    TaskStatus.PENDING: "cyan",
    TaskStatus.PREPARING: "magenta",
    TaskStatus.RUNNING: "yellow",
    TaskStatus.PAUSED: "blue",
    TaskStatus.COMPLETED: "green",
    TaskStatus.FAILED: "bold red",
    TaskStatus.CANCELLED: "bright_black",
    FrameStatus.RENDERING: "yellow",
    FrameStatus.SKIPPED: "bright_black",
}


def say(text: str) -> None:
    """A line for people."""
    console.print(Text(text), soft_wrap=True)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Numbers are put to the right."""
    if not rows:
        say(empty)
        return
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for position, name in enumerate(columns):
        right = all(isinstance(row[position], int | float) for row in rows)
        shown.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else Text("" if cell is None else str(cell)) for cell in row))
    console.print(shown)


def status(value: TaskStatus | FrameStatus) -> Text:
    return Text(value.value, style=_STYLES.get(value, ""))


def duration(seconds: float | None) -> str:
    """ "7 s", "3:05", "2:10:00", "3 d 4 h"; empty if unknown."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if whole < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    if whole < 86_400:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 86_400} d {whole // 3600 % 24} h"


def size(count: float) -> str:
    """Bytes in the unit that reads best."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def when(seconds: float | None) -> str | None:
    """ISO 8601, UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _json(value: Any) -> dict[str, object]:
    """A row of the domain for programs: times as ISO 8601 in UTC."""
    return {name: when(item) if name.endswith(("_at", "_until")) else item for name, item in asdict(value).items()}


def task_json(row: TaskRow) -> dict[str, object]:
    return {
        **_json(row.task),
        "total_frames": row.task.total_frames,
        "note": row.note,
        "waiting": row.waiting,
        "elapsed_seconds": row.elapsed,
    }


def frame_json(frame: RenderFrame) -> dict[str, object]:
    return _json(frame)


def worker_json(worker: WorkerStatus) -> dict[str, object]:
    values = _json(worker)
    flat: list[Mapping[str, object]] = [asdict(worker.profile), values, asdict(worker.load)]
    return {name: value for part in flat for name, value in part.items() if name not in ("profile", "load")}


def task_table(rows: Sequence[TaskRow]) -> None:
    table(
        ["id", "name", "user", "engine", "status", "prio", "done", "failed", "total", "elapsed", "note"],
        [
            (
                row.task.id,
                row.task.name,
                row.task.unionid,
                row.task.render_engine,
                status(row.task.status),
                row.task.priority,
                row.task.counts.done,
                row.task.counts.failed,
                row.task.total_frames,
                duration(row.elapsed),
                row.note,
            )
            for row in rows
        ],
        "No tasks. Submit one with: render-manager submit PATH",
    )


def audit_json(entry: AuditEntry) -> dict[str, object]:
    return _json(entry)


def what_changed(entry: AuditEntry) -> str:
    """ "3 pending → rendering, task pending → preparing"; empty where nothing but the action is to be told."""
    parts = [f"{move.count} {move.source} → {move.target}" for move in entry.moves]
    if entry.status:
        parts.append(f"task {entry.status[0]} → {entry.status[1]}")
    if entry.priority:
        parts.append(f"priority {entry.priority[0]} → {entry.priority[1]}")
    return ", ".join(parts)


def history_table(entries: Sequence[AuditEntry]) -> None:
    table(
        ["when", "who", "action", "frames", "attempt", "what", "why"],
        [
            (
                datetime.fromtimestamp(entry.at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
                entry.actor,
                entry.action.replace("_", " "),
                entry.frames,
                str(entry.attempt or ""),
                what_changed(entry),
                entry.why,
            )
            for entry in entries
        ],
        "Nothing is on record.",
    )


def frame_table(frames: Sequence[RenderFrame]) -> None:
    table(
        ["frame", "status", "attempt", "worker", "time", "image, or error"],
        [
            (
                frame.frame_number,
                status(frame.status),
                frame.attempt,
                frame.worker,
                duration(frame.finished_at - frame.started_at if frame.finished_at and frame.started_at else None),
                frame.error_message or (frame.output_path and Path(frame.output_path).name),
            )
            for frame in frames
        ],
        "No such frames.",
    )
