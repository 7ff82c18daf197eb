"""Submitting: by a form, by what was copied, by what is dropped anywhere on the window."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.gui import text
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.dialogs.submit_like import fill_like
from render_manager.gui.views.drop import DropHint, Kind, dropped_paths, kinds_of
from render_manager.services.queries import TaskRow

#: Tasks that one can be after: those submitted last.
_MOST_OFFERED = 1000

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class SubmitCommands(QObject):
    """Args: default_user: whose tasks they are, until the form says otherwise."""

    def __init__(self, window: "MainWindow", default_user: str) -> None:
        super().__init__(window)
        self._window = window
        self._default_user = default_user
        self._drop_hint = DropHint(window)
        self._dragged: list[str] = []
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        # A line to type in would take dragged text for itself; anywhere on the window means there, too.
        for kind in (QLineEdit, QPlainTextEdit):
            for editor in window.findChildren(kind):
                editor.setAcceptDrops(False)

    def open(self, paths: Sequence[str]) -> None:
        """Open the form; one that is open already takes the paths in."""
        window = self._window
        if (open_form := window.findChild(SubmitDialog)) and open_form.isVisible():
            open_form.add_paths(paths)
            open_form.raise_()
            open_form.activateWindow()
            return
        form = SubmitDialog(
            window.services.submission,
            window.background,
            window.state,
            default_user=self._default_user,
            paths=paths,
            tasks=self._open_tasks,
            parent=window,
        )
        form.submitted.connect(self._submitted)
        form.browse_asked.connect(window.object_commands.look)
        form.show()  # not modal: the farm stays in view, and more can be dropped on it

    def open_like(self, task: RenderTask) -> None:
        """Open the form filled with what this task was submitted with; a form that is open gives way to it."""
        for form in self._window.findChildren(SubmitDialog):
            form.close()
        self.open([task.oss_file_path])
        for form in self._window.findChildren(SubmitDialog):
            if form.isVisible():
                fill_like(form, task)

    def _open_tasks(self, then: Callable[[Sequence[TaskRow]], object]) -> None:
        statuses = set(TaskStatus) - FINAL
        tasks = self._window.services.queries.tasks
        self._window.background.run(lambda: tasks(statuses=statuses, limit=_MOST_OFFERED), done=then)

    def open_copied(self) -> None:
        """What was copied; where that is nothing to submit, the form is empty."""
        self.open(dropped_paths(QGuiApplication.clipboard().mimeData()))

    def stop(self) -> None:
        """Stop what is being uploaded."""
        for form in self._window.findChildren(SubmitDialog):
            form.stop()

    def _submitted(self, ids: list[str]) -> None:
        if len(ids) > 3:
            self._window.say(self.tr("Submitted {0} tasks").format(text.number(len(ids))))
        else:
            self._window.say(self.tr("Submitted: {0}").format(", ".join(ids)))
        self._window.select_when_there(ids)
        self._window.live.refresh()

    # -- drops ---------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter if isinstance(event, QDropEvent) and (paths := dropped_paths(event.mimeData())):
                self._take(event)
                self._announce(paths)
            case QEvent.Type.DragLeave:
                self._drop_hint.hide()
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                self._drop_hint.hide()
                self._take(event)
                self.open(dropped_paths(event.mimeData()))
            case _:
                return False
        return True

    def _take(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def _announce(self, paths: list[str]) -> None:
        count = len(paths)
        several = self.tr("Drop to submit {0} projects").format(text.number(count))
        self._drop_hint.appear(several if count > 1 else self.tr("Drop to submit a render task"))
        self._dragged = paths
        self._window.background.run(lambda: kinds_of(paths), done=lambda kinds: self._tell(paths, kinds))

    def _tell(self, paths: list[str], kinds: Counter[Kind]) -> None:
        if paths is not self._dragged or self._drop_hint.isHidden():
            return
        words = {
            Kind.OBJECT: self.tr("{0} from the object store"),
            Kind.FILE: self.tr("{0} uploaded first"),
            Kind.FOLDER: self.tr("{0} folders packed and uploaded first"),
            Kind.WRONG: self.tr("{0} that can't be submitted; the form says why"),
        }
        if kinds[Kind.FOLDER] == 1:
            words[Kind.FOLDER] = self.tr("{0} folder packed and uploaded first")
        told = [words[kind].format(text.number(kinds[kind])) for kind in Kind if kinds[kind]]
        self._drop_hint.tell("  ·  ".join(told))
