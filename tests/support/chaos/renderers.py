"""What the renderers did, by their own journals: who was at which frame from when until when."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.chaos.moves import Frame

WATCH_EVERY = 0.1


@dataclass(frozen=True)
class Stint:
    """A renderer's time at one frame, by the monotonic clock."""

    frame: Frame
    pid: int
    begin: float
    end: float  #: when it was done, or when it was last seen alive
    done: bool

    def __str__(self) -> str:
        how = "done" if self.done else "broken off"
        return f"renderer {self.pid} at {self.frame}, {self.begin:.2f} to {self.end:.2f}, {how}"


class RendererWatch:
    """Notes until when each renderer lived: one that is killed writes no last line.

    Args:
        folder: where the journals are, each worker's in a folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last_seen: dict[Path, float] = {}
        self._gone: set[Path] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renderer watch", daemon=True)

    def __enter__(self) -> "RendererWatch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(WATCH_EVERY):
            for journal in set(self._folder.glob("*/*.log")) - self._gone:
                if _lives(_pid_of(journal)):
                    self._last_seen[journal] = time.monotonic()
                else:
                    self._gone.add(journal)

    def stints(self, folder: Path) -> Iterator[Stint]:
        """All that one worker's renderers did."""
        for journal in sorted(folder.glob("*.log")):
            last_seen = self._last_seen.get(journal, 0.0)
            begun: tuple[Frame, float] | None = None
            for line in journal.read_text().splitlines():
                event, task, number, _, at = line.split()
                if begun:
                    done = event == "end" and begun[0] == (task, int(number))
                    yield Stint(begun[0], _pid_of(journal), begun[1], float(at), done)
                begun = ((task, int(number)), float(at)) if event == "start" else None
            if begun:
                yield Stint(begun[0], _pid_of(journal), begun[1], max(begun[1], last_seen), done=False)


def _pid_of(journal: Path) -> int:
    return int(journal.name.partition("-")[0])


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
