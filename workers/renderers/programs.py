"""The program that a setting names: whether it can be started, and what it says of itself."""

import os
import subprocess
import time
from pathlib import Path

from render_manager.children import NO_CONSOLE
from render_manager.domain.errors import RendererUnusable
from workers.ends import Aborted
from workers.process import end_tree, renderer_environment
from workers.signals import Signal

#: Seconds within which a program must have told its version, and between two looks whether nobody wants it any more.
PROBE_TIMEOUT, _LOOK_EVERY = 60.0, 0.2


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


def answer_of(program: Path, *arguments: str, label: str, stopped: Signal | None = None) -> str:
    """What the program prints when it is asked for its version.

    Raises:
        RendererUnusable: it does not start.
        Aborted: ``stopped`` was set meanwhile.
    """
    command = [str(program), *arguments]
    quiet = subprocess.DEVNULL
    deadline = time.monotonic() + PROBE_TIMEOUT
    try:
        with subprocess.Popen(
            command,
            stdin=quiet,
            stdout=subprocess.PIPE,
            stderr=quiet,
            env=renderer_environment(),
            creationflags=NO_CONSOLE,
        ) as asked:
            while True:
                try:
                    return asked.communicate(timeout=_LOOK_EVERY)[0].decode("utf-8", "replace")
                except subprocess.TimeoutExpired:
                    wanted = stopped is None or not stopped.is_set()
                    if wanted and time.monotonic() < deadline:
                        continue
                    end_tree(asked.pid)
                    if not wanted:
                        raise Aborted from None
                    raise subprocess.TimeoutExpired(command, PROBE_TIMEOUT) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RendererUnusable(f"{label} at {program} does not start: {error}.") from error
