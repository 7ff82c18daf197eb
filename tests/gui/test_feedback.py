"""Notices of tasks that ended, the tray, and the state of the farm in the status bar."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FrameCounts, TaskStatus
from render_manager.domain.task_search import TaskGroup
from render_manager.gui.background import Background
from render_manager.gui.change_feed import Changes
from render_manager.gui.ended_tasks import OVERLAP, EndedTasks
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.news import NewsModel
from render_manager.gui.news import MOST, News, NewsItem, Wanted
from render_manager.gui.views import toasts
from render_manager.gui.views.toasts import Toast
from render_manager.gui.window_state import WindowState
from render_manager.store.tables import render_tasks
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EndedTasks.__init__, "__kwdefaults__", {"gather": 0.05, "rest": 0.05})


@pytest.fixture
def ended(farm: Farm, background: Background, qtbot: QtBot) -> tuple[EndedTasks, list[list[str]]]:
    """One that has looked once, and the names it told of since."""
    told: list[list[str]] = []
    watcher = EndedTasks(farm.services.queries, background)
    watcher.ended.connect(lambda tasks: told.append(sorted(task.name for task in tasks)))
    farm.submit("before", "1", priority=10)
    farm.render(1)
    background.start(watcher.run())
    qtbot.waitUntil(lambda: watcher._since is not None)
    return watcher, told


def _render(farm: Farm, name: str) -> RenderTask:
    task = farm.submit(name, "1", priority=10)
    farm.render(1)
    assert farm.task(task.id).status is TaskStatus.COMPLETED
    return task


# -- which tasks are told of -----------------------------------------------------------------------------------------


def test_what_was_over_before_is_not_told(farm: Farm, ended: tuple[EndedTasks, list[list[str]]], qtbot: QtBot) -> None:
    watcher, told = ended
    _render(farm, "after")
    watcher.note(Changes(everything=True))  # as after a reconnect
    qtbot.waitUntil(lambda: told == [["after"]])
    watcher.note(Changes(everything=True))
    _render(farm, "last")
    qtbot.waitUntil(lambda: told == [["after"], ["last"]])


def test_a_task_that_ends_again_is_told_again(
    farm: Farm, ended: tuple[EndedTasks, list[list[str]]], qtbot: QtBot
) -> None:
    watcher, told = ended
    task = farm.submit("again", "1", priority=10)
    farm.fail()
    watcher.note(Changes(tasks={task.id}))
    qtbot.waitUntil(lambda: told == [["again"]])
    farm.services.control.retry(task.id)
    farm.render(1)
    watcher.note(Changes(tasks={task.id}))
    qtbot.waitUntil(lambda: told == [["again"], ["again"]])


def test_many_that_end_together_are_told_as_one(
    farm: Farm, ended: tuple[EndedTasks, list[list[str]]], qtbot: QtBot
) -> None:
    watcher, told = ended
    for number in range(12):
        _render(farm, f"t{number:02}")
    watcher.note(Changes(tasks={"any"}))
    qtbot.waitUntil(lambda: bool(told))
    assert [len(names) for names in told] == [12]


def test_what_ended_while_the_database_was_away_is_told_once_it_is_back(
    farm: Farm, ended: tuple[EndedTasks, list[list[str]]], qtbot: QtBot
) -> None:
    watcher, told = ended
    _render(farm, "meanwhile")
    farm.store.down = True
    calls = farm.store.calls
    watcher.note(Changes(tasks={"any"}))
    qtbot.waitUntil(lambda: farm.store.calls > calls)
    farm.store.down = False
    watcher.note(Changes(everything=True))
    qtbot.waitUntil(lambda: told == [["meanwhile"]])


def test_who_commits_late_is_told_too(farm: Farm, ended: tuple[EndedTasks, list[list[str]]], qtbot: QtBot) -> None:
    watcher, told = ended
    task = _render(farm, "late")
    with farm.engine.begin() as connection:  # as if it had ended before the last look, and been committed after
        ended_at = farm.store.now() - OVERLAP / 2
        connection.execute(update(render_tasks).where(render_tasks.c.id == task.id).values(finished_at=ended_at))
    watcher.note(Changes(tasks={task.id}))
    qtbot.waitUntil(lambda: told == [["late"]])


# -- words and settings ----------------------------------------------------------------------------------------------


def _task(name: str, status: TaskStatus = TaskStatus.COMPLETED, **more: object) -> RenderTask:
    values: dict[str, object] = {
        "id": name,
        "name": name,
        "unionid": "mei",
        "oss_file_path": "x",
        "is_compressed": None,
        "project_file": None,
        "render_engine": "blender",
        "task_info": {},
        "frames": "1-9",
        "priority": 5,
        "status": status,
        "counts": FrameCounts(completed=7, failed=2),
        "started_at": 100.0,
        "finished_at": 165.0,
        **more,
    }
    return RenderTask(**values)  # type: ignore[arg-type]


@pytest.fixture
def news(settings: QSettings, qapp: QApplication) -> News:
    return News(WindowState(settings), "mei")


def _told(news: News, tasks: Sequence[RenderTask]) -> list[str]:
    news.forget()
    news.take(tasks)
    return [item.title for item in news.items]


def test_one_is_told_in_full_and_many_in_short(qapp: QApplication) -> None:
    failed = NewsItem(TaskStatus.FAILED, (_task("a", TaskStatus.FAILED, error_message="Texture wood is missing."),))
    assert (failed.title, failed.words) == ("a failed", "2 of 9 frames failed. Texture wood is missing.")
    done = NewsItem(TaskStatus.COMPLETED, (_task("a"),))
    assert (done.title, done.words) == ("a is finished", "9 frames in 1 min 05 s")
    one = replace(done.tasks[0], counts=FrameCounts(completed=1))
    assert NewsItem(TaskStatus.COMPLETED, (one,)).words == "1 frame in 1 min 05 s"
    many = NewsItem(TaskStatus.COMPLETED, tuple(_task(name) for name in "abcdefghijkl"))
    assert (many.title, many.words) == ("12 tasks are finished", "a, b, c and 9 more")


def test_what_is_wanted(news: News) -> None:
    tasks = [_task("a"), _task("b", TaskStatus.FAILED), _task("c", unionid="liwei")]
    assert _told(news, tasks) == ["b failed", "2 tasks are finished"]
    news.want_only_mine(True)
    assert _told(news, tasks) == ["b failed", "a is finished"]
    news.want(Wanted.FAILED)
    assert _told(news, tasks) == ["b failed"]
    news.want(Wanted.OFF)
    assert _told(news, tasks) == []


def test_a_sound_only_where_it_is_wanted(news: News, monkeypatch: pytest.MonkeyPatch) -> None:
    beeps: list[bool] = []
    monkeypatch.setattr("render_manager.gui.news.QApplication.beep", lambda: beeps.append(True))
    news.take([_task("a")])
    assert not beeps
    news.want_sound(True)
    news.take([_task("a"), _task("b", TaskStatus.FAILED)])
    assert len(beeps) == 1


def test_the_last_hundred_are_kept(news: News) -> None:
    model = NewsModel(news)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number in range(MOST + 20):
        news.take([_task(f"t{number}")])
    assert model.rowCount() == MOST
    assert model.index(0, 0).data() == f"t{MOST + 19} is finished"
    assert news.unseen == MOST
    news.seen()
    assert (news.unseen, news.unseen_failure) == (0, False)
    news.take([_task("b", TaskStatus.FAILED)])
    assert news.unseen_failure
    tester.deleteLater()


def test_the_menu_sets_and_shows_what_is_wanted(window: MainWindow, open_window: Open, qtbot: QtBot) -> None:
    def actions(of: MainWindow) -> dict[str, QAction]:
        return {action.text(): action for action in of.actions_.menus["view.notice_settings"].actions()}

    assert actions(window)["Failed and finished tasks"].isChecked()
    assert not actions(window)["With a sound"].isChecked()
    actions(window)["Failed tasks only"].trigger()
    actions(window)["Of my tasks only"].trigger()
    actions(window)["With a sound"].trigger()
    other = open_window()
    assert (other.feedback.news.wanted, other.feedback.news.only_mine) == (Wanted.FAILED, True)
    assert {name for name, action in actions(other).items() if action.isChecked()} == {
        "Failed tasks only",
        "Of my tasks only",
        "With a sound",
    }


# -- toasts, list, tray ----------------------------------------------------------------------------------------------


def _toasts(window: MainWindow) -> list[str]:
    return [toast.item.title for toast in window.feedback.toasts.shown]


def test_a_toast_leads_to_its_task(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("other", "1-5", priority=1)
    window = open_window()
    qtbot.waitUntil(lambda: window.feedback.ended._since is not None)
    task = _render(farm, "shot")
    qtbot.waitUntil(lambda: _toasts(window) == ["shot is finished"])
    window.findChild(QLineEdit, "filter_words").setText("other")
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1)
    toast = window.findChild(Toast)
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    assert toast.geometry().bottom() < window.statusBar().geometry().top()
    qtbot.mouseClick(toast, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.table.selected_keys() == [task.id])
    assert not _toasts(window)


def test_toasts_are_few_do_not_overlap_and_go_away(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        window.feedback.news.take([_task(f"t{number}")])
    assert _toasts(window) == ["t3 is finished", "t4 is finished", "t5 is finished"]
    places = [toast.geometry() for toast in window.feedback.toasts.shown]
    assert all(above.bottom() < below.top() for above, below in pairwise(places))
    before = places[-1]
    window.resize(window.width() - 100, window.height())
    assert window.feedback.toasts.shown[-1].x() == before.x() - 100
    qtbot.mouseClick(window.feedback.toasts.shown[1].findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert _toasts(window) == ["t3 is finished", "t5 is finished"]
    monkeypatch.setattr(toasts, "STAYS", 50)
    window.feedback.news.take([_task("short")])
    qtbot.waitUntil(lambda: "short is finished" not in _toasts(window))
    assert len(_toasts(window)) == 2, "each has its own time"


def test_a_toast_takes_no_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.table.setFocus()
    window.feedback.news.take([_task("a", TaskStatus.FAILED)])
    assert all(
        widget.focusPolicy() is Qt.FocusPolicy.NoFocus for widget in window.findChild(Toast).findChildren(QWidget)
    )


def test_the_list_of_notices(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    one, two = farm.submit("one"), farm.submit("two")
    window = open_window()
    qtbot.waitUntil(lambda: len(window.tasks.rows()) == 2)
    bell, shown = window.feedback.bell, window.feedback.list
    window.feedback.news.take([replace(farm.task(task.id), status=TaskStatus.FAILED) for task in (one, two)])
    window.feedback.news.take([_task("gone")])
    assert bell.text() == "2"
    qtbot.mouseClick(bell, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(shown.isVisible)
    assert bell.text() == ""
    assert [shown.model.index(row, 0).data() for row in range(2)] == ["gone is finished", "2 tasks failed"]
    qtbot.keyClick(shown.list, Qt.Key.Key_Down)
    qtbot.keyClick(shown.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: set(window.table.selected_keys()) == {one.id, two.id})
    window.actions_["view.notices"].trigger()
    qtbot.waitUntil(shown.isVisible)
    qtbot.mouseClick(shown.clear, Qt.MouseButton.LeftButton)
    assert shown.model.rowCount() == 0
    assert not shown.list.isVisible()
    shown.hide()


def test_the_tray_shows_how_the_farm_is(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    tray = window.feedback.tray
    assert tray.state is None
    task = farm.submit("shot", "1-9", priority=9)
    farm.beat()
    farm.claim()
    window.live.refresh()
    qtbot.waitUntil(lambda: tray.state is TaskStatus.RUNNING)
    window.feedback.watch.look()
    qtbot.waitUntil(lambda: "rendering: 1, waiting: 8" in tray.icon.toolTip())
    window.feedback.news.take([replace(farm.task(task.id), status=TaskStatus.FAILED)])
    assert tray.state is TaskStatus.FAILED
    window.feedback.news.seen()
    assert tray.state is TaskStatus.RUNNING
    window.hide()
    show, leave = tray.menu.actions()
    show.trigger()
    assert window.isVisible()
    with qtbot.waitSignal(window.closed):
        leave.trigger()


# -- the status bar --------------------------------------------------------------------------------------------------


def test_depths_of_the_queues_and_their_tasks(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("low", "1-3", priority=1)
    high = farm.submit("high", "1-1000", priority=9)
    farm.submit("default", "1-20", priority=5)
    held = farm.submit("held", "1-7", priority=5)
    farm.services.control.pause(held.id)
    farm.claim()
    window = open_window()
    strip = window.feedback.strip
    qtbot.waitUntil(strip.isVisible)
    assert strip.queues.text() == "High 999  Default 20  Low 3"
    qtbot.mouseClick(strip.queues, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.tasks.shown()[0] == high.id)
    assert window.filter_bar.search().group is TaskGroup.ACTIVE


def test_what_is_away_is_said_since_when_and_tried_again_by_a_click(
    farm: Farm, open_window: Open, qtbot: QtBot
) -> None:
    window = open_window()
    strip = window.feedback.strip
    qtbot.waitUntil(strip.isVisible)
    assert strip.store.text().endswith(" ms")
    assert strip.broker.text().endswith(" ms")
    farm.bus.take_away()
    qtbot.waitUntil(lambda: strip.broker.text().startswith("Redis away since "))
    assert "can't be reached" in strip.broker.toolTip()
    assert strip.store.text().endswith(" ms")
    farm.store.down = True
    window.live.refresh()
    qtbot.waitUntil(lambda: strip.store.text().startswith("Database away since "))
    farm.store.down = farm.bus.down = False
    qtbot.mouseClick(strip.store, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.broker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: strip.store.text().endswith(" ms") and strip.broker.text().endswith(" ms"))
    qtbot.waitUntil(lambda: not window.parts.store_banner.isVisible())
    qtbot.waitUntil(lambda: not window.parts.broker_banner.isVisible())


def test_all_fits_at_the_smallest_size(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("a", "1-99999", priority=9)
    farm.beat()
    farm.claim()
    farm.local.count = 2
    window = open_window()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: "on this computer" in window.parts.workers.accessibleName())
    qtbot.waitUntil(window.feedback.strip.isVisible)
    bar = window.statusBar()
    for part in (window.feedback.strip, window.parts.workers, window.feedback.bell):
        assert bar.rect().contains(part.geometry())
        assert part.width() >= part.minimumSizeHint().width()
    assert window.width() == 1280


def test_jobs_are_the_windows(open_window: Open, qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    window = open_window()
    qtbot.waitUntil(window.feedback.strip.isVisible)
    with qtbot.waitSignal(window.closed):
        window.close()
    qtbot.waitUntil(lambda: not [task for task in asyncio.all_tasks(loop) if not task.done()])
