"""Cleaning up."""

import asyncio

from PySide6.QtWidgets import QWidget

from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.crowds import many_ended
from tests.screenshots.registry import CHINESE, DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("cleanup", LIGHT)
@scene("cleanup-dark", DARK)
async def cleanup(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.table.selectAll()
    window.actions_["task.cleanup"].trigger()
    await until(lambda: window.findChild(QWidget, "cleanup") is not None)
    await asyncio.sleep(0.2)
    return window.findChild(QWidget, "cleanup")


@scene("cleanup-finished", LIGHT)
@scene("cleanup-finished-dark", DARK)
@scene("zh-cleanup", LIGHT, language=CHINESE)
async def cleanup_finished(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    await window.background.call(many_ended, farm)
    window.actions_["task.cleanup_finished"].trigger()
    await until(lambda: window.findChild(QWidget, "cleanup") is not None)
    dialog = window.findChild(QWidget, "cleanup")
    dialog.findChild(QWidget, "cleanup_days").setValue(3)
    dialog.findChild(QWidget, "cleanup_free").setValue(20)
    await asyncio.sleep(0.8)
    return dialog
