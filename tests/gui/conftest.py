"""A window on a farm in one process, with its event loop."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from render_manager.gui.background import Background, new_event_loop
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme, ThemeChoice
from render_manager.gui.window_state import WindowState
from tests.gui.farm import Farm


@pytest.fixture(autouse=True)
def _garbage_goes_here() -> Iterator[None]:
    """Timers of Qt's objects, such as those of a loop that was closed, can be ended by the thread only that made them;
    Python collects garbage in whichever thread makes much of it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The window's loop, turned by whatever turns Qt's: ``qtbot.waitUntil`` runs coroutines, too."""
    loop = new_event_loop(qapp)
    asyncio.events._set_running_loop(loop)
    yield loop
    asyncio.events._set_running_loop(None)
    loop.close()


@pytest.fixture
def background(loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> Iterator[Background]:
    background = Background()
    yield background
    closing = loop.create_task(background.close())
    qtbot.waitUntil(closing.done)


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    farm = Farm(tmp_path)
    yield farm
    farm.close()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, ThemeChoice.DARK)


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[Language]:
    language = Language(qapp, LanguageChoice.CHINESE)
    yield language
    language.choose(LanguageChoice.ENGLISH)


@pytest.fixture
def open_window(
    loop: asyncio.AbstractEventLoop, farm: Farm, theme: Theme, settings: QSettings, qtbot: QtBot
) -> Iterator[Callable[..., MainWindow]]:
    windows: list[tuple[MainWindow, list[bool]]] = []

    def open_one(select_task: str | None = None) -> MainWindow:
        window = MainWindow(
            farm.services,
            theme,
            title="Render Manager",
            default_user="mei",
            select_task=select_task,
            state=WindowState(settings),
        )
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        windows.append((window, closed))
        if len(windows) == 1:
            window.resize(1280, 720)
        window.show()
        with qtbot.waitSignal(window.live.loaded):
            window.start()
        return window

    yield open_one
    for window, closed in windows:
        window.quit_unasked()
        qtbot.waitUntil(lambda closed=closed: bool(closed))
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    return open_window()
