"""The workers of the farm, below everything else or in a window of their own on another screen."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.entities import WorkerStatus
from render_manager.gui import icons, text
from render_manager.gui.action_set import ActionSet
from render_manager.gui.actions import WORKER_BAR
from render_manager.gui.background import Background
from render_manager.gui.models.worker_table import WorkerTableModel
from render_manager.gui.state_style import WORKER_STYLES
from render_manager.gui.views.history_list import HistoryList
from render_manager.gui.views.search_field import SearchField
from render_manager.gui.views.worker_table import WorkerTable
from render_manager.services.queries import Queries


class WorkersDock(QDockWidget):
    def __init__(
        self, model: WorkerTableModel, queries: Queries, background: Background, actions: ActionSet, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("workers_dock")
        self.setWindowTitle(self.tr("Workers"))
        self.setAllowedAreas(Qt.DockWidgetArea.BottomDockWidgetArea)
        self._queries = queries
        self._model = model
        self.table = WorkerTable(model)
        self.history = HistoryList(background, self.tr("History of the selected worker"))
        self.history.setObjectName("worker_history")
        self._told: object = None  #: what the history shown may depend on
        self._none = _NoWorkers(actions)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("workers_splitter")
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.history)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([1180, 260])
        self._stack = QStackedWidget()
        self._stack.addWidget(self.splitter)
        self._stack.addWidget(self._none)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar(actions))
        layout.addWidget(self._stack, 1)
        self.setWidget(body)
        # Its bar says all that a title would; in a window of its own, the desktop's frame is there to be dragged.
        self._no_title = QWidget(self)
        self.setTitleBarWidget(self._no_title)
        self.topLevelChanged.connect(self._floats)
        model.updated.connect(self._read)
        self.table.selected.connect(self._show_history)
        self._read()
        self._show_history()

    def _bar(self, actions: ActionSet) -> QWidget:
        bar = QWidget()
        bar.setProperty("role", "dockbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self.windowTitle())
        self._title.setProperty("role", "title")
        self._tally = QLabel()
        self._tally.setObjectName("workers_tally")
        self._tally.setProperty("role", "muted")
        self._tally.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.words = SearchField("workers_words", self.tr("Filter workers"), self.tr("Filter workers"))
        self.words.setMinimumWidth(120)
        self.words.setMaximumWidth(260)
        self.words.asked.connect(lambda words: self._model.filter_by(words))
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.setSpacing(2)
        layout.addWidget(self._title)
        layout.addSpacing(8)
        layout.addWidget(self._tally, 2)
        layout.addWidget(self.words, 1)
        layout.addSpacing(4)
        for command_id in WORKER_BAR:
            if command_id:
                button = QToolButton()
                button.setDefaultAction(actions[command_id])
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                layout.addWidget(_flat(button))
            else:
                layout.addSpacing(6)
        self._float = _flat(QToolButton())
        self._float.setObjectName("workers_float")
        self._float.clicked.connect(lambda: self.setFloating(not self.isFloating()))
        self._close = _flat(QToolButton())
        self._close.setObjectName("workers_close")
        self._close.clicked.connect(actions["worker.show"].trigger)
        for button, tip in ((self._float, self.tr("In a window of its own, or back")), (self._close, self.tr("Hide"))):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            layout.addWidget(button)
        return bar

    def retint(self) -> None:
        self._float.setIcon(icons.icon("float"))
        self._close.setIcon(icons.icon("close"))
        self.words.retint()
        self._none.retint()
        self.history.viewport().update()

    def _floats(self, floating: bool) -> None:
        self.setTitleBarWidget(None if floating else self._no_title)  # type: ignore[arg-type]
        self._title.setVisible(not floating)
        self._close.setVisible(not floating)

    # -- what is shown -------------------------------------------------------------------------------------------

    def selected_rows(self) -> list[WorkerStatus]:
        """None while they are out of sight: nobody should act on what can't be seen."""
        return [] if self.isHidden() else self.table.selected_rows()

    def _read(self) -> None:
        tally = self._model.tally()
        words = (f"{WORKER_STYLES[state].text} {text.number(count)}" for state, count in tally.items())
        self._tally.setText("  ·  ".join(words))
        self._tally.setToolTip(self._tally.text())
        self._stack.setCurrentWidget(self.splitter if tally else self._none)
        self.words.setEnabled(bool(tally))
        if self._turn_of_events() != self._told:
            self._told = self._turn_of_events()
            self.history.refresh()

    def _show_history(self) -> None:
        rows = self.table.selected_rows()
        self._told = self._turn_of_events()
        if len(rows) == 1:
            name = rows[0].profile.name
            read = partial(self._queries.worker_history, name)
            self.history.show_of(name, lambda limit: read(limit=limit))
        else:
            self.history.show_of(None, None, hint=self.tr("Select one worker to see its history."))

    def _turn_of_events(self) -> object:
        """What of the selected workers is on record when it changes; their heartbeats are not."""
        return [
            (worker.profile.name, worker.started_at, worker.alive, worker.enabled, worker.draining)
            for worker in self.table.selected_rows()
        ]


class _NoWorkers(QWidget):
    """Stands in for the table while there is no worker: says what to do."""

    def __init__(self, actions: ActionSet) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.backgroundRole().Base)
        self._mark = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        title = QLabel(self.tr("No workers yet"), alignment=Qt.AlignmentFlag.AlignCenter)
        title.setProperty("role", "title")
        hint = QLabel(
            self.tr("Start one here, or render-worker on a render host."), alignment=Qt.AlignmentFlag.AlignCenter
        )
        hint.setProperty("role", "muted")
        start = QPushButton(actions["worker.start"].text())
        start.clicked.connect(actions["worker.start"].trigger)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(1)
        layout.addWidget(self._mark)
        layout.addWidget(title)
        layout.addWidget(hint)
        layout.addWidget(start, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    def retint(self) -> None:
        colour = self.palette().color(self.foregroundRole().PlaceholderText)
        self._mark.setPixmap(icons.pixmap("worker", 32, colour, self.devicePixelRatioF()))


def _flat(button: QToolButton) -> QToolButton:
    button.setProperty("flat", True)
    return button
