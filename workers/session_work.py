"""Rendering in a session: while a frame renders, the one before it is checked and recorded, and short ones are
claimed ahead, so that the renderer never waits.

    renderer   | frame 1 ……… | frame 2 ……… | frame 3 ……… |
    lane       |             | check, record 1; claim 3 | check, record 2; claim 4 |
"""

import logging
import time
from collections import deque
from collections.abc import Sequence
from functools import partial

from render_manager.domain.entities import Claim
from render_manager.domain.errors import RenderFailed, StoreUnavailable
from render_manager.services.endings import Outcome
from workers.attempt import Attempt, log_path
from workers.ends import Aborted
from workers.renderers.events import FrameDone
from workers.session import Session
from workers.work import Work

log = logging.getLogger(__name__)

#: Frames are claimed ahead if the one before them took less than so many seconds: a longer one would keep them from
#: other workers.
AHEAD_WITHIN = 1.0
#: Seconds after which frames claimed ahead are handed back, as the one before them takes longer than expected.
AHEAD_KEPT = 3.0
#: Seconds for which the answer to "what is next for me?" that brought a claim is taken for fresh.
AHEAD_TRUSTED = 0.05
#: A renderer that takes less than so many seconds for a frame has the request for the next one before it is through.
QUEUED_WITHIN = 0.1
#: Frames so short that several end within so many seconds are claimed and reported together, but not more than
#: ``MOST_TOGETHER``: what is not yet reported is rendered again if the worker dies.
TOGETHER_WITHIN = 0.1
MOST_TOGETHER = 16


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
        self._ahead: deque[Claim] = deque()  # claimed, and not begun yet
        self._asked_at = 0.0  # when they were known to be next
        self._ended: list[tuple[Claim, Outcome]] = []  # and not reported yet
        self._report_by = 0.0

    def run(self, claim: Claim) -> None:
        """Render the claim's frame, and then the task's others that this worker is to render next.

        Raises:
            Aborted: the session was stopped; what is still held was not rendered.
            StoreUnavailable: the worker leaves while the database is away.
        """
        current, queued = self._begin(claim, first=True), None
        try:
            while current is not None:
                result = self._finish(current)
                if queued and isinstance(result, RenderFailed) and not self._session.alive:
                    queued = self._given_back(queued)
                elif queued:
                    queued.begin()
                following = queued or self._next(claim.task.id)
                queued = self._queue() if following is not None and current.took < QUEUED_WITHIN else None
                outcome = current.failed(result) if isinstance(result, RenderFailed) else current.completed(*result)
                self._note(current, outcome)
                if following is not None and current.took < AHEAD_WITHIN:
                    self._report_and_claim(claim.task.id, current.took)
                else:
                    self._report()
                current = following
        finally:
            if queued:
                queued.end()
            self._report()

    def _begin(self, claim: Claim, *, first: bool = False) -> Attempt | None:
        """Ask the renderer for the claim's frame; None if it was lost meanwhile."""
        if not first and not self._work.holding.begin(claim):
            self._work.holding.drop(claim)
            return None
        path = self._log_path(claim.frame_number, claim.attempt)
        try:
            attempt = Attempt(claim, path, self._profile.host)
        except OSError as error:
            self._work.end(claim, self._work.unwritable(path, error))
            return None
        self._session.begin(claim.frame_number)
        # Claims that came after the first one were written down as begun.
        if first and not self._work.report.surely(lambda: self._lifecycle.frame_started(claim, path)):
            raise Aborted
        return attempt

    def _finish(self, attempt: Attempt) -> tuple[FrameDone, list[str]] | RenderFailed:
        """What the renderer says of a frame when it is through with it, or why it failed."""
        try:
            return self._session.finish(
                attempt.write,
                lambda fraction: self._work.report.progress(attempt.claim, fraction),
                self._hand_back_old,
            )
        except RenderFailed as error:
            return error
        finally:
            attempt.end()
            self._work.holding.settle(attempt.claim)

    def _next(self, task_id: str) -> Attempt | None:
        """Begin the task's next frame, if the task is still what is next for this worker."""
        if not self._session.usable or self._work.owner.stopping.is_set():
            self._hand_back()
            return None
        try:
            if self._ahead and not self._still_next(task_id):
                self._hand_back()
            if not self._ahead:
                self._hold(self._lifecycle.claim_following(task_id, self._profile, self._log_path))
        except StoreUnavailable:
            log.debug("What is claimed is rendered also while the database is away")
        while self._ahead:
            if attempt := self._begin(self._ahead.popleft()):
                return attempt
        return None

    def _queue(self) -> Attempt | None:
        """Ask for one frame more than the renderer is at, so that it need not wait for us between two short ones."""
        if not self._ahead or not self._session.usable or self._work.owner.stopping.is_set():
            return None
        return self._begin(self._ahead.popleft())

    def _given_back(self, attempt: Attempt) -> None:
        """The renderer went before it came to a frame that it was asked for."""
        attempt.end()
        self._work.hand_back(attempt.claim)

    def _still_next(self, task_id: str) -> bool:
        if time.monotonic() - self._asked_at > AHEAD_TRUSTED:
            if not self._lifecycle.is_next(task_id, self._profile):
                return False
            self._asked_at = time.monotonic()
        return True

    def _hold(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self._work.holding.add(claim)
        self._ahead.extend(claims)
        self._asked_at = time.monotonic()

    def _hand_back(self) -> None:
        while self._ahead:
            self._work.hand_back(self._ahead.popleft())

    def _hand_back_old(self) -> None:
        if self._ahead and time.monotonic() - self._asked_at > AHEAD_KEPT:
            self._hand_back()

    # -- reporting -----------------------------------------------------------------------------------------------

    def _note(self, attempt: Attempt, outcome: Outcome) -> None:
        if not self._ended:
            self._report_by = time.monotonic() + TOGETHER_WITHIN
        self._ended.append((attempt.claim, outcome))

    def _report_and_claim(self, task_id: str, took: float) -> None:
        """Report what ended and claim ahead, at the latest when the last frame ahead has begun."""
        together = min(MOST_TOGETHER, max(1, int(TOGETHER_WITHIN / took)))
        if len(self._ahead) > together // 4 and time.monotonic() < self._report_by:
            return
        ended, self._ended = self._ended, []
        # At the end of a task its frames are for whoever is free first: the last one is left.
        report = partial(
            self._lifecycle.end_and_claim, task_id, ended, self._profile, self._log_path, count=together, leave=1
        )
        self._hold(self._work.report.surely(report)[1])
        for claim, outcome in ended:
            self._work.ended(claim, outcome)

    def _report(self) -> None:
        ended, self._ended = self._ended, []
        for claim, outcome in ended:
            self._work.end(claim, outcome)

    def _log_path(self, number: int, attempt: int) -> str:
        return log_path(self._logs, number, attempt)
