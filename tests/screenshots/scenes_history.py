"""Who changed what."""

import asyncio

from PySide6.QtWidgets import QWidget

from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.registry import CHINESE, DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("history", LIGHT)
@scene("history-dark", DARK)
@scene("zh-history", DARK, language=CHINESE)
async def history(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await filled(farm, window)
    await window.background.call(people_at_work, farm, tasks["kitchen_010"])
    window.actions_["view.history"].trigger()
    window.frame_commands.next_failed()
    await until(lambda: bool(window.parts.history.list.entries.entries))
    await asyncio.sleep(1.0)
    return window


@scene("history-of-frame", DARK)
async def history_of_frame(farm: Farm, window: MainWindow) -> QWidget:
    await history(farm, window)
    window.findChild(QWidget, "history_frame").setChecked(True)
    await asyncio.sleep(0.6)
    return window


@scene("history-error", LIGHT)
async def history_error(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    farm.store.down = True
    window.actions_["view.history"].trigger()
    window.live.refresh()
    await asyncio.sleep(1.0)
    return window


def people_at_work(farm: Farm, task_id: str) -> None:
    """What people did to a task."""
    control = farm.services.control
    control.pause(task_id)
    control.resume(task_id)
    control.set_priority(task_id, 10)
    control.skip(task_id, "230-234")
    control.retry(task_id, "231")
