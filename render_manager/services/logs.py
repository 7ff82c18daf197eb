"""Logs of frames, whoever made them and wherever they are."""

import re
from dataclasses import dataclass, replace

from render_manager.domain.audit import Action, actor_as_worker
from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import LogUnavailable
from render_manager.domain.logs import LOAD_LOG, LogId
from render_manager.domain.states import FrameStatus
from render_manager.services.log_files import LogFile
from render_manager.services.log_places import LogPlaces, LogSearch

_SEPARATORS = re.compile(r"[\\/]")
#: What may be said of an attempt's end.
_ENDS = (Action.COMPLETE, Action.FAIL, Action.GIVE_BACK)


@dataclass(frozen=True)
class LogAttempt:
    """One attempt at a frame, as far as it is remembered."""

    number: int
    worker: str | None = None
    outcome: Action | None = None  #: None: it goes on, or nobody knows
    why: str | None = None


class Logs:
    """Asked by the window and the command line."""

    def __init__(self, places: LogPlaces) -> None:
        self._places = places

    def attempts(self, frame: RenderFrame) -> list[LogAttempt]:
        """All attempts at the frame, the first one first; who made them is told by the record."""
        known = {number: LogAttempt(number) for number in range(1, frame.attempt + 1)}
        for entry in reversed(self._places.store.history(frame.task_id, frame=frame.frame_number, limit=500)):
            worker, attempt = actor_as_worker(entry.actor), known.get(entry.attempt or 0)
            if attempt is None:
                continue
            if entry.action in _ENDS:
                attempt = replace(attempt, outcome=entry.action, why=entry.why)
            elif entry.action is not Action.CLAIM:
                continue
            known[attempt.number] = replace(attempt, worker=worker or attempt.worker)
        if frame.attempt and frame.worker:
            known[frame.attempt] = replace(known[frame.attempt], worker=frame.worker)
        return [known[number] for number in sorted(known)]

    def find(self, frame: RenderFrame, attempt: int | None = None) -> LogFile:
        """The log of an attempt at the frame, by default of the last one.

        Raises:
            LogUnavailable: there is none yet, or it can't be had from here.
        """
        number = attempt or frame.attempt
        current = number == frame.attempt
        if not number or (current and frame.status is FrameStatus.RENDERING and frame.log_path is None):
            raise LogUnavailable(f"Frame {frame.frame_number} has no log yet: its renderer has not started.")
        if not 1 <= number <= frame.attempt:
            raise LogUnavailable(
                f"Frame {frame.frame_number} has no attempt {number}: it was tried {frame.attempt} time(s)."
            )
        loading = bool(current and frame.log_path and _SEPARATORS.split(frame.log_path)[-1] == LOAD_LOG)
        log = LogId(frame.task_id, frame.frame_number, number, loading)
        return LogSearch(self._places, frame, log, self._worker_of(frame, log)).run()

    def _worker_of(self, frame: RenderFrame, log: LogId) -> str | None:
        if log.attempt == frame.attempt and frame.worker:
            return frame.worker
        return self.attempts(frame)[log.attempt - 1].worker
