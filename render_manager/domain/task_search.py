"""What somebody looks for in the list of tasks, and the order it is shown in."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from render_manager.domain.states import TaskStatus


class TaskGroup(StrEnum):
    """A task still in work may have failed frames already: that is when somebody should look."""

    ALL = "all"
    ACTIVE = "active"  #: something is left to do
    FAILED = "failed"  #: failed, or with failed frames
    FINISHED = "finished"


class TaskOrder(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    USER = "user"
    ENGINE = "engine"
    STATUS = "status"
    PRIORITY = "priority"
    PROGRESS = "progress"
    FRAMES = "frames"
    AGE = "age"  #: since the submission: the newest first
    NOTE = "note"
    FAILED = "failed"
    WORKERS = "workers"
    ELAPSED = "elapsed"
    ETA = "eta"  #: as the average of all its frames tells


@dataclass(frozen=True)
class TaskSearch:
    """Tasks for which each word is found somewhere, and every field has one of the values given for it.

    Attributes:
        problem: what of the text says nothing, for people; nothing is found then.
    """

    words: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    statuses: tuple[TaskStatus, ...] = ()
    group: TaskGroup = TaskGroup.ALL
    problem: str | None = None

    @classmethod
    def parse(cls, text: str, group: TaskGroup = TaskGroup.ALL) -> Self:
        """``kitchen user:li status:failed engine:maya "two words"``; a field given twice takes either value."""
        try:
            tokens = shlex.split(text, posix=True)
        except ValueError:  # a quotation that is still being typed
            tokens = text.replace('"', " ").replace("'", " ").replace("\\", " ").split()
        found: dict[str, list[str]] = {"user": [], "engine": [], "status": [], "": []}
        for token in tokens:
            name, separator, value = token.partition(":")
            field = name.lower() if separator and name.lower() in found else ""
            if value if field else token:  # "user:" is being typed
                found[field].append(value if field else token)
        statuses, problem = _statuses(found["status"])
        return cls(
            words=tuple(found[""]),
            users=tuple(found["user"]),
            engines=tuple(found["engine"]),
            statuses=statuses,
            group=group,
            problem=problem,
        )


def _statuses(texts: list[str]) -> tuple[tuple[TaskStatus, ...], str | None]:
    chosen: list[TaskStatus] = []
    for text in texts:
        named = [status for status in TaskStatus if status.startswith(text.lower())]
        if not named:
            return (), f"{text!r} is no status; there are: {', '.join(TaskStatus)}."
        chosen += named
    return tuple(chosen), None


@dataclass(frozen=True)
class TaskTally:
    """How many tasks a search finds in each group, its own left aside."""

    counts: Mapping[TaskGroup, int]

    def of(self, group: TaskGroup) -> int:
        return self.counts.get(group, 0)
