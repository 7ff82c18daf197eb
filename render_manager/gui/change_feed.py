"""Hears what changed and says so in merged portions; asks by the clock while the broker is away."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.notices import Notice, Topic
from render_manager.services.ports import ChangeBus

log = logging.getLogger(__name__)

#: Seconds between two looks at everything while no notices come.
POLL = 4.0
FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0


@dataclass
class Changes:
    """What may differ from what the window shows."""

    everything: bool = False
    listing: bool = False  #: which tasks are shown, and in what order
    tasks: set[str] = field(default_factory=set)
    #: By task; None: any of its frames.
    frames: dict[str, set[int] | None] = field(default_factory=dict)
    workers: bool = False

    def __bool__(self) -> bool:
        return self.everything or self.listing or self.workers or bool(self.tasks or self.frames)

    def add(self, notice: Notice) -> None:
        if notice.topic is Topic.WORKERS:
            self.workers = True
        if notice.task_id is None:
            return
        self.tasks.add(notice.task_id)
        if notice.topic is Topic.FRAMES:
            self.add_frames(notice.task_id, None if notice.frames is None else set(notice.frames))

    def add_frames(self, task_id: str, numbers: set[int] | None) -> None:
        known = self.frames.get(task_id, set())
        self.frames[task_id] = None if known is None or numbers is None else known | numbers

    def merge(self, other: "Changes") -> None:
        self.everything |= other.everything
        self.listing |= other.listing
        self.workers |= other.workers
        self.tasks |= other.tasks
        for task_id, numbers in other.frames.items():
            self.add_frames(task_id, numbers)


class ChangeFeed(QObject):
    """Listens on the change bus for as long as the window is open.

    Signals:
        changed: what changed, as Changes; not merged over time yet (``live.py`` does that).
        lost: the broker went away; the sentence to show.
        restored: notices come again.
    """

    changed = Signal(object)
    lost = Signal(str)
    restored = Signal()

    def __init__(self, bus: ChangeBus, *, poll: float = POLL, first_retry: float = FIRST_RETRY) -> None:
        super().__init__()
        self._bus = bus
        self._poll = poll
        self._first_retry = first_retry
        self._delay = first_retry
        self._retry = asyncio.Event()

    def retry_now(self) -> None:
        """Try the broker again without waiting for the time to come."""
        self._retry.set()

    async def run(self) -> None:
        self._delay = self._first_retry
        while True:
            try:
                await self._listen()
            except BrokerUnavailable as error:
                self.lost.emit(str(error))
            except Exception as error:  # a fault of ours must not leave the window deaf: it polls and tries again
                log.exception("The change feed broke.")
                self.lost.emit(str(error))
            await self._poll_for(self._delay)
            self._delay = min(self._delay * 2, LONGEST_RETRY)

    async def _listen(self) -> None:
        batches = self._bus.listen()
        try:
            async for notices in batches:
                self._delay = self._first_retry
                self.restored.emit()
                self.changed.emit(_changes_of(notices))
        finally:
            await batches.aclose()  # here and now, not whenever memory is tidied up

    async def _poll_for(self, seconds: float) -> None:
        self._retry.clear()
        while seconds > 0 and not self._retry.is_set():
            self.changed.emit(Changes(everything=True, workers=True))
            pause = min(seconds, self._poll)
            seconds -= pause
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):  # wait_for may lose a cancel, up to Python 3.11
                    await self._retry.wait()


def _changes_of(notices: Sequence[Notice]) -> Changes:
    """An empty batch says that the connection is new: anything may have changed meanwhile."""
    changes = Changes(everything=not notices, workers=not notices)
    for notice in notices:
        changes.add(notice)
    return changes
