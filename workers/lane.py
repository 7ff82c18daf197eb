"""A lane: a worker's stay at work, from a ticket until nothing is left for it.

claim → (new task: start the renderer, prepare the workspace, load the project) → render, verify, report, claim …
"""

import logging
from collections import Counter
from collections.abc import Sequence

from render_manager.domain.entities import Claim
from render_manager.domain.errors import (
    NotEnoughSpace,
    ObjectStoreError,
    RendererNotFound,
    RenderFailed,
    RenderManagerError,
    SeveralProjectFiles,
    StoreUnavailable,
    WorkspaceError,
)
from render_manager.domain.failures import POLICIES, FailureClass
from render_manager.services.endings import Outcome
from workers.ends import Aborted
from workers.rendering import Rendering
from workers.work import LaneOwner, Work

log = logging.getLogger(__name__)

#: Not the project's fault: another host may do better.
HOST_FAULTS = (NotEnoughSpace, WorkspaceError, RendererNotFound)


class Lane:
    def __init__(self, owner: LaneOwner) -> None:
        self._owner = owner
        self._lifecycle = owner.lifecycle
        self._work = Work(owner)
        self._loads_failed: Counter[str] = Counter()  # by task
        self._rendering = Rendering(self._work)

    @property
    def held(self) -> Sequence[Claim]:
        """What is being worked on or reported: these leases must be renewed."""
        return self._work.holding.all

    def run(self) -> bool:
        """Work until nothing is left for this worker, or it stops; whether there was anything to do."""
        served = False
        try:
            while not self._owner.stopping.is_set() and (claim := self._lifecycle.claim_next(self._owner.profile)):
                served = True
                log.info("Claimed %s (%s)", claim, claim.task.name)
                self._serve(claim)
        finally:
            self._rendering.close()
        return served

    def abort(self, claim: Claim) -> None:
        """Stop working on this claim at once; from any thread. Nothing happens if the lane is past it."""
        if not self._work.holding.lose(claim):
            return
        log.info("Stopping work on %s", claim)
        self._rendering.abort()

    def _serve(self, claim: Claim) -> None:
        """Work on a claim, and then on what else of its task is this worker's."""
        self._rendering.begin()  # before anybody can want the claim aborted
        self._work.holding.add(claim, begun=True)
        renderer, installation = self._owner.renderers[claim.task.render_engine]
        try:
            self._rendering.run(claim, renderer, installation)
        except Aborted:
            self._rendering.close()
            # If a claim is lost this does nothing; if this worker leaves, the frame goes to the next one.
            for held in self.held:
                self._work.hand_back(held)
        except SeveralProjectFiles as error:
            candidates = error.candidates
            self._rendering.close()
            self._work.holding.settle(claim)
            self._hand_back_others(claim)
            self._work.report.surely(lambda: self._lifecycle.project_unclear(claim, candidates))
        except HOST_FAULTS as error:
            self._hand_back_others(claim)
            self._preparation_failed(claim, error, on_host=self._owner.profile.host)
        except ObjectStoreError as error:
            self._hand_back_others(claim)
            self._attempt_failed(claim, error)
        except StoreUnavailable:
            raise  # the frames go to the sweep
        except RenderFailed as error:
            self._hand_back_others(claim)
            self._load_failed(claim, error)
        except RenderManagerError as error:
            self._hand_back_others(claim)
            self._preparation_failed(claim, error)
        except Exception as error:
            # A fault of ours must not leave frames hanging until their leases end, again and again.
            log.exception("Working on %s failed", claim)
            self._rendering.close()
            reason = f"The worker failed: {type(error).__name__}: {error}"
            outcome = Outcome(error=reason, host=self._owner.profile.host)  # others may work
            for held in self.held:
                self._work.end(held, outcome)
        finally:
            self._work.holding.drop_all()

    def _hand_back_others(self, claim: Claim) -> None:
        """The frames claimed along with this one; they wait, or share its fate."""
        for held in self.held:
            if held is not claim:
                self._work.hand_back(held)

    def _load_failed(self, claim: Claim, error: RenderFailed) -> None:
        """The renderer does not come to render: the project's fault, or this attempt's, as long as it may do better."""
        task, policy = claim.task, POLICIES[error.failure]
        self._loads_failed[task.id] += policy.counted
        hopeless = self._loads_failed[task.id] >= task.max_attempts
        if error.failure is FailureClass.UNKNOWN or not policy.retried or hopeless:
            self._preparation_failed(claim, error)
            return
        self._attempt_failed(claim, error)

    def _attempt_failed(self, claim: Claim, error: RenderManagerError) -> None:
        """Before its frame was begun; what follows is decided by the kind of the failure."""
        log.warning("Opening %s failed: %s", claim, error)
        self._work.holding.settle(claim)
        self._rendering.close()
        evidence = error.evidence if isinstance(error, RenderFailed) else None
        host = self._owner.profile.host
        self._work.end(claim, Outcome(error=str(error), failure=error.failure, evidence=evidence, host=host))

    def _preparation_failed(self, claim: Claim, error: RenderManagerError, on_host: str | None = None) -> None:
        log.warning("Preparing %s failed: %s", claim, error)
        self._work.holding.settle(claim)
        self._rendering.close()
        log_path = self._rendering.load_log
        self._work.report.surely(
            lambda: self._lifecycle.preparation_failed(
                claim,
                str(error),
                on_host=on_host,
                log_path=str(log_path) if log_path else None,
                failure=error.failure,
                evidence=error.evidence if isinstance(error, RenderFailed) else None,
            )
        )
