"""A database as the program's first version left it, rows and all, by plain SQL: today's code knows nothing of it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from render_manager.store import migrate

#: When it all happened, in seconds since 1970.
THEN = 1_700_000_000.0
NAME = "镜头 010 – Fluß 🎬"
#: One letter a frame: pending, rendering, completed, failed, skipped, x for cancelled.
STATES = {"p": "pending", "r": "rendering", "c": "completed", "f": "failed", "s": "skipped", "x": "cancelled"}
#: Tasks by status; the frames are numbered from 1.
TASKS = {
    "pending": "pppp",
    "preparing": "rppp",
    "running": "crpf",
    "paused": "ccpp",
    "completed": "cccs",
    "failed": "ccff",
    "cancelled": "cxxx",
}


def task_id(status: str) -> str:
    return f"{status[:7]:0<10}"


def to_revision(engine: Engine, revision: str) -> None:
    """Bring a database to a revision that need not be the newest, from an older or a newer one."""
    found = migrate.current_version(engine)
    move = command.downgrade if found and found > revision else command.upgrade
    config = Config()
    config.set_main_option("script_location", str(migrate._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with migrate._alone(engine) as connection:
        config.attributes["connection"] = connection
        move(config, revision)


def upgrade_by_hand(engine: Engine, version: str = "9999") -> None:
    """As a program would that is newer than this one."""
    with migrate._alone(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def make_old(engine: Engine) -> None:
    """The tables of revision 0001 with tasks in every status, frames in every state, hosts and workspaces."""
    to_revision(engine, "0001")
    with engine.begin() as connection:
        for number, (status, frames) in enumerate(TASKS.items()):
            _insert(connection, "render_tasks", [_task(number, status, frames)])
            _insert(connection, "render_frames", map(_frame, [task_id(status)] * 4, range(1, 5), frames))
        _insert(connection, "workers", [_worker("render-01", "running0", 2), _worker("узел-2", None, None)])
        refused = {"task_id": task_id("failed"), "host": "узел-2", "reason": "Blender 2.79 ist zu alt: 太旧"}
        _insert(connection, "avoided_hosts", [refused])
        _insert(connection, "workspaces", _workspaces())


def _task(number: int, status: str, frames: str) -> Mapping[str, Any]:
    ended = status in ("completed", "failed", "cancelled")
    return {
        "id": task_id(status),
        "name": f"{NAME} {status}",
        "unionid": "王小明" if number % 2 else "li",
        "oss_file_path": "shot.blend" if number % 2 == 0 else "projects/镜头/shot.zip",
        "is_compressed": None if status == "pending" else bool(number % 2),
        "project_file": None if status == "pending" else "场景/shot.blend",
        "workspace_dir": None if status == "pending" else f"D:\\render\\li\\{task_id(status)}",
        "render_engine": "blender",
        "task_info": json.dumps({"samples": 8, "note": "зелёный 🎬"}),
        "status": status,
        "priority": number + 3,
        "celery_task_id": None if ended else f"ticket-{number}",
        "frames": "1-4",
        **{f"{state}_frames": frames.count(letter) for letter, state in STATES.items()},
        "total_frames": len(frames),
        "error_message": "Frame 3: no camera" if status == "failed" else None,
        "activity": "Downloading 34 %" if status == "preparing" else None,
        "submitted_at": THEN + number,
        "started_at": None if status == "pending" else THEN + 60,
        "finished_at": THEN + 3600 if ended else None,
        "updated_at": THEN + 3600,
    }


def _frame(task: str, number: int, letter: str) -> Mapping[str, Any]:
    begun, ended = letter in "rcf", letter in "cf"
    return {
        "task_id": task,
        "frame_number": number,
        "status": STATES[letter],
        "attempt": 3 if letter == "f" else int(begun),
        "attempts_used": 3 if letter == "f" else int(begun),
        "worker": "render-01" if begun else None,
        "progress": {"c": 1.0, "r": 0.5}.get(letter, 0.0),
        "lease_until": THEN + 120 if letter == "r" else None,
        "output_path": f"D:\\render\\{task}\\镜头_{number:04}.png" if letter == "c" else None,
        "log_path": f"D:\\render\\{task}\\logs\\{number}.log" if begun else None,
        "error_message": "Kamera fehlt: 没有摄像机" if letter == "f" else None,
        "started_at": THEN + 60 if begun else None,
        "finished_at": THEN + 70 if ended else None,
    }


def _worker(name: str, task: str | None, frame: int | None) -> Mapping[str, Any]:
    return {
        "name": name,
        "host": name,
        "pid": 4711,
        "slots": 1,
        "bands": json.dumps(["high_priority", "default", "low_priority"]),
        "engines": json.dumps({"blender": "3.4.1"}),
        "problems": json.dumps(["Maya is not installed."]),
        "task_id": task,
        "frame_number": frame,
        "cpu_percent": 93.5,
        "memory_percent": None,
        "disk_free": 5 * 1024**4,
        "started_at": THEN,
        "last_seen_at": THEN + 100,
    }


def _workspaces() -> Iterable[Mapping[str, Any]]:
    kinds = (
        ("running", "ready", False, None),
        ("paused", "cleanup_requested", True, None),
        ("completed", "removed", True, "Removed but for the renders"),
        ("failed", "cleanup_failed", False, "場景.blend is in use"),
    )
    for status, state, keep_renders, message in kinds:
        yield {
            "task_id": task_id(status),
            "host": "render-01",
            "path": f"D:\\render\\王小明\\{task_id(status)}",
            "size": 6 * 1024**3,
            "state": state,
            "keep_renders": keep_renders,
            "message": message,
            "updated_at": THEN + 3600,
        }


def _insert(connection: Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), dict(row))


def contents(engine: Engine, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """All rows of these tables as they are."""
    found = {}
    with engine.connect() as connection:
        for table in tables:
            rows = connection.execute(text(f"SELECT * FROM {table}"))
            found[table] = sorted((dict(row._mapping) for row in rows), key=lambda row: str(list(row.values())[:2]))
    return found
