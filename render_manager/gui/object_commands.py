"""What the commands on the object store do: walking, submitting, carrying files in and out."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from render_manager.gui import text
from render_manager.gui.declarations.command import ObjectChoice
from render_manager.gui.dialogs.messages import ask
from render_manager.gui.transfers import Transfer

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

#: Names in a question.
_NAMED = 5


class ObjectCommands(QObject):
    """Args: user: whose uploads they are."""

    def __init__(self, window: "MainWindow", user: str) -> None:
        super().__init__(window)
        self._window = window
        self._user = user
        self._browsing = window.services.browsing
        self._dock = window.objects_dock
        self._reader = self._dock.reader
        self._uploads = False  #: some of what is transferred changes the folder that is shown
        self._dock.list.opened.connect(self.open_or_submit)
        self._dock.list.copy_asked.connect(window.actions_["object.copy_path"].trigger)
        self._dock.upload_asked.connect(self.upload)
        self._dock.transfers.ended.connect(self._transferred)

    def choice(self) -> ObjectChoice:
        """What decides which of the commands make sense now."""
        rows, shown = self._dock.selected_rows(), not self._dock.isHidden()
        folders = sum(row.folder for row in rows)
        return ObjectChoice(
            shown=shown,
            files=len(rows) - folders,
            folders=folders,
            back=shown and self._reader.can_go_back,
            forward=shown and self._reader.can_go_forward,
            above=shown and bool(self._reader.folder),
        )

    # -- walking -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the object store, or hide it again."""
        if self._dock.isHidden():
            self.look()
        else:
            self._dock.hide()
        self._window.update_actions()

    def look(self) -> None:
        self._dock.show()
        self._dock.raise_()
        self._dock.list.setFocus()
        self._window.update_actions()

    def open_or_submit(self) -> None:
        rows = self._dock.selected_rows()
        if len(rows) == 1 and rows[0].folder:
            self.open()
        else:
            self.submit()

    def open(self) -> None:
        self._reader.go(next(row.key for row in self._dock.selected_rows() if row.folder))

    def back(self) -> None:
        self._reader.back()

    def forward(self) -> None:
        self._reader.forward()

    def up(self) -> None:
        self._reader.up()

    def refresh(self) -> None:
        self._reader.refresh()

    # -- objects -------------------------------------------------------------------------------------------------

    def submit(self) -> None:
        if paths := [self._browsing.path(row.key) for row in self._dock.selected_rows() if not row.folder]:
            self._window.submit_commands.open(paths)

    def copy_paths(self) -> None:
        paths = [self._browsing.path(row.key) for row in self._dock.selected_rows()]
        QGuiApplication.clipboard().setText("\n".join(paths))
        self._window.say(self.tr("Copied {0}").format(", ".join(paths[:_NAMED])))

    def ask_files(self) -> None:
        self._pick(self.tr("Files to upload"), QFileDialog.FileMode.ExistingFiles, self.upload)

    def ask_target(self) -> None:
        rows = [row for row in self._dock.selected_rows() if not row.folder]

        def chosen(folders: Sequence[str]) -> None:
            self.download([row.key for row in rows], Path(folders[0]))

        self._pick(self.tr("Folder to download to"), QFileDialog.FileMode.Directory, chosen)

    def _pick(self, title: str, mode: QFileDialog.FileMode, then: object) -> None:
        picker = QFileDialog(self._window, title)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.setFileMode(mode)
        picker.filesSelected.connect(then)
        picker.open()

    # -- transfers -----------------------------------------------------------------------------------------------

    def upload(self, paths: Sequence[str]) -> None:
        """Upload to the folder that is shown; what is there already only if that is wished."""
        folder = self._reader.folder

        def taken() -> dict[str, bool]:
            return {path: self._browsing.is_taken(Path(path), folder) for path in paths}

        self._window.background.run(
            taken, done=lambda found: self._sort_out(found, partial(self._upload, folder)), failed=self._unready
        )

    def download(self, keys: Sequence[str], to: Path) -> None:
        """Download to a folder of this computer; what is there already only if that is wished."""

        def taken() -> dict[str, bool]:
            return {key: (to / _name(key)).exists() for key in keys}

        self._window.background.run(
            taken, done=lambda found: self._sort_out(found, partial(self._download, to)), failed=self._unready
        )

    def _unready(self, error: Exception) -> None:
        self._dock.banner.say(str(error))

    def _sort_out(self, found: dict[str, bool], make: "partial[Transfer]") -> None:
        """Begin with what replaces nothing, and ask about the rest."""
        self._dock.transfers.add([make(path, False) for path, taken in found.items() if not taken])
        taken = [path for path, there in found.items() if there]
        if not taken:
            return
        names = [_name(path) for path in taken]
        shown = ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
        several = self.tr("Replace {0} files that are there already?").format(text.number(len(taken)))
        ask(
            self._window,
            title=self.tr("Replace"),
            question=several if len(taken) > 1 else self.tr("Replace {0}, which is there already?").format(names[0]),
            numbers=shown if len(taken) > 1 else self.tr("What is there now is lost."),
            yes=self.tr("Replace"),
            no=self.tr("Keep"),
            then=lambda: self._dock.transfers.add([make(path, True) for path in taken]),
        )

    def _upload(self, folder: str, path: str, replace: bool) -> Transfer:
        self._uploads = True
        return Transfer(
            self.tr("Uploading {0}").format(_name(path)),
            lambda progress: self._browsing.upload(
                Path(path), folder, user=self._user, overwrite=replace, progress=progress
            ),
        )

    def _download(self, to: Path, key: str, replace: bool) -> Transfer:
        return Transfer(
            self.tr("Downloading {0}").format(_name(key)),
            lambda progress: self._browsing.download(key, to / _name(key), progress),
        )

    def _transferred(self, done: int, stopped: bool) -> None:
        if done and self._uploads:
            self._reader.refresh()
        self._uploads = False
        if stopped:
            self._window.say(self.tr("Stopped. What was sent of the last file is kept, and the next try goes on."))
        elif done:
            several = self.tr("{0} files transferred").format(text.number(done))
            self._window.say(several if done > 1 else self.tr("1 file transferred"))

    def stop(self) -> None:
        """End what is under way."""
        if self._dock.transfers.running:
            self._dock.transfers.stop()


def _name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
