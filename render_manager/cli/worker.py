"""render-manager worker: enable, disable, drain, forget, history."""

from collections.abc import Callable
from typing import Annotated

import typer

from render_manager.cli.output import audit_json, history_table, print_json, say
from render_manager.cli.program import explained, open_program
from render_manager.services.workers import Workers

Names = Annotated[list[str], typer.Argument(help="Names of workers, as `render-manager workers` lists them.")]

worker = typer.Typer(help="What a worker may do.", no_args_is_help=True)


@worker.command()
@explained
def enable(names: Names) -> None:
    """Let workers take frames again."""
    _each(names, lambda workers, name: workers.enable(name), "is enabled.")


@worker.command()
@explained
def disable(names: Names, why: Annotated[str | None, typer.Option(help="The reason, for the record.")] = None) -> None:
    """Let workers finish their frames and take no more, also after a restart, until they are enabled."""
    _each(names, lambda workers, name: workers.disable(name, why), "is disabled; a frame it is at will be finished.")


@worker.command()
@explained
def drain(names: Names) -> None:
    """Let workers finish their frames and leave."""
    _each(names, lambda workers, name: workers.drain(name), "finishes its frames and leaves.")


@worker.command()
@explained
def forget(names: Names) -> None:
    """Drop offline workers from all lists."""
    _each(names, lambda workers, name: workers.forget(name), "is forgotten.")


def _each(names: list[str], order: Callable[[Workers, str], None], said: str) -> None:
    with open_program() as program:
        for name in names:
            order(program.services.workers, name)
            say(f"Worker {name} {said}")


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
