"""What the commands on a log do."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from render_manager.gui.dialogs.log_compare import LogCompare
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_copy import save, whole_text

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class LogCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.log.said.connect(window.say)
        window.log.compare_asked.connect(self.compare)

    def _source(self) -> LogBytes | None:
        """What is shown; one of its own, as somebody may look at another log meanwhile."""
        document = self._window.log.document
        if document is None:
            self._window.say(self._window.log.text.hint)
            return None
        return LogBytes(document.source.file)

    def copy_all(self) -> None:
        if source := self._source():
            self._window.say(self.tr("Reading the log…"))
            self._window.background.run(partial(whole_text, source), done=self._copied)

    def _copied(self, whole: str) -> None:
        QGuiApplication.clipboard().setText(whole)
        self._window.say(self.tr("The whole log was copied."))

    def save(self) -> None:
        """Ask where to, and write it there byte by byte."""
        frame, source = self._window.log.frame, self._source()
        if frame is None or source is None:
            return
        dialog = QFileDialog(self._window, self.tr("Save the log of frame {0} as").format(frame.frame_number))
        dialog.setObjectName("log_save")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDirectory(QDir.homePath())
        dialog.selectFile(f"{frame.task_id}_{source.file.log.file_name}")
        dialog.fileSelected.connect(lambda path: self._save(source, Path(path)))
        dialog.open()

    def _save(self, source: LogBytes, path: Path) -> None:
        self._window.say(self.tr("Saving {0}…").format(path.name))
        self._window.background.run(
            partial(save, source, path), done=lambda saved: self._window.say(self.tr("Saved: {0}").format(saved))
        )

    def open(self) -> None:
        """With the desktop's program for it, if it is on this computer."""
        source = self._source()
        if source is None:
            return
        if source.file.path is None:
            self._window.say(self.tr("The log is on host {0}: save it first.").format(source.file.host))
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(source.file.path)))

    def compare(self) -> None:
        """Side by side: the attempt that is shown, or the last one, and the one before."""
        frame = self._window.log.frame
        if frame is None or frame.attempt < 2:
            return
        later = max(self._window.log.attempt, 2)
        dialog = LogCompare(
            self._window.services.logs, self._window.background, frame, (later - 1, later), self._window
        )
        dialog.show()
