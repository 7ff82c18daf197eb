"""Tasks, frames, claims, workers and workspaces as frozen values. Times are seconds since 1970, UTC, database clock."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from render_manager.domain.errors import InvalidTask
from render_manager.domain.failures import FailureClass
from render_manager.domain.file_names import is_reserved
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.priority import Band
from render_manager.domain.requirements import REQUIRES, Requirements
from render_manager.domain.states import FrameCounts, FrameStatus, TaskStatus

TASK_ID_LENGTH = 10
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: read aloud and typed without mistakes
_UNIONID = re.compile(r"[\w@+=-](?:[\w@+=. -]{0,126}[\w@+=-])?")
_MOST_BYTES = 255  # of a name, on most file systems: 85 Chinese letters


def new_task_id() -> str:
    """A random id, short enough to type: 50 bits, so that ids never return even when a database is begun anew and
    old workspaces still lie on the disks."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(TASK_ID_LENGTH))


def check_unionid(unionid: str) -> str:
    """The id itself if it can be the name of one folder on every system.

    Raises:
        InvalidTask: it is empty, climbs, holds a separator or is reserved on Windows.
    """
    too_long = len(unionid.encode("utf-8", "replace")) > _MOST_BYTES
    if too_long or not _UNIONID.fullmatch(unionid) or is_reserved(unionid):
        raise InvalidTask(
            f"User {unionid!r} can't be used: it becomes a folder name, so give 1–128 letters, digits, _ . @ + = or -, "
            "without a path separator and not beginning or ending with a dot."
        )
    return unionid


@dataclass(frozen=True)
class RenderTask:
    """What the field calls a job: one project file, a set of frames, an engine."""

    id: str
    name: str
    unionid: str
    oss_file_path: str
    is_compressed: bool | None  #: None: seen from the object itself
    project_file: str | None  #: path inside the project as given by the user; None: found by the engine's rules
    render_engine: str
    task_info: Mapping[str, object]
    frames: str  #: the frames text, canonical form
    priority: int
    frame_order: FrameOrder = FrameOrder.FORWARD
    max_attempts: int = 1  #: how often a frame is tried before it counts as failed
    max_workers: int | None = None  #: the most workers at it at the same time; None: any number
    status: TaskStatus = TaskStatus.PENDING
    counts: FrameCounts = field(default_factory=FrameCounts)
    celery_task_id: str | None = None  #: the last ticket issued for it
    workspace_dir: str | None = None  #: on the host that prepared it last
    error_message: str | None = None
    activity: str | None = None  #: what is going on now, for people: "Downloading 34 %"
    project_choices: tuple[str, ...] = ()  #: equally good project files; somebody must choose before it goes on
    submitted_at: float = 0.0
    started_at: float | None = None
    finished_at: float | None = None
    updated_at: float = 0.0

    @property
    def total_frames(self) -> int:
        return self.counts.total

    @property
    def requires(self) -> Requirements:
        return Requirements.read(self.task_info.get(REQUIRES) or {})


@dataclass(frozen=True)
class RenderFrame:
    """One frame number of a task. ``attempt`` counts claims from 1; 0: never claimed."""

    task_id: str
    frame_number: int
    status: FrameStatus = FrameStatus.PENDING
    attempt: int = 0
    attempts_used: int = 0  #: attempts since a person last asked for the frame; lost and failed ones count
    worker: str | None = None
    progress: float = 0.0  #: 0–1 within the running attempt
    lease_until: float | None = None
    output_path: str | None = None
    uploaded_key: str | None = None  #: where its image is in the object store, once it is there
    log_path: str | None = None
    error_message: str | None = None
    failure: FailureClass | None = None  #: of which kind that is
    evidence: str | None = None  #: the line of the log that shows it
    started_at: float | None = None  #: when its renderer began the frame
    finished_at: float | None = None


@dataclass(frozen=True)
class Claim:
    """One attempt at one frame, held by one worker. Every later word about it carries ``attempt``."""

    task: RenderTask
    frame_number: int
    attempt: int
    worker: str

    def __str__(self) -> str:
        return f"task {self.task.id} frame {self.frame_number} attempt {self.attempt}"


@dataclass(frozen=True)
class WorkerProfile:
    """Who a worker is and what it can run: what the answer to "what is next for me?" depends on."""

    name: str
    host: str
    bands: tuple[Band, ...]
    engines: Mapping[str, str]  #: engine name → installed version
    pid: int = 0
    slots: int = 1
    problems: tuple[str, ...] = ()  #: sentences: why an engine is missing, …
    tags: tuple[str, ...] = ()  #: what a task can ask for: the host's name, its system, and words of the user's
    memory: int | None = None  #: bytes the host has in all
    instance: str = ""  #: new with each start: tells a worker from an earlier one of the same name
    local: bool = False  #: started by a window or command on its own machine; forgotten when it leaves
    release: str = ""  #: of Render Manager


@dataclass(frozen=True)
class HostLoad:
    """How busy a worker's host is."""

    cpu_percent: float | None = None
    memory_percent: float | None = None
    disk_free: int | None = None  #: bytes free where its workspaces are
    disk_low: bool = False  #: that is less than must stay free: it takes no task whose project is not here yet
    gpu_percent: float | None = None  #: of the busiest graphics card; None: there is none, or it can't be read
    gpu_memory_percent: float | None = None  #: of the fullest one


@dataclass(frozen=True)
class FrameRef:
    task_id: str
    frame_number: int


class WorkerState(StrEnum):
    """What a worker is about, in a word or two. In the order of a list: who works first, who is away last."""

    RENDERING = "rendering"
    IDLE = "idle"
    LOW_DISK = "low on disk"  #: takes only frames of tasks whose project it has
    DRAINING = "draining"  #: finishes its frames and leaves
    FINISHING = "disabled, finishing"  #: takes no more frames; those it has go on
    DISABLED = "disabled"
    OFFLINE = "offline"
    OFFLINE_DISABLED = "offline, disabled"  #: would take no frames if it came back


@dataclass(frozen=True)
class WorkerStatus:
    """A worker as last heard of."""

    profile: WorkerProfile
    started_at: float
    last_seen_at: float
    alive: bool  #: heard of within the last few heartbeats, and has not signed off
    enabled: bool = True  #: False: a person wants it to take no frames; kept over restarts
    draining: bool = False  #: finishes its frames and leaves
    load: HostLoad = field(default_factory=HostLoad)
    rendering: tuple[FrameRef, ...] = ()  #: the frames it has claimed

    @property
    def free(self) -> bool:
        """Whether it could take a frame now."""
        return self.alive and self.enabled and not self.draining and len(self.rendering) < self.profile.slots

    @property
    def state(self) -> WorkerState:
        if not self.alive:
            return WorkerState.OFFLINE if self.enabled else WorkerState.OFFLINE_DISABLED
        if self.draining:
            return WorkerState.DRAINING
        if not self.enabled:
            return WorkerState.FINISHING if self.rendering else WorkerState.DISABLED
        if self.rendering:
            return WorkerState.RENDERING
        return WorkerState.LOW_DISK if self.load.disk_low else WorkerState.IDLE


@dataclass(frozen=True)
class AvoidedHost:
    """A host that gets no frame of a task."""

    reason: str
    until: float | None = None  #: None: until a person asks for the task again


@dataclass(frozen=True)
class WorkerOrders:
    """What people want of a worker; told to it with each heartbeat."""

    enabled: bool = True
    draining: bool = False


class WorkspaceState(StrEnum):
    READY = "ready"  #: filled; frames can be rendered without a download
    CLEANUP_REQUESTED = "cleanup_requested"  #: its host is asked to remove it
    REMOVED = "removed"  #: gone; a retry prepares it again
    CLEANUP_FAILED = "cleanup_failed"  #: some files could not be deleted; the message names one


class Keep(StrEnum):
    """What a clean-up leaves of a workspace."""

    NOTHING = "nothing"
    RENDERS = "renders"  #: rendered frames and logs; a retry prepares the project again
    PROJECT = "project"  #: all but what was downloaded: a retry renders at once


@dataclass(frozen=True)
class Workspace:
    """The folder of one task on one host."""

    task_id: str
    host: str
    path: str
    size: int  #: bytes when last measured
    state: WorkspaceState
    keep: Keep = Keep.NOTHING  #: of a requested clean-up
    message: str | None = None
    updated_at: float = 0.0


@dataclass(frozen=True)
class RenderSpec:
    """What somebody submits: a task before it has an id."""

    path: str  #: as given: oss://…, key, URL or local file
    engine: str
    frames: str
    unionid: str
    priority: int = 5
    name: str | None = None  #: None: the file's name
    is_compressed: bool | None = None
    project_file: str | None = None
    task_info: Mapping[str, object] = field(default_factory=dict[str, object])
    frame_order: FrameOrder = FrameOrder.FORWARD
    max_attempts: int | None = None  #: None: as the setting MAX_ATTEMPTS says
    max_workers: int | None = None
    after: tuple[str, ...] = ()  #: ids of tasks that must be completed first


@dataclass(frozen=True)
class ObjectInfo:
    """An object of the object store."""

    key: str
    size: int  #: bytes
    etag: str  #: changes with the content
    modified_at: float
