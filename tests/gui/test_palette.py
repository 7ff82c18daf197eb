"""Ctrl+K: commands, tasks and frames by a few letters."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from render_manager.domain.states import TaskStatus
from render_manager.gui import fuzzy
from render_manager.gui.actions import COMMANDS
from render_manager.gui.main_window import MainWindow
from render_manager.gui.palette import Entry
from render_manager.gui.views.palette import Palette
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]


def _open(window: MainWindow, qtbot: QtBot, typed: str = "") -> Palette:
    palette = window.command_palette
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)  # before, no key is a shortcut
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(palette.isVisible)
    qtbot.keyClicks(palette.words, typed)
    return palette


def _entry(palette: Palette, key: str) -> Entry:
    return next(entry for entry in palette.model.entries if entry.key == key)


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("rt", "Retry failed frames", "Start a worker"),
        ("pri", "Raise priority", "Open image project"),
        ("cl up", "Clean up…", "Close all, shut up"),
        ("frames retry", "Retry frames", "Retry failed frames of all selected"),
    ],
)
def test_letters_find_what_is_meant(typed: str, better: str, worse: str) -> None:
    first, second = fuzzy.match(typed, better), fuzzy.match(typed, worse)
    assert first is not None
    assert second is None or first[0] > second[0]


def test_letters_that_are_not_there_find_nothing() -> None:
    assert fuzzy.match("xyz", "Retry") is None
    assert fuzzy.match("yrt", "Retry") is None
    assert fuzzy.match("re", "Retry") == (4 + 8 + 5, (0, 1))


def test_every_command_is_there_and_says_why_it_can_not_be_done(window: MainWindow, qtbot: QtBot) -> None:
    palette = _open(window, qtbot)
    QAbstractItemModelTester(palette.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    keys = {entry.key.partition("/")[0] for entry in palette.model.entries}
    assert keys == {command.id for command in COMMANDS} - {"view.palette"}
    pause = _entry(palette, "task.pause")
    assert not pause.enabled
    assert pause.reason == "select a task first"
    assert _entry(palette, "task.submit").shortcut == "Ctrl+N"
    enabled = [entry.enabled for entry in palette.model.entries]
    assert enabled == sorted(enabled, reverse=True), "what can't be done comes last"


def test_return_runs_the_first_and_it_is_remembered(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    window = open_window(task.id)
    qtbot.waitUntil(window.actions_["task.pause"].isEnabled)
    palette = _open(window, qtbot, "paus")
    assert palette.model.entries[0].key == "task.pause"
    qtbot.keyClick(palette.words, Qt.Key.Key_Return)
    assert not palette.isVisible()
    qtbot.waitUntil(lambda: farm.task(task.id).status is TaskStatus.PAUSED)
    qtbot.waitUntil(lambda: not window.actions_["task.pause"].isEnabled())
    qtbot.waitUntil(window.actions_["task.resume"].isEnabled)
    palette = _open(window, qtbot, "resu")
    qtbot.keyClick(palette.words, Qt.Key.Key_Return)
    qtbot.waitUntil(window.actions_["task.pause"].isEnabled)
    palette = _open(window, qtbot)
    assert palette.words.text() == ""
    assert palette.model.entries[0].key == "task.pause"


def test_what_can_not_be_done_is_not_done(window: MainWindow, qtbot: QtBot) -> None:
    palette = _open(window, qtbot, "drain")
    assert not palette.model.entries[0].enabled
    qtbot.keyClick(palette.words, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClicks(palette.words, "zzz")
    assert [label.text() for label in palette.findChildren(QLabel) if label.isVisible()] == ["Nothing fits."]
    qtbot.keyClick(palette, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_choices_of_a_menu_are_commands_too(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit(priority=5)
    window = open_window(task.id)
    qtbot.waitUntil(window.actions_["task.priority"].isEnabled)
    palette = _open(window, qtbot, "priority 9")
    assert palette.model.entries[0].title.startswith("Priority: 9")
    qtbot.keyClick(palette.words, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: farm.task(task.id).priority == 9)


def test_a_task_by_its_name_even_if_the_search_hides_it(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    tasks = [farm.submit(f"kitchen_{number:03}") for number in range(25)]
    window = open_window()
    qtbot.keyClicks(window.findChild(type(window.command_palette.words), "filter_words"), "kitchen_020")
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1)
    palette = _open(window, qtbot, "kitchen")
    qtbot.waitUntil(lambda: sum(entry.key.startswith("task ") for entry in palette.model.entries) == 20)
    palette.words.setText("kitchen_007")
    qtbot.waitUntil(lambda: any(entry.key == f"task {tasks[7].id}" for entry in palette.model.entries))
    place = [entry.key for entry in palette.model.entries].index(f"task {tasks[7].id}")
    for _ in range(place):
        qtbot.keyClick(palette.words, Qt.Key.Key_Down)
    qtbot.keyClick(palette.words, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.table.selected_keys() == [tasks[7].id])
    assert window.tasks.rowCount() == 25


def test_a_frame_by_its_number(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "101-150")
    window = open_window(task.id)
    qtbot.waitUntil(lambda: window.frames.task_id == task.id)
    palette = _open(window, qtbot, "142")
    assert palette.model.entries[0].title == "Go to frame 142"
    qtbot.keyClick(palette.words, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.grid.selection.current == 41)
    palette = _open(window, qtbot, "99")
    assert all(not entry.key.startswith("frame 99") for entry in palette.model.entries)


def test_copying_from_the_palette(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    window = open_window(task.id)
    qtbot.waitUntil(window.actions_["task.copy_id"].isEnabled)
    palette = _open(window, qtbot, "copy task")
    qtbot.mouseClick(
        palette.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=palette.list.visualRect(palette.model.index(0, 0)).center(),
    )
    assert QGuiApplication.clipboard().text() == task.id
