"""Starting and stopping this computer's own workers."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from render_manager.gui.change_feed import Changes

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class WorkerCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._local = window.services.local_workers

    def start(self) -> None:
        self._window.say(self.tr("Starting a worker…"))
        started = self.tr("Worker started: {0}")
        self._window.background.run(self._local.start, done=lambda name: self._done(started.format(name)))

    def stop(self) -> None:
        self._window.say(self.tr("Stopping this computer's workers…"))
        self._window.background.run(self._local.stop, done=lambda _: self._done(self.tr("Workers stopped.")))

    def _done(self, said: str) -> None:
        self._window.say(said)
        self._window.live.note(Changes(workers=True))
