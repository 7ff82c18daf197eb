"""What changed, as small messages. A notice is a hint: the reader asks the database for the truth."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Topic(StrEnum):
    TASK = "task"  #: the row of a task changed, was added or removed
    FRAMES = "frames"  #: frames of a task changed; its counters, too
    WORKERS = "workers"  #: a worker came, went or changed


@dataclass(frozen=True)
class Notice:
    topic: Topic
    task_id: str | None = None
    #: Frame numbers that changed; None: any of the task's.
    frames: tuple[int, ...] | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Notice | None":
        """The notice, or None if the text is none of ours (another program on the channel, another version)."""
        try:
            values = json.loads(text)
            frames = values.get("frames")
            return cls(
                Topic(values["topic"]),
                values.get("task_id"),
                None if frames is None else tuple(map(int, frames)),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
