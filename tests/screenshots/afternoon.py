"""A farm on an ordinary afternoon, filled through the real services."""

import asyncio
import random

from render_manager.domain.entities import WorkerProfile
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameStatus
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.pictures import dusk
from tests.screenshots.taking import until

WORKERS = [
    WorkerProfile(name, name, tuple(Band), {"blender": "4.2.3", "maya": "2024"})
    for name in ("node-01", "node-02", "node-03")
]
LOG = """Blender 4.2.3 (hash 0e22e4fcea03 built 2024-10-14)
Read blend: /srv/render/mei/{task}/project/kitchen_010.blend
Fra:{frame} Mem:412.80M (Peak 498.22M) | Time:00:01.84 | Synchronizing object | Table
Fra:{frame} Mem:688.10M (Peak 702.64M) | Time:00:02.51 | Updating Images | Loading 8 textures
Warning: colour space "ACEScg" of "brass.exr" is not in the configuration, using Linear
Fra:{frame} Mem:1204.75M (Peak 1310.02M) | Time:00:04.02 | Sample 1/256
Fra:{frame} Mem:1204.75M (Peak 1310.02M) | Time:00:21.77 | Sample 96/256
Fra:{frame} Mem:1204.75M (Peak 1310.02M) | Time:00:39.13 | Sample 192/256
"""


async def filled(farm: Farm, window: MainWindow) -> dict[str, str]:
    """A farm on an ordinary afternoon; the task in work is selected, and a rendered frame of it."""
    tasks = await window.background.call(fill, farm)
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == len(tasks))
    window.table.select([tasks["kitchen_010"]])
    await until(lambda: window.frames.task_id == tasks["kitchen_010"])
    await until(lambda: window.frames.status(0) is FrameStatus.COMPLETED)
    window.grid.go_to(41)
    await asyncio.sleep(0.8)
    return tasks


def fill(farm: Farm) -> dict[str, str]:
    random.seed(4)
    tasks: dict[str, str] = {}

    def add(name: str, frames: str, engine: str = "blender", *, done: float = 0, fail: int = 0, run: int = 0, **more):
        task = farm.submit(name, frames, engine, **{"priority": 10, **more})
        tasks[name] = task.id
        total = task.total_frames
        for number in range(int(total * done) + fail):
            farm.lifecycle.actor = f"worker {WORKERS[number % 3].name}"
            claim = farm.start(WORKERS[number % 3], LOG.format(task=task.id, frame=number + 1))
            if fail and number % max(int(total * done / (fail + 0.1)), 1) == 2:
                message = "Texture //textures/wood_planks.tx is missing."
                with farm.log_path(claim).open("a") as log:
                    log.write(f"Error: {message}\nTraceback (most recent call last):\nRuntimeError: render aborted\n")
                farm.failed(claim, message)
            else:
                farm.complete(claim, dusk(farm, claim.frame_number) if name == "kitchen_010" else None)
        for number in range(run):
            claim = farm.start(WORKERS[number], LOG.format(task=task.id, frame=number + 1))
            farm.lifecycle.frame_progress(claim, 0.25 + 0.3 * number)
        farm.lifecycle.actor = "mei@desk"
        return task

    add("street_030", "1001-1120", "maya", done=1, unionid="liwei", priority=8)
    add("street_040", "1001-1096", "maya", done=0.9, fail=9, unionid="liwei", priority=8)
    farm.workspace(farm.task(tasks["street_040"]), 7_420_000_000)
    done = add("title_card", "1-24", done=1, unionid="mei")
    farm.workspace(farm.task(done.id), 640_000_000)
    held = add("forest_002", "1-240x2", done=0.3, unionid="sofia", priority=9)
    farm.services.control.pause(held.id)
    gone = add("old_layout", "1-60", done=0.4, unionid="sofia")
    farm.services.control.cancel(gone.id)
    farm.workspace(add("kitchen_010", "1-240", done=0.55, fail=3, run=3, unionid="mei", priority=9))
    add("灯笼_特写_018", "1-180", unionid="陈雨", priority=6)
    add("plaza_fly", "0-599", "unreal", unionid="chen", priority=5)
    add("turntable_v012", "1-100", unionid="mei", priority=2)
    prepared = farm.submit("harbour_night", "1-150", unionid="sofia", priority=10)
    tasks["harbour_night"] = prepared.id
    farm.claim(WORKERS[2])
    farm.lifecycle.set_activity(prepared.id, "Downloading harbour_night.zip 34 % of 2.1 GB")
    farm.services.control.set_priority(prepared.id, 7)
    for worker in WORKERS:
        farm.beat(worker, cpu_percent=91.0, memory_percent=47.0, disk_free=812_000_000_000, gpu_percent=64.0)
    farm.local.count = 1
    return tasks


def states(window: MainWindow) -> set[FrameStatus]:
    return {window.frames.status(position) for position in range(len(window.frames.numbers))}
