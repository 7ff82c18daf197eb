"""What the environment tells the stand-in to do."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PREFIX = "UE_STANDIN_"

#: Each way to fail that UE_STANDIN_MODE may name.
MODES = frozenset(
    {
        "exit0_fail",
        "crash3",
        "teardown_crash",
        "vram",
        "device_removed",
        "hang_loading",
        "hang_render",
        "hang_after_completed",
        "black",
        "missing_map",
        "missing_sequence",
        "modules_missing",
        "short",
        "script_errors",
        "slow_nas",
        "lie_zero",
    }
)

_READERS: dict[str, Callable[[str], Any]] = {
    "MODE": str,
    "FRAME": int,
    "ATTEMPTS": int,
    "SPEED": float,
    "STARTUP": float,
    "SECONDS": float,
    "TEARDOWN": float,
    "SHADERS": float,
    "LAG": float,
    "CHILD_SECONDS": float,
    "STDOUT": str,
    "MISSING": str,
    "MOVIE_END": str,
    "DISK": Path,
    "PROGRAM": Path,
}


@dataclass(frozen=True)
class Steering:
    """The environment's wishes; what each name means stands at the top of the program."""

    mode: str = ""
    frame: int | None = None
    attempts: int | None = None
    speed: float = 1.0
    startup: float = 0.05
    seconds: float = 0.05
    teardown: float = 0.05
    shaders: float = 0.1
    lag: float = 0.1
    child_seconds: float = 20.0
    stdout: str = "block"
    missing: str = "exit"
    movie_end: str = "inclusive"
    disk: Path | None = None
    program: Path | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Steering":
        """Read the environment; a name or mode that nobody knows ends the program, as a test would lie with it."""
        given = {name[len(PREFIX) :]: value for name, value in environment.items() if name.startswith(PREFIX)}
        if unknown := sorted(given.keys() - _READERS.keys()):
            raise SystemExit(f"The stand-in knows no {', '.join(PREFIX + name for name in unknown)}")
        steering = cls(**{name.lower(): _READERS[name](value) for name, value in given.items() if value})
        if steering.mode and steering.mode not in MODES:
            raise SystemExit(f"The stand-in knows no {PREFIX}MODE={steering.mode}")
        if steering.mode == "slow_nas" and steering.disk is None:
            raise SystemExit(f"{PREFIX}MODE=slow_nas needs {PREFIX}DISK")
        return steering

    def mode_for(self, project: Path) -> str:
        """How this start of the program is to fail; starts are counted for it."""
        folder = project.parent / "Saved"
        folder.mkdir(parents=True, exist_ok=True)
        counter = os.open(folder / "standin-starts", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            # After an appending write the position is the end of what was written, whoever else writes too.
            os.write(counter, b".")
            start = os.lseek(counter, 0, os.SEEK_CUR)
        finally:
            os.close(counter)
        return self.mode if self.attempts is None or start <= self.attempts else ""
