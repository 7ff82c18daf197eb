"""What all ways of rendering share: claims that are held, and reports that are not lost."""

from typing import Protocol

from render_manager.domain.entities import Claim, WorkerProfile
from render_manager.domain.failures import FailureClass
from render_manager.domain.logs import attempt_log_name
from render_manager.services.endings import Outcome
from render_manager.services.lifecycle import Lifecycle
from workers.holding import Holding
from workers.lately import Lately
from workers.renderers.base import Installation, Renderer
from workers.reporter import Reporter
from workers.signals import Signal
from workers.uploads import Uploads
from workers.workspace import Workspaces


class LaneOwner(Protocol):
    """What a lane needs of the worker it runs in."""

    profile: WorkerProfile
    lifecycle: Lifecycle
    workspaces: Workspaces
    renderers: dict[str, tuple[Renderer, Installation]]
    without_session: Lately  #: engines whose sessions did not come to be ready here
    stopping: Signal  #: take no new frame
    leaving: Signal  #: hand back the frame that is rendering
    uploads: Uploads | None  #: told of completed frames


class Work:
    """Claims and reports of one lane."""

    def __init__(self, owner: LaneOwner) -> None:
        self.owner = owner
        self.lifecycle = owner.lifecycle
        self.report = Reporter(owner.lifecycle, owner.leaving)
        self.holding = Holding()

    def end(self, claim: Claim, outcome: Outcome) -> None:
        """Write down how the claim's attempt ended."""
        self.report.surely(lambda: self.lifecycle.end_frame(claim, outcome))
        self.ended(claim, outcome)

    def ended(self, claim: Claim, outcome: Outcome) -> None:
        """How the claim's attempt ended is written down."""
        if self.owner.uploads and outcome.error is None:
            self.owner.uploads.completed(claim)
        elif self.owner.uploads:
            logs = self.owner.workspaces.paths(claim.task).logs
            self.owner.uploads.failed(claim, logs / attempt_log_name(claim.frame_number, claim.attempt))
        self.holding.drop(claim)

    def unwritable(self, path: str, error: OSError) -> Outcome:
        """The outcome of a frame that can't be begun since its log can't be written."""
        message = f"The log {path} can't be written: {error.strerror or error}."
        return Outcome(error=message, failure=FailureClass.STORAGE, host=self.owner.profile.host)

    def hand_back(self, claim: Claim) -> None:
        """Let another attempt render the frame. If the claim is lost this does nothing."""
        self.report.surely(lambda: self.lifecycle.frame_returned(claim))
        self.holding.drop(claim)
