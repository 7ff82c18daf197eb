"""How a window goes: what it is at is stopped, this computer's workers stop or are let go on, then it is gone."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from render_manager.gui.dialogs.leave import LeaveDialog
from render_manager.gui.local_workers import OnQuit

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

#: Seconds that closing waits for this computer's workers to stop.
STOP_WITHIN = 20.0


class Leaving(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.begun = False  #: long work in threads looks at it and ends

    def ask(self, workers: int) -> None:
        """The window is to be closed; with workers on this computer it is asked what becomes of them."""
        if self.begun or self._window.findChild(LeaveDialog):
            return
        if workers:
            self._window.local_workers.ask(workers, lambda stay: self._leave(workers, stay))
        else:
            self._leave(0, stay=False)

    def unasked(self, workers: int) -> None:
        """Nobody is there to be asked: the workers go on only where that is settled."""
        self._leave(workers, stay=self._window.local_workers.on_quit is OnQuit.STAY)

    def _leave(self, workers: int, stay: bool) -> None:
        if not self.begun:
            self._window.parts.save(self._window.state)
            self._window.setEnabled(False)
            self._stop_work()
            asyncio.get_event_loop().create_task(self._close(workers, stay))

    def _stop_work(self) -> None:
        self.begun = True
        for commands in (self._window.submit_commands, self._window.object_commands, self._window.task_commands):
            commands.stop()

    async def _close(self, workers: int, stay: bool) -> None:
        """The window stays until the workers have stopped."""
        window = self._window
        local = window.services.local_workers
        if stay:
            await asyncio.wait([asyncio.ensure_future(window.background.call(local.let_go))])
        elif workers:
            window.statusBar().showMessage(
                self.tr("Stopping this computer's workers; their frames go back to the queue…")
            )
            await asyncio.wait([asyncio.ensure_future(window.background.call(local.stop))], timeout=STOP_WITHIN)
        await self._end()
        window.closed.emit()

    async def give_way(self) -> None:
        """Go, as another window on the same farm has taken over; this computer's workers stay."""
        self._stop_work()
        await self._end()
        self._window.deleteLater()

    async def _end(self) -> None:
        await self._window.viewer_commands.close()
        await self._window.check_up_commands.close()
        await self._window.background.close()
        self._window.hide()
