"""The program that a setting names: whether it can be started, and what it says of itself."""

import os
import subprocess
from pathlib import Path

from render_manager.children import NO_CONSOLE
from render_manager.domain.errors import RendererUnusable
from workers.process import renderer_environment

#: Seconds within which a program must have told its version.
PROBE_TIMEOUT = 60.0


def executable(path: Path) -> bool:
    """Whether there is a program."""
    return path.is_file() and os.access(path, os.X_OK)


def check_configured(program: Path, setting: str, meant: str) -> None:
    """
    Args:
        meant: which program's path belongs into the setting.

    Raises:
        RendererUnusable: it can't be started.
    """
    if executable(program):
        return
    only = ", only a file that may not be executed" if program.is_file() else ""
    raise RendererUnusable(f"{setting} = {program}: there is no program{only}; set the full path of {meant}.")


def answer_of(program: Path, *arguments: str, label: str) -> str:
    """What the program prints when it is asked for its version.

    Raises:
        RendererUnusable: it does not start.
    """
    try:
        asked = subprocess.run(
            [str(program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_TIMEOUT,
            check=False,
            env=renderer_environment(),
            creationflags=NO_CONSOLE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RendererUnusable(f"{label} at {program} does not start: {error}.") from error
    return asked.stdout.decode("utf-8", "replace")
