"""Opening the program for a command, and turning errors into a sentence and an exit code."""

import functools
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import typer

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from render_manager.domain.errors import RenderManagerError, UsageError
from render_manager.unseen import tell

FAILED, WRONG_USE = 1, 2

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

#: Seconds between two looks while a command waits.
POLL = 0.2


def open_program(*, serve: bool = False) -> Program:
    """The program for this command; see Program."""
    return Program(load_settings(), serve=serve)


def explained(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """End a command with what a user can do something about: exit code 2 for wrong use, 1 for anything else."""

    @functools.wraps(command)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except RenderManagerError as error:
            tell(error)
            raise typer.Exit(WRONG_USE if isinstance(error, UsageError) else FAILED) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return run


def poll(seconds: float | None = None) -> Iterator[None]:
    """Again and again, a moment apart, for at most so many seconds."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while deadline is None or time.monotonic() < deadline:
        yield
        time.sleep(POLL)


def ensure_worker(program: Program) -> None:
    """On the embedded farm: start a worker unless one is online. A configured farm has its own."""
    if not program.settings.embedded_redis or program.services.local_workers.running():
        return
    if not any(worker.alive for worker in program.services.queries.workers()):
        program.services.local_workers.start()
