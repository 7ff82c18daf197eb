"""Opening the program for a command, and turning errors into a sentence and an exit code."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from render_manager.bootstrap import Program
from render_manager.config import Settings, load_settings
from render_manager.domain.errors import RenderManagerError, UsageError
from render_manager.settings.old_names import setting_warnings
from render_manager.unseen import tell

FAILED, WRONG_USE = 1, 2

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def settings() -> Settings:
    """The settings of this command; what is to be said of their names goes to the console."""
    for warning in setting_warnings():
        sys.stderr.write(f"render-manager: {warning}\n")
    return load_settings()


def open_program(*, serve: bool = False) -> Program:
    """The program for this command; see Program."""
    return Program(settings(), serve=serve)


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
