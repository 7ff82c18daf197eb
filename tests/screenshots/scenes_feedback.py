"""The command palette, notices and questions."""

import asyncio
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from render_manager.domain.states import TaskStatus
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.registry import CHINESE, DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("palette", LIGHT)
@scene("palette-dark", DARK)
async def palette(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.command_palette.open()
    window.command_palette.words.setText("re")
    await until(lambda: any(entry.key.startswith("task ") for entry in window.command_palette.model.entries))
    return window.command_palette


@scene("palette-whole", DARK)
async def palette_whole(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.table.clearSelection()
    window.command_palette.open()
    await asyncio.sleep(0.3)
    return window.command_palette


@scene("notices", LIGHT)
@scene("notices-dark", DARK)
async def notices(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await filled(farm, window)
    shots = [replace(farm.task(tasks["street_030"]), name=f"seq04_shot{10 * number:03}") for number in range(12)]
    failed = replace(
        farm.task(tasks["street_040"]), status=TaskStatus.FAILED, error_message="Texture wood_planks.tx is missing."
    )
    for ended in (shots, [failed], [farm.task(tasks["title_card"])]):
        window.feedback.news.take(ended)
    return window


@scene("notices-list", LIGHT)
@scene("notices-list-dark", DARK)
async def notices_list(farm: Farm, window: MainWindow) -> QWidget:
    await notices(farm, window)
    window.feedback.show_list()
    await asyncio.sleep(0.2)
    return window.feedback.list


@scene("cancel", DARK)
@scene("zh-cancel", LIGHT, language=CHINESE)
async def cancel(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.actions_["task.cancel"].trigger()
    await asyncio.sleep(0.3)
    return window.findChild(QWidget, "question")
