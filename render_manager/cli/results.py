"""render-manager download, upload."""

from pathlib import Path
from typing import Annotated

import typer

from render_manager.cli.output import print_json, say
from render_manager.cli.program import FAILED, explained, open_program
from render_manager.cli.transfer import transferring
from render_manager.domain.errors import InvalidTask


@explained
def download(
    task: Annotated[str, typer.Argument(help="The task's id, or as much of it as is unique.")],
    to: Annotated[Path, typer.Option(help="Folder to put the images into.")],
    frames: Annotated[str | None, typer.Option(help='Only these: "1-24".')] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files with other content.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Get the images of completed frames: from the workspace if it can be read from here, else from the object store.

    What is there already is not fetched again, and what broke off goes on.
    """
    with open_program() as program:
        results = program.services.results
        report = transferring(
            "Downloading",
            lambda progress: results.download(task, to, frames=frames, overwrite=overwrite, progress=progress),
        )
    if as_json:
        print_json({"copied": report.copied, "unchanged": report.unchanged, "problems": report.problems})
    else:
        say(f"{len(report.copied)} file(s) copied to {to}, {len(report.unchanged)} there already.")
        for problem in report.problems:
            say(problem)
    if report.problems:
        raise typer.Exit(FAILED)


@explained
def upload(
    files: Annotated[list[Path], typer.Argument(help="Files of this computer; a folder is packed to a zip.")],
    key: Annotated[str | None, typer.Option(help="Object key of the one file.")] = None,
    prefix: Annotated[
        str | None, typer.Option(help="Put the files below this, by their names; default: as submit does.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Whose files; default: setting DEFAULT_USER or you.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace objects with other content.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Put files into the object store and print their paths, to be submitted as often as you like.

    The same file goes to the same place again: what broke off goes on, and what is there is left.
    """
    if key is not None and (prefix is not None or len(files) > 1):
        raise InvalidTask("--key names one object: give one file, and no --prefix.")
    done: list[dict[str, object]] = []
    with open_program() as program:
        uploading, owner = program.services.uploading, program.settings.user if user is None else user
        for file in files:
            one = transferring(
                f"Uploading {file.name}",
                lambda progress, file=file: uploading.upload(
                    file, user=owner, key=key, prefix=prefix, overwrite=overwrite, progress=progress
                ),
            )
            done.append({"file": file, "path": str(one.path), "size": one.size, "uploaded": one.fresh})
            if not as_json:
                say(str(one.path))
    if as_json:
        print_json(done)
