"""Pictures of the window in the states it lives in, for people to look at.

    QT_QPA_PLATFORM=offscreen python -m tests.screenshots FOLDER [NAME …]

A temporary database is filled through the real services; no worker, broker or object store is needed.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import numpy
from PySide6.QtCore import QMimeData, QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QImage, QLinearGradient, QPainter, QRadialGradient
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QTableView, QWidget
from sqlalchemy import update

from render_manager.domain.audit import Action
from render_manager.domain.entities import WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui.background import new_event_loop
from render_manager.gui.dialogs.log_compare import LogCompare
from render_manager.gui.dialogs.preset_bar import PresetBar
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.dialogs.task_picker import TaskPicker
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.projects import Column as ProjectColumn
from render_manager.gui.theme import Density, Theme, ThemeChoice
from render_manager.gui.viewer.window import ViewerWindow
from render_manager.gui.window_state import WindowState
from render_manager.store.tables import render_frames, render_tasks
from tests.gui.farm import Farm
from tests.support.pictures import write_layers

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
    farm.put("kitchen/kitchen_020.blend.zip")
    window.submit_commands.open(["kitchen/kitchen_020.blend.zip"])
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("1001-1100x2, 1120")
    await asyncio.sleep(0.5)
    return dialog


async def submit_wrong(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.submit_commands.open(["oss://studio-projects/kitchen/kitchen_020.blend.zip"])
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("10-")
    dialog.findChild(QWidget, "more").setChecked(True)
    dialog.findChild(QWidget, "option_samples").setText("many")
    await asyncio.sleep(0.5)
    return dialog


async def submit_many(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    folder = farm.folder / "city_flythrough"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.blend").write_bytes(b"x" * 90_000)
    paths = [farm.put(f"kitchen/kitchen_{number:03}.blend.zip") for number in (20, 30, 40)]
    paths += [farm.put("street/street_050_maya.zip"), str(folder), "ftp://nowhere/c.zip", "kitchen/lost.blend.zip"]
    window.submit_commands.open(paths)
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("1001-1100x2")
    table = dialog.findChild(QTableView, "projects")
    model = table.model()
    model.setData(model.index(1, ProjectColumn.FRAMES), "1-48")
    model.setData(model.index(1, ProjectColumn.PRIORITY), 9)
    model.setData(model.index(2, ProjectColumn.NAME), "kitchen close-up")
    await asyncio.sleep(1.0)
    return dialog


async def submit_many_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await submit_many(farm, window)


async def submit_preset(farm: Farm, window: MainWindow) -> QWidget:
    await submit(farm, window)
    bar = window.findChild(PresetBar)
    bar.save("Dailies, half size", {"priority": 7})
    bar._ask_name()
    await asyncio.sleep(0.3)
    return window.findChild(QWidget, "save_preset")


async def drop(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    folder = farm.folder / "city_flythrough"
    folder.mkdir()
    mime = QMimeData()
    mime.setText(f"oss://studio-projects/a.zip\noss://studio-projects/b.zip\n{folder}\n/no/such/file.zip")
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    await asyncio.sleep(0.4)
    return window


def _objects(farm: Farm) -> None:
    for number in range(10, 200, 10):
        farm.objects.put_size(f"projects/kitchen/kitchen_{number:03}.blend.zip", 41_000_000 + number * 77_777)
    for name in ("textures/wood.tx", "refs/board.png", "old/kitchen_010.zip"):
        farm.objects.put_size(f"projects/kitchen/{name}", 2_000_000)
    for name in ("readme.txt", "street_040.ma", "lookdev.exr", "城市_010.zip", "hero.uproject", "notes.pdf"):
        farm.objects.put_size(f"projects/kitchen/{name}", 1_234_567)


async def oss_browser(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    _objects(farm)
    farm.objects.bucket = "studio-projects"
    window.actions_["object.show"].trigger()
    window.objects_dock.reader.go("projects/kitchen/")
    await until(lambda: window.objects_dock.model.rowCount() > 10)
    window.objects_dock.list.select([f"projects/kitchen/kitchen_{number:03}.blend.zip" for number in (20, 30)])
    await asyncio.sleep(0.4)
    return window


async def oss_browser_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await oss_browser(farm, window)


async def oss_browser_upload(farm: Farm, window: MainWindow) -> QWidget:
    await oss_browser(farm, window)
    scene = farm.folder / "hallway_030.blend"
    scene.write_bytes(b"x" * 30_000_000)
    farm.objects.pause.clear()
    window.object_commands.upload([str(scene)])
    await asyncio.sleep(0.8)
    return window


async def oss_browser_drop(farm: Farm, window: MainWindow) -> QWidget:
    await oss_browser(farm, window)
    window.objects_dock.announce([str(farm.folder / "hallway_030.blend")])
    return window


async def oss_browser_error(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    farm.objects.bucket = "studio-projects"
    farm.objects.refuses = (
        "The access key was refused for bucket 'studio-projects' (AccessDenied): check OSS_ACCESS_KEY_ID."
    )
    window.actions_["object.show"].trigger()
    await asyncio.sleep(0.6)
    return window


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
    window.feed.lost.emit("Redis can't be reached (Error 111 connecting to farm:6379. Connection refused).")
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


async def grid_thumbnails(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.parts._left.setSizes([150, 560])
    window.frames_pane.grid.set_level(10)
    window.frames_pane.go_to(124)
    await asyncio.sleep(2.5)
    return window


async def grid_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    await _filled(farm, window)
    window.frames_pane.grid.set_level(11)
    window.frames_pane.go_to(133)
    await asyncio.sleep(1.5)
    return window


async def grid_strip(farm: Farm, window: MainWindow) -> QWidget:
    """A million frames; of the half that is done one in some thousands failed."""
    await window.background.call(_million, farm)
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == 1)
    window.table.selectRow(0)
    await until(lambda: len(window.frames.numbers) == 1_000_000)
    await asyncio.sleep(1)
    window.actions_["frame.next_failed"].trigger()
    return window


async def grid_selected(farm: Farm, window: MainWindow) -> QWidget:
    await large(farm, window)
    window.frames_pane.grid.set_level(4)
    window.frames_pane.grid.verticalScrollBar().setValue(0)
    window.grid.selection.take([range(300, 500), range(1100, 1300)], 310)
    return window


async def grid_list(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.actions_["view.frame_list"].trigger()
    window.frames_pane.list.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    await asyncio.sleep(0.8)
    window.frames_pane.select_state(FrameStatus.FAILED)
    await asyncio.sleep(0.3)
    return window


async def hover_card(farm: Farm, window: MainWindow) -> QWidget:
    """The window with the card where it is on the screen."""
    await _filled(farm, window)
    return await _with_card(window, 41)


async def hover_card_failed(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.actions_["frame.next_failed"].trigger()
    return await _with_card(window, window.grid.selection.current or 0)


async def why(farm: Farm, window: MainWindow) -> QWidget:
    """A frame that waits, in its card and in the details, and a list of tasks that wait for several reasons."""
    await _filled(farm, window)
    farm.services.workers.disable(WORKERS[2].name)
    farm.submit("turntable_a", "1-40", priority=2)
    farm.submit("turntable_b", "1-40", task_info={"requires": {"tags": ["gpu"]}})
    farm.submit("turntable_c", "1-40", "maya", task_info={"requires": {"version": "2026"}})
    window.live.refresh()
    frames = window.frames_pane
    frames.select_state(FrameStatus.PENDING)
    frames.show_card()
    await until(lambda: bool(frames.card.findChild(QLabel, "frame_card_why").text()))
    frames.card.leave()
    await asyncio.sleep(2.5)
    return await _with_card(window, frames.selection.current or 0)


async def frame_jump(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.frames_pane.go_to_typed("300")
    window.frames_pane.jump.field.returnPressed.emit()
    return window


async def _with_card(window: MainWindow, position: int) -> QWidget:
    window.frames_pane.go_to(position)
    window.frames_pane.show_card()
    await asyncio.sleep(1)
    card = window.frames_pane.card
    whole = QLabel(window)
    picture = window.grab()
    painter = QPainter(picture)
    painter.drawPixmap(window.mapFromGlobal(card.pos()), card.grab())
    painter.end()
    whole.setPixmap(picture)
    whole.resize(picture.size())
    return whole


async def palette(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.command_palette.open()
    window.command_palette.words.setText("re")
    await until(lambda: any(entry.key.startswith("task ") for entry in window.command_palette.model.entries))
    return window.command_palette


async def palette_whole(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.table.clearSelection()
    window.command_palette.open()
    await asyncio.sleep(0.3)
    return window.command_palette


async def notices(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await _filled(farm, window)
    shots = [replace(farm.task(tasks["street_030"]), name=f"seq04_shot{10 * number:03}") for number in range(12)]
    failed = replace(
        farm.task(tasks["street_040"]), status=TaskStatus.FAILED, error_message="Texture wood_planks.tx is missing."
    )
    for ended in (shots, [failed], [farm.task(tasks["title_card"])]):
        window.feedback.news.take(ended)
    return window


async def notices_list(farm: Farm, window: MainWindow) -> QWidget:
    await notices(farm, window)
    window.feedback.show_list()
    await asyncio.sleep(0.2)
    return window.feedback.list


async def no_results(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.findChild(QLineEdit, "filter_words").setText("kitchen engine:unreal")
    await until(window.parts.no_results.isVisible)
    return window


async def away(farm: Farm, window: MainWindow) -> QWidget:
    """Database and Redis away, in a small window."""
    window.resize(1280, 720)
    await _filled(farm, window)
    farm.bus.take_away()
    farm.store.down = True
    window.live.refresh()
    await until(window.parts.store_banner.isVisible)
    await until(lambda: "away" in window.feedback.strip.store.text())
    return window


async def quitting(farm: Farm, window: MainWindow) -> QWidget:
    await _filled(farm, window)
    window.close()
    await asyncio.sleep(0.2)
    return window.findChild(QWidget, "leave")


async def start_workers(farm: Farm, window: MainWindow) -> QWidget:
    window.actions_["worker.start_several"].trigger()
    return window.findChild(QWidget, "start_workers")


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


async def viewer(farm: Farm, window: MainWindow) -> QWidget:
    shown = await _viewer(farm, window)
    shown.player.toggle()
    await until(lambda: len(shown.proxies) > 60)
    shown.player.stop()
    shown.go_to(48)
    shown.tone_bar.exposure.set_value(-0.5)
    await until(lambda: shown.canvas.image.width() == 1920)
    _point(shown, 1120, 600)
    return shown


async def viewer_layer(farm: Farm, window: MainWindow) -> QWidget:
    """Smaller, at another layer, with its pixels to be seen."""
    shown = await _viewer(farm, window)
    shown.resize(1000, 640)
    shown.tone_bar.step_layer(1)
    await until(lambda: shown.canvas.image.width() == 1920)
    shown.canvas.zoom_to(0.9)
    _point(shown, 900, 620)
    return shown


async def viewer_slate(farm: Farm, window: MainWindow) -> QWidget:
    shown = await _viewer(farm, window)
    shown.next_failed()
    return shown


async def _viewer(farm: Farm, window: MainWindow) -> ViewerWindow:
    """On a task whose images are EXR with layers."""
    tasks = await _filled(farm, window)
    pictures = [await window.background.call(_layered, farm, number) for number in range(4)]
    task = farm.submit("canyon_dusk_020", "1001-1120", unionid="mei", priority=10)
    for number in range(1001, 1100):
        if number in (1047, 1071):
            claim = farm.start(WORKERS[number % 3])
            farm.failed(claim, "Texture //textures/canyon_rock_04.<UDIM>.tx is missing: tile 1012.")
        else:
            farm.complete(farm.start(WORKERS[number % 3]), pictures[number % 4])
    farm.lifecycle.frame_progress(farm.start(WORKERS[0]), 0.4)
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == len(tasks) + 1)
    window.table.select([task.id])
    await until(lambda: window.frames.task_id == task.id and window.frames.status(0) is FrameStatus.COMPLETED)
    window.grid.go_to(0)
    window.actions_["frame.view"].trigger()
    await until(lambda: window.viewer_commands.viewer is not None)
    shown = window.viewer_commands.viewer
    await until(lambda: not shown.canvas.image.isNull() and not shown.ahead.under_way)
    shown.resize(1280, 800)
    return shown


def _point(shown: ViewerWindow, x: int, y: int) -> None:
    shown.transport.readout.show_pixel(QPoint(x, y))


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
    "submit-wrong": (ThemeChoice.LIGHT, submit_wrong),
    "submit-many": (ThemeChoice.LIGHT, submit_many),
    "submit-many-dark": (ThemeChoice.DARK, submit_many_small),
    "submit-preset": (ThemeChoice.LIGHT, submit_preset),
    "drop": (ThemeChoice.LIGHT, drop),
    "drop-dark": (ThemeChoice.DARK, drop),
    "oss-browser": (ThemeChoice.LIGHT, oss_browser),
    "oss-browser-dark": (ThemeChoice.DARK, oss_browser),
    "oss-browser-small": (ThemeChoice.DARK, oss_browser_small),
    "oss-browser-upload": (ThemeChoice.LIGHT, oss_browser_upload),
    "oss-browser-drop": (ThemeChoice.DARK, oss_browser_drop),
    "oss-browser-error": (ThemeChoice.DARK, oss_browser_error),
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
    "palette": (ThemeChoice.LIGHT, palette),
    "palette-dark": (ThemeChoice.DARK, palette),
    "palette-whole": (ThemeChoice.DARK, palette_whole),
    "notices": (ThemeChoice.LIGHT, notices),
    "notices-dark": (ThemeChoice.DARK, notices),
    "notices-list": (ThemeChoice.LIGHT, notices_list),
    "notices-list-dark": (ThemeChoice.DARK, notices_list),
    "no-results": (ThemeChoice.LIGHT, no_results),
    "away": (ThemeChoice.LIGHT, away),
    "away-dark": (ThemeChoice.DARK, away),
    "quitting": (ThemeChoice.DARK, quitting),
    "start-workers": (ThemeChoice.LIGHT, start_workers),
    "history": (ThemeChoice.LIGHT, history),
    "history-dark": (ThemeChoice.DARK, history),
    "history-of-frame": (ThemeChoice.DARK, history_of_frame),
    "history-error": (ThemeChoice.LIGHT, history_error),
    "zh": (ThemeChoice.LIGHT, main_light),
    "zh-dark": (ThemeChoice.DARK, error),
    "zh-small": (ThemeChoice.DARK, small),
    "zh-submit": (ThemeChoice.LIGHT, submit),
    "zh-submit-more": (ThemeChoice.LIGHT, submit_many),
    "zh-submit-farm": (ThemeChoice.DARK, submit_farm),
    "zh-empty": (ThemeChoice.LIGHT, empty),
    "zh-broker": (ThemeChoice.LIGHT, broker),
    "zh-cleanup": (ThemeChoice.LIGHT, cleanup_finished),
    "zh-workers-small": (ThemeChoice.LIGHT, workers_small),
    "zh-history": (ThemeChoice.DARK, history),
    "zh-cancel": (ThemeChoice.LIGHT, cancel),
    "compact": (ThemeChoice.LIGHT, main_light),
    "compact-dark": (ThemeChoice.DARK, workers_small),
    "hidpi": (ThemeChoice.DARK, main_light),
    "hidpi-2": (ThemeChoice.LIGHT, error),
    "grid-thumbnails": (ThemeChoice.LIGHT, grid_thumbnails),
    "grid-thumbnails-dark": (ThemeChoice.DARK, grid_thumbnails),
    "grid-small": (ThemeChoice.DARK, grid_small),
    "grid-strip": (ThemeChoice.LIGHT, grid_strip),
    "grid-strip-dark": (ThemeChoice.DARK, grid_strip),
    "grid-selected": (ThemeChoice.DARK, grid_selected),
    "grid-list": (ThemeChoice.LIGHT, grid_list),
    "grid-list-dark": (ThemeChoice.DARK, grid_list),
    "hover-card": (ThemeChoice.LIGHT, hover_card),
    "why": (ThemeChoice.DARK, why),
    "why-light": (ThemeChoice.LIGHT, why),
    "zh-why": (ThemeChoice.DARK, why),
    "hover-card-failed": (ThemeChoice.DARK, hover_card_failed),
    "frame-jump": (ThemeChoice.LIGHT, frame_jump),
    "log": (ThemeChoice.LIGHT, log),
    "log-dark": (ThemeChoice.DARK, log),
    "log-error": (ThemeChoice.DARK, log_error),
    "log-small": (ThemeChoice.DARK, log_small),
    "log-compare": (ThemeChoice.LIGHT, log_compare),
    "log-compare-dark": (ThemeChoice.DARK, log_compare),
    "viewer": (ThemeChoice.LIGHT, viewer),
    "viewer-dark": (ThemeChoice.DARK, viewer),
    "viewer-layer": (ThemeChoice.DARK, viewer_layer),
    "viewer-slate": (ThemeChoice.DARK, viewer_slate),
    "viewer-slate-light": (ThemeChoice.LIGHT, viewer_slate),
}


#: Scenes in another language or density than the others, or on a screen of more pixels.
LANGUAGES = {name: LanguageChoice.CHINESE for name in SCENES if name.startswith("zh")}
DENSITIES = {name: Density.COMPACT for name in SCENES if "compact" in name}
SCALES = {"hidpi": "1.5", "hidpi-2": "2"}


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
        farm.beat(worker, cpu_percent=91.0, memory_percent=47.0, disk_free=812_000_000_000, gpu_percent=64.0)
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


def _million(farm: Farm) -> None:
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


def _layered(farm: Farm, number: int) -> Path:
    """A canyon at dusk, computed: ranges of hills one behind the other in the haze, with layers as renderers write."""
    random_ = numpy.random.default_rng(7)
    height, width = 1080, 1920
    x, y = numpy.linspace(0, 1, width, dtype=numpy.float32), numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None]
    sun = numpy.hypot((x - 0.66) * 16 / 9, y - 0.46)
    sky = numpy.stack([0.9 * y**2 + 0.05, 0.42 * y**2 + 0.07, 0.22 + 0.06 * (1 - y) + 0 * y], axis=-1)
    light = sky + numpy.stack([share * numpy.exp(-sun * fall) for share, fall in ((1.5, 5), (0.75, 6), (0.3, 8))], -1)
    light = numpy.where((sun < 0.045)[..., None], (14.0, 8.5, 4.2), light).astype(numpy.float32)
    depth = numpy.full((height, width), 5000, numpy.float32)
    albedo = numpy.zeros_like(light)
    normal = numpy.zeros_like(light)
    for place in range(7):
        near = place / 6
        ridge = numpy.full(width, 0.52 + 0.42 * near**1.3, numpy.float32)
        for octave in range(1, 7):
            phase, slope = random_.random() * 6.28 + number * 0.01 * near, (0.05 + 0.03 * near) / octave**1.15
            ridge += slope * numpy.sin(x * 6.28 * (0.7 + 0.55 * octave**1.45) + phase).astype(numpy.float32)
        inside = y > ridge
        rock = numpy.array([0.34, 0.17, 0.10], numpy.float32) * (1 - 0.55 * near)
        grain = (
            1
            + 0.18 * numpy.sin((y - ridge) * 190 + 3 * numpy.sin(x * 21 + place))
            + 0.1 * random_.random((height, width), dtype=numpy.float32)
        )
        haze = numpy.array([0.95, 0.46, 0.26], numpy.float32) * (1 - near) ** 1.6 * 0.8
        rim = (
            0.7
            * numpy.exp(-numpy.maximum(y - ridge, 0) * 90)
            * numpy.exp(-numpy.abs(x - 0.66) * 3.2)
            * (1 - 0.4 * near)
        )
        colour = (0.22 * rock * grain[..., None]) + haze + rim[..., None] * numpy.array([1.0, 0.55, 0.28])
        light = numpy.where(inside[..., None], colour, light).astype(numpy.float32)
        albedo = numpy.where(inside[..., None], rock * grain[..., None], albedo).astype(numpy.float32)
        tilt = numpy.gradient(ridge) * width / 3
        facing = numpy.stack(
            [0.5 + 0.45 * numpy.tanh(tilt) + 0 * y, 0.75 + 0 * x + 0 * y, 0.35 + 0.5 * grain - 0.3], -1
        )
        normal = numpy.where(inside[..., None], facing, normal).astype(numpy.float32)
        depth = numpy.where(inside, 12 + 900 * (1 - near) ** 2, depth)
    beauty = numpy.concatenate([light, numpy.ones((height, width, 1), numpy.float32)], axis=2)
    layers = {"": beauty, "albedo": albedo, "normal": normal, "depth": depth[..., None]}
    return write_layers(farm.folder / f"canyon.{number}.exr", layers)


def _states(window: MainWindow) -> set[FrameStatus]:
    return {window.frames.status(position) for position in range(len(window.frames.numbers))}


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def _take(name: str, folder: Path, app: QApplication, language: Language) -> None:
    choice, scene = SCENES[name]
    language.choose(LANGUAGES.get(name, LanguageChoice.ENGLISH))
    with tempfile.TemporaryDirectory() as temporary:
        farm = Farm(Path(temporary))
        settings = QSettings(str(Path(temporary) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(
            farm.services,
            Theme(app, choice, DENSITIES.get(name, Density.COMFORTABLE)),
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
        await window.viewer_commands.close()
        await window.background.close()
        window.hide()
        window.deleteLater()
        farm.close()


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = new_event_loop(app)
    language = Language(app, LanguageChoice.ENGLISH)
    for name in names or list(SCENES):
        if (scale := SCALES.get(name)) and "QT_SCALE_FACTOR" not in os.environ:
            # The scale of a screen is settled when the program starts.
            command = [sys.executable, "-m", "tests.screenshots", str(folder), name]
            subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
        else:
            loop.run_until_complete(_take(name, folder, app, language))
    loop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
