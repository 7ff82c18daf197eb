"""The submit form and what is dropped on the window."""

import asyncio

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QListWidget, QTableView, QWidget

from render_manager.gui.dialogs.preset_bar import PresetBar
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.dialogs.task_picker import TaskPicker
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.projects import Column as ProjectColumn
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.registry import CHINESE, DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("submit", LIGHT)
@scene("submit-dark", DARK)
@scene("zh-submit", LIGHT, language=CHINESE)
async def submit(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    farm.put("kitchen/kitchen_020.blend.zip")
    window.submit_commands.open(["kitchen/kitchen_020.blend.zip"])
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("1001-1100x2, 1120")
    await asyncio.sleep(0.5)
    return dialog


@scene("submit-wrong", LIGHT)
async def submit_wrong(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.submit_commands.open(["oss://studio-projects/kitchen/kitchen_020.blend.zip"])
    dialog = window.findChild(SubmitDialog)
    dialog.findChild(QWidget, "frames").setText("10-")
    dialog.findChild(QWidget, "more").setChecked(True)
    dialog.findChild(QWidget, "option_samples").setText("many")
    await asyncio.sleep(0.5)
    return dialog


@scene("submit-many", LIGHT)
@scene("zh-submit-more", LIGHT, language=CHINESE)
async def submit_many(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
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


@scene("submit-many-dark", DARK)
async def submit_many_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await submit_many(farm, window)


@scene("submit-preset", LIGHT)
async def submit_preset(farm: Farm, window: MainWindow) -> QWidget:
    await submit(farm, window)
    bar = window.findChild(PresetBar)
    bar.save("Dailies, half size", {"priority": 7})
    bar._ask_name()
    await asyncio.sleep(0.3)
    return window.findChild(QWidget, "save_preset")


@scene("submit-farm", LIGHT)
@scene("submit-farm-dark", DARK)
@scene("zh-submit-farm", DARK, language=CHINESE)
async def submit_farm(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
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


@scene("submit-after", DARK)
async def submit_after(farm: Farm, window: MainWindow) -> QWidget:
    dialog = await submit_farm(farm, window)
    dialog.findChild(TaskPicker).click()
    await asyncio.sleep(0.3)
    return dialog.findChild(QWidget, "task_picker")


@scene("drop", LIGHT)
@scene("drop-dark", DARK)
async def drop(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    folder = farm.folder / "city_flythrough"
    folder.mkdir()
    mime = QMimeData()
    mime.setText(f"oss://studio-projects/a.zip\noss://studio-projects/b.zip\n{folder}\n/no/such/file.zip")
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    await asyncio.sleep(0.4)
    return window
