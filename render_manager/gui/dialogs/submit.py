"""The dialog that makes tasks of one or several paths."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from render_manager.domain.errors import InvalidTask, ObjectNotFound, ObjectPathError, ObjectStoreError
from render_manager.gui.background import Background
from render_manager.gui.dialogs.farm_fields import FarmFields
from render_manager.gui.dialogs.form_presets import FormPresets
from render_manager.gui.dialogs.growing import GrowingDialog
from render_manager.gui.dialogs.guess import suggest_engine
from render_manager.gui.dialogs.main_fields import MainFields
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.dialogs.more_fields import MoreFields
from render_manager.gui.dialogs.preset_bar import PresetBar
from render_manager.gui.dialogs.project_checks import ProjectChecks
from render_manager.gui.dialogs.projects import ProjectsField
from render_manager.gui.dialogs.submit_foot import SubmitFoot, in_short
from render_manager.gui.dialogs.submit_job import Phase, SubmitJob
from render_manager.gui.dialogs.task_picker import AskTasks
from render_manager.gui.models.projects import Project, ProjectsModel
from render_manager.gui.presets import Presets
from render_manager.gui.views.drop import dropped_paths
from render_manager.gui.window_state import WindowState
from render_manager.services.submit import Submission

#: Pixels: a form for one project, and with a table.
_NARROW, _WIDE = 640, 860


class SubmitDialog(GrowingDialog):
    """Args: tasks: gives all tasks known; a new one may have to wait for some of them.

    Signals:
    submitted: the ids of the new tasks, each time some were.
    browse_asked: the object store is to be looked through.
    """

    submitted = Signal(list)
    browse_asked = Signal()

    def __init__(
        self,
        submission: Submission,
        background: Background,
        state: WindowState,
        *,
        default_user: str,
        paths: Sequence[str],
        tasks: AskTasks,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("submit")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Submit render tasks"))
        self.setMinimumWidth(_NARROW)
        self.setAcceptDrops(True)
        self._submission = submission
        self._background = background
        self._ids: list[str] = []
        self._job: SubmitJob | None = None
        self._wanted = False  #: to be submitted as soon as what was typed last is known to be good
        self._going: list[Project] = []  #: the rows being submitted
        self._presets = PresetBar(Presets(state))
        self._main = MainFields(submission, background, state, default_user, self._presets)
        labels = {engine.name: engine.label for engine in submission.engines.values()}
        self._model = ProjectsModel(self._main.shared(), labels, self._guess)
        self._model.setParent(self)
        self._checks = ProjectChecks(submission, background, self._model, self)
        self._projects = ProjectsField(self._model)
        self._more = MoreFields(submission.engines)
        self._farm = FarmFields(submission.max_attempts, tasks)
        self._filling = FormPresets(self._presets, self._main, self._farm, self._more)
        self._foot = SubmitFoot()
        self._build()
        self._connect()
        self._projects.add(paths)  # first: they may tell the engine, and with it the preset
        self._main.engine_changed.connect(self._show_engine)
        self._show_engine()
        self._update()
        self._main.focus() if paths else self._projects.focus()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self._projects, 1)
        layout.addWidget(self._main)
        layout.addWidget(self._farm)
        layout.addWidget(self._more)
        layout.addWidget(self._foot)

    def _connect(self) -> None:
        # One at a time: the form stays small.
        self._more.unfolded.connect(lambda: self._farm.open(False))
        self._farm.unfolded.connect(lambda: self._more.open(False))
        self._main.changed.connect(self._share)
        self._model.edited.connect(self._edited)
        self._model.judged.connect(self._update)
        self._checks.judged.connect(self._update)
        self._projects.several.connect(self._several)
        self._projects.browse_asked.connect(self.browse_asked)
        self._projects.table.selected.connect(self._show_options)
        self._foot.submit.connect(self.submit)
        self._foot.cancel.connect(self.reject)

    # -- projects ------------------------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """Those not submitted yet."""
        return [row.path for row in self._model.rows]

    def add_paths(self, paths: Sequence[str]) -> None:
        """Something more was dropped while the form is open."""
        if self._job is None:
            self._projects.add(paths)
            self._checks.look_again()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._job is None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_paths(dropped_paths(event.mimeData()))
        event.acceptProposedAction()

    def _guess(self, path: str) -> str | None:
        engine = suggest_engine(self._submission.engines, path)
        return engine and engine.name

    def _edited(self) -> None:
        rows = self._model.rows
        self._main.guess(rows[0].guessed if rows else None, len(rows) > 1)
        self._update()

    def _several(self, several: bool) -> None:
        self.setMinimumWidth(_WIDE if several else _NARROW)
        self.adjustSize()

    def _share(self) -> None:
        self._checks.trust_frames(self._main.frames_good)
        self._model.share(self._main.shared())
        self._update()

    # -- presets and options -------------------------------------------------------------------------------------

    def _show_engine(self) -> None:
        """Another engine has other presets; its default one comes with it, unless somebody filled the form in."""
        untouched = self._filling.untouched
        self._presets.show_engine(self._main.engine())
        self._show_options()
        if untouched:
            self._filling.fill(self._presets.values())

    def _show_options(self) -> None:
        """Those of the row that is looked at; where there is one project, of its engine."""
        chosen = self._projects.table.selected_rows() if self._projects.is_several else []
        name = self._model.engine(chosen[0]) if chosen else self._main.engine().name
        self._more.show_engine(self._submission.engines[name])

    # -- submitting ----------------------------------------------------------------------------------------------

    def submit(self) -> None:
        """Submit the rows that are good. Who presses Return right after the last key need not wait for the checks."""
        self._wanted = self._checks.pending or self._main.reading
        if self._wanted or not self._foot.ok.isEnabled():
            return
        rows = self._good()
        try:
            specs = self._farm.complete(self._more.complete([self._model.spec(row) for row in rows]))
        except InvalidTask:
            return  # said beside the field
        self._foot.complain("")
        self._going = rows
        for row in rows:
            self._model.tell(row, refused="", doing=self.tr("Waiting"))
        self._job = SubmitJob(self._submission, self._background, specs, self)
        self._job.progressed.connect(self._show_progress)
        self._job.submitted.connect(self._took_one)
        self._job.refused.connect(self._refused)
        self._job.finished.connect(self._finished)
        self._lock(True)
        self._job.start()

    def stop(self) -> None:
        """Stop what is being uploaded."""
        if self._job is not None:
            self._job.stop()

    def _good(self) -> list[Project]:
        """What the last try came to is no reason not to try again."""
        return [row for row in self._model.rows if not (row.wrong or row.missing)]

    def _lock(self, on: bool) -> None:
        self._model.locked = on
        for part in (self._main, self._farm, self._more):
            part.setEnabled(not on)
        self._projects.lock(on)
        self._foot.begin() if on else self._foot.end()
        self._update()

    def _update(self) -> None:
        good, all_rows = len(self._good()), len(self._model.rows)
        self._foot.offer(good, all_rows, ready=self._main.good and self._job is None)
        self._more.allow_name(all_rows < 2)
        if self._wanted and not self._checks.pending and not self._main.reading:
            self._wanted = False
            self.submit()

    def _show_progress(self, place: int, phase: Phase, done: int, total: int) -> None:
        row, count = self._going[place], len(self._going)
        self._foot.show_progress(row.path, place, count, phase, done, total)
        self._model.tell(row, doing=in_short(phase, done, total))

    def _took_one(self, place: int, task_id: str) -> None:
        self._ids.append(task_id)
        self._model.remove([self._going[place]])

    def _refused(self, place: int, error: Exception) -> None:
        sentence = explain(error)[0]
        about_path = isinstance(error, ObjectPathError | ObjectNotFound | ObjectStoreError)
        beside = about_path or self._projects.is_several
        self._model.tell(self._going[place], doing="", refused=sentence if beside else "")
        if not beside:
            self._foot.complain(sentence)
        elif self._projects.is_several:
            self._foot.complain(self.tr("Some were not submitted; the table says why."))

    def _finished(self) -> None:
        self._job = None
        for row in self._model.rows:
            if row.doing:
                self._model.tell(row, doing="")
        self._lock(False)
        if self._ids:
            self._main.remember()
            self.submitted.emit(self._ids)
            self._ids = []
        if not self._model.rows:
            self.accept()

    def reject(self) -> None:
        """While an upload runs, its end; then the form's."""
        if self._job is not None:
            self._foot.say(self.tr("Stopping…"))
            self.stop()
        else:
            super().reject()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate:
            self._checks.look_again()
        return super().event(event)
