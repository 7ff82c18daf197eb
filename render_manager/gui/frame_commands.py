"""What the commands on frames do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import RenderManagerError
from render_manager.domain.states import FrameStatus
from render_manager.gui import text
from render_manager.gui.change_feed import Changes
from render_manager.gui.declarations.frames import RETRIED, SKIPPED
from render_manager.gui.dialogs.messages import ask
from render_manager.gui.models.frame_numbers import range_of

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


#: Characters of a list of frames that are said.
_MOST_SAID = 80


class FrameCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._pane = window.frames_pane
        self._control = window.services.control
        self._wanted: tuple[str, int] | None = None  #: task and frame, as soon as they are shown
        window.frames.modelReset.connect(self._go_if_shown)

    # -- retry, skip ---------------------------------------------------------------------------------------------

    def retry(self, parent: QWidget | None = None) -> None:
        """Render the selected frames again; asks first if images that are complete would be rendered anew.

        Args:
            parent: the window that asks; the main window where it is not given.
        """
        completed = len(self._pane.selected({FrameStatus.COMPLETED}))
        if not completed:
            self._retry()
            return
        ask(
            parent or self._window,
            title=self.tr("Retry frames"),
            question=self.tr("Render frames again that are completed?"),
            numbers=self.tr("Completed, rendered anew: {0}\nSelected in all: {1}").format(
                text.number(completed), text.number(len(self._pane.selection))
            ),
            yes=self.tr("Render again"),
            no=self.tr("Keep them"),
            then=self._retry,
        )

    def _retry(self) -> None:
        self._change(self._pane.selected(RETRIED), self._control.retry, self.tr("Frames waiting again: {0}"))

    def skip(self) -> None:
        self._change(self._pane.selected(SKIPPED), self._control.skip, self.tr("Frames skipped: {0}"))

    def _change(self, positions: NDArray[np.intp], work: Callable[[str, str], object], said: str) -> None:
        frames = self._window.frames
        task_id, numbers = frames.task_id, frames.numbers
        if task_id is None or not len(positions):
            return

        def do() -> str:
            named = str(range_of(numbers, positions))
            work(task_id, named)
            return named

        self._window.background.run(do, done=lambda named: self._changed(task_id, said.format(_short(named))))

    def _changed(self, task_id: str, said: str) -> None:
        self._window.live.note(Changes(tasks={task_id}, frames={task_id: None}))
        self._window.say(said)

    # -- looking at one ------------------------------------------------------------------------------------------

    def next_failed(self, *, back: bool = False) -> None:
        if not self._pane.go_to_next(FrameStatus.FAILED, back=back):
            self._window.say(self.tr("No frame failed."))

    def go_to(self, task_id: str, number: int) -> None:
        """Select a task and one of its frames."""
        if self._window.tasks.position(task_id) is None:
            self._window.say(self.tr("The task {0} is not among those that the filter shows.").format(task_id))
            return
        self._wanted = (task_id, number)
        self._window.table.select([task_id])
        self._go_if_shown()

    def _go_if_shown(self) -> None:
        frames = self._window.frames
        if self._wanted and self._wanted[0] == frames.task_id:
            position = frames.position(self._wanted[1])
            self._wanted = None
            if position is not None:
                self._pane.go_to(position)

    def read_log(self) -> None:
        self._window.log.text.setFocus()

    def open_image(self) -> None:
        """With the desktop's program for it; fetched first if the host's disk can't be read from here."""
        frame = self._window.current_frame()
        if frame and frame.output_path:
            if frame.uploaded_key:
                self._window.say(self.tr("Getting the image of frame {0}…").format(frame.frame_number))
            self._window.background.run(partial(self._window.services.results.image, frame), done=_show)

    def open_folder(self) -> None:
        frame = self._window.current_frame()
        if frame and (path := frame.output_path or frame.log_path):
            self._open(frame, Path(path).parent)

    def _open(self, frame: RenderFrame, path: Path) -> None:
        """Hand a file to the desktop, if it is on this computer at all."""

        def check() -> Path:
            if not path.exists():
                raise RenderManagerError(
                    self.tr(
                        "{0} is not on this computer; it was rendered by {1}. Download the results instead."
                    ).format(path, frame.worker or self.tr("another one"))
                )
            return path

        self._window.background.run(check, done=_show)

    def download(self) -> None:
        """The files of the selected frames that are completed."""
        frames = self._window.frames
        row = self._window.tasks.row(frames.task_id) if frames.task_id else None
        positions = self._pane.selected({FrameStatus.COMPLETED})
        if row and len(positions):
            self._window.background.run(
                lambda: str(range_of(frames.numbers, positions)),
                done=lambda named: self._window.task_commands.ask_folder(row.task, named),
            )

    def show_worker(self) -> None:
        """Select the worker that rendered the frame, or is at it, among the workers."""
        frame = self._window.current_frame()
        if frame is None or frame.worker is None:
            return
        if self._window.workers.row(frame.worker) is None:
            self._window.say(self.tr("The worker {0} is not on the farm any more.").format(frame.worker))
            return
        dock = self._window.workers_dock
        dock.show()
        dock.raise_()
        dock.table.select([frame.worker])
        if not dock.table.selected_count():
            self._window.say(self.tr("The worker {0} is not among those that the filter shows.").format(frame.worker))
        dock.table.setFocus()

    def copy_image_path(self) -> None:
        if frame := self._window.current_frame():
            self._copy(frame.output_path)

    def copy_log_path(self) -> None:
        if frame := self._window.current_frame():
            self._copy(frame.log_path)

    def _copy(self, path: str | None) -> None:
        if path:
            QGuiApplication.clipboard().setText(path)
            self._window.say(self.tr("Copied: {0}").format(path))


def _short(named: str) -> str:
    """Of frames named by a long list only its beginning, for a line that is read in passing."""
    return named if len(named) <= _MOST_SAID else f"{named[:_MOST_SAID].rpartition(',')[0]}…"


def _show(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
