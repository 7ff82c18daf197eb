"""The frames of the task that is shown. The grid paints from ``states``, one byte a frame; a frame that nobody has
touched yet costs nothing but that byte, so that a million waiting ones are no burden."""

import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from render_manager.domain.entities import RenderFrame
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
#: A frame's byte in ``FrameModel.states`` is its status' place here.
STATUSES = tuple(FrameStatus)
CODES = {status: code for code, status in enumerate(STATUSES)}


class Role(IntEnum):
    NUMBER = _Role.UserRole + 1
    STATUS = _Role.UserRole + 2
    PROGRESS = _Role.UserRole + 3


def numbers_of(frames: str) -> Sequence[int]:
    """The frame numbers of a task in order. Takes a while for a million in many pieces: call it off the Qt thread."""
    runs = FrameRange.parse(frames, limit=sys.maxsize).runs  # what was once accepted is shown, whatever the limit now
    return runs[0] if len(runs) == 1 else tuple(FrameRange(runs))


class FrameModel(QAbstractListModel):
    """One row a frame, in frame order."""

    def __init__(self) -> None:
        super().__init__()
        self.task_id: str | None = None
        self.numbers: Sequence[int] = ()
        self.states = bytearray()
        self._frames: dict[int, RenderFrame] = {}  #: by number; only those a worker has touched

    # -- filling -------------------------------------------------------------------------------------------------

    def show(self, task_id: str | None, numbers: Sequence[int] = ()) -> None:
        """Begin with another task; every frame waits until ``update`` says otherwise."""
        self.beginResetModel()
        self.task_id = task_id
        self.numbers = numbers
        self.states = bytearray([CODES[FrameStatus.PENDING]]) * len(numbers)
        self._frames = {}
        self.endResetModel()

    def update(self, frames: Iterable[RenderFrame]) -> None:
        """Take in frames as read and repaint exactly those that differ."""
        changed: list[int] = []
        for frame in frames:
            position = self.position(frame.frame_number)
            if position is None or frame.task_id != self.task_id:
                continue
            old = self._frames.get(frame.frame_number)
            if old is None and frame.attempt == 0 and frame.status is FrameStatus.PENDING:
                if self.states[position] == CODES[FrameStatus.PENDING]:
                    continue
            elif old is not None and _look(old) == _look(frame):
                self._frames[frame.frame_number] = frame
                continue
            self._frames[frame.frame_number] = frame
            self.states[position] = CODES[frame.status]
            changed.append(position)
        self._repaint(sorted(changed))

    def _repaint(self, positions: Sequence[int]) -> None:
        start = 0
        for end in range(1, len(positions) + 1):
            if end == len(positions) or positions[end] != positions[end - 1] + 1:
                self.dataChanged.emit(self.index(positions[start]), self.index(positions[end - 1]), [])
                start = end

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

    def frame(self, position: int) -> RenderFrame:
        number = self.numbers[position]
        return self._frames.get(number) or RenderFrame(self.task_id or "", number)

    def progress(self, position: int) -> float:
        frame = self._frames.get(self.numbers[position])
        return frame.progress if frame else 0.0

    def next_in(self, status: FrameStatus, after: int) -> int | None:
        """The next row in that state behind ``after``, beginning anew at the end."""
        code = CODES[status]
        found = self.states.find(code, after + 1)
        if found < 0:
            found = self.states.find(code)
        return found if found >= 0 else None

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
