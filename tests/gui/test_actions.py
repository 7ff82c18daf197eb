"""Every command: declared once, enabled when it makes sense, doing what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QFileDialog, QListWidget, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import Keep, RenderTask, WorkspaceState
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui.actions import (
    COMMANDS,
    FRAME_MENU,
    GRID_BAR,
    MENU_BAR,
    OBJECT_BAR,
    OBJECT_MENU,
    OBJECT_WAY,
    TASK_MENU,
    TOOLBAR,
    WORKER_BAR,
    WORKER_MENU,
)
from render_manager.gui.declarations.viewer import VIEWER_COMMANDS
from render_manager.gui.main_window import MainWindow
from render_manager.resource_files import resources
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]


def _enabled(window: MainWindow) -> set[str]:
    return {command.id for command in COMMANDS if window.actions_[command.id].isEnabled()}


def _answer(window: MainWindow, qtbot: QtBot, kind: type[QWidget] = QMessageBox) -> QWidget:
    """Wait for a question and say yes."""
    qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(kind)))
    box = next(box for box in window.findChildren(kind) if box.isVisible())
    button = box.findChild(QAbstractButton, "yes")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return box


def _shown(open_window: Open, qtbot: QtBot, task: RenderTask) -> MainWindow:
    window = open_window(task.id)
    qtbot.waitUntil(lambda: window.frames.task_id == task.id)
    farm_states = window.services.queries.frames(task.id)
    qtbot.waitUntil(
        lambda: [window.frames.status(place) for place in range(len(farm_states))] == [f.status for f in farm_states]
    )
    return window


def test_commands_are_declared_once_and_named_truly() -> None:
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    shortcuts = [command.shortcut for command in COMMANDS if command.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    menus = (
        TOOLBAR,
        TASK_MENU,
        FRAME_MENU,
        WORKER_MENU,
        OBJECT_MENU,
        GRID_BAR,
        WORKER_BAR,
        OBJECT_BAR,
        OBJECT_WAY,
        *(menu for _, menu in MENU_BAR),
    )
    placed = {command_id for menu in menus for command_id in menu} - {""}
    assert placed == set(ids), "every command is in the menus, and the menus name no other"
    for command in COMMANDS:
        assert (resources() / "icons" / f"{command.icon}.svg").is_file(), command.icon


def test_enabled_when(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    always = {
        "task.submit",
        "task.paste",
        "task.cleanup_finished",
        "worker.show",
        "worker.start",
        "worker.start_several",
        "worker.on_quit",
        "object.show",
        "help.check_up",
        "window.close",
    }
    window = open_window()
    assert {each for each in _enabled(window) if not each.startswith("view.")} == always
    task = farm.submit("shot")
    farm.render(1)
    farm.fail()
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1)
    window.table.select([task.id])
    qtbot.waitUntil(lambda: window.frames.task_id == task.id and window.frames.status(1) is FrameStatus.FAILED)
    for_tasks = {each for each in _enabled(window) if each.startswith("task.")}
    assert for_tasks == {command.id for command in COMMANDS if command.id.startswith("task.")} - {
        "task.resume",
        "task.release",
        "task.choose",
    }
    assert "frame.next_failed" in _enabled(window)
    assert "frame.retry" not in _enabled(window)
    window.grid.go_to(1)
    assert {"frame.retry", "frame.skip", "frame.log", "frame.copy_log_path"} <= _enabled(window)
    assert "frame.open_image" not in _enabled(window)
    window.grid.go_to(0)
    assert {"frame.retry", "frame.open_image", "frame.open_folder", "frame.copy_path"} <= _enabled(window)
    assert "frame.skip" not in _enabled(window)
    farm.services.control.cancel(task.id)
    qtbot.waitUntil(lambda: "task.cancel" not in _enabled(window))
    assert "task.retry" in _enabled(window)


def test_pause_and_resume(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit()
    window = _shown(open_window, qtbot, task)
    window.actions_["task.pause"].trigger()
    qtbot.waitUntil(lambda: farm.task(task.id).status is TaskStatus.PAUSED)
    qtbot.waitUntil(window.actions_["task.resume"].isEnabled)
    window.actions_["task.resume"].trigger()
    qtbot.waitUntil(lambda: farm.task(task.id).status is TaskStatus.PENDING)


def test_a_task_that_waits_for_another_starts_without_it(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    first = farm.submit("first", "1-2")
    task = farm.submit("second", after=(first.id,))
    window = _shown(open_window, qtbot, task)
    release = window.actions_["task.release"]
    assert release.isEnabled()
    window.table.select([first.id])
    assert not release.isEnabled()
    window.table.select([task.id])
    release.trigger()
    qtbot.waitUntil(lambda: not farm.services.queries.dependencies(task.id))
    qtbot.waitUntil(lambda: not release.isEnabled())
    assert window.tasks.row(task.id).note == "No worker is online: start one."


def test_a_waiting_task_follows_those_that_it_waits_for(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    first = farm.submit("first", "1")
    task = farm.submit("second", after=(first.id,))
    window = _shown(open_window, qtbot, task)
    assert window.tasks.row(task.id).note == f"Waits until task {first.id} (first) is completed."
    farm.services.control.cancel(first.id)
    qtbot.waitUntil(lambda: "which is cancelled" in window.tasks.row(task.id).note)
    farm.services.control.retry(first.id)
    farm.render(1)
    qtbot.waitUntil(lambda: not window.actions_["task.release"].isEnabled())


def test_cancel_asks_with_numbers(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-10")
    farm.render(2)
    farm.start()
    window = _shown(open_window, qtbot, task)
    window.actions_["task.cancel"].trigger()
    assert farm.task(task.id).status is TaskStatus.RUNNING
    box = window.findChild(QMessageBox, "question")
    assert isinstance(box, QMessageBox)
    assert box.informativeText().splitlines() == [
        "Rendering now, stopped at once: 1",
        "Waiting, never rendered: 7",
        "Completed, kept: 2",
    ]
    assert box.defaultButton().text() == "Keep rendering"
    _answer(window, qtbot)
    qtbot.waitUntil(lambda: farm.task(task.id).status is TaskStatus.CANCELLED)
    qtbot.waitUntil(lambda: window.frames.status(2) is FrameStatus.CANCELLED)


def test_several_at_once_and_one_that_refuses(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    one, two = farm.submit("one"), farm.submit("two")
    window = open_window()
    window.table.selectAll()
    window.task_commands.set_priority(8)
    qtbot.waitUntil(lambda: farm.task(one.id).priority == farm.task(two.id).priority == 8)
    qtbot.waitUntil(lambda: all(row.task.priority == 8 for row in window.tasks.rows()))
    farm.bus.down = True  # nobody tells the window, which still believes that both can be paused
    farm.services.control.cancel(one.id)
    farm.bus.down = False
    window.task_commands.pause()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    assert "cancelled" in window.findChild(QMessageBox, "error").text()
    assert farm.task(two.id).status is TaskStatus.PAUSED
    window.findChild(QMessageBox, "error").close()


def test_a_command_acts_on_all_that_is_selected_read_or_not(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    tasks = [farm.submit(f"t{number}") for number in range(130)]
    window = open_window()
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 130)
    window.table.selectAll()
    assert len(window.table.selected_rows()) < 130 == window.table.selected_count()
    window.actions_["task.pause"].trigger()
    qtbot.waitUntil(lambda: all(farm.task(task.id).status is TaskStatus.PAUSED for task in tasks), timeout=20_000)


def test_choose_the_project_file(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-3")
    farm.lifecycle.project_unclear(farm.claim(), ["a/shot.blend", "b/shot.blend"])
    window = _shown(open_window, qtbot, task)
    choose = window.actions_["task.choose"]
    qtbot.waitUntil(choose.isEnabled)
    choose.trigger()
    dialog = window.findChild(QDialog, "choice_dialog")
    choices = dialog.findChild(QListWidget, "choices")
    assert [choices.item(row).text() for row in range(choices.count())] == ["a/shot.blend", "b/shot.blend"]
    qtbot.keyClick(choices, Qt.Key.Key_Down)
    _answer(window, qtbot, QDialog)
    qtbot.waitUntil(lambda: farm.task(task.id).project_file == "b/shot.blend")
    qtbot.waitUntil(lambda: not choose.isEnabled())
    assert farm.task(task.id).status is TaskStatus.PENDING


def test_retry_a_task(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-3")
    farm.fail()
    farm.render(2)
    window = _shown(open_window, qtbot, task)
    window.actions_["task.retry"].trigger()
    qtbot.waitUntil(lambda: farm.task(task.id).counts.pending == 1)
    qtbot.waitUntil(lambda: window.frames.status(0) is FrameStatus.PENDING)


def test_priority_by_menu_and_by_keys(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit(priority=5)
    window = _shown(open_window, qtbot, task)
    chosen = window.actions_.menus["task.priority"].actions()
    assert [action.text().split()[0] for action in chosen] == [str(number) for number in range(10, -1, -1)]
    chosen[0].trigger()
    qtbot.waitUntil(lambda: window.tasks.row_at(0).task.priority == 10)
    assert not window.actions_["task.priority_up"].isEnabled()
    window.actions_["task.priority_down"].trigger()
    qtbot.waitUntil(lambda: farm.task(task.id).priority == 9)


def test_clean_up_shows_sizes_and_leaves_busy_tasks_alone(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    done, busy = farm.submit("done", "1-1", priority=9), farm.submit("busy", "1-5")
    farm.render(1)
    farm.start()
    for task in (done, busy):
        farm.workspace(task, 2_147_483_648)
    window = open_window()
    window.table.selectAll()
    window.actions_["task.cleanup"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QDialog, "cleanup") is not None)
    dialog = window.findChild(QDialog, "cleanup")
    assert [item.task.name for item in dialog.chosen()] == ["done"]
    assert "2.0" in dialog.findChild(QWidget, "cleanup_total").text()
    dialog.findChild(QComboBox, "cleanup_keep").setCurrentIndex(1)
    qtbot.waitUntil(dialog.findChild(QAbstractButton, "yes").isEnabled)
    _answer(window, qtbot, type(dialog))
    qtbot.waitUntil(lambda: bool(farm.queue.hosts))
    (workspace,) = farm.services.queries.workspaces(done.id)
    assert workspace.state is WorkspaceState.CLEANUP_REQUESTED
    assert workspace.keep is Keep.RENDERS
    (untouched,) = farm.services.queries.workspaces(busy.id)
    assert untouched.state is WorkspaceState.READY


def test_nothing_to_clean_up_is_said(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    window.actions_["task.cleanup_finished"].trigger()
    qtbot.waitUntil(lambda: "Nothing to clean up" in window.statusBar().currentMessage())


def test_download_results(farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    task = farm.submit("shot", "1-3")
    image = tmp_path / "shot.0001.png"
    image.write_bytes(b"image")
    farm.complete(farm.start(), image)
    farm.complete(farm.start(), tmp_path / "elsewhere.png")
    window = _shown(open_window, qtbot, task)
    window.actions_["task.download"].trigger()
    picker = window.findChild(QFileDialog, "download_folder")
    picker.fileSelected.emit(str(tmp_path / "results"))
    picker.close()
    qtbot.waitUntil(lambda: (tmp_path / "results" / "shot.0001.png").exists())
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    box = window.findChild(QMessageBox, "error")
    assert box.text().startswith("Frame 2: not in the object store")
    assert "elsewhere.png" in box.text()
    box.close()


def test_frames_are_retried_and_skipped(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-6")
    farm.fail()
    farm.fail()
    farm.render(1)
    window = _shown(open_window, qtbot, task)
    window.grid.selection.only(0)
    window.actions_["frame.retry"].trigger()
    qtbot.waitUntil(lambda: window.frames.status(0) is FrameStatus.PENDING)
    window.grid.selection.take({1, 4, 5}, 1)
    window.actions_["frame.skip"].trigger()
    qtbot.waitUntil(lambda: farm.task(task.id).counts.skipped == 3)
    qtbot.waitUntil(lambda: window.frames.status(5) is FrameStatus.SKIPPED)
    window.grid.selection.only(2)
    window.actions_["frame.retry"].trigger()
    assert farm.task(task.id).counts.completed == 1, "a completed frame is not rendered again without a question"
    _answer(window, qtbot)
    qtbot.waitUntil(lambda: farm.task(task.id).counts.completed == 0)


def test_next_failed_goes_round_and_shows_the_log(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-5")
    farm.render(1)
    farm.fail("no light")
    farm.render(1)
    farm.fail("no camera")
    window = _shown(open_window, qtbot, task)
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert window.grid.selection.current == 1
    qtbot.waitUntil(lambda: "no light" in window.log.text.in_view)
    qtbot.keyClick(window, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: "no camera" in window.log.text.in_view)
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert window.grid.selection.current == 1


def test_copying(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-2")
    farm.render(1)
    window = _shown(open_window, qtbot, task)
    window.actions_["task.copy_id"].trigger()
    assert QGuiApplication.clipboard().text() == task.id
    window.grid.go_to(0)
    window.actions_["frame.copy_path"].trigger()
    assert QGuiApplication.clipboard().text().endswith("0001.png")
    window.actions_["frame.copy_log_path"].trigger()
    assert QGuiApplication.clipboard().text().endswith("0001.1.log")


def test_opening_an_image_that_is_elsewhere_is_explained(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-2")
    farm.render(1)
    window = _shown(open_window, qtbot, task)
    window.grid.go_to(0)
    window.actions_["frame.open_image"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    box = window.findChild(QMessageBox, "error")
    assert "render-01" in box.text()
    box.close()


def test_opening_an_image(
    farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "render_manager.gui.frame_commands.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    task = farm.submit("shot", "1-2")
    image = tmp_path / "one.png"
    image.touch()
    farm.complete(farm.start(), image)
    window = _shown(open_window, qtbot, task)
    window.grid.go_to(0)
    window.actions_["frame.open_image"].trigger()
    window.actions_["frame.open_folder"].trigger()
    qtbot.waitUntil(lambda: len(opened) == 2)
    assert {Path(path) for path in opened} == {image, tmp_path}


def test_local_workers_start_and_stop(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    assert not window.actions_["worker.stop"].isEnabled()
    window.actions_["worker.start"].trigger()
    qtbot.waitUntil(window.actions_["worker.stop"].isEnabled)
    assert "on this computer: 1" in window.parts.workers.accessibleName()
    window.actions_["worker.stop"].trigger()
    qtbot.waitUntil(lambda: farm.local.count == 0 and not window.actions_["worker.stop"].isEnabled())


def test_a_command_that_fails_says_so(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit()
    window = _shown(open_window, qtbot, task)
    farm.store.down = True
    window.actions_["task.pause"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    assert "database" in window.findChild(QMessageBox, "error").text()
    farm.store.down = False
    window.findChild(QMessageBox, "error").close()


GUIDES = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("guide", ["user-guide.md", "user-guide.zh_CN.md"])
def test_the_user_guides_tables_have_every_key(guide: str) -> None:
    """Those of the window and those of the viewer, in the order in which the commands are declared."""
    lines = (GUIDES / guide).read_text(encoding="utf-8").splitlines()
    shown = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert shown == [command.shortcut for command in (*COMMANDS, *VIEWER_COMMANDS) if command.shortcut]
