"""Tasks and workers for tests of the store and of what stands on it."""

from collections import Counter

from render_manager.domain.entities import Claim, HostLoad, RenderTask, WorkerProfile, new_task_id
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameCounts, FrameStatus
from render_manager.store.repository import SqlTaskStore

LEASE = 60.0


def make_task(frames: str = "1-4", **fields: object) -> RenderTask:
    numbers = FrameRange.parse(frames)
    defaults = {
        "id": new_task_id(),
        "name": "shot",
        "unionid": "li",
        "oss_file_path": "projects/shot.zip",
        "is_compressed": None,
        "project_file": None,
        "render_engine": "blender",
        "task_info": {"samples": 8},
        "frames": str(numbers),
        "priority": 5,
        "counts": FrameCounts(pending=len(numbers)),
    }
    return RenderTask(**{**defaults, **fields})


def add(store: SqlTaskStore, frames: str = "1-4", **fields: object) -> RenderTask:
    task = make_task(frames, **fields)
    with store.transaction() as tx:
        tx.add_task(task, list(FrameRange.parse(frames)))
    return store.task(task.id)


def worker(
    name: str = "w1", host: str = "h1", bands: tuple[Band, ...] = tuple(Band), **fields: object
) -> WorkerProfile:
    return WorkerProfile(**{"name": name, "host": host, "bands": bands, "engines": {"blender": "4.2"}, **fields})


def save_worker(store: SqlTaskStore, profile: WorkerProfile, **load: float) -> None:
    with store.transaction() as tx:
        tx.register_worker(profile, alive_within=LEASE)
        tx.beat_worker(profile, HostLoad(**load))


def take(store: SqlTaskStore, task: RenderTask, name: str = "w1", lease: float = LEASE) -> Claim | None:
    """Claim a frame as the lifecycle does, counters included."""
    with store.transaction() as tx:
        locked = tx.lock_task(task.id)
        taken = tx.take_frames(task.id, name, lease)
        if not taken:
            return None
        counts = locked.counts.moved(FrameStatus.PENDING, FrameStatus.RENDERING, 1)
        tx.save_task(RenderTask(**{**vars(locked), "counts": counts}))
    return Claim(task, *taken[0], name)


def rows_counted(store: SqlTaskStore, task_id: str) -> FrameCounts:
    found = Counter(frame.status for frame in store.frames(task_id))
    return FrameCounts(*(found[status] for status in FrameStatus))
