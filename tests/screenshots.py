"""Pictures of the window in the states it lives in, for people to look at.

    QT_QPA_PLATFORM=offscreen python -m tests.screenshots FOLDER [NAME …]

A temporary database is filled through the real services; no worker, broker or object store is needed.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QRadialGradient
from PySide6.QtWidgets import QApplication, QListWidget, QWidget
from sqlalchemy import update

from render_manager.domain.audit import Action
from render_manager.domain.entities import WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import new_event_loop
from render_manager.gui.dialogs.log_compare import LogCompare
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.dialogs.task_picker import TaskPicker
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme, ThemeChoice
from render_manager.gui.window_state import WindowState
from render_manager.store.tables import render_tasks
from tests.gui.farm import Farm

SIZE = (1440, 860)
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


async def main_light(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    return window


async def error(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await _filled(farm, window)
    window.table.select([tasks["street_040"]])
    await until(lambda: window.frames.task_id == tasks["street_040"] and FrameStatus.FAILED in _states(window))
    window.actions_["frame.next_failed"].trigger()
    return window


async def empty(farm: Farm, window: MainWindow) -> QWidget:
    await asyncio.sleep(0.4)
    return window


async def large(farm: Farm, window: MainWindow) -> QWidget:
    random.seed(5)
    big = farm.submit("city_flythrough", "1-100000", unionid="chen", priority=9)
    _spread(farm, big.id, 100_000)
    for number in range(1999):
        engine = ("blender", "maya", "unreal")[number % 3]
        farm.submit(f"seq{number // 40:02}_shot{number % 40:03}", "1-48", engine, unionid=f"artist{number % 7}")
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == 2000)
    window.table.select([big.id])
    await until(lambda: window.frames.task_id == big.id)
    await asyncio.sleep(3)
    return window


async def submit(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.submit_commands.open(["oss://studio-projects/kitchen/kitchen_020.blend.zip"])
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("1001-1100x2, 1120")
    await asyncio.sleep(0.5)
    return dialog


async def submit_more(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.submit_commands.open(
        ["oss://studio-projects/a.blend.zip", "oss://studio-projects/b.blend.zip", "ftp://nowhere/c.zip"]
    )
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("10-")
    dialog.findChild(QWidget, "more").setChecked(True)
    await asyncio.sleep(0.5)
    return dialog


async def submit_farm(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.submit_commands.open(["oss://studio-projects/kitchen/kitchen_020.blend.zip"])
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "farm").setChecked(True)
    picker = dialog.findChild(TaskPicker)
    picker.click()
    waited = picker.findChild(QListWidget, "task_picker_list")
    await until(lambda: waited.count() > 1)
    for row in range(2):
        waited.item(row).setCheckState(Qt.CheckState.Checked)
    picker.findChild(QWidget, "task_picker").hide()
    dialog.findChild(QWidget, "tags").setText("gpu, node 5")
    dialog.findChild(QWidget, "version").setText(">=4.x")
    dialog.findChild(QWidget, "max_workers").setValue(12)
    await asyncio.sleep(0.5)
    return dialog


async def submit_after(farm: Farm, window: MainWindow) -> QWidget:
    dialog = await submit_farm(farm, window)
    dialog.findChild(TaskPicker).click()
    await asyncio.sleep(0.3)
    return dialog.findChild(QWidget, "task_picker")


async def waiting(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await _filled(farm, window)
    task = await window.background.call(_waiting, farm, tasks)
    window.live.refresh()
    await until(lambda: window.tasks.row(task) is not None)
    window.table.select([task])
    await asyncio.sleep(0.8)
    return window


async def broker(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.feed.lost.emit("Redis at redis://farm:6379 can't be reached. Tasks are kept and their tickets follow.")
    await asyncio.sleep(0.3)
    return window


async def cleanup(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.table.selectAll()
    window.actions_["task.cleanup"].trigger()
    await until(lambda: window.findChild(QWidget, "cleanup") is not None)
    await asyncio.sleep(0.2)
    return window.findChild(QWidget, "cleanup")


async def cleanup_finished(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    await window.background.call(_many_ended, farm)
    window.actions_["task.cleanup_finished"].trigger()
    await until(lambda: window.findChild(QWidget, "cleanup") is not None)
    dialog = window.findChild(QWidget, "cleanup")
    dialog.findChild(QWidget, "cleanup_days").setValue(3)
    dialog.findChild(QWidget, "cleanup_free").setValue(20)
    await asyncio.sleep(0.8)
    return dialog


async def cancel(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.actions_["task.cancel"].trigger()
    await asyncio.sleep(0.3)
    return window.findChild(QWidget, "question")


async def workers(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    await window.background.call(_people_farm, farm)
    window.actions_["worker.show"].trigger()
    await until(lambda: len(window.workers.rows()) == 9)
    window.workers_dock.table.select(["node-05"])
    await until(lambda: bool(window.workers_dock.history.entries.entries))
    await asyncio.sleep(0.5)
    return window


async def workers_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await workers(farm, window)


async def workers_none(farm: Farm, window: MainWindow) -> QWidget:
    window.actions_["worker.show"].trigger()
    await asyncio.sleep(0.4)
    return window


async def disable(farm: Farm, window: MainWindow) -> QWidget:
    await workers(farm, window)
    window.actions_["worker.disable"].trigger()
    return window.findChild(QWidget, "reason_dialog")


async def history(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await _filled(farm, window)
    await window.background.call(_people, farm, tasks["kitchen_010"])
    window.actions_["view.history"].trigger()
    window.frame_commands.next_failed()
    await until(lambda: bool(window.parts.history.list.entries.entries))
    await asyncio.sleep(1.0)
    return window


async def history_of_frame(farm: Farm, window: MainWindow) -> QWidget:
    await history(farm, window)
    window.findChild(QWidget, "history_frame").setChecked(True)
    await asyncio.sleep(0.6)
    return window


async def history_error(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    farm.store.down = True
    window.actions_["view.history"].trigger()
    window.live.refresh()
    await asyncio.sleep(1.0)
    return window


async def small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await main_light(farm, window)


async def log(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    task = await window.background.call(_tried_twice, farm)
    window.live.refresh()
    await until(lambda: window.tasks.row(task) is not None)
    window.table.select([task])
    await until(lambda: window.frames.task_id == task)
    window.grid.go_to(0)
    await until(lambda: window.log.document is not None and window.log.document.whole)
    window.parts._left.setSizes([220, 480])
    window.parts._bottom.setSizes([330, 800])
    window.actions_["log.find"].trigger()
    window.log.find_bar.field.setText("texture")
    await until(lambda: " of " in window.log.find_bar.count.text())
    window.log.find_bar.step.emit(True)
    await asyncio.sleep(0.5)
    return window


async def log_error(farm: Farm, window: MainWindow) -> QWidget:
    await log(farm, window)
    window.log.find_bar.close_bar()
    window.log.go_to_error()
    await asyncio.sleep(0.5)
    return window


async def log_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    await log(farm, window)
    window.parts._bottom.setSizes([540, 460])
    return window


async def log_compare(farm: Farm, window: MainWindow) -> QWidget:
    await log(farm, window)
    window.actions_["log.compare"].trigger()
    dialog = window.findChild(LogCompare)
    await until(lambda: dialog.sides[0].lines.count > 0)
    await asyncio.sleep(0.5)
    return dialog


def _tried_twice(farm: Farm) -> str:
    """A frame that failed on two hosts, each with much to say."""
    task = farm.submit("kitchen_night", "1", unionid="mei", priority=10, max_attempts=2)
    for worker, message in zip(WORKERS, ("Texture wood_planks.tx is missing.", "CUDA out of memory"), strict=False):
        random.seed(worker.name)
        farm.lifecycle.actor = f"worker {worker.name}"
        lines = LOG.format(task=task.id, frame=1).splitlines()
        for number in range(3000):
            lines.append(
                f"Fra:1 Mem:{1204 + number % 90}.{number % 99:02}M (Peak 1310.02M) | Time:00:{number // 60:02}."
                f"{number % 60:02} | Sample {number}/3000"
            )
            if number % 400 == 150:
                lines.append(f'Warning: texture cache miss for "planks_{number}.tx" 贴图缓存未命中, reading from disk')
            if worker is WORKERS[0] and number in (900, 2990):
                lines.append(f"Error: texture planks_{number}.tx can't be read")
        lines += [f"Error: {message}", "Traceback (most recent call last):", "RuntimeError: render aborted"]
        claim = farm.start(worker, "\n".join(lines) + "\n")
        path = farm.log_path(claim)
        path = path.rename(path.with_name(f"frame_0001.{claim.attempt}.log"))
        farm.lifecycle.frame_started(claim, str(path))
        farm.failed(claim, message)
    farm.lifecycle.actor = "mei@desk"
    return task.id


SCENES: dict[str, tuple[ThemeChoice, Callable[[Farm, MainWindow], Awaitable[QWidget]]]] = {
    "light": (ThemeChoice.LIGHT, main_light),
    "dark": (ThemeChoice.DARK, main_light),
    "small": (ThemeChoice.DARK, small),
    "empty": (ThemeChoice.LIGHT, empty),
    "empty-dark": (ThemeChoice.DARK, empty),
    "large": (ThemeChoice.DARK, large),
    "error": (ThemeChoice.DARK, error),
    "error-light": (ThemeChoice.LIGHT, error),
    "submit": (ThemeChoice.LIGHT, submit),
    "submit-dark": (ThemeChoice.DARK, submit),
    "submit-more": (ThemeChoice.LIGHT, submit_more),
    "broker": (ThemeChoice.LIGHT, broker),
    "broker-dark": (ThemeChoice.DARK, broker),
    "cleanup": (ThemeChoice.LIGHT, cleanup),
    "cleanup-dark": (ThemeChoice.DARK, cleanup),
    "cleanup-finished": (ThemeChoice.LIGHT, cleanup_finished),
    "cleanup-finished-dark": (ThemeChoice.DARK, cleanup_finished),
    "cancel": (ThemeChoice.DARK, cancel),
    "submit-farm": (ThemeChoice.LIGHT, submit_farm),
    "submit-farm-dark": (ThemeChoice.DARK, submit_farm),
    "submit-after": (ThemeChoice.DARK, submit_after),
    "waiting": (ThemeChoice.DARK, waiting),
    "workers": (ThemeChoice.LIGHT, workers),
    "workers-dark": (ThemeChoice.DARK, workers),
    "workers-small": (ThemeChoice.DARK, workers_small),
    "workers-none": (ThemeChoice.LIGHT, workers_none),
    "disable": (ThemeChoice.DARK, disable),
    "history": (ThemeChoice.LIGHT, history),
    "history-dark": (ThemeChoice.DARK, history),
    "history-of-frame": (ThemeChoice.DARK, history_of_frame),
    "history-error": (ThemeChoice.LIGHT, history_error),
    "log": (ThemeChoice.LIGHT, log),
    "log-dark": (ThemeChoice.DARK, log),
    "log-error": (ThemeChoice.DARK, log_error),
    "log-small": (ThemeChoice.DARK, log_small),
    "log-compare": (ThemeChoice.LIGHT, log_compare),
    "log-compare-dark": (ThemeChoice.DARK, log_compare),
}


async def _filled(farm: Farm, window: MainWindow) -> dict[str, str]:
    """A farm on an ordinary afternoon; the task in work is selected, and a rendered frame of it."""
    tasks = await window.background.call(_fill, farm)
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == len(tasks))
    window.table.select([tasks["kitchen_010"]])
    await until(lambda: window.frames.task_id == tasks["kitchen_010"])
    await until(lambda: window.frames.status(0) is FrameStatus.COMPLETED)
    window.grid.go_to(41)
    await asyncio.sleep(0.8)
    return tasks


def _fill(farm: Farm) -> dict[str, str]:
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
                farm.complete(claim, _image(farm, claim.frame_number) if name == "kitchen_010" else None)
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
        farm.beat(worker, cpu_percent=91.0, memory_percent=47.0, disk_free=812_000_000_000)
    farm.local.count = 1
    return tasks


def _people_farm(farm: Farm) -> None:
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
            worker, cpu_percent=4.0 + 3 * place, memory_percent=93.0 if place == 1 else 22.0, disk_free=3e11 + place
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


def _many_ended(farm: Farm) -> None:
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


def _waiting(farm: Farm, tasks: dict[str, str]) -> str:
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


def _people(farm: Farm, task_id: str) -> None:
    """What people did to a task."""
    control = farm.services.control
    control.pause(task_id)
    control.resume(task_id)
    control.set_priority(task_id, 10)
    control.skip(task_id, "230-234")
    control.retry(task_id, "231")


def _spread(farm: Farm, task_id: str, count: int) -> None:
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


def _image(farm: Farm, number: int) -> Path:
    """Something that looks like a frame."""
    image = QImage(960, 540, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, 0, 540)
    sky.setColorAt(0, QColor("#1b2a4a"))
    sky.setColorAt(0.6, QColor("#c9704f"))
    sky.setColorAt(1, QColor("#2a1c22"))
    painter.fillRect(image.rect(), sky)
    sun = QRadialGradient(150 + number * 4, 250, 120)
    sun.setColorAt(0, QColor(255, 232, 180))
    sun.setColorAt(1, QColor(255, 200, 140, 0))
    painter.fillRect(image.rect(), sun)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for hill in range(4):
        painter.setBrush(QColor(40 - hill * 8, 34 - hill * 6, 48 - hill * 8))
        painter.setPen(QColor(0, 0, 0, 0))
        for step in range(-1, 6):
            painter.drawEllipse(step * 230 + hill * 70 - number % 40, 330 + hill * 45, 360, 300)
    painter.end()
    path = farm.folder / f"kitchen.{number:04}.png"
    image.save(str(path))
    return path


def _states(window: MainWindow) -> set[FrameStatus]:
    return {window.frames.status(position) for position in range(len(window.frames.numbers))}


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def _take(name: str, folder: Path, app: QApplication) -> None:
    choice, scene = SCENES[name]
    with tempfile.TemporaryDirectory() as temporary:
        farm = Farm(Path(temporary))
        settings = QSettings(str(Path(temporary) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(
            farm.services,
            Theme(app, choice),
            title="Render Manager",
            default_user="mei",
            state=WindowState(settings),
        )
        window.resize(*SIZE)
        window.show()
        window.start()
        subject = await scene(farm, window)
        await asyncio.sleep(0.4)
        subject.grab().save(str(folder / f"{name}.png"))
        for form in window.findChildren(SubmitDialog):
            form.close()
        await window.background.close()
        window.hide()
        window.deleteLater()
        farm.close()


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = new_event_loop(app)
    for name in names or list(SCENES):
        loop.run_until_complete(_take(name, folder, app))
    loop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
