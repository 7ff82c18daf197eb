"""Tells what happened without being asked: toasts, tray, notices, and the state of the farm in the status bar."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from render_manager.domain.entities import WorkerStatus
from render_manager.domain.states import TaskStatus
from render_manager.domain.task_search import TaskGroup
from render_manager.gui import text
from render_manager.gui.ended_tasks import EndedTasks
from render_manager.gui.models.task_table import Column
from render_manager.gui.news import News, Wanted
from render_manager.gui.tray import Tray
from render_manager.gui.views.farm_strip import FarmStrip, NewsBell
from render_manager.gui.views.news_list import NewsList
from render_manager.gui.views.toasts import Toasts
from render_manager.gui.vitals_watch import Reading, VitalsWatch

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class Feedback(QObject):
    def __init__(self, window: "MainWindow", default_user: str) -> None:
        super().__init__(window)
        self._window = window
        self.ended = EndedTasks(window.services.queries, window.background)
        self.watch = VitalsWatch(window.services, window.background)
        self.news = News(window.state, default_user)
        for part in (self.ended, self.watch, self.news):
            part.setParent(self)
        self.toasts = Toasts(window)
        self.tray = Tray(window)
        self.list = NewsList(self.news, window)
        self.strip = FarmStrip()
        self.bell = NewsBell(self.news)
        self._rendering, self._reading = 0, None
        self._fill(window.actions_.menus["view.notice_settings"])
        self._connect()

    def _connect(self) -> None:
        window = self._window
        window.live.read.connect(self.ended.note)
        self.ended.ended.connect(self.news.take)
        self.news.told.connect(self.toasts.tell)
        self.news.told.connect(self.tray.tell)
        self.news.changed.connect(self._show_state)
        self.toasts.opened.connect(self._go_to)
        self.list.opened.connect(self._go_to)
        self.bell.clicked.connect(self.show_list)
        self.watch.read.connect(self._read)
        self.strip.queues_clicked.connect(self._show_waiting)
        self.strip.store_clicked.connect(self._ask_store)
        self.strip.broker_clicked.connect(self._ask_broker)
        window.live.workers.connect(self._workers_read)
        for signal in (window.live.store_lost, window.feed.lost):
            signal.connect(lambda _: self.watch.look())
        for signal in (window.live.store_restored, window.feed.restored):
            signal.connect(self.watch.look)
        window.closed.connect(self.tray.hide)

    def start(self) -> None:
        for job in (self.ended.run(), self.watch.run()):
            self._window.background.start(job)

    def retint(self) -> None:
        for part in (self.toasts, self.strip, self.bell):
            part.retint()

    def show_list(self) -> None:
        corner = self.bell.mapToGlobal(QPoint(self.bell.width(), 0))
        self.list.open_above(corner)

    # -- what was read -------------------------------------------------------------------------------------------

    def _read(self, reading: Reading) -> None:
        self._reading = reading
        self.strip.show_reading(reading)
        self._show_state()

    def _workers_read(self, workers: Sequence[WorkerStatus]) -> None:
        self._rendering = sum(len(worker.rendering) for worker in workers if worker.alive)
        self._show_state()

    def _show_state(self) -> None:
        waiting = sum((self._reading.waiting or {}).values()) if self._reading else 0
        words = self.tr("Frames rendering: {0}, waiting: {1}").format(
            text.number(self._rendering), text.number(waiting)
        )
        if self.news.unseen_failure:
            state = TaskStatus.FAILED
        elif self._rendering:
            state = TaskStatus.RUNNING
        else:
            state = None
        self.tray.show_state(state, words)

    # -- what was clicked ----------------------------------------------------------------------------------------

    def _go_to(self, task_ids: list[str]) -> None:
        self.news.seen()
        self._window.activateWindow()
        self._window.task_commands.go_to(*task_ids)

    def _show_waiting(self) -> None:
        self._window.filter_bar.choose(TaskGroup.ACTIVE)
        self._window.table.sortByColumn(Column.PRIORITY, Qt.SortOrder.DescendingOrder)

    def _ask_store(self) -> None:
        self._window.live.retry_now()
        self.watch.look()

    def _ask_broker(self) -> None:
        self._window.feed.retry_now()
        self.watch.look()

    # -- settings ------------------------------------------------------------------------------------------------

    def _fill(self, menu: QMenu) -> None:
        news = self.news
        wanted = {
            Wanted.ALL: self.tr("Failed and finished tasks"),
            Wanted.FAILED: self.tr("Failed tasks only"),
            Wanted.OFF: self.tr("Off"),
        }
        self._choices(menu, {word: lambda value=value: news.want(value) for value, word in wanted.items()},
                      wanted[news.wanted])  # fmt: skip
        menu.addSeparator()
        mine, everybody = self.tr("Of my tasks only"), self.tr("Of all tasks")
        self._choices(menu, {everybody: lambda: news.want_only_mine(False), mine: lambda: news.want_only_mine(True)},
                      mine if news.only_mine else everybody)  # fmt: skip
        menu.addSeparator()
        sound = QAction(self.tr("With a sound"), menu, checkable=True, checked=news.sound)
        sound.setObjectName("notices.sound")
        sound.toggled.connect(news.want_sound)
        menu.addAction(sound)

    def _choices(self, menu: QMenu, choices: Mapping[str, Callable[[], object]], chosen: str) -> None:
        group = QActionGroup(self)
        for word, choose in choices.items():
            action = QAction(word, menu, checkable=True, checked=word == chosen)
            action.triggered.connect(lambda _=False, choose=choose: choose())
            group.addAction(action)
            menu.addAction(action)
