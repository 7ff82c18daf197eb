"""An open program, for as long as it may be used: until it is closed, in the process that opened it."""

import os
import weakref
from pathlib import Path

from render_manager.bootstrap import Program
from render_manager.config import Settings, load_settings
from render_manager.domain.errors import NotConnected
from render_manager.services.services import Services

#: A value of a setting, as .env.example explains it.
Setting = str | int | float | Path


class Connection:
    """Closed by ``close``, or at the latest when nobody has it any more or the interpreter ends."""

    def __init__(self, env_file: Path | None, serve: bool, given: dict[str, Setting]) -> None:
        program = Program(load_settings(env_file, **given), serve=serve)
        self.settings: Settings = program.settings
        self._services = program.services
        self._process = os.getpid()
        self._close = weakref.finalize(self, _close, program, self._process)

    @property
    def services(self) -> Services:
        """
        Raises:
            NotConnected: it was closed, or this is another process: open connections don't survive a fork.
        """
        if not self._close.alive:
            raise NotConnected("The farm was closed: call connect() again.")
        if os.getpid() != self._process:
            raise NotConnected("The farm was opened by another process: call connect() in this one, too.")
        return self._services

    def close(self) -> None:
        self._close()


def _close(program: Program, process: int) -> None:
    if os.getpid() == process:  # what a forked process inherited is still in use by its parent
        program.close()
