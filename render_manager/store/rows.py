"""Database rows turned into the domain's values."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from render_manager.domain.audit import Action, AuditEntry, FrameMove
from render_manager.domain.entities import (
    FrameRef,
    HostLoad,
    Keep,
    RenderFrame,
    RenderTask,
    WorkerProfile,
    WorkerStatus,
    Workspace,
    WorkspaceState,
)
from render_manager.domain.failures import FailureClass
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameCounts, FrameStatus, TaskStatus

COUNTED = tuple(FrameStatus)


def task_of(row: Row[Any]) -> RenderTask:
    return RenderTask(
        id=row.id,
        name=row.name,
        unionid=row.unionid,
        oss_file_path=row.oss_file_path,
        is_compressed=row.is_compressed,
        project_file=row.project_file,
        render_engine=row.render_engine,
        task_info=row.task_info,
        frames=row.frames,
        priority=row.priority,
        frame_order=FrameOrder(row.frame_order),
        max_attempts=row.max_attempts,
        max_workers=row.max_workers,
        status=TaskStatus(row.status),
        counts=FrameCounts(*(getattr(row, f"{status}_frames") for status in COUNTED)),
        celery_task_id=row.celery_task_id,
        workspace_dir=row.workspace_dir,
        error_message=row.error_message,
        activity=row.activity,
        project_choices=tuple(row.project_choices or ()),
        submitted_at=row.submitted_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        updated_at=row.updated_at,
    )


def frame_of(row: Row[Any]) -> RenderFrame:
    values = {name: value for name, value in row._mapping.items() if name != "position"}
    failure = FailureClass(row.failure) if row.failure else None
    return RenderFrame(**{**values, "status": FrameStatus(row.status), "failure": failure})


def worker_of(row: Row[Any], alive_since: float, rendering: Sequence[FrameRef]) -> WorkerStatus:
    return WorkerStatus(
        profile=WorkerProfile(
            name=row.name,
            host=row.host,
            bands=tuple(Band(band) for band in row.bands),
            engines=row.engines,
            pid=row.pid,
            slots=row.slots,
            problems=tuple(row.problems),
            tags=tuple(row.tags),
            memory=row.memory,
            instance=row.instance,
            local=row.local,
            release=row.release,
        ),
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
        alive=row.left_at is None and row.last_seen_at >= alive_since,
        enabled=row.enabled,
        draining=row.draining,
        load=HostLoad(
            cpu_percent=row.cpu_percent,
            memory_percent=row.memory_percent,
            disk_free=row.disk_free,
            disk_low=row.disk_low,
            gpu_percent=row.gpu_percent,
            gpu_memory_percent=row.gpu_memory_percent,
        ),
        rendering=tuple(rendering),
    )


def audit_of(row: Row[Any]) -> AuditEntry:
    moves = tuple(FrameMove(FrameStatus(a), FrameStatus(b), count) for a, b, count in row.moves or ())
    return AuditEntry(
        actor=row.actor,
        action=Action(row.action),
        task_id=row.task_id,
        worker=row.worker,
        frames=row.frames,
        moves=moves,
        status=row.status and (TaskStatus(row.status[0]), TaskStatus(row.status[1])),
        priority=row.priority and (row.priority[0], row.priority[1]),
        attempt=row.attempt,
        why=row.why,
        at=row.at,
    )


def workspace_of(row: Row[Any]) -> Workspace:
    values = dict(row._mapping)
    return Workspace(**{**values, "state": WorkspaceState(row.state), "keep": Keep(row.keep)})
