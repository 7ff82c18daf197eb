"""render-manager gui, up, db upgrade."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from render_manager.bootstrap import Program
from render_manager.cli.output import say
from render_manager.cli.program import FAILED, explained, open_program, settings
from render_manager.doctor.examination import Examiner
from render_manager.doctor.window import platform
from render_manager.domain.errors import LocalFarmError, RenderManagerError
from render_manager.services.following import poll
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade

TITLE = "Render Manager"


def open_window(program: Program, *, task_id: str | None = None) -> int:
    """Show the window until it is closed; its exit code.

    Raises:
        LocalFarmError: the window's packages are not installed or its libraries are missing.
    """
    with _window_needed():
        from render_manager.gui.app import run_window
    return run_window(program.services, title=TITLE, default_user=program.settings.user, select_task=task_id)


@contextmanager
def _window_needed() -> Generator[None]:
    try:
        yield
    except ImportError as error:
        raise LocalFarmError(
            f"The window can't be shown ({error}): install render-manager[gui], and on Linux Qt's system libraries."
        ) from error


@explained
def gui(
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Start a worker of this machine on the embedded farm.")
    ] = True,
) -> None:
    """Open the window."""
    if platform() is None:
        raise LocalFarmError("There is no display to show the window on; see `render-manager --help` for commands.")
    while True:
        try:
            program = _start(worker)
        except RenderManagerError as error:
            if not _try_again(error):
                raise typer.Exit(FAILED) from None
        else:
            with program:
                code = open_window(program)
            raise typer.Exit(code)


def _start(worker: bool) -> Program:
    program = open_program(serve=True)
    try:
        if worker and program.settings.embedded_redis:
            program.services.local_workers.start()
    except RenderManagerError:
        program.close()
        raise
    return program


def _try_again(error: RenderManagerError) -> bool:
    """Show what keeps the window from opening; whether it is to be tried again.

    Raises:
        LocalFarmError: no window at all can be shown.
    """
    sys.stderr.write(f"render-manager: {error}\n")
    with _window_needed():
        from render_manager.gui.start_failure import ask_to_try_again
    return ask_to_try_again(error, Examiner(), title=TITLE)


@explained
def up(
    workers: Annotated[int, typer.Option(help="How many workers to run.", min=0, max=64)] = 1,
) -> None:
    """Run the embedded services and workers in the foreground, until Ctrl+C."""
    # Also where we were started with Ctrl+C ignored, as a shell's background jobs are, or are stopped as a service is.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with open_program(serve=True) as program:
        others = program.services.local_workers.running()  # a window before us left them
        names = [program.services.local_workers.start() for _ in range(workers)]
        say(f"Home      {program.settings.render_manager_home}")
        say(f"Redis     {'embedded, running' if program.settings.embedded_redis else 'as configured'}")
        for name in names:
            say(f"Worker    {name}")
        say("Ready. Stop with Ctrl+C.")
        try:
            for _ in poll():
                lost = others + len(names) - program.services.local_workers.running()
                for _ in range(lost):
                    name = program.services.local_workers.start()
                    say(f"A worker ended; started {name} in its place.")
        except KeyboardInterrupt:
            say("Stopping: frames being rendered are handed back.")


db = typer.Typer(help="The database.", no_args_is_help=True)


@db.command("upgrade")
@explained
def db_upgrade() -> None:
    """Make or update the tables of the configured database."""
    revision = upgrade(open_engine(settings().effective_database_url))
    say(f"The database is at version {revision}.")
