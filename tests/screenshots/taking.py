"""One picture: a new window on a new farm, brought into its scene."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.language import Language
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme
from render_manager.gui.window_state import WindowState
from tests.gui.farm import Farm
from tests.screenshots.registry import Scene

SIZE = (1440, 860)


async def take(scene: Scene, path: Path, app: QApplication, language: Language) -> None:
    language.choose(scene.language)
    with tempfile.TemporaryDirectory() as temporary:
        farm = Farm(Path(temporary))
        settings = QSettings(str(Path(temporary) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(
            farm.services,
            Theme(app, scene.theme, scene.density),
            title="Render Manager",
            default_user="mei",
            state=WindowState(settings),
        )
        window.resize(*SIZE)
        window.show()
        window.start()
        subject = await scene.set(farm, window)
        await asyncio.sleep(0.4)
        subject.grab().save(str(path))
        for form in window.findChildren(SubmitDialog):
            form.close()
        await window.viewer_commands.close()
        await window.check_up_commands.close()
        await window.background.close()
        window.hide()
        window.deleteLater()
        farm.close()


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
