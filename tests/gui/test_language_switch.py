"""Another language while the window is open: it is made anew, and everything else goes on."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from render_manager.domain.states import FrameStatus
from render_manager.domain.task_search import TaskGroup
from render_manager.gui.desk import Desk
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.local_workers import OnQuit
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme
from render_manager.gui.window_state import WindowState
from tests.gui.farm import Farm

Loop = asyncio.AbstractEventLoop


@pytest.fixture
def language(qapp: QCoreApplication) -> Iterator[Language]:
    language = Language(qapp, LanguageChoice.ENGLISH)
    yield language
    language.choose(LanguageChoice.ENGLISH)


@pytest.fixture
def desk(loop: Loop, farm: Farm, theme: Theme, language: Language, settings: QSettings, qtbot: QtBot) -> Iterator[Desk]:
    state = WindowState(settings)
    make = partial(MainWindow, farm.services, theme, title="Render Manager", default_user="mei", state=state)
    desk = Desk(make, language)
    desk.window.resize(1200, 700)
    with qtbot.waitSignal(desk.window.live.loaded):
        desk.open()
    yield desk
    if not desk.window.leaving.begun:
        with qtbot.waitSignal(desk.closed):
            desk.window.quit_unasked()


def _choose(desk: Desk, qtbot: QtBot, choice: LanguageChoice) -> MainWindow:
    """By its menu; the window that came of it."""
    before = desk.window
    _action(before, choice).trigger()
    qtbot.waitUntil(lambda: desk.window is not before and desk.window.isVisible())
    return desk.window


def _action(window: MainWindow, choice: LanguageChoice) -> object:
    return next(a for a in window.actions_.menus["view.language"].actions() if a.objectName() == f"language.{choice}")


def test_the_menu_changes_every_text_at_once_and_is_remembered(desk: Desk, qtbot: QtBot, settings: QSettings) -> None:
    old = desk.window
    assert old.actions_["task.pause"].text() == "Pause"
    gone: list[bool] = []
    old.destroyed.connect(lambda: gone.append(True))
    new = _choose(desk, qtbot, LanguageChoice.CHINESE)
    assert new.actions_["task.pause"].text() == "暂停"
    assert new.menuBar().actions()[0].text() == "任务(&T)"
    assert [action.text() for action in new.actions_.menus["view.language"].actions() if action.isChecked()] == [
        "简体中文"
    ]
    assert WindowState(settings).value("language") == "zh_CN"
    qtbot.waitUntil(lambda: bool(gone))
    again = _choose(desk, qtbot, LanguageChoice.ENGLISH)
    assert again.actions_["task.pause"].text() == "Pause"


def test_the_new_window_shows_what_the_old_one_showed(desk: Desk, farm: Farm, qtbot: QtBot) -> None:
    window = desk.window
    for number in range(40):
        farm.submit(f"other_{number}", "1-2", unionid="li")
    task = farm.submit("kitchen", "1-60", priority=10)
    farm.beat()
    farm.render(3)
    window.live.refresh()
    qtbot.waitUntil(lambda: window.tasks.position(task.id) is not None)
    window.findChild(QLineEdit, "filter_words").setText("user:mei")
    window.filter_bar.findChild(type(window.filter_bar._buttons[TaskGroup.ALL]), "filter_active").click()
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1)
    window.table.select([task.id])
    qtbot.waitUntil(lambda: window.frames.task_id == task.id)
    window.grid.zoom(1)
    window.grid.go_to(4)
    window.grid.selection.reach(7)
    window.actions_["view.history"].trigger()
    window.actions_["worker.show"].trigger()
    window.table.horizontalHeader().resizeSection(0, 333)
    window.grid.setFocus()

    new = _choose(desk, qtbot, LanguageChoice.CHINESE)
    assert new.size() == window.size()
    assert new.findChild(QLineEdit, "filter_words").text() == "user:mei"
    assert new.filter_bar.search().group is TaskGroup.ACTIVE
    assert new.tasks.rowCount() == 1
    assert new.table.selected_keys() == [task.id]
    assert new.frames.task_id == task.id
    assert (list(new.grid.selection), new.grid.selection.current) == ([4, 5, 6, 7], 7)
    assert new.grid.level == window.grid.level
    assert new.parts.side.currentIndex() == 1
    assert not new.workers_dock.isHidden()
    assert new.table.horizontalHeader().sectionSize(0) == 333
    assert new.focusWidget() is new.grid
    # It listens to the farm as the old one did.
    farm.complete(farm.start())
    qtbot.waitUntil(lambda: new.frames.status(3) is FrameStatus.COMPLETED)


def test_workers_of_this_computer_go_on_and_closing_then_ends_the_program(desk: Desk, farm: Farm, qtbot: QtBot) -> None:
    farm.local.count = 2
    ended: list[bool] = []
    desk.closed.connect(lambda: ended.append(True))
    new = _choose(desk, qtbot, LanguageChoice.CHINESE)
    assert farm.local.count == 2
    assert not ended
    new.local_workers.choose(OnQuit.STOP)
    with qtbot.waitSignal(desk.closed):
        new.quit_unasked()
    assert farm.local.count == 0


def test_an_open_form_is_not_closed_under_the_hands_of_its_user(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    window.submit_commands.open(["oss://films/a.blend"])
    form = window.findChild(SubmitDialog)
    _action(window, LanguageChoice.CHINESE).trigger()
    qtbot.waitUntil(lambda: "forms are closed" in window.statusBar().currentMessage())
    assert form.isVisible()
    assert desk.window is window
    form.close()
    qtbot.waitUntil(lambda: desk.window is not window)
    assert desk.window.actions_["task.submit"].iconText() == "提交"


def test_a_database_that_is_away_does_not_keep_the_window(
    desk: Desk, farm: Farm, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("render_manager.gui.desk._READ_WITHIN", 0.3)
    farm.submit()
    farm.store.down = True
    new = _choose(desk, qtbot, LanguageChoice.CHINESE)
    qtbot.waitUntil(new.parts.store_banner.isVisible)
    farm.store.down = False
    new.parts.store_banner.retry.click()
    qtbot.waitUntil(lambda: new.tasks.rowCount() == 1)


def test_the_same_language_by_another_name_changes_nothing(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setattr("render_manager.gui.language.system_language", lambda: LanguageChoice.ENGLISH)
    window = desk.window
    _action(window, LanguageChoice.SYSTEM).trigger()
    qtbot.waitUntil(lambda: language.choice is LanguageChoice.SYSTEM)
    assert desk.window is window
    assert window.windowState() == Qt.WindowState.WindowNoState
