"""render-manager download."""

from pathlib import Path
from typing import Annotated

import typer

from render_manager.cli.output import say
from render_manager.cli.program import FAILED, explained, open_program


@explained
def download(
    task: Annotated[str, typer.Argument(help="The task's id, or as much of it as is unique.")],
    to: Annotated[Path, typer.Option(help="Folder to put the images into.")],
    frames: Annotated[str | None, typer.Option(help='Only these: "1-24".')] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files with other content.")] = False,
) -> None:
    """Get the images of completed frames."""
    with open_program() as program:
        report = program.services.results.download(task, to, frames=frames, overwrite=overwrite)
    say(f"{len(report.copied)} image(s) copied to {to}, {len(report.unchanged)} there already.")
    for problem in report.problems:
        say(problem)
    if report.problems:
        raise typer.Exit(FAILED)
