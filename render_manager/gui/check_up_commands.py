"""Opens the check-up, one for a main window."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from render_manager.gui.background import Background
from render_manager.gui.dialogs.check_up import CheckUpDialog

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

#: For an examination, a test frame and a file for support, which may hang where a server does: the window's own
#: threads are not theirs.
THREADS = 3


class CheckUpCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._background = Background(failed=window.fail, threads=THREADS)
        self.dialog: CheckUpDialog | None = None

    def open(self) -> None:
        if self.dialog is None:
            self.dialog = CheckUpDialog(self._window.services.doctor, self._background, self._window)
        self.dialog.look()

    async def close(self) -> None:
        if self.dialog is not None:
            self.dialog.close()
        await self._background.close()
