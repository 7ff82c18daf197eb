"""The workers of the farm."""

import asyncio

from PySide6.QtWidgets import QWidget

from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.crowds import workers_in_all_states
from tests.screenshots.registry import CHINESE, COMPACT, DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("workers", LIGHT)
@scene("workers-dark", DARK)
async def workers(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    await window.background.call(workers_in_all_states, farm)
    window.actions_["worker.show"].trigger()
    await until(lambda: len(window.workers.rows()) == 9)
    window.workers_dock.table.select(["node-05"])
    await until(lambda: bool(window.workers_dock.history.entries.entries))
    await asyncio.sleep(0.5)
    return window


@scene("workers-small", DARK)
@scene("zh-workers-small", LIGHT, language=CHINESE)
@scene("compact-dark", DARK, density=COMPACT)
async def workers_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await workers(farm, window)


@scene("workers-none", LIGHT)
async def workers_none(farm: Farm, window: MainWindow) -> QWidget:
    window.actions_["worker.show"].trigger()
    await asyncio.sleep(0.4)
    return window


@scene("disable", DARK)
async def disable(farm: Farm, window: MainWindow) -> QWidget:
    await workers(farm, window)
    window.actions_["worker.disable"].trigger()
    return window.findChild(QWidget, "reason_dialog")


@scene("start-workers", LIGHT)
async def start_workers(farm: Farm, window: MainWindow) -> QWidget:
    window.actions_["worker.start_several"].trigger()
    return window.findChild(QWidget, "start_workers")
