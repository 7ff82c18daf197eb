"""Opens the frame viewer, one for a main window."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from render_manager.gui.background import Background

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow
    from render_manager.gui.viewer.window import ViewerWindow

#: Threads for images alone: one that comes slowly from far away must not keep the window from reading its tasks.
_THREADS = 3


class ViewerCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._background = Background(failed=window.fail, threads=_THREADS)
        self.viewer: ViewerWindow | None = None

    def open(self) -> None:
        """Show the viewer at the current frame. What reads images is loaded the first time, which takes a moment."""
        if self.viewer is None:
            self._background.run(_load, done=lambda _: self._open(), owner=self)
        else:
            self.viewer.look()

    def _open(self) -> None:
        from render_manager.gui.viewer.window import ViewerWindow

        if self.viewer is None:
            self.viewer = ViewerWindow(self._window, self._background)
        self.viewer.look()

    def retint(self) -> None:
        if self.viewer is not None:
            self.viewer.retint()

    async def close(self) -> None:
        if self.viewer is not None:
            self.viewer.close()
        await self._background.close()


def _load() -> None:
    """Runs in a thread."""
    import OpenImageIO  # noqa: F401

    import render_manager.gui.imaging.channels  # noqa: F401
