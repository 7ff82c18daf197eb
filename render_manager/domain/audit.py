"""The record of who changed what, when and why."""

from dataclasses import dataclass
from enum import StrEnum

from render_manager.domain.states import FrameStatus, TaskStatus


class Action(StrEnum):
    """Why a state changed; a code, so that each language has its own words for it."""

    SUBMIT = "submit"
    CLAIM = "claim"  #: a worker took a frame
    START = "start"  #: the first renderer began
    COMPLETE = "complete"  #: a frame's image was verified
    FAIL = "fail"  #: an attempt failed
    GIVE_BACK = "give_back"  #: a worker handed its frame back unrendered
    LOSE = "lose"  #: a worker was lost, and the frame taken from it
    PREPARE = "prepare"  #: the project was fetched, or could not be
    ASK = "ask"  #: a worker found several project files
    CHOOSE = "choose"  #: of several project files one was chosen
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    PRIORITY = "priority"
    RETRY = "retry"
    SKIP = "skip"
    RELEASE = "release"  #: waits for other tasks no longer
    CLEAN_UP = "clean_up"  #: the workspace was asked to go, or went
    JOIN = "join"  #: a worker came
    LEAVE = "leave"  #: a worker went, or was found gone
    TURN_AWAY = "turn_away"  #: a worker left, or did not come, since another has its name
    ENABLE = "enable"  #: a worker takes frames again
    DISABLE = "disable"  #: a worker takes no frames until it is enabled
    DRAIN = "drain"  #: a worker finishes its frames and leaves


#: How an attempt ends that nobody interfered with.
ENDS = (Action.COMPLETE, Action.FAIL)


_WORKER = "worker "


def worker_as_actor(name: str) -> str:
    """A worker as the one who changes something."""
    return f"{_WORKER}{name}"


def actor_as_worker(actor: str) -> str | None:
    """The worker's name; None: it was a person."""
    return actor.removeprefix(_WORKER) if actor.startswith(_WORKER) else None


@dataclass(frozen=True)
class FrameMove:
    source: FrameStatus
    target: FrameStatus
    count: int


@dataclass(frozen=True)
class AuditEntry:
    """One change of state, by a person, a worker or the sweep."""

    actor: str  #: "li@desk-3", "worker node07"
    action: Action
    task_id: str | None = None
    worker: str | None = None  #: the worker it is about
    frames: str | None = None  #: the frames' numbers where they are few
    moves: tuple[FrameMove, ...] = ()
    status: tuple[TaskStatus, TaskStatus] | None = None  #: of the task, before and after
    priority: tuple[int, int] | None = None  #: before and after
    attempt: int | None = None
    why: str | None = None
    at: float = 0.0  #: seconds since 1970, UTC, database clock
