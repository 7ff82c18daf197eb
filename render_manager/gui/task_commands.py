"""What the commands on tasks do: ask where it matters, work in the background, say how it went."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from render_manager.domain.entities import Keep, RenderTask, Workspace
from render_manager.domain.priority import HIGHEST, LOWEST
from render_manager.domain.states import FINAL, RUNNABLE, TaskStatus
from render_manager.gui import text
from render_manager.gui.change_feed import Changes
from render_manager.gui.dialogs.choice import ChoiceDialog
from render_manager.gui.dialogs.cleanup import CleanupDialog
from render_manager.gui.dialogs.download import DownloadDialog
from render_manager.gui.dialogs.messages import ask, show_error
from render_manager.gui.several import each, report
from render_manager.gui.views.priority_editor import PriorityEditor
from render_manager.gui.workspace_folder import WorkspaceElsewhere, find_workspace
from render_manager.services.cleanup_plan import CleanupItem
from render_manager.services.download import DownloadReport
from render_manager.services.queries import TaskRow

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class TaskCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._services = window.services
        editor = PriorityEditor(window.table)
        editor.chosen.connect(lambda priority: window.when_selection_is_read(lambda: self.set_priority(priority)))
        editor.stepped.connect(lambda by: window.when_selection_is_read(lambda: self.shift_priority(by)))

    # -- pause, resume, release, retry, priority, cancel ----------------------------------------------------------

    def pause(self) -> None:
        rows = self._chosen(lambda row: row.task.status in RUNNABLE)
        self._each(rows, self._services.control.pause, self.tr("Paused: {0}"))

    def resume(self) -> None:
        rows = self._chosen(lambda row: row.task.status is TaskStatus.PAUSED)
        self._each(rows, self._services.control.resume, self.tr("Resumed: {0}"))

    def release(self) -> None:
        rows = self._chosen(lambda row: bool(row.awaits))
        self._each(rows, self._services.control.release, self.tr("Waits for no other task: {0}"))

    def choose_project_file(self) -> None:
        (row,) = self._chosen(lambda row: bool(row.task.project_choices))
        choose = self._services.control.choose_project_file
        ChoiceDialog(
            self._window,
            title=self.tr("Choose project file"),
            question=self.tr("Which file of {0} is to be rendered?").format(row.task.name),
            effect=self.tr("The project holds several that are equally likely. The task goes on once one is chosen."),
            choices=row.task.project_choices,
            yes=self.tr("Render it"),
            then=lambda file: self._each(
                [row], lambda task_id: choose(task_id, file), self.tr("Project file chosen: {0}")
            ),
        ).open()

    def retry(self) -> None:
        rows = self._chosen(lambda row: bool(row.task.counts.failed or row.task.counts.cancelled))
        self._each(rows, self._services.control.retry, self.tr("Waiting again: {0}"))

    def set_priority(self, priority: int) -> None:
        rows = self._chosen(lambda row: row.task.priority != priority)
        work = partial(_set_priority, self._services.control.set_priority, lambda _: priority)
        self._each(rows, work, self.tr("Priority changed: {0}"))

    def shift_priority(self, by: int) -> None:
        rows = self._chosen(lambda row: LOWEST <= row.task.priority + by <= HIGHEST)
        now = {row.task.id: row.task.priority for row in rows}
        work = partial(_set_priority, self._services.control.set_priority, lambda task_id: now[task_id] + by)
        self._each(rows, work, self.tr("Priority changed: {0}"))

    def cancel(self) -> None:
        rows = self._chosen(lambda row: row.task.status not in FINAL)
        if not rows:
            return
        counts = [row.task.counts for row in rows]
        lines = self.tr("Rendering now, stopped at once: {0}\nWaiting, never rendered: {1}\nCompleted, kept: {2}")
        numbers = lines.format(
            text.number(sum(count.rendering for count in counts)),
            text.number(sum(count.pending for count in counts)),
            text.number(sum(count.completed for count in counts)),
        )
        ask(
            self._window,
            title=self.tr("Cancel"),
            question=self._question(rows, self.tr("Cancel the task {0}?"), self.tr("Cancel {0} tasks?")),
            numbers=numbers,
            yes=self.tr("Cancel task") if len(rows) == 1 else self.tr("Cancel tasks"),
            no=self.tr("Keep rendering"),
            then=lambda: self._each(rows, self._services.control.cancel, self.tr("Cancelled: {0}")),
        )

    # -- clean up ------------------------------------------------------------------------------------------------

    def clean_up(self) -> None:
        ids = [row.task.id for row in self._chosen(lambda row: True)]
        self._plan_cleanup(partial(self._services.cleanup.plan, task_ids=ids), choose=False)

    def clean_up_finished(self) -> None:
        self._plan_cleanup(self._services.cleanup.plan, choose=True)

    def _plan_cleanup(self, plan: Callable[..., list[CleanupItem]], *, choose: bool) -> None:
        self._window.background.run(plan, done=partial(self._confirm_cleanup, plan, choose))

    def _confirm_cleanup(
        self, plan: Callable[..., list[CleanupItem]], choose: bool, items: Sequence[CleanupItem]
    ) -> None:
        if not items:
            self._window.say(self.tr("Nothing to clean up: no host has a workspace of these tasks."))
            return
        dialog = CleanupDialog(plan, items, self._window.background, self._window, choose=choose)
        dialog.accepted.connect(lambda: self._request_cleanup(dialog.chosen(), dialog.keep()))
        dialog.open()

    def _request_cleanup(self, items: Sequence[CleanupItem], keep: Keep) -> None:
        self._window.background.run(
            partial(self._services.cleanup.request, items, keep=keep),
            done=lambda asked: self._cleanup_asked(items, asked),
        )

    def _cleanup_asked(self, items: Sequence[CleanupItem], asked: Sequence[Workspace]) -> None:
        hosts = ", ".join(sorted({workspace.host for workspace in asked}))
        said = self.tr("Clean-up asked of {0}; a host that is offline does it when it is back.").format(hosts)
        left = len(items) - len({workspace.task_id for workspace in asked})
        if left:
            said = self.tr("{0} Rendering again and left alone: {1}").format(said if asked else "", left).strip()
        self._done([item.task.id for item in items], said)

    # -- results -------------------------------------------------------------------------------------------------

    def download(self) -> None:
        (row,) = self._chosen(lambda row: True)
        self.ask_folder(row.task)

    def ask_folder(self, task: RenderTask, frames: str | None = None) -> None:
        """Ask where to, then download all completed frames or those named."""
        dialog = QFileDialog(self._window, self.tr("Download the results of {0} to").format(task.name))
        dialog.setObjectName("download_folder")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if last := self._window.state.value("download_folder"):
            dialog.setDirectory(last)
        dialog.fileSelected.connect(lambda folder: self.download_to(task, folder, frames))
        dialog.open()

    def download_to(self, task: RenderTask, folder: str, frames: str | None = None) -> None:
        """Get the images of the task's completed frames, or of those named, into the folder."""
        window = self._window
        window.state.save_value("download_folder", folder)
        dialog = DownloadDialog(self._services.results, window.background, task, Path(folder), window, frames)
        dialog.finished_with.connect(lambda report: self._downloaded(report, folder))
        dialog.failed_with.connect(window.fail)
        dialog.show()

    def stop(self) -> None:
        """Stop what is being downloaded."""
        for dialog in self._window.findChildren(DownloadDialog):
            dialog.stop()

    def _downloaded(self, report: DownloadReport, folder: str) -> None:
        said = self.tr("Copied to {0}: {1} files; already there: {2}").format(
            folder, len(report.copied), len(report.unchanged)
        )
        self._window.say(said)
        if len(report.problems) == 1:
            show_error(self._window, report.problems[0])
        elif report.problems:
            could_not = self.tr("Not everything could be downloaded; {0} problems.").format(len(report.problems))
            show_error(self._window, could_not, "\n".join(report.problems))

    # -- one task ------------------------------------------------------------------------------------------------

    def go_to(self, *task_ids: str) -> None:
        """Select the tasks, whatever the search shows now."""
        if all(self._window.tasks.position(task_id) is not None for task_id in task_ids):
            self._window.table.select(list(task_ids))
            self._window.table.setFocus()
            return
        self._window.select_when_there(task_ids)
        self._window.filter_bar.clear()
        self._window.live.read_list()

    def duplicate(self) -> None:
        for row in self._chosen(lambda row: True)[:1]:
            self._window.submit_commands.open_like(row.task)

    def open_workspace(self) -> None:
        for row in self._chosen(lambda row: True)[:1]:
            find = partial(find_workspace, self._services.queries, row.task)
            self._window.background.run(find, done=self._open_folder, failed=self._elsewhere)

    def _open_folder(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        self._window.say(self.tr("Opened: {0}").format(folder))

    def _elsewhere(self, error: Exception) -> None:
        if isinstance(error, WorkspaceElsewhere):
            QGuiApplication.clipboard().setText(error.path)
        self._window.fail(error)

    def copy_ids(self) -> None:
        ids = [row.task.id for row in self._chosen(lambda row: True)]
        QGuiApplication.clipboard().setText("\n".join(ids))
        self._window.say(self.tr("Copied: {0}").format(", ".join(ids)))

    # -- shared --------------------------------------------------------------------------------------------------

    def _chosen(self, test: Callable[[TaskRow], bool]) -> list[TaskRow]:
        return [row for row in self._window.table.selected_rows() if test(row)]

    def _question(self, rows: Sequence[TaskRow], one: str, many: str) -> str:
        return one.format(rows[0].task.name) if len(rows) == 1 else many.format(len(rows))

    def _each(self, rows: Sequence[TaskRow], work: Callable[[str], object], said: str) -> None:
        """Do something to each task; one that refuses does not keep the others from it."""
        ids = [row.task.id for row in rows]
        names = rows[0].task.name if len(rows) == 1 else text.number(len(rows))
        if ids:
            self._window.background.run(
                partial(each, work, ids), done=lambda refusals: self._done(ids, said.format(names), refusals)
            )

    def _done(self, ids: Sequence[str], said: str, refusals: Sequence[str] = ()) -> None:
        # The notice of it does the same, unless the broker is away: then nobody should wait for the next poll.
        self._window.live.note(Changes(tasks=set(ids), frames=dict.fromkeys(ids)))
        many = self.tr("{0} of {1} tasks refused.").format(len(refusals), len(ids))
        report(self._window, refusals, said, many)


def _set_priority(change: Callable[[str, int], RenderTask], wanted: Callable[[str], int], task_id: str) -> RenderTask:
    return change(task_id, wanted(task_id))
