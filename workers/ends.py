"""How a renderer's work can end before it is done."""

import time

from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from workers.renderers.events import Problem

#: What kills a process when memory runs out, and what a shell makes of it.
_KILLED = (-9, 137)
#: How a process ends that somebody else ended.
FROM_OUTSIDE = (*_KILLED, -15, 143)


class Aborted(Exception):
    """The work was taken from us: cancelled, skipped, lost to another worker, or this worker stops."""


class Stopwatch:
    """Counts against a limit in seconds; None: there is none."""

    def __init__(self, limit: float | None, doing: str) -> None:
        self._limit = limit
        self._doing = doing
        self.restart()

    def restart(self) -> None:
        self._since = time.monotonic()

    @property
    def over(self) -> bool:
        return self._limit is not None and time.monotonic() - self._since > self._limit

    def hang(self, label: str, problem: Problem | None = None) -> RenderFailed:
        """What is to be said of the renderer when it is over.

        Args:
            problem: the last one it spoke of.
        """
        before = f"; it said before: {problem.message.rstrip('.')}" if problem else ""
        reason = f"{label} was ended after {self._limit:,.0f} s of {self._doing}: it hangs, or the limit is too low"
        return RenderFailed(f"{reason}{before}.", FailureClass.HANG, problem.evidence if problem else None)


def ended_early(label: str, code: int, problem: Problem | None) -> RenderFailed:
    """Why a renderer ended that was not done.

    Args:
        code: its exit code; negative: ended by that signal.
        problem: the last one it spoke of.
    """
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    reason = f": {problem.message}" if problem else "; its log may say why"
    failure = problem.failure if problem else FailureClass.UNKNOWN
    if failure is FailureClass.UNKNOWN:
        failure = FailureClass.MEMORY if code in _KILLED else FailureClass.CRASH
    return RenderFailed(f"{label} {how} before it was done{reason}.", failure, problem.evidence if problem else None)
