"""The frames of the task that is shown. Their states are one byte each; the frames themselves are known only as far as
somebody looks at them, so that a million of them are no burden."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frame_numbers import CODES, STATUSES
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_RENDERING = CODES[FrameStatus.RENDERING]

#: So many frames are kept that nobody looks at any more.
KEPT = 3000
#: So many of the frames looked at are asked for; of a list scrolled through the last ones are what is seen.
WANTED = 500
#: More separate changes than this are repainted as one.
MOST_RUNS = 40


class Role(IntEnum):
    NUMBER = _Role.UserRole + 1
    STATUS = _Role.UserRole + 2
    PROGRESS = _Role.UserRole + 3


class FrameModel(QAbstractListModel):
    """One row a frame, in frame order. Whoever reads for it asks ``missing`` when told that frames are ``wanted``, and
    hands them to ``update``.

    Signals:
        wanted: frames are looked at that are not known.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.task_id: str | None = None
        self.numbers: Sequence[int] = ()
        self.states = bytearray()
        self.awaited = False  #: there are no frames yet, but there will be
        self._known: dict[int, RenderFrame] = {}  #: by number; what was read last stands last
        self._missing: dict[int, None] = {}
        self._tell = QTimer(self, singleShot=True, interval=0)
        self._tell.timeout.connect(self.wanted)

    # -- filling -------------------------------------------------------------------------------------------------

    def show(
        self,
        task_id: str | None,
        numbers: Sequence[int] = (),
        states: bytearray | None = None,
        *,
        awaited: bool = False,
    ) -> None:
        """Begin with another task. Without ``states`` every frame waits until ``take_states`` says otherwise.
        ``awaited``: it is being read, and shown as soon as it is."""
        self.beginResetModel()
        self.awaited = awaited
        self.task_id = task_id
        self.numbers = numbers
        self.states = bytearray([CODES[FrameStatus.PENDING]]) * len(numbers) if states is None else states
        self._known = {}
        self._missing = {}
        self.endResetModel()

    def take_states(self, states: bytearray) -> None:
        """Take in the states of all frames as read and repaint those that differ."""
        old, new = np.frombuffer(self.states, np.uint8), np.frombuffer(states, np.uint8)
        if len(old) != len(new):
            return
        changed = np.flatnonzero(old != new)
        del old, new
        if len(changed):
            self.states = states
            for number, frame in list(self._known.items()):
                position = self.position(number)
                if position is None or states[position] != CODES[frame.status]:
                    del self._known[number]
            self._repaint(changed)

    def update(self, frames: Iterable[RenderFrame]) -> None:
        """Take in frames as read and repaint those that differ."""
        changed: list[int] = []
        for frame in frames:
            number = frame.frame_number
            self._missing.pop(number, None)
            position = self.position(number)
            if position is None or frame.task_id != self.task_id:
                continue
            old = self._known.pop(number, None)
            self._known[number] = frame
            code = CODES[frame.status]
            if old is None:
                same = self.states[position] == code and frame == RenderFrame(frame.task_id, number)
            else:
                same = self.states[position] == code and _look(old) == _look(frame)
            if not same:
                self.states[position] = code
                changed.append(position)
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        if changed:
            self._repaint(np.array(sorted(changed)))

    def _repaint(self, positions: NDArray[np.intp]) -> None:
        ends = np.flatnonzero(np.diff(positions) > 1)
        firsts, lasts = positions[np.append(0, ends + 1)], positions[np.append(ends, len(positions) - 1)]
        if len(firsts) > MOST_RUNS:
            firsts, lasts = firsts[:1], lasts[-1:]
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            self.dataChanged.emit(self.index(first), self.index(last), [])

    # -- what is to be read --------------------------------------------------------------------------------------

    def missing(self) -> list[int]:
        """The numbers of frames that were looked at and are not known; each is told once."""
        missing = list(self._missing)[-WANTED:]
        self._missing = {}
        return missing

    def followed(self) -> set[int]:
        """The numbers of frames whose details may be on the screen: those rendering, and those looked at."""
        states = np.frombuffer(self.states, np.uint8)
        rendering = np.flatnonzero(states == _RENDERING)[:KEPT].tolist()
        return {*self._known, *(self.numbers[position] for position in rendering)}

    # -- asking --------------------------------------------------------------------------------------------------

    def position(self, number: int) -> int | None:
        """The row of a frame number; None: the task has no such frame."""
        numbers = self.numbers
        if isinstance(numbers, range):
            return numbers.index(number) if number in numbers else None
        position = bisect_left(numbers, number)
        return position if position < len(numbers) and numbers[position] == number else None

    def status(self, position: int) -> FrameStatus:
        return STATUSES[self.states[position]]

    def known(self, position: int) -> RenderFrame | None:
        """The frame, if it was read; if not, it will be."""
        number = self.numbers[position]
        frame = self._known.get(number)
        if frame is None and number not in self._missing:
            self._missing[number] = None
            self._tell.start()
        return frame

    def frame(self, position: int) -> RenderFrame:
        """The frame, or, until it is read, what is known of it: its number and status."""
        return self.known(position) or RenderFrame(
            self.task_id or "", self.numbers[position], status=self.status(position)
        )

    def progress(self, position: int) -> float:
        """Of a frame that is rendering; 0 as long as it was not read."""
        frame = self._known.get(self.numbers[position])
        return frame.progress if frame else 0.0

    def next_in(self, status: FrameStatus, after: int) -> int | None:
        """The next row in that state behind ``after``, beginning anew at the end."""
        code = CODES[status]
        found = self.states.find(code, after + 1)
        if found < 0:
            found = self.states.find(code)
        return found if found >= 0 else None

    def previous_in(self, status: FrameStatus, before: int) -> int | None:
        """The next row in that state ahead of ``before``, beginning anew from the end."""
        code = CODES[status]
        found = self.states.rfind(code, 0, max(before, 0))
        if found < 0:
            found = self.states.rfind(code)
        return found if found >= 0 else None

    def in_state(self, status: FrameStatus) -> NDArray[np.bool_]:
        """Of each row whether it is in that state."""
        return np.frombuffer(self.states, np.uint8) == CODES[status]

    # -- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.numbers)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        match role:
            case _Role.DisplayRole:
                return str(self.numbers[index.row()])
            case _Role.AccessibleTextRole | _Role.ToolTipRole:
                return self.describe(index.row())
            case Role.NUMBER:
                return self.numbers[index.row()]
            case Role.STATUS:
                return self.status(index.row())
            case Role.PROGRESS:
                return self.progress(index.row())
        return None

    def describe(self, position: int) -> str:
        """The frame in words: number, state, attempt, worker, error."""
        frame = self.frame(position)
        text = self.tr("Frame {0}: {1}").format(frame.frame_number, FRAME_STYLES[frame.status].text)
        if frame.status is FrameStatus.RENDERING and frame.progress:
            text += self.tr(" {0} %").format(int(100 * frame.progress))
        if frame.attempt > 1:
            text += self.tr(", attempt {0}").format(frame.attempt)
        if frame.worker:
            text += self.tr(", on {0}").format(frame.worker)
        return f"{text}\n{say(frame.error_message)}" if frame.error_message else text


def _look(frame: RenderFrame) -> tuple[object, ...]:
    """What of a frame is visible anywhere; its lease is not and changes with every heartbeat."""
    return (
        frame.status,
        frame.attempt,
        frame.worker,
        frame.progress,
        frame.output_path,
        frame.uploaded_key,
        frame.log_path,
        frame.error_message,
        frame.started_at,
        frame.finished_at,
    )
