"""What is done with one task: another one like it, its workspace, its priority where it stands."""

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QMessageBox
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderSpec
from render_manager.domain.frame_order import FrameOrder
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.task_table import Column
from render_manager.gui.views.priority_editor import PriorityEditor
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]


def _open(open_window: Open, qtbot: QtBot, task_id: str) -> MainWindow:
    window = open_window(task_id)
    qtbot.waitUntil(window.actions_["task.duplicate"].isEnabled)
    return window


def test_a_duplicate_differs_in_nothing_but_its_id(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    spec = RenderSpec(
        path=farm.put("shot.zip"),
        engine="blender",
        frames="1-9x2",
        unionid="liwei",
        priority=8,
        name="kitchen 010",
        is_compressed=True,
        project_file="scenes/kitchen.blend",
        frame_order=FrameOrder.REVERSE,
        max_attempts=4,
        max_workers=3,
        task_info={
            "samples": 64,
            "denoise": True,
            "engine": "CYCLES",
            "requires": {"tags": ["gpu"], "version": ">=4.2", "memory_gb": 32},
        },
    )
    task = farm.services.submission.submit(spec)
    window = _open(open_window, qtbot, task.id)
    window.actions_["task.duplicate"].trigger()
    form = window.findChild(SubmitDialog)
    submit = form.findChild(QAbstractButton, "submit_button")
    qtbot.waitUntil(submit.isEnabled)
    submit.click()
    qtbot.waitUntil(lambda: len(window.tasks.rows()) == 2)
    (other,) = [row.task for row in window.tasks.rows() if row.task.id != task.id]
    known = farm.task(task.id)
    volatile = ("id", "submitted_at", "updated_at", "celery_task_id")
    assert {name for name in vars(known) if getattr(known, name) != getattr(other, name)} <= set(volatile)


def test_a_workspace_of_this_computer_is_opened(
    farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "render_manager.gui.task_commands.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    task = farm.submit()
    far = farm.workspace(task)
    here = replace(far, host=socket.gethostname(), path=str(tmp_path))
    farm.lifecycle.workspace_ready(here)
    window = _open(open_window, qtbot, task.id)
    window.actions_["task.open_workspace"].trigger()
    qtbot.waitUntil(lambda: opened == [str(tmp_path)])


def test_a_workspace_elsewhere_is_named_and_its_path_copied(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit()
    workspace = farm.workspace(task)
    window = _open(open_window, qtbot, task.id)
    window.actions_["task.open_workspace"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    box = window.findChild(QMessageBox, "error")
    assert workspace.host in box.text()
    assert workspace.path in box.text()
    assert QGuiApplication.clipboard().text() == workspace.path
    box.close()


def test_no_workspace_is_said(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    window = _open(open_window, qtbot, task.id)
    window.actions_["task.open_workspace"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    assert "no workspace" in window.findChild(QMessageBox, "error").text()
    window.findChild(QMessageBox, "error").close()


def test_priority_by_plus_and_minus(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit(priority=5)
    window = _open(open_window, qtbot, task.id)
    qtbot.keyClick(window.table, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: window.tasks.row(task.id).task.priority == 6)
    qtbot.keyClick(window.table, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: farm.task(task.id).priority == 5)


def test_priority_typed_into_its_cell_goes_to_all_selected(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    tasks = [farm.submit(f"t{number}", priority=5) for number in range(3)]
    window = open_window()
    qtbot.waitUntil(lambda: len(window.tasks.rows()) == 3)
    window.table.select([tasks[0].id, tasks[1].id])
    editor = window.findChild(PriorityEditor)
    qtbot.keyClick(window.table, Qt.Key.Key_1)
    assert editor.isVisible()
    cell = window.table.visualRect(window.tasks.index(window.tasks.position(tasks[0].id), Column.PRIORITY))
    assert cell.contains(editor.geometry())
    qtbot.keyClick(editor, Qt.Key.Key_0)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert not editor.isVisible()
    qtbot.waitUntil(lambda: [farm.task(task.id).priority for task in tasks] == [10, 10, 5])


def test_editing_can_be_given_up(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit(priority=5)
    window = _open(open_window, qtbot, task.id)
    editor = window.findChild(PriorityEditor)
    cell = window.table.visualRect(window.tasks.index(0, Column.PRIORITY)).center()
    qtbot.mouseClick(window.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    qtbot.mouseDClick(window.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert editor.isVisible()
    assert editor.value() == 5
    qtbot.keyClick(editor, Qt.Key.Key_9)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    qtbot.keyClick(window.table, Qt.Key.Key_F2)
    assert editor.value() == 5
    assert farm.task(task.id).priority == 5


def test_a_search_that_finds_nothing_offers_all_tasks(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("kitchen")
    window = open_window()
    words = window.findChild(type(window.command_palette.words), "filter_words")
    qtbot.keyClicks(words, "street")
    qtbot.waitUntil(window.parts.no_results.isVisible)
    assert not window.parts.empty.isVisible()
    qtbot.mouseClick(window.findChild(QAbstractButton, "clear_search"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.table.isVisible)
    assert words.text() == ""
    assert window.tasks.rowCount() == 1
