"""How busy the host's graphics cards are, as nvidia-smi tells it.

A host without the program has nothing to say: it is looked for once in a while, not at each heartbeat. The answer is
kept for a few seconds, and a driver that hangs costs one time limit, then none for a minute: a heartbeat that comes
late would make a worker look dead.
"""

import logging
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from render_manager.children import NO_CONSOLE

log = logging.getLogger(__name__)

TIMEOUT = 2.0
#: Seconds for which an answer holds, and for which a program that is missing or fails is left alone.
FRESH, REST = 4.0, 60.0
_ARGUMENTS = (
    "--query-gpu=utilization.gpu,memory.used,memory.total",
    "--format=csv,noheader,nounits",
)
_NAMES = ("--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")


@dataclass(frozen=True)
class GraphicsLoad:
    """Per cent of the busiest card, and of the fullest one; None: unknown."""

    busy: float | None = None
    memory: float | None = None


class GraphicsCards:
    """Args: find: gives the path of nvidia-smi; None: it is not installed."""

    def __init__(self, find: Callable[[], str | None] = lambda: shutil.which("nvidia-smi")) -> None:
        self._find = find
        self._known = GraphicsLoad()
        self._asked_again_at = 0.0

    def load(self) -> GraphicsLoad:
        now = time.monotonic()
        if now < self._asked_again_at:
            return self._known
        try:
            self._known = read(self._ask())
            rest = FRESH if self._known != GraphicsLoad() else REST
        except (OSError, subprocess.SubprocessError) as error:
            log.info("Graphics cards can't be read: %s", error)
            self._known, rest = GraphicsLoad(), REST
        self._asked_again_at = time.monotonic() + rest
        return self._known

    def names(self) -> list[str]:
        """What the cards are, with their drivers; empty if none can be read."""
        try:
            return [line.strip() for line in self._ask(_NAMES).splitlines() if line.strip()]
        except (OSError, subprocess.SubprocessError) as error:
            log.info("Graphics cards can't be read: %s", error)
            return []

    def _ask(self, arguments: Sequence[str] = _ARGUMENTS) -> str:
        if (program := self._find()) is None:
            return ""
        return subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=True,
            creationflags=NO_CONSOLE,
        ).stdout


def read(text: str) -> GraphicsLoad:
    """A line for each card, ``87, 5120, 24576``; what a card can't say is ``[N/A]``."""
    busy: list[float] = []
    memory: list[float] = []
    for line in text.splitlines():
        values = [_number(part) for part in line.split(",")]
        if len(values) != 3:
            continue
        if values[0] is not None:
            busy.append(values[0])
        if values[1] is not None and values[2]:
            memory.append(100 * values[1] / values[2])
    return GraphicsLoad(max(busy, default=None), max(memory, default=None))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
