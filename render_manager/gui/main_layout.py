"""Where the parts of the window are: tasks above, frames and log below, details at the side, workers at the foot."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.task_search import TaskSearch
from render_manager.gui.imaging.reading import read_thumbnail
from render_manager.gui.views.banner import Banner
from render_manager.gui.views.details import DetailsPane
from render_manager.gui.views.drop import EmptyView
from render_manager.gui.views.filter_bar import FilterBar
from render_manager.gui.views.frames_pane import FramesPane
from render_manager.gui.views.log_view import LogView
from render_manager.gui.views.no_results import NoResults
from render_manager.gui.views.object_browser import ObjectBrowserDock
from render_manager.gui.views.side_pane import SidePane
from render_manager.gui.views.task_history import TaskHistory
from render_manager.gui.views.task_table import TaskTable
from render_manager.gui.views.thumbnails import Thumbnails
from render_manager.gui.views.workers_dock import WorkersDock
from render_manager.gui.views.workers_strip import WorkersStrip
from render_manager.gui.window_state import WindowState

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class MainLayout(QWidget):
    def __init__(self, window: "MainWindow", engine_labels: Mapping[str, str]) -> None:
        super().__init__(window)
        actions, background = window.actions_, window.background
        self.store_banner = Banner("store_banner")
        self.broker_banner = Banner("broker_banner")
        self.filter_bar = FilterBar()
        self.table = TaskTable(window.tasks)
        self.empty = EmptyView()
        self.no_results = NoResults()
        thumbnails = Thumbnails(window.services.results, background, read_thumbnail)
        self.frames = FramesPane(
            window.frames, thumbnails, window.services.queries, background, actions, window.workers.host_of
        )
        self.log = LogView(window.services.logs, background)
        services = window.services
        self.details = DetailsPane(
            engine_labels, services.results, services.queries, background, actions["task.copy_id"]
        )
        self.workers = WorkersStrip(actions["worker.show"], actions["worker.start"], actions["worker.stop"])
        self.history = TaskHistory(window.services.queries, background)
        self.side = SidePane(self.details, self.history)
        self.workers_dock = WorkersDock(window.workers, window.services.queries, background, actions, window)
        self.objects_dock = ObjectBrowserDock(window.services.browsing, background, actions, window)
        self._window = window
        self._top = QStackedWidget()
        self._top.addWidget(self.table)
        self._top.addWidget(self.empty)
        self._top.addWidget(self.no_results)
        self._bottom = _splitter(Qt.Orientation.Horizontal, (self.frames, self.log), (11, 9))
        self._left = _splitter(Qt.Orientation.Vertical, (self._top, self._bottom), (11, 9))
        self._whole = _splitter(Qt.Orientation.Horizontal, (self._left, self.side), (1, 0))
        self._left.setSizes([380, 300])
        self._bottom.setSizes([540, 460])
        self._whole.setSizes([1000, 280])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.store_banner)
        layout.addWidget(self.broker_banner)
        layout.addWidget(self.filter_bar)
        layout.addWidget(self._whole, 1)

    def _layouts(self) -> "dict[str, QSplitter | QHeaderView | QMainWindow]":
        """What a user arranges, by the name under which it is remembered."""
        return {
            "tasks": self.table.horizontalHeader(),
            "frames": self.frames.list.horizontalHeader(),
            "left": self._left,
            "bottom": self._bottom,
            "whole": self._whole,
            "workers": self.workers_dock.table.horizontalHeader(),
            "workers_history": self.workers_dock.splitter,
            "objects": self.objects_dock.list.horizontalHeader(),
            "docks": self._window,
        }

    def restore(self, state: WindowState) -> None:
        """As the window was left the last time."""
        if geometry := state.layout("geometry"):
            self._window.restoreGeometry(geometry)
        saved = {name: state.layout(name) for name in self._layouts()}
        self.arrange({name: part for name, part in saved.items() if part})
        self.frames.restore(state)

    def save(self, state: WindowState) -> None:
        state.save_layout("geometry", self._window.saveGeometry())
        for name, part in self.arrangement().items():
            state.save_layout(name, part)
        self.frames.save(state)

    def arrangement(self) -> dict[str, QByteArray]:
        """How everything is arranged now."""
        return {name: target.saveState() for name, target in self._layouts().items()}

    def arrange(self, arrangement: Mapping[str, QByteArray]) -> None:
        """As it was when ``arrangement`` gave this; what it does not name stays."""
        for name, target in self._layouts().items():
            if name in arrangement:
                target.restoreState(arrangement[name])

    def show_found(self, found: int, search: TaskSearch) -> None:
        """The table, or what to do where it would be empty."""
        nothing = self.no_results if search != TaskSearch() else self.empty
        self.no_results.explain(search.problem)
        self._top.setCurrentWidget(self.table if found else nothing)

    def retint(self) -> None:
        for part in (
            self.store_banner, self.broker_banner, self.filter_bar, self.empty, self.no_results, self.frames, self.log,
            self.workers, self.history, self.workers_dock, self.objects_dock,
        ):  # fmt: skip
            part.retint()


def _splitter(orientation: Qt.Orientation, parts: tuple[QWidget, QWidget], stretch: tuple[int, int]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for place, (part, share) in enumerate(zip(parts, stretch, strict=True)):
        splitter.addWidget(part)
        splitter.setStretchFactor(place, share)
    return splitter
