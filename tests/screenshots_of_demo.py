"""Pictures of the window while the sample project is rendered on a real farm, light and dark: those of the README.

QT_QPA_PLATFORM=offscreen python -m tests.screenshots_of_demo FOLDER
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from render_manager.domain.states import FrameStatus
from render_manager.gui.background import new_event_loop
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme, ThemeChoice
from render_manager.gui.window_state import WindowState
from render_manager.resource_files import resources
from tests.screenshots.taking import SIZE, until
from tests.support.farm import Farm, open_farm

SAMPLE = resources() / "sample_project" / "sample_project.zip"
#: Frames that are done when the picture is taken.
DONE = 14


async def take(farm: Farm, app: QApplication, folder: Path, settings: QSettings) -> None:
    theme = Theme(app, ThemeChoice.DARK)
    task = farm.submit(SAMPLE, "1-24", unionid="mei", name="carousel_010", priority=8)
    others = [
        farm.submit(SAMPLE, "1-240", unionid="chen", name="carousel_020", priority=5),
        farm.submit(SAMPLE, "1001-1096", unionid="mei", name="灯笼_特写_018", priority=3),
    ]
    farm.services.control.pause(others[1].id)
    window = MainWindow(
        farm.services,
        theme,
        title="Render Manager",
        default_user="mei",
        select_task=task.id,
        state=WindowState(settings),
    )
    window.resize(*SIZE)
    window.show()
    window.start()
    await until(lambda: window.frames.task_id == task.id and _done(window) >= DONE, seconds=300)
    window.grid.go_to(8)
    await asyncio.sleep(2.0)  # the image is decoded, the log is read
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        await asyncio.sleep(0.5)
        window.grab().save(str(folder / f"window-{choice.value}.png"), "PNG", 1)  # small, however long it takes
    closed = asyncio.get_running_loop().create_future()
    window.closed.connect(lambda: closed.done() or closed.set_result(None))
    window.quit_unasked()
    await closed


def _done(window: MainWindow) -> int:
    positions = range(len(window.frames.numbers))
    return sum(window.frames.status(position) is FrameStatus.COMPLETED for position in positions)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = new_event_loop(app)
    with tempfile.TemporaryDirectory() as temporary:
        settings = QSettings(str(Path(temporary) / "window.ini"), QSettings.Format.IniFormat)
        with open_farm(Path(temporary) / "home") as farm:
            loop.run_until_complete(take(farm, app, folder, settings))
    loop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
