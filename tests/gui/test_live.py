"""What changes on the farm shows in the window; what breaks is said and heals; nothing is read on the Qt thread."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex
from pytestqt.qtbot import QtBot

from render_manager.domain.errors import StoreOfAnotherVersion
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui.change_feed import Changes
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.task_table import Column
from render_manager.store.migrate import newest_version
from tests.gui.farm import WORKER, Farm
from tests.support.old_database import upgrade_by_hand


def _status(window: MainWindow, task_id: str) -> TaskStatus | None:
    row = window.tasks.row(task_id)
    return row.task.status if row else None


def test_a_new_task_appears_by_itself(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    assert window.tasks.rowCount() == 0
    task = farm.submit("shot")
    qtbot.waitUntil(lambda: window.tasks.position(task.id) == 0)


def test_a_notice_repaints_its_row_and_its_frame_only(
    farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    farm.submit("other")
    task = farm.submit("shot", "1-50", priority=8)
    claim = farm.start()
    window = open_window(task.id)
    qtbot.waitUntil(lambda: window.frames.task_id == task.id and window.frames.status(0) is FrameStatus.RENDERING)
    cells: list[tuple[int, int, int, int]] = []
    rows: list[tuple[int, int]] = []

    def task_cells(first: QModelIndex, last: QModelIndex) -> None:
        if (first.column(), last.column()) != (Column.AGE, Column.AGE):  # time goes by in every row
            cells.append((first.row(), last.row(), first.column(), last.column()))

    window.tasks.dataChanged.connect(task_cells)
    window.frames.dataChanged.connect(lambda first, last: rows.append((first.row(), last.row())))
    farm.complete(claim)
    qtbot.waitUntil(lambda: bool(rows and cells))
    row = window.tasks.position(task.id)
    assert {cell[:2] for cell in cells} == {(row, row)}
    assert set(rows) == {(0, 0)}


def test_many_notices_are_one_read(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-500")
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1)
    before = farm.store.calls
    for number in range(300):
        farm.bus.publish(Notice(Topic.FRAMES, task.id, (number,)))
    qtbot.wait(400)
    assert farm.store.calls - before < 15


def test_changes_merge() -> None:
    changes = Changes()
    assert not changes
    changes.add(Notice(Topic.FRAMES, "a", (1, 2)))
    changes.add(Notice(Topic.FRAMES, "a", (2, 3)))
    changes.add(Notice(Topic.TASK, "b"))
    assert changes.frames == {"a": {1, 2, 3}}
    assert changes.tasks == {"a", "b"}
    other = Changes(workers=True)
    other.add(Notice(Topic.FRAMES, "a"))
    changes.merge(other)
    assert changes.frames == {"a": None}
    assert changes.workers
    assert not changes.everything


def test_nothing_is_read_on_the_qt_thread(farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    farm.submit("shot", "1-20")
    farm.render(2)
    farm.fail()
    farm.store.barred = threading.main_thread()
    window = open_window()
    window.table.selectAll()
    qtbot.waitUntil(lambda: len(window.frames.numbers) == 20 and window.frames.status(2) is FrameStatus.FAILED)
    for command in ("frame.next_failed", "frame.retry", "view.refresh"):
        window.actions_[command].trigger()
    qtbot.waitUntil(lambda: window.frames.status(2) is FrameStatus.PENDING)
    window.task_commands.set_priority(9)
    qtbot.waitUntil(lambda: window.tasks.row_at(0).task.priority == 9)
    window.task_commands.pause()
    qtbot.waitUntil(lambda: window.tasks.row_at(0).task.status is TaskStatus.PAUSED)
    window.task_commands.clean_up()
    qtbot.wait(200)
    assert farm.store.calls_on_barred == []


def test_a_broker_that_goes_away_is_said_polled_around_and_heals(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    banner = window.parts.broker_banner
    assert not banner.isVisible()
    farm.bus.take_away()
    qtbot.waitUntil(banner.isVisible)
    assert "Redis" in banner.text
    task = farm.submit("unheard")  # nobody announces it
    qtbot.waitUntil(lambda: window.tasks.position(task.id) is not None, timeout=8_000)
    farm.bus.down = False
    banner.retry.click()
    qtbot.waitUntil(lambda: not banner.isVisible())
    task = farm.submit("heard again")
    qtbot.waitUntil(lambda: window.tasks.position(task.id) is not None, timeout=2_000)


def test_a_broker_heals_without_anybody_doing_anything(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.bus.take_away()
    qtbot.waitUntil(window.parts.broker_banner.isVisible)
    farm.bus.down = False
    qtbot.waitUntil(lambda: not window.parts.broker_banner.isVisible(), timeout=10_000)


def test_a_database_that_goes_away_is_said_and_heals(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    qtbot.waitUntil(lambda: _status(window, task.id) is TaskStatus.PENDING)
    banner = window.parts.store_banner
    farm.store.down = True
    window.live.refresh()
    qtbot.waitUntil(banner.isVisible)
    assert "database" in banner.text
    assert window.tasks.rowCount() == 1, "what was read stays"
    farm.store.down = False
    farm.services.control.pause(task.id)
    banner.retry.click()
    qtbot.waitUntil(lambda: not banner.isVisible())
    qtbot.waitUntil(lambda: _status(window, task.id) is TaskStatus.PAUSED)


def test_a_database_that_was_upgraded_is_said(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    qtbot.waitUntil(lambda: _status(window, task.id) is TaskStatus.PENDING)
    banner = window.parts.store_banner
    upgrade_by_hand(farm.engine)
    qtbot.waitUntil(banner.isVisible, timeout=8_000)  # without anybody touching anything
    assert "update Render Manager" in banner.text
    assert window.tasks.rowCount() == 1, "what was read stays"
    with pytest.raises(StoreOfAnotherVersion):
        farm.services.control.pause(task.id)
    upgrade_by_hand(farm.engine, newest_version())
    qtbot.waitUntil(lambda: not banner.isVisible(), timeout=20_000)


def test_why_a_task_waits_follows_the_workers(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    qtbot.waitUntil(lambda: window.tasks.row(task.id) is not None)
    assert window.tasks.row_at(0).note == "No worker is online: start one."
    farm.beat()
    qtbot.waitUntil(
        lambda: window.tasks.row_at(0).note == f"It is next in default; worker {WORKER.name} is free and takes it."
    )
    assert window.parts.workers.accessibleName() == "Workers online: 1"
    assert WORKER.name in window.parts.workers.toolTip()


def test_frames_of_the_task_chosen_last_are_shown(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    small, large = farm.submit("small", "1-10"), farm.submit("large", "1-9000")
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 2)
    window.table.select([large.id])
    window.table.select([small.id])
    qtbot.waitUntil(lambda: window.frames.task_id == small.id)
    qtbot.wait(300)
    assert len(window.frames.numbers) == 10
