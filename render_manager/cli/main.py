"""The command render-manager: all commands in one place."""

import logging
from typing import Annotated

import typer

from render_manager import __version__
from render_manager.cli import cleanup, control, demo, doctor, farm, lists, objects, results, submit
from render_manager.cli.worker import worker

app = typer.Typer(
    name="render-manager",
    help="Render tasks and frames on this machine or a farm. Without a command: the window.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print what happens inside, too.")] = False,
) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    if version:
        typer.echo(f"render-manager {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        farm.gui()


for command in (
    farm.gui,
    demo.demo,
    farm.up,
    doctor.doctor,
    submit.submit,
    lists.tasks,
    lists.show,
    lists.frames,
    lists.log,
    lists.history,
    control.cancel,
    control.pause,
    control.resume,
    control.priority,
    control.retry,
    control.skip,
    control.release,
    control.choose,
    cleanup.cleanup,
    results.download,
    results.upload,
    objects.ls,
    lists.workers,
):
    app.command()(command)
app.add_typer(worker, name="worker")
app.add_typer(farm.db, name="db")


def main() -> None:
    app()
