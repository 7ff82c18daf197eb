"""Farms of many: workers in all states, tasks that ended, frames by the hundred thousand."""

import random
from dataclasses import replace

from sqlalchemy import update

from render_manager.domain.audit import Action
from render_manager.domain.entities import WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameStatus
from render_manager.store.tables import render_frames, render_tasks
from tests.gui.farm import Farm
from tests.screenshots.afternoon import WORKERS


def workers_in_all_states(farm: Farm) -> None:
    """Workers in all the states there are."""
    one, two = ("gpu", "linux"), ("linux", "bigmem")
    blender, maya = {"blender": "4.2.3"}, {"blender": "3.6.14", "maya": "2024"}
    more = [
        WorkerProfile("node-04", "node-04", tuple(Band), {**blender, "maya": "2024"}, 4021, 1, (), one, 64 * 2**30),
        WorkerProfile("node-05", "node-05", (Band.HIGH, Band.DEFAULT), maya, 977, 2, (), two, 256 * 2**30),
        WorkerProfile("node-06", "node-06", (Band.LOW,), blender, 12, 1, (), one),
        WorkerProfile(
            "desk-mei-1",
            "desk-mei",
            tuple(Band),
            {},
            88,
            1,
            ("Blender was not found: set BLENDER_EXECUTABLE.",),
            ("windows",),
        ),
        WorkerProfile("node-07", "node-07", tuple(Band), blender, 5, 1, (), one),
        WorkerProfile("node-08", "node-08", tuple(Band), blender, 6, 1, (), one),
    ]
    for place, worker in enumerate(more):
        farm.beat(
            replace(worker, release="0.1.0"),
            cpu_percent=4.0 + 3 * place,
            memory_percent=93.0 if place == 1 else 22.0,
            disk_free=3e11 + place,
            **({"gpu_percent": 88.0} if place == 1 else {}),
        )
    workers = farm.services.workers
    workers.disable("node-04", "The disk makes noises")
    workers.disable("node-05", "Needed for dailies until six")
    workers.enable("node-05")
    workers.drain("node-06")
    farm.claim(more[1])
    workers.disable("node-01", "New driver")
    workers.sign_off(more[4])
    workers.disable("node-08", "Sent in for repair")
    workers.sign_off(more[5])


def many_ended(farm: Farm) -> None:
    """Workspaces of tasks that ended on several days, on three hosts."""
    for number in range(12):
        task = farm.submit(
            f"seq04_shot{10 * number:03}", "1-2", unionid=("mei", "liwei", "陈雨")[number % 3], priority=3
        )
        farm.services.control.cancel(task.id)
        for worker in WORKERS[: 1 + number % 3]:
            size = 1_100_000_000 * (1 + number * 7 % 5)
            path = f"/srv/render/{task.unionid}/{task.id}"
            farm.lifecycle.workspace_ready(Workspace(task.id, worker.host, path, size, WorkspaceState.READY))
        with farm.engine.begin() as connection:
            ended = farm.store.now() - 86_400.0 * number
            connection.execute(update(render_tasks).where(render_tasks.c.id == task.id).values(finished_at=ended))


def waiting_for_all(farm: Farm, tasks: dict[str, str]) -> str:
    """A task with all that can be asked of the farm."""
    return farm.submit(
        "kitchen_comp",
        "1-240",
        priority=9,
        frame_order=FrameOrder.SPREAD,
        max_attempts=3,
        max_workers=12,
        after=(tasks["kitchen_010"], tasks["title_card"]),
        task_info={"samples": 128, "requires": {"tags": ["gpu", "linux"], "version": ">=4.2", "memory_gb": 32}},
    ).id


def spread(farm: Farm, task_id: str, count: int) -> None:
    """Give many frames a past at once, as a day of rendering would."""

    def some(first: int, last: int, share: float) -> FrameRange:
        return FrameRange.of(sorted(random.sample(range(first, last), int((last - first) * share))))

    with farm.lifecycle.change(task_id, Action.PREPARE) as change:
        done = FrameRange.parse(f"1-{count // 2}")
        change.move(FrameStatus.PENDING, FrameStatus.RENDERING, numbers=done)
        change.move(FrameStatus.RENDERING, FrameStatus.FAILED, numbers=some(1, count // 2, 0.004))
        change.move(FrameStatus.RENDERING, FrameStatus.COMPLETED, numbers=done)
        change.move(FrameStatus.PENDING, FrameStatus.SKIPPED, numbers=FrameRange.parse("1200-1260"))
    for worker in WORKERS:
        farm.lifecycle.frame_progress(farm.start(worker), 0.4)
        farm.beat(worker)


def million(farm: Farm) -> None:
    task = farm.submit("city_lidar", "1-1000000", unionid="chen", priority=9)
    frame = render_frames.c
    with farm.engine.begin() as connection:
        done = {"attempt": 1, "worker": "node-02", "started_at": 1.7e9, "finished_at": 1.7e9 + 4}
        for condition, values in (
            (frame.frame_number <= 430_000, {"status": "completed", **done}),
            (frame.frame_number.between(430_001, 430_040), {"status": "rendering", **done}),
            ((frame.frame_number <= 430_000) & (frame.frame_number % 9973 == 0), {"status": "failed"}),
            (frame.frame_number.between(250_000, 261_000), {"status": "skipped"}),
        ):
            connection.execute(update(render_frames).where(frame.task_id == task.id, condition).values(values))
        counts = {"completed_frames": 418_955, "failed_frames": 42, "skipped_frames": 11_001, "rendering_frames": 40}
        counts = {**counts, "pending_frames": 570_002, "status": "running"}
        connection.execute(update(render_tasks).where(render_tasks.c.id == task.id).values(counts))
