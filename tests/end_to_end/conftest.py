"""One farm for all tests that only need a healthy one; its start costs seconds."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme
from render_manager.gui.window_state import WindowState
from tests.gui.conftest import loop, settings, theme
from tests.support.farm import Farm, open_farm

__all__ = ["loop", "settings", "theme"]

#: Seconds that a fault of the chaos test takes at most, its share of putting things right included.
SECONDS_A_FAULT = 6
#: Milliseconds; the machine may be busy.
PATIENCE = 40_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chaos-faults", type=int, default=25, help="how many faults the chaos test deals (default: 25)")
    # The same faults each time by default: a red run should say something about the change at hand.
    parser.addoption("--chaos-seed", type=int, default=5, help="which faults; 0: others each time (default: 5)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    faults = config.getoption("--chaos-faults", default=25)
    for item in items:
        if item.path.name == "test_chaos.py":
            item.add_marker(pytest.mark.timeout(600 + SECONDS_A_FAULT * faults))


SCENES = Path(__file__).parent.parent / "scenes"


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory, blender: Path) -> Iterator[Farm]:
    with open_farm(tmp_path_factory.mktemp("farm") / "home") as farm:
        yield farm


@pytest.fixture(scope="session")
def scenes() -> Path:
    return SCENES


@pytest.fixture
def open_window(
    loop: asyncio.AbstractEventLoop, theme: Theme, settings: QSettings, qtbot: QtBot
) -> Iterator[Callable[[Farm], MainWindow]]:
    """Opens the window on a real farm."""
    opened: list[tuple[MainWindow, list[bool]]] = []

    def open_one(farm: Farm) -> MainWindow:
        window = MainWindow(
            farm.services, theme, title="Render Manager", default_user="mei", state=WindowState(settings)
        )
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        opened.append((window, closed))
        window.show()
        window.activateWindow()
        with qtbot.waitSignal(window.live.loaded, timeout=PATIENCE):
            window.start()
        return window

    yield open_one
    for window, closed in opened:
        window.quit_unasked()
        qtbot.waitUntil(lambda closed=closed: bool(closed), timeout=PATIENCE)
        window.deleteLater()
