"""Rendering in a session: while a frame renders, the one before it is checked and recorded, and short ones are
claimed ahead, so that the renderer never waits.

    renderer   | frame 1 ……… | frame 2 ……… | frame 3 ……… |
    lane       |             | check, record 1; claim 3 | check, record 2; claim 4 |
"""

import logging
import time

from render_manager.domain.entities import Claim
from render_manager.domain.errors import RenderFailed, StoreUnavailable
from render_manager.services.lifecycle import Outcome
from workers.attempt import Attempt, log_path
from workers.renderers.events import FrameDone
from workers.session import Aborted, Session
from workers.work import Work

log = logging.getLogger(__name__)

#: A frame is claimed ahead if the one before it took less than so many seconds: a longer one would keep it from
#: another worker.
AHEAD_WITHIN = 1.0
#: Seconds after which a frame claimed ahead is handed back, as the one before it takes longer than expected.
AHEAD_KEPT = 3.0


class SessionWork:
    """One stay at a task that has its project loaded.

    Args:
        logs: the folder for the frames' logs.
    """

    def __init__(self, work: Work, session: Session, logs: str) -> None:
        self._work = work
        self._lifecycle = work.lifecycle
        self._profile = work.owner.profile
        self._session = session
        self._logs = logs
        self._ahead: Claim | None = None
        self._ahead_since = 0.0

    def run(self, claim: Claim) -> None:
        """Render the claim's frame, and then the task's others that this worker is to render next.

        Raises:
            Aborted: the session was stopped; what is still held was not rendered.
            StoreUnavailable: the worker leaves while the database is away.
        """
        current = self._begin(claim, first=True)
        while current is not None:
            result = self._finish(current)
            following = self._next(claim.task.id)
            outcome = current.failed(result) if isinstance(result, str) else current.completed(*result)
            self._record(current, outcome, ahead=following is not None and current.took < AHEAD_WITHIN)
            current = following

    def _begin(self, claim: Claim, *, first: bool = False) -> Attempt | None:
        """Ask the renderer for the claim's frame; None if it was lost meanwhile."""
        if not first and not self._work.holding.begin(claim):
            self._work.holding.drop(claim)
            return None
        path = self._log_path(claim.frame_number, claim.attempt)
        try:
            attempt = Attempt(claim, path)
        except OSError as error:
            self._work.end(claim, Outcome(error=f"The log {path} can't be written: {error.strerror or error}."))
            return None
        self._session.begin(claim.frame_number)
        # Claims that came after the first one were written down as begun.
        if first and not self._work.report.surely(lambda: self._lifecycle.frame_started(claim, path)):
            raise Aborted
        return attempt

    def _finish(self, attempt: Attempt) -> tuple[FrameDone, list[str]] | str:
        """What the renderer says of a frame when it is through with it, or why it failed."""
        try:
            return self._session.finish(
                attempt.write,
                lambda fraction: self._work.report.progress(attempt.claim, fraction),
                self._hand_back_old,
            )
        except RenderFailed as error:
            log.info("%s failed: %s", attempt.claim, error)
            return str(error)
        finally:
            attempt.end()
            self._work.holding.settle(attempt.claim)

    def _next(self, task_id: str) -> Attempt | None:
        """Begin the task's next frame, if the task is still what is next for this worker."""
        ahead, self._ahead = self._ahead, None
        going_on = self._session.alive and not self._work.owner.stopping.is_set()
        try:
            if ahead and going_on and self._lifecycle.is_next(task_id, self._profile):
                return self._begin(ahead)
            if ahead:
                self._work.hand_back(ahead)
            claim = self._lifecycle.claim_following(task_id, self._profile, self._log_path) if going_on else None
        except StoreUnavailable:
            # What is claimed is rendered also while the database is away.
            return self._begin(ahead) if ahead and going_on else None
        if claim is None:
            return None
        self._work.holding.add(claim)
        return self._begin(claim)

    def _record(self, attempt: Attempt, outcome: Outcome, *, ahead: bool) -> None:
        if not ahead:
            self._work.end(attempt.claim, outcome)
            return

        def report() -> Claim | None:
            # At the end of a task its frames are for whoever is free first: the last one is left.
            return self._lifecycle.end_and_claim(attempt.claim, outcome, self._profile, self._log_path, leave=1)[1]

        self._ahead, self._ahead_since = self._work.report.surely(report), time.monotonic()
        if self._ahead:
            self._work.holding.add(self._ahead)
        self._work.holding.drop(attempt.claim)

    def _hand_back_old(self) -> None:
        if self._ahead and time.monotonic() - self._ahead_since > AHEAD_KEPT:
            ahead, self._ahead = self._ahead, None
            self._work.hand_back(ahead)

    def _log_path(self, number: int, attempt: int) -> str:
        return log_path(self._logs, number, attempt)
