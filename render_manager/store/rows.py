"""Database rows turned into the domain's values."""

from typing import Any

from sqlalchemy import Row

from render_manager.domain.entities import (
    RenderFrame,
    RenderTask,
    WorkerProfile,
    WorkerStatus,
    Workspace,
    WorkspaceState,
)
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
        status=TaskStatus(row.status),
        counts=FrameCounts(*(getattr(row, f"{status}_frames") for status in COUNTED)),
        celery_task_id=row.celery_task_id,
        workspace_dir=row.workspace_dir,
        error_message=row.error_message,
        activity=row.activity,
        submitted_at=row.submitted_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        updated_at=row.updated_at,
    )


def frame_of(row: Row[Any]) -> RenderFrame:
    values = dict(row._mapping)
    return RenderFrame(**{**values, "status": FrameStatus(row.status)})


def worker_of(row: Row[Any], alive_since: float) -> WorkerStatus:
    return WorkerStatus(
        profile=WorkerProfile(
            name=row.name,
            host=row.host,
            bands=tuple(Band(band) for band in row.bands),
            engines=row.engines,
            pid=row.pid,
            slots=row.slots,
            problems=tuple(row.problems),
        ),
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
        alive=row.last_seen_at >= alive_since,
        task_id=row.task_id,
        frame_number=row.frame_number,
        cpu_percent=row.cpu_percent,
        memory_percent=row.memory_percent,
        disk_free=row.disk_free,
    )


def workspace_of(row: Row[Any]) -> Workspace:
    values = dict(row._mapping)
    return Workspace(**{**values, "state": WorkspaceState(row.state)})
