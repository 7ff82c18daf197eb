"""Who changed what, when and why: in words, as a list, of a task, by people, of a frame."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from render_manager.domain.audit import Action, AuditEntry, FrameMove
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui import history_words, text
from render_manager.gui.background import Background
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.history import HistoryModel
from render_manager.gui.views import history_list
from render_manager.gui.views.history_list import HistoryList
from tests.gui.farm import WORKER, Farm

Open = Callable[..., MainWindow]


def _entry(number: int, action: Action = Action.CLAIM, **more: object) -> AuditEntry:
    return AuditEntry(actor="worker node-01", action=action, frames=str(number), at=float(number), **more)  # type: ignore[arg-type]


# -- words -----------------------------------------------------------------------------------------------------------


def test_every_action_has_a_word() -> None:
    titles = {history_words.title(AuditEntry("mei@desk", action)) for action in Action}
    assert len(titles) == len(Action)


def test_an_entry_in_words() -> None:
    entry = AuditEntry(
        actor="mei@desk",
        action=Action.RETRY,
        frames="3-7",
        moves=(FrameMove(FrameStatus.FAILED, FrameStatus.PENDING, 5),),
        status=(TaskStatus.FAILED, TaskStatus.RUNNING),
        priority=(5, 8),
        why="New textures",
        at=1_700_000_000.0,
    )
    assert history_words.title(entry) == "Retried · frames 3-7"
    assert history_words.changes(entry) == "5 × Failed → Waiting, task Failed → Running, priority 5 → 8"
    assert history_words.in_full(entry).splitlines() == [
        text.moment(1_700_000_000.0, to_the_second=True),
        "Retried · frames 3-7",
        "mei@desk",
        history_words.changes(entry),
        "New textures",
    ]
    taken = _entry(-2, attempt=3, moves=(FrameMove(FrameStatus.PENDING, FrameStatus.RENDERING, 1),))
    assert history_words.title(taken) == "Taken · frame -2"
    assert history_words.by_whom(taken) == "worker node-01 · attempt 3", "what it always changes is not said"
    assert "Waiting → Rendering" in history_words.in_full(taken)


def test_times_are_local_and_short_for_today() -> None:
    now = time.time()
    assert text.clock(now) == time.strftime("%H:%M:%S", time.localtime(now))
    assert text.clock(1_700_000_000.0) == time.strftime("%Y-%m-%d %H:%M", time.localtime(1_700_000_000))


# -- the model -------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(qapp: QApplication) -> Iterator[HistoryModel]:
    model = HistoryModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    tester.deleteLater()


def test_new_ones_come_on_top_and_older_ones_below(model: HistoryModel) -> None:
    said: list[object] = []
    model.rowsInserted.connect(lambda parent, first, last: said.append(("in", first, last)))
    model.rowsRemoved.connect(lambda parent, first, last: said.append(("out", first, last)))
    model.modelReset.connect(lambda: said.append("reset"))
    five = [_entry(number) for number in (5, 4, 3, 2, 1)]
    model.show(five[2:4])
    assert said == ["reset"]
    said.clear()
    model.show(five)
    assert said == [("in", 0, 1), ("in", 4, 4)]
    said.clear()
    model.show(five)
    assert said == []
    model.show(five[:3])
    assert said == [("out", 3, 4)]
    said.clear()
    model.show([_entry(9), _entry(7), five[1]])
    assert said == ["reset"]
    model.show([])
    assert model.rowCount() == 0


# -- the list --------------------------------------------------------------------------------------------------------


class Record:
    """A record that grows."""

    def __init__(self, length: int) -> None:
        self.entries = [_entry(number) for number in range(length, 0, -1)]
        self.asked: list[int] = []

    def add(self, count: int) -> None:
        newest = int(self.entries[0].at)
        self.entries[:0] = [_entry(number) for number in range(newest + count, newest, -1)]

    def read(self, limit: int) -> list[AuditEntry]:
        self.asked.append(limit)
        return self.entries[:limit]


@pytest.fixture
def shown(background: Background, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> HistoryList:
    monkeypatch.setattr(history_list, "PAGE", 20)
    shown = HistoryList(background, "History")
    qtbot.addWidget(shown)
    shown.resize(280, 300)
    shown.show()
    return shown


def test_older_entries_are_read_when_somebody_scrolls_to_them(shown: HistoryList, qtbot: QtBot) -> None:
    record = Record(150)
    shown.show_of("task", record.read, depth=20)
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 20)
    shown.scrollToBottom()
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 120)
    record.add(3)
    shown.refresh()
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 123)
    assert record.asked == [20, 120, 20], "what is known is not read again"
    shown.scrollToBottom()
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 153)
    assert not shown.entries.more


def test_what_was_added_meanwhile_leaves_no_gap(shown: HistoryList, qtbot: QtBot) -> None:
    record = Record(60)
    shown.show_of("task", record.read, keep=lambda entry: int(entry.at) % 10 == 0, depth=200)
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 6)
    shown.hide()
    record.add(50)
    shown.refresh()
    qtbot.wait(60)
    assert record.asked == [200], "what is out of sight is not read"
    shown.show()
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 11)
    assert record.asked == [200, 20, 200]


def test_an_answer_for_what_was_shown_before_is_dropped(shown: HistoryList, qtbot: QtBot) -> None:
    slow, other = Record(5), Record(9)
    shown.show_of("slow", lambda limit: (time.sleep(0.2), slow.read(limit))[1])
    shown.show_of("other", other.read)
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 9)
    qtbot.wait(250)
    assert shown.entries.rowCount() == 9


def test_entries_are_copied_in_full(shown: HistoryList, qtbot: QtBot) -> None:
    record = Record(3)
    record.entries[0] = replace(record.entries[0], why="because")
    shown.show_of("task", record.read)
    qtbot.waitUntil(lambda: shown.entries.rowCount() == 3)
    shown.selectAll()
    qtbot.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied.count("worker node-01"[7:]) == 3
    assert "because" in copied
    point = QPoint(20, 10)
    QApplication.sendEvent(
        shown.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, shown.mapToGlobal(point))
    )
    menu = next(menu for menu in shown.findChildren(QMenu) if menu.isVisible())
    assert [action.text() for action in menu.actions()] == ["Copy"]
    menu.close()


def test_a_long_reason_takes_two_lines_and_no_more(shown: HistoryList, qtbot: QtBot) -> None:
    plain, short, long = Record(1), Record(1), Record(1)
    short.entries = [replace(short.entries[0], why="no light")]
    long.entries = [replace(long.entries[0], why="灯笼" * 80)]
    heights: list[int] = []
    for name, record in (("plain", plain), ("short", short), ("long", long)):
        shown.show_of(name, record.read)
        qtbot.waitUntil(lambda: shown.entries.rowCount() == 1)
        heights.append(shown.visualRect(shown.entries.index(0)).height())
        shown.grab()
    line = heights[1] - heights[0]
    assert line > 10
    assert heights[2] - heights[1] == line


# -- in the window ---------------------------------------------------------------------------------------------------


def _titles(window: MainWindow) -> list[str]:
    entries = window.parts.history.list.entries
    return [entries.index(row).data() for row in range(entries.rowCount())]


def _button(window: MainWindow, name: str) -> QPushButton:
    return window.findChild(QPushButton, f"history_{name}")


def _with_history(farm: Farm, open_window: Open, qtbot: QtBot, task_id: str) -> MainWindow:
    window = open_window(task_id)
    qtbot.waitUntil(lambda: window.frames.task_id == task_id and window.isActiveWindow())
    qtbot.keyClick(window, Qt.Key.Key_H)
    assert window.actions_["view.history"].isChecked()
    return window


def test_history_of_the_selected_task(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task, other = farm.submit("shot", "1-3"), farm.submit("other")
    window = _with_history(farm, open_window, qtbot, task.id)
    qtbot.waitUntil(lambda: _titles(window) == ["Submitted"])
    farm.services.control.set_priority(task.id, 9)
    qtbot.waitUntil(lambda: _titles(window) == ["Priority changed", "Submitted"])
    farm.fail("no light")
    qtbot.waitUntil(lambda: _titles(window)[:1] == ["Failed · frame 1"])
    entry = window.parts.history.list.entries.index(0)
    assert "no light" in entry.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "attempt 1" in entry.data(Qt.ItemDataRole.ToolTipRole)
    window.table.select([other.id])
    qtbot.waitUntil(lambda: _titles(window) == ["Submitted"])
    window.table.selectAll()
    assert window.parts.history.list.hint == "Select one task to see its history."
    qtbot.keyClick(window, Qt.Key.Key_H)
    assert window.parts.side.currentWidget() is window.details


def test_what_people_did(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-30")
    farm.services.control.pause(task.id)
    farm.services.control.resume(task.id)
    farm.render(12)
    window = _with_history(farm, open_window, qtbot, task.id)
    qtbot.waitUntil(lambda: len(_titles(window)) > 20)
    qtbot.mouseClick(_button(window, "people"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _titles(window) == ["Resumed", "Paused", "Submitted"])
    farm.services.control.skip(task.id, "20-22")
    qtbot.waitUntil(lambda: _titles(window)[0] == "Skipped · frames 20-22")


def test_the_attempts_at_the_selected_frame(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-5")
    farm.fail("no light")
    farm.services.control.retry(task.id, "1")
    farm.render(2)
    window = _with_history(farm, open_window, qtbot, task.id)
    button = _button(window, "frame")
    assert not button.isVisible()
    window.grid.go_to(0)
    assert (button.isVisible(), button.text()) == (True, "Frame 1")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    frame_one = ["Completed · frame 1", "Taken · frame 1", "Retried · frame 1", "Failed · frame 1", "Taken · frame 1"]
    qtbot.waitUntil(lambda: [title for title in _titles(window) if "started" not in title] == frame_one)
    window.grid.go_to(1)
    qtbot.waitUntil(lambda: _titles(window) == ["Completed · frame 2", "Taken · frame 2"])
    window.grid.selection.clear()
    assert not button.isVisible()
    assert _button(window, "all").isChecked()
    qtbot.waitUntil(lambda: len(_titles(window)) > 7)


def test_a_database_that_is_away_is_said_in_the_list(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot")
    window = open_window(task.id)
    farm.store.down = True
    window.actions_["view.history"].trigger()
    shown = window.parts.history.list
    qtbot.waitUntil(lambda: "database" in shown.hint)
    farm.store.down = False
    window.live.refresh()
    qtbot.waitUntil(lambda: _titles(window) == ["Submitted"])
    farm.store.down = True
    window.live.refresh()
    qtbot.waitUntil(window.parts.store_banner.isVisible)
    assert _titles(window) == ["Submitted"], "what was read stays"
    farm.store.down = False


def test_new_entries_slide_in(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-50")
    window = _with_history(farm, open_window, qtbot, task.id)
    model = window.parts.history.list.entries
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    resets: list[QModelIndex] = []
    model.modelReset.connect(lambda: resets.append(QModelIndex()))
    farm.beat(WORKER)
    farm.render(3)
    qtbot.waitUntil(lambda: _titles(window)[:1] == ["Completed · frame 3"])
    assert not resets
