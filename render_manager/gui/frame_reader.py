"""Reads the frames of the task that is shown: all that is known of them where they are few; else the states of all of
them, and the rest of those that are looked at."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from render_manager.domain.entities import RenderFrame
from render_manager.domain.frame_range import FrameRange
from render_manager.gui.background import Background
from render_manager.gui.change_feed import Changes
from render_manager.gui.models.frame_numbers import numbers_of, states_of
from render_manager.gui.models.frames import FrameModel
from render_manager.services.queries import Queries

#: The frames of a task that has no more are read whole.
FEW = 1000
#: Frames read, and frames taken in, in one go; between two of the latter the window can do something else.
PER_READ, PER_UPDATE = 1000, 250
#: When more than these are named, all states are read instead.
MOST_NAMED = 2000


class FrameReader:
    def __init__(self, queries: Queries, background: Background, model: FrameModel) -> None:
        self._queries = queries
        self._background = background
        self._model = model
        self._shown: tuple[str, str] | None = None  #: id and frames text of the task

    def show(self, task_id: str | None, frames: str = "") -> bool:
        """The task that is to be shown from now on; whether it is another one."""
        if task_id == (self._shown and self._shown[0]):
            return False
        self._shown = None if task_id is None else (task_id, frames)
        self._model.show(None, awaited=task_id is not None)
        return True

    async def read(self, changes: Changes) -> None:
        """What changed of the frames shown, and those that are looked at for the first time."""
        if self._shown is None:
            return
        task_id, text = self._shown
        if self._model.task_id != task_id:
            await self._begin(task_id, text)
        elif changes.everything or task_id in changes.frames:
            named = None if changes.everything else changes.frames[task_id]
            if named is None or len(named) > MOST_NAMED:
                await self._read_all(task_id)
            else:
                await self._read(task_id, named)
        if self._shows(task_id):
            await self._read(task_id, self._model.missing())

    async def _begin(self, task_id: str, text: str) -> None:
        def read() -> tuple[Sequence[int], bytearray, list[RenderFrame]]:
            numbers = numbers_of(text)
            frames = self._queries.frames(task_id) if len(numbers) <= FEW else []
            return numbers, self._states(task_id, numbers), frames

        numbers, states, frames = await self._background.call(read)
        if self._shows(task_id):
            self._model.show(task_id, numbers, states)
            self._model.update(frames)
            if not frames:
                await self._read(task_id, self._model.followed())

    async def _read_all(self, task_id: str) -> None:
        numbers = self._model.numbers
        if len(numbers) <= FEW:
            await self._read(task_id, numbers)
            return
        states = await self._background.call(self._states, task_id, numbers)
        if self._shows(task_id):
            self._model.take_states(states)
            await self._read(task_id, self._model.followed())

    def _states(self, task_id: str, numbers: Sequence[int]) -> bytearray:
        """Runs in a thread."""
        return states_of(numbers, self._queries.frame_states(task_id))

    async def _read(self, task_id: str, numbers: Iterable[int]) -> None:
        wanted = sorted(numbers)
        for first in range(0, len(wanted), PER_READ):
            frames = await self._background.call(partial(self._frames, task_id, wanted[first : first + PER_READ]))
            for start in range(0, len(frames), PER_UPDATE):
                if not self._shows(task_id):
                    return
                self._model.update(frames[start : start + PER_UPDATE])
                await asyncio.sleep(0)

    def _frames(self, task_id: str, numbers: Sequence[int]) -> list[RenderFrame]:
        """Runs in a thread."""
        return self._queries.frames(task_id, frames=str(FrameRange.of(numbers)))

    def _shows(self, task_id: str) -> bool:
        return self._shown is not None and self._shown[0] == task_id and self._model.task_id in (task_id, None)
