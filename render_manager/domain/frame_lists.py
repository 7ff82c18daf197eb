"""What a list of a task's frames is asked by; a task may have a million of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from render_manager.domain.states import FrameStatus


class FrameSort(StrEnum):
    """What frames are sorted by, other than by their numbers."""

    STATUS = "status"  #: in the order of FrameStatus
    PROGRESS = "progress"
    ATTEMPT = "attempt"
    WORKER = "worker"
    STARTED = "started"
    TOOK = "took"
    CAUSE = "cause"  #: of its failure
    IMAGE = "image"  #: the path of its file


@dataclass(frozen=True)
class FrameStates:
    """The status of every frame of a task. That of most of them is told once, so that a task of a million frames that
    are all waiting, or all done, costs no more than one of ten."""

    most: FrameStatus = FrameStatus.PENDING  #: of every frame that is not named
    named: Mapping[FrameStatus, Sequence[int]] = field(default_factory=dict[FrameStatus, Sequence[int]])
