"""The clean-up dialog: what goes is shown while it is chosen, and what is shown is what goes."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QSpinBox, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.gui.dialogs.cleanup import CleanupDialog
from render_manager.gui.main_window import MainWindow
from render_manager.store.tables import render_tasks
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]
GB = 1024**3


class Dialog:
    """The open dialog, as one uses it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.actions_["task.cleanup_finished"].trigger()
        qtbot.waitUntil(lambda: window.findChild(CleanupDialog) is not None)
        self.dialog = window.findChild(CleanupDialog)
        self.ok = self.dialog.findChild(QAbstractButton, "yes")
        self.tree = self.dialog.findChild(QTreeWidget)

    def text(self, name: str) -> str:
        label = self.dialog.findChild(QLabel, name)
        return label.text() if label.isVisible() else ""

    def listed(self) -> list[str]:
        return [self.tree.topLevelItem(row).text(0) for row in range(self.tree.topLevelItemCount())]

    def choose(self, name: str, value: object) -> None:
        """Change a filter and wait until what is shown follows."""
        editor = self.dialog.findChild(QWidget, name)
        match editor:
            case QComboBox():
                editor.setCurrentText(str(value))
            case QCheckBox():
                editor.setChecked(bool(value))
            case QSpinBox():
                editor.setValue(value)
        assert not self.ok.isEnabled(), "what is shown is not yet what is chosen"
        self.qtbot.waitUntil(lambda: not self.dialog._stale)

    def accept(self) -> None:
        self.qtbot.mouseClick(self.ok, Qt.MouseButton.LeftButton)


def ended(farm: Farm, name: str, *hosts: str, end: str = "c", days_ago: float = 0, size: int = GB, user: str = "mei"):
    task = farm.submit(name, "1", unionid=user)
    match end:
        case "c":
            farm.render(1)
        case "f":
            farm.fail()
        case "x":
            farm.services.control.cancel(task.id)
    for host in hosts or ("h1",):
        farm.lifecycle.workspace_ready(Workspace(task.id, host, f"/srv/{task.id}", size, WorkspaceState.READY))
    with farm.engine.begin() as connection:
        when = farm.store.now() - days_ago * 86_400
        connection.execute(update(render_tasks).where(render_tasks.c.id == task.id).values(finished_at=when))
    return task


@pytest.fixture
def tasks(farm: Farm) -> dict[str, RenderTask]:
    return {
        "old": ended(farm, "old", "h1", "h2", days_ago=9),
        "young": ended(farm, "young", "h1", size=3 * GB, days_ago=1),
        "failed": ended(farm, "failed", "h2", end="f", user="wang"),
        "cancelled": ended(farm, "cancelled", "h2", end="x", days_ago=4),
    }


def states(farm: Farm, task: RenderTask) -> set[WorkspaceState]:
    return {workspace.state for workspace in farm.services.queries.workspaces(task.id)}


def test_all_that_ended_is_shown_per_host(farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot) -> None:
    dialog = Dialog(open_window(), qtbot)
    assert set(dialog.listed()) == set(tasks)
    assert dialog.text("cleanup_total") == "Delete 5 workspaces, 7.0 GB"
    assert dialog.text("cleanup_hosts") == "h1: 4.0 GB (2) · h2: 3.0 GB (3)"
    assert dialog.text("cleanup_wrong") == ""


@pytest.mark.parametrize(
    ("name", "value", "left", "total"),
    [
        ("cleanup_failed", False, {"old", "young", "cancelled"}, "Delete 4 workspaces, 6.0 GB"),
        ("cleanup_days", 5, {"old"}, "Delete 2 workspaces, 2.0 GB"),
        ("cleanup_user", "wang", {"failed"}, "Delete 1 workspace, 1.0 GB"),
        ("cleanup_host", "h1", {"old", "young"}, "Delete 2 workspaces, 4.0 GB"),
        ("cleanup_free", 1, {"old"}, "Delete 2 workspaces, 2.0 GB"),
    ],
)
def test_each_filter_narrows_what_is_shown(
    farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot, name: str, value: object, left: set[str], total: str
) -> None:
    dialog = Dialog(open_window(), qtbot)
    dialog.choose(name, value)
    assert set(dialog.listed()) == left
    assert dialog.text("cleanup_total") == total


def test_no_status_is_nothing(farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot) -> None:
    dialog = Dialog(open_window(), qtbot)
    for name in ("cleanup_completed", "cleanup_failed", "cleanup_cancelled"):
        dialog.choose(name, False)
    assert dialog.listed() == []
    assert dialog.text("cleanup_total") == "Nothing to clean up"
    assert not dialog.ok.isEnabled()
    dialog.choose("cleanup_completed", True)
    assert dialog.ok.isEnabled()


def test_what_is_lacking_is_told(farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot) -> None:
    dialog = Dialog(open_window(), qtbot)
    dialog.choose("cleanup_free", 4)
    assert dialog.text("cleanup_wrong") == "Not enough: h2 lacks 1.0 GB"
    dialog.choose("cleanup_host", "h1")
    assert dialog.text("cleanup_wrong") == ""


def test_only_what_is_shown_and_ticked_goes(farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot) -> None:
    dialog = Dialog(open_window(), qtbot)
    (line,) = dialog.tree.findItems("young", Qt.MatchFlag.MatchExactly)
    line.setCheckState(0, Qt.CheckState.Unchecked)
    dialog.choose("cleanup_user", "mei")
    assert dialog.text("cleanup_total") == "Delete 3 workspaces, 3.0 GB", "what was unticked stays so"
    dialog.accept()
    qtbot.waitUntil(lambda: sorted(farm.queue.hosts) == ["h1", "h2"])
    requested = {name for name, task in tasks.items() if WorkspaceState.CLEANUP_REQUESTED in states(farm, task)}
    assert requested == {"old", "cancelled"}
    qtbot.waitUntil(lambda: "Clean-up asked of h1, h2" in dialog.window.statusBar().currentMessage())


@pytest.mark.parametrize(
    ("words", "keep"), [("Rendered frames and logs", Keep.RENDERS), ("All but the download", Keep.PROJECT)]
)
def test_something_can_be_kept(
    farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot, words: str, keep: Keep
) -> None:
    dialog = Dialog(open_window(), qtbot)
    dialog.choose("cleanup_free", 1)
    dialog.choose("cleanup_keep", words)
    assert not dialog.dialog.findChild(QSpinBox, "cleanup_free").isEnabled()
    assert set(dialog.listed()) == set(tasks), "what is gained is not known, so it can't be asked for"
    assert dialog.text("cleanup_total") == "Clean up workspaces: 5, of 7.0 GB in all"
    dialog.accept()
    qtbot.waitUntil(lambda: bool(farm.queue.hosts))
    assert {workspace.keep for workspace in farm.store.workspaces()} == {keep}


def test_a_task_retried_meanwhile_is_left_alone_and_told(
    farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot
) -> None:
    dialog = Dialog(open_window(), qtbot)
    farm.services.control.retry(tasks["failed"].id)
    farm.claim()
    dialog.accept()
    qtbot.waitUntil(lambda: "left alone: 1" in dialog.window.statusBar().currentMessage())
    assert states(farm, tasks["failed"]) == {WorkspaceState.READY}


def test_a_plan_that_fails_says_so_and_lets_nothing_go(
    farm: Farm, tasks: dict, open_window: Open, qtbot: QtBot
) -> None:
    dialog = Dialog(open_window(), qtbot)
    farm.store.down = True
    dialog.dialog.findChild(QSpinBox, "cleanup_days").setValue(3)
    qtbot.waitUntil(lambda: "it is away" in dialog.text("cleanup_wrong"))
    assert not dialog.ok.isEnabled()
    farm.store.down = False
    dialog.choose("cleanup_days", 5)
    assert dialog.listed() == ["old"]
    assert dialog.text("cleanup_wrong") == ""
