"""The window: puts the parts together and tells each what the others chose."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from render_manager.domain.entities import RenderFrame, WorkerStatus
from render_manager.domain.task_search import TaskTally
from render_manager.gui import icons, sentences, text
from render_manager.gui.action_set import ActionSet
from render_manager.gui.actions import FRAME_MENU, LOG_MENU, OBJECT_MENU, TASK_MENU, WORKER_MENU
from render_manager.gui.background import Background
from render_manager.gui.change_feed import ChangeFeed
from render_manager.gui.check_up_commands import CheckUpCommands
from render_manager.gui.declarations.command import Selection
from render_manager.gui.dialogs.messages import explain, show_error
from render_manager.gui.feedback import Feedback
from render_manager.gui.frame_commands import FrameCommands
from render_manager.gui.language import LanguageChoice
from render_manager.gui.layouts import Layouts
from render_manager.gui.leaving import Leaving
from render_manager.gui.live import Live
from render_manager.gui.local_workers import LocalWorkerChoice
from render_manager.gui.log_commands import LogCommands
from render_manager.gui.main_layout import MainLayout
from render_manager.gui.menus import build_menus
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.models.task_table import TaskTableModel
from render_manager.gui.models.worker_table import WorkerTableModel
from render_manager.gui.object_commands import ObjectCommands
from render_manager.gui.submit_commands import SubmitCommands
from render_manager.gui.task_commands import TaskCommands
from render_manager.gui.theme import Density, Theme, ThemeChoice
from render_manager.gui.viewer_commands import ViewerCommands
from render_manager.gui.views.palette import Palette
from render_manager.gui.window_state import WindowState
from render_manager.gui.worker_commands import WorkerCommands
from render_manager.services.services import Services

#: Milliseconds a message stays in the status bar, and between two updates of the ages.
MESSAGE, AGING = 8_000, 10_000
#: Of more selected tasks only so many are looked at for what can be done to them.
MOST_READ = 1000


class MainWindow(QMainWindow):
    """Signals:
    closed: the window is gone and all it ran has ended.
    language_chosen: another LanguageChoice is wanted; whoever made the window makes another one.
    """

    closed = Signal()
    language_chosen = Signal(str)

    def __init__(
        self,
        services: Services,
        theme: Theme,
        *,
        title: str,
        default_user: str,
        select_task: str | None = None,
        state: WindowState | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle(title)
        self.services = services
        self.theme = theme
        self.state = state or WindowState()
        self.background = Background(failed=self.fail)
        self._select = [select_task] if select_task else []  #: to be selected as soon as they are in the table
        self._local_workers = 0
        self.leaving = Leaving(self)
        labels = {engine.name: engine.label for engine in services.submission.engines.values()}
        self.tasks = TaskTableModel(labels)
        self.frames = FrameModel()
        self.workers = WorkerTableModel(labels, self.task_name)
        for model in (self.tasks, self.frames, self.workers):
            model.setParent(self)  # they go with the window, in its thread; garbage may be collected in any
        self.feed = ChangeFeed(services.bus)
        self.live = Live(services, self.background, self.tasks, self.frames)
        self.actions_ = ActionSet(self)
        parts = MainLayout(self, labels)
        self.parts = parts
        self.table, self.log, self.details = parts.table, parts.log, parts.details
        self.frames_pane, self.grid = parts.frames, parts.frames.grid
        self.filter_bar = parts.filter_bar
        self.setCentralWidget(parts)
        self.workers_dock = parts.workers_dock
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.workers_dock)
        self.workers_dock.hide()
        self.objects_dock = parts.objects_dock
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.objects_dock)
        self.objects_dock.hide()
        self.task_commands = TaskCommands(self)
        self.frame_commands = FrameCommands(self)
        self.local_workers = LocalWorkerChoice(self)
        self.worker_commands = WorkerCommands(self)
        self.log_commands = LogCommands(self)
        self.object_commands = ObjectCommands(self, default_user)
        self.viewer_commands = ViewerCommands(self)
        self.submit_commands = SubmitCommands(self, default_user)
        self.check_up_commands = CheckUpCommands(self)
        self.command_palette = Palette(self)
        self.feedback = Feedback(self, default_user)
        for part in (self.feedback.strip, parts.workers, self.feedback.bell):
            self.statusBar().addPermanentWidget(part)
        self.statusBar().setSizeGripEnabled(False)
        build_menus(self)
        self._connect()
        self.resize(1280, 780)
        self.layouts = Layouts(self)
        parts.restore(self.state)
        self.table.setFocus()
        self._retint()

    def _connect(self) -> None:
        parts = self.parts
        self.live.in_view = self.table.keys_in_view
        self.table.selected.connect(self._tasks_selected)
        self.table.menu_asked.connect(lambda point: self._popup(TASK_MENU, point))
        self.frames_pane.menu_asked.connect(lambda point: self._popup(FRAME_MENU, point))
        self.frames_pane.activated.connect(lambda _: self.frame_commands.read_log())
        self.frames_pane.listed.connect(self.update_actions)
        self.grid.selection.changed.connect(self.update_actions)
        self.grid.selection.current_changed.connect(lambda _: self._frame_chosen())
        self.log.menu_asked.connect(lambda point: self._popup(LOG_MENU, point))
        self.details.preview.clicked.connect(self.viewer_commands.open)
        self.frames.dataChanged.connect(self._frames_changed)
        self.frames.modelReset.connect(self._frame_chosen)
        self.tasks.updated.connect(self._tasks_read)
        self.tasks.updated.connect(self.workers.learn_names)
        self.filter_bar.changed.connect(self.tasks.search_for)
        self.tasks.asked.connect(self.live.read_list)
        self.tasks.wanted.connect(self.live.read_wanted)
        self.frames.wanted.connect(self.live.read_wanted)
        self.live.tally.connect(self._tallied)
        parts.side.currentChanged.connect(lambda _: self.update_actions())
        self.workers_dock.visibilityChanged.connect(lambda _: self.update_actions())
        self.workers_dock.table.selected.connect(self.update_actions)
        self.workers_dock.table.menu_asked.connect(lambda point: self._popup(WORKER_MENU, point))
        parts.no_results.clear.connect(self.filter_bar.clear)
        self.objects_dock.changed.connect(self.update_actions)
        self.objects_dock.visibilityChanged.connect(lambda _: self.update_actions())
        self.objects_dock.list.menu_asked.connect(lambda point: self._popup(OBJECT_MENU, point))
        parts.empty.submit.connect(lambda: self.submit_commands.open([]))
        self.feed.changed.connect(self.live.note)
        self.feed.lost.connect(self._broker_lost)
        self.feed.restored.connect(parts.broker_banner.hide)
        self.live.store_lost.connect(parts.store_banner.say)
        self.live.store_restored.connect(parts.store_banner.hide)
        self.live.workers.connect(self._workers_read)
        self.live.read.connect(parts.history.note)
        parts.store_banner.retry.clicked.connect(self.live.retry_now)
        parts.broker_banner.retry.clicked.connect(self.feed.retry_now)
        for banner in (parts.store_banner, parts.broker_banner):
            banner.check_up.clicked.connect(self.check_up_commands.open)
        self.theme.changed.connect(self._retint)
        aging = QTimer(self, interval=AGING)
        aging.timeout.connect(self.tasks.grow_older)
        aging.timeout.connect(self.workers.grow_older)
        aging.start()

    def start(self) -> None:
        """Begin to read and to listen; needs the event loop to be there."""
        for job in (self.live.run(), self.live.watch_workers(), self.feed.run()):
            self.background.start(job)
        self.feedback.start()

    # -- what was chosen -----------------------------------------------------------------------------------------

    def current_frame(self) -> RenderFrame | None:
        current = self.grid.selection.current
        return None if current is None or current >= len(self.frames.numbers) else self.frames.frame(current)

    def when_selection_is_read(self, then: Callable[[], object]) -> None:
        """Do it once every selected task's row is known."""
        keys = self.table.selected_keys()
        if all(self.tasks.row(key) is not None for key in keys):
            then()
            return
        self.say(self.tr("Reading {0} selected tasks…").format(text.number(len(keys))))
        # Asked once more then: the selection may have become another one meanwhile.
        self.live.read_all(keys, lambda: self.when_selection_is_read(then))

    def _tasks_selected(self) -> None:
        keys = self.table.selected_keys(MOST_READ)
        self.tasks.pin(keys)
        self.parts.history.show_task(keys[0] if len(keys) == 1 else None)
        if not keys:
            self.live.show(None)
        self._show_selected()
        self.update_actions()

    def _show_selected(self) -> None:
        rows, count = self.table.selected_rows(MOST_READ), self.table.selected_count()
        self.details.show_tasks(rows, count)
        if len(rows) == count == 1:
            self.live.show(rows[0].task.id, rows[0].task.frames)

    def _frame_chosen(self) -> None:
        frame = self.current_frame()
        self.log.show_frame(frame)
        self.details.show_frame(frame)
        self.parts.history.show_frame(frame and frame.frame_number)
        self.update_actions()

    def _frames_changed(self, first: object, last: object) -> None:
        current = self.grid.selection.current
        if current is not None and first.row() <= current <= last.row():  # type: ignore[attr-defined]
            self._frame_chosen()
        else:
            self.update_actions()

    def update_actions(self) -> None:
        row = self.tasks.row(self.frames.task_id) if self.frames.task_id else None
        self.actions_.update(
            Selection(
                tasks=tuple(self.table.selected_rows(MOST_READ)),
                frame_states=self.frames_pane.selected_states(),
                frame=self.current_frame(),
                failed_shown=bool(row and row.task.counts.failed),
                local_workers=self._local_workers,
                workers=tuple(self.workers_dock.selected_rows()),
                workers_shown=not self.workers_dock.isHidden(),
                frames_shown=bool(self.frames.numbers),
                frames_listed=self.frames_pane.is_list,
                history_shown=self.parts.side.currentWidget() is self.parts.history,
                worker_history_shown=not self.workers_dock.history.isHidden(),
                objects=self.object_commands.choice(),
            )
        )

    def _popup(self, command_ids: Sequence[str], point: QPoint) -> None:
        self.actions_.menu(command_ids).popup(point)

    # -- what was read -------------------------------------------------------------------------------------------

    def _tasks_read(self) -> None:
        self._show_selected()
        self.update_actions()

    def _tallied(self, tally: TaskTally) -> None:
        self.parts.show_found(tally.of(self.tasks.search.group), self.tasks.search)
        self.filter_bar.tally(tally)
        self._select_wanted()

    def select_when_there(self, task_ids: Sequence[str]) -> None:
        """Select tasks that have not been read yet."""
        self._select = list(task_ids)

    def _select_wanted(self) -> None:
        found = [key for key in self.tasks.shown() if key.startswith(tuple(self._select))] if self._select else []
        if found:
            self._select = []
            self.table.select(found)

    def _workers_read(self, workers: list[WorkerStatus], now: float, local: int) -> None:
        self._local_workers = local
        self.workers.show(workers, now)
        self.frames_pane.learn_clock(now)
        self.parts.workers.show_workers(workers, local)
        self.update_actions()

    def _broker_lost(self, reason: str) -> None:
        self.parts.broker_banner.say(
            self.tr("{0} While it is away, the window looks for changes by itself.").format(sentences.say(reason))
        )

    def task_name(self, task_id: str) -> str | None:
        """None: it is not known."""
        row = self.tasks.row(task_id)
        return row and row.task.name

    # -- saying --------------------------------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        self.statusBar().showMessage(sentence, MESSAGE)

    def fail(self, error: Exception) -> None:
        """What an action in the background came to grief of."""
        self.statusBar().clearMessage()
        show_error(self, *explain(error))

    # -- look ----------------------------------------------------------------------------------------------------

    def choose_theme(self, choice: ThemeChoice) -> None:
        self.state.save_value("theme", choice)
        self.theme.choose(choice)

    def choose_density(self, density: Density) -> None:
        self.state.save_value("density", density)
        self.theme.choose_density(density)

    def choose_language(self, choice: LanguageChoice) -> None:
        self.state.save_value("language", choice)
        self.language_chosen.emit(choice)

    def _retint(self) -> None:
        self.setWindowIcon(icons.app_icon())
        self.actions_.retint()
        self.parts.retint()
        self.feedback.retint()
        self.viewer_commands.retint()

    # -- closing -------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # it closes when all it runs has ended
        self.leaving.ask(self._local_workers)

    def quit_unasked(self) -> None:
        self.leaving.unasked(self._local_workers)
