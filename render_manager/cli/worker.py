"""render-manager worker: enable, disable, drain, forget, history."""

from typing import Annotated

import typer

from render_manager.cli.output import audit_json, history_table, print_json, say
from render_manager.cli.program import explained, open_program

Names = Annotated[list[str], typer.Argument(help="Names of workers, as `render-manager workers` lists them.")]

worker = typer.Typer(help="What a worker may do.", no_args_is_help=True)


@worker.command()
@explained
def enable(names: Names) -> None:
    """Let workers take frames again."""
    with open_program() as program:
        for name in names:
            program.services.workers.enable(name)
            say(f"Worker {name} is enabled.")


@worker.command()
@explained
def disable(names: Names, why: Annotated[str | None, typer.Option(help="The reason, for the record.")] = None) -> None:
    """Let workers finish their frames and take no more, also after a restart, until they are enabled."""
    with open_program() as program:
        for name in names:
            program.services.workers.disable(name, why)
            say(f"Worker {name} is disabled; a frame it is at will be finished.")


@worker.command()
@explained
def drain(names: Names) -> None:
    """Let workers finish their frames and leave."""
    with open_program() as program:
        for name in names:
            program.services.workers.drain(name)
            say(f"Worker {name} finishes its frames and leaves.")


@worker.command()
@explained
def forget(names: Names) -> None:
    """Drop offline workers from all lists."""
    with open_program() as program:
        for name in names:
            program.services.workers.forget(name)
            say(f"Worker {name} is forgotten.")


@worker.command()
@explained
def history(
    name: Annotated[str, typer.Argument(help="The worker's name.")],
    limit: Annotated[int, typer.Option(help="The newest so many.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show who enabled, disabled or drained a worker, and when it came and went; newest first."""
    with open_program() as program:
        entries = program.services.queries.worker_history(name, limit=limit)
    if as_json:
        print_json([audit_json(entry) for entry in entries])
    else:
        history_table(entries)
