"""Carrying files to and fro, one after the other off the Qt thread, with progress and a way to stop."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from render_manager.domain.errors import RenderManagerError
from render_manager.gui.background import Background
from render_manager.gui.dialogs.messages import explain
from render_manager.services.ports import Progress

#: Seconds between two words about the progress.
_EVERY = 0.05


@dataclass(frozen=True)
class Transfer:
    words: str  #: what is done, for people: Uploading shot.zip
    work: Callable[[Progress], object]


class _Stopped(RenderManagerError):
    """By the user."""


class Transfers(QObject):
    """What comes while some are under way waits for its turn.

    Signals:
        progressed: the Transfer under way, bytes done, bytes in all (0: unknown), and how many wait after it.
        broke: a sentence: one failed. It and those after it wait for ``resume`` or ``drop``.
        ended: nothing is left to do; told how many were done, and whether the user stopped it.
    """

    progressed = Signal(object, object, object, int)
    broke = Signal(str)
    ended = Signal(int, bool)

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._waiting: list[Transfer] = []
        self._stop = False
        self._done = 0
        self._told_at = 0.0
        self.running = False

    def add(self, transfers: Sequence[Transfer]) -> None:
        self._waiting += transfers
        self.resume()

    def resume(self) -> None:
        """Begin, or go on with what broke off."""
        if not self.running and self._waiting:
            self.running, self._stop = True, False
            self._next()

    def stop(self) -> None:
        """End what is under way, within a moment, and leave the rest."""
        self._stop = True
        if not self.running:
            self.drop()

    def drop(self) -> None:
        """Leave what broke off."""
        self._waiting.clear()
        self._end()

    def _next(self) -> None:
        if self._stop or not self._waiting:
            self._waiting.clear()
            self._end()
            return
        transfer = self._waiting[0]
        self._told_at = 0.0
        self._background.run(
            lambda: transfer.work(self._tell), done=lambda _: self._succeeded(), failed=self._failed, owner=self
        )
        self.progressed.emit(transfer, 0, 0, len(self._waiting) - 1)

    def _succeeded(self) -> None:
        self._waiting.pop(0)
        self._done += 1
        self._next()

    def _failed(self, error: Exception) -> None:
        self.running = False
        if isinstance(error, _Stopped) or self._stop:
            self.drop()
        else:
            self.broke.emit(explain(error)[0])

    def _end(self) -> None:
        self.running = False
        done, self._done = self._done, 0
        self.ended.emit(done, self._stop)

    def _tell(self, done: int, total: int | None) -> None:
        """Runs in a thread."""
        if self._stop:
            raise _Stopped("Stopped.")
        now = time.monotonic()
        if now - self._told_at >= _EVERY or done == total:
            self._told_at = now
            self.progressed.emit(self._waiting[0], done, total or 0, len(self._waiting) - 1)
