"""A wrangler's day by keyboard alone, as docs/user-guide.md tells it: a real worker, real services, a renderer that
fails one frame. Every key goes to whatever has the focus; nothing is clicked or called."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import WorkspaceState
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui.main_window import MainWindow
from tests.support.farm import Farm
from tests.support.standin_farm import StandinFarm, open_standin_farm

LONG = 60_000  # ms


class Keyboard:
    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    def press(self, *keys: str) -> None:
        for key in keys:
            QTest.keySequence(self.focus(), QKeySequence(key))

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus(), text)

    def tab_to(self, name: str) -> None:
        for _ in range(60):
            if self.focus().objectName() == name:
                return
            self.press("Tab")
        pytest.fail(f"Tab does not lead to {name}")

    def until(self, condition: Callable[[], object], timeout: int = 15_000) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=timeout)

    def window(self, name: str) -> QWidget:
        """Waits until a window of that name is the one that keys go to."""
        found: list[QWidget] = []

        def there() -> bool:
            if self._active() is None:  # a window was closed: this screen has no window manager that brings up another
                for window in QApplication.topLevelWidgets():
                    if window.objectName() == name and window.isVisible():
                        window.activateWindow()
            found[:] = [window for window in [self._active()] if window is not None and window.objectName() == name]
            return bool(found)

        self.until(there)
        return found[0]

    def focus(self) -> QWidget:
        widget = QApplication.focusWidget() or self._active()
        assert widget is not None, "no window takes keys"
        return widget

    def _active(self) -> QWidget | None:
        return QApplication.activePopupWidget() or QApplication.activeWindow()


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[StandinFarm]:
    with open_standin_farm(tmp_path, {"BLENDER_STANDIN_FAIL": "3", "MAX_ATTEMPTS": "1"}, seconds=0.1) as farm:
        yield farm


def test_a_day_by_keyboard(
    farm: StandinFarm, open_window: Callable[[Farm], MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(farm)
    keys = Keyboard(qtbot)

    # Submit.
    keys.press("Ctrl+N")
    keys.window("submit")
    keys.type(farm.key)
    keys.tab_to("frames")
    keys.press("Ctrl+A")
    keys.type("1-5")
    keys.press("Return")
    keys.until(lambda: window.frames.task_id and len(window.frames.numbers) == 5)
    task_id = str(window.frames.task_id)

    def task() -> object:
        return farm.services.queries.task(task_id).task

    def states() -> str:
        """One letter a frame."""
        return "".join(window.frames.status(position).value[0] for position in range(5))

    # Put it before the others, and let this computer render.
    keys.window("main_window")
    keys.press("Ctrl+Up")
    keys.until(lambda: task().priority == 6)
    keys.press("Ctrl+K")
    keys.window("palette")
    keys.type("start a worker on")
    keys.press("Return")
    keys.until(lambda: states() == "ccfcc", LONG)

    # What failed: why, and go on without it.
    keys.press("N")
    keys.until(lambda: window.grid.selection.current == 2)
    keys.press("L")
    keys.until(lambda: window.log.document is not None and window.log.document.whole)
    keys.press("E")
    keys.until(lambda: window.log.text.has_cursor)
    keys.press("S")
    keys.until(lambda: states() == "ccscc")
    keys.until(lambda: task().status is TaskStatus.COMPLETED)

    # Look at the images.
    keys.press("G")
    keys.type("2")
    keys.press("Return")
    keys.until(lambda: window.grid.selection.current == 1)
    keys.press("V")
    viewer = keys.window("viewer")
    keys.press("Right", "Right")
    keys.until(lambda: window.grid.selection.current == 3)
    keys.press("Esc")
    keys.until(lambda: not viewer.isVisible())

    # Render one of them again.
    keys.window("main_window")
    keys.press("R")
    keys.window("question")
    keys.tab_to("yes")
    keys.press("Space")
    keys.until(lambda: window.frames.frame(3).attempt == 2 and states() == "ccscc", LONG)
    assert [window.frames.frame(position).attempt for position in (0, 1, 4)] == [1, 1, 1]

    # Who did what.
    keys.window("main_window")
    keys.press("H")
    keys.until(lambda: window.parts.history.isVisible())
    keys.press("H")

    # Take the images home, then make room.
    keys.press("Ctrl+D")
    keys.until(lambda: keys.focus().window() is not window)
    home = tmp_path / "home_of_mei"
    home.mkdir()
    keys.press("Ctrl+A")
    keys.type(str(home))
    keys.press("Return")
    keys.until(lambda: len(list(home.rglob("*.png"))) == 4, LONG)
    keys.window("main_window")
    keys.press("Ctrl+Shift+Del")
    keys.window("cleanup")
    keys.press("Return")
    keys.until(lambda: all(one.state is WorkspaceState.REMOVED for one in farm.services.queries.workspaces(task_id)))

    # Find it again, and look who worked.
    keys.window("main_window")
    keys.press("Ctrl+F")
    keys.type("user:nobody")
    keys.until(lambda: window.tasks.rowCount() == 0)
    keys.press("Ctrl+A", "Del")
    keys.until(lambda: window.tasks.rowCount() == 1)
    keys.press("Ctrl+Shift+W")
    keys.until(lambda: window.workers_dock.isVisible())

    # Home.
    keys.press("Ctrl+Q")
    keys.window("leave")
    keys.tab_to("stop")
    keys.press("Space")
    keys.until(lambda: not window.isVisible(), LONG)
    keys.until(lambda: farm.services.local_workers.running() == 0, LONG)
    ended = [frame.status for frame in farm.services.queries.frames(task_id)]
    done = FrameStatus.COMPLETED
    assert ended == [done, done, FrameStatus.SKIPPED, done, done]
