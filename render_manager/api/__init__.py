"""The farm from Python: ``from render_manager import connect``. docs/python-api.md explains it with examples.

The same services that window and command line use. Values given back are frozen, times are seconds since 1970, UTC, by
the database's clock; sizes are bytes. What goes wrong is raised as a RenderManagerError whose message says what to do;
nothing is printed.
"""

from render_manager.api.connection import Setting
from render_manager.api.farm import Farm, connect
from render_manager.api.task import Task
from render_manager.domain.audit import AuditEntry
from render_manager.domain.entities import Keep, RenderFrame, RenderTask, WorkerStatus, Workspace
from render_manager.domain.errors import (
    BrokerUnavailable,
    FrameNotFound,
    FrameRangeError,
    IllegalMove,
    InvalidTask,
    LocalFarmError,
    LogUnavailable,
    NotConnected,
    NotDone,
    NotEnoughSpace,
    ObjectNotFound,
    ObjectPathError,
    ObjectStoreError,
    RenderManagerError,
    SettingsError,
    StoreUnavailable,
    TaskBusy,
    TaskNotFound,
    UnknownEngine,
    UsageError,
    WorkerNotFound,
)
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.states import FrameCounts, FrameStatus, TaskStatus
from render_manager.services.download import DownloadReport
from render_manager.services.queries import TaskRow

__all__ = [
    "AuditEntry",
    "BrokerUnavailable",
    "DownloadReport",
    "Farm",
    "FrameCounts",
    "FrameNotFound",
    "FrameOrder",
    "FrameRangeError",
    "FrameStatus",
    "IllegalMove",
    "InvalidTask",
    "Keep",
    "LocalFarmError",
    "LogUnavailable",
    "NotConnected",
    "NotDone",
    "NotEnoughSpace",
    "ObjectNotFound",
    "ObjectPathError",
    "ObjectStoreError",
    "RenderFrame",
    "RenderManagerError",
    "RenderTask",
    "Setting",
    "SettingsError",
    "StoreUnavailable",
    "Task",
    "TaskBusy",
    "TaskNotFound",
    "TaskRow",
    "TaskStatus",
    "UnknownEngine",
    "UsageError",
    "WorkerNotFound",
    "WorkerStatus",
    "Workspace",
    "connect",
]
