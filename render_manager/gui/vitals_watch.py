"""Asks again and again how long the queues are, and whether database and Redis answer."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.priority import Band
from render_manager.gui.background import Background
from render_manager.services.services import Services
from render_manager.services.vitals import Answer

log = logging.getLogger(__name__)

EVERY = 5.0
#: Seconds at least between two looks: what is away is reported by everybody who wanted something of it.
REST = 1.0


@dataclass(frozen=True)
class Reading:
    store: Answer
    broker: Answer
    waiting: Mapping[Band, int] | None  #: frames; None: unknown
    at: float = field(default_factory=time.time)


class VitalsWatch(QObject):
    """Signals: read: a Reading."""

    read = Signal(object)

    def __init__(self, services: Services, background: Background) -> None:
        super().__init__()
        self._services = services
        self._background = background
        self._wake = asyncio.Event()

    def look(self) -> None:
        """Look now: something went away, or came back."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                self.read.emit(await self._background.call(self._read))
            except Exception:  # a fault of ours must not end it
                log.exception("Asking how database and Redis are failed.")
            # Not wait_for: before Python 3.12 it forgets that it was cancelled when the event comes at that moment,
            # as it does when the window closes and the feed ends.
            for _ in range(round(EVERY / REST)):
                await asyncio.sleep(REST)
                if self._wake.is_set():
                    break

    def _read(self) -> Reading:
        vitals = self._services.vitals
        store, broker = vitals.store(), vitals.broker()
        try:
            waiting = self._services.queries.waiting() if store.seconds is not None else None
        except StoreUnavailable as error:
            store, waiting = Answer(None, str(error)), None
        return Reading(store, broker, waiting)
