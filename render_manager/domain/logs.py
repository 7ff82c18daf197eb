"""Which log is meant, and a part of one."""

from dataclasses import dataclass

#: The most bytes of a log that are asked of a worker at once.
PORTION = 256 * 1024
#: What the renderer said where it did not come to render.
LOAD_LOG = "load.log"


def attempt_log_name(number: int, attempt: int) -> str:
    """The file with the renderer's output about a frame: it carries the attempt, so that none replaces another."""
    return f"frame_{number:04d}.{attempt}.log"


@dataclass(frozen=True)
class LogId:
    """The log of one attempt at one frame."""

    task_id: str
    frame_number: int
    attempt: int
    loading: bool = False  #: the attempt came no further than opening the project: the log is about that

    @property
    def file_name(self) -> str:
        return LOAD_LOG if self.loading else attempt_log_name(self.frame_number, self.attempt)


@dataclass(frozen=True)
class LogPart:
    """Bytes of a log from ``start`` on."""

    data: bytes
    start: int
    size: int  #: of the whole log when this was read

    @property
    def end(self) -> int:
        return self.start + len(self.data)
