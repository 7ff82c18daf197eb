"""render-manager ls."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from render_manager.cli.output import print_json, say, size, table, when
from render_manager.cli.program import explained, open_program
from render_manager.domain.entities import ObjectInfo
from render_manager.domain.object_listing import LARGEST_PAGE
from render_manager.services.browse import Browsing


@explained
def ls(
    folder: Annotated[str, typer.Argument(help="oss://bucket/folder/ or a/b/; default: the topmost.")] = "",
    limit: Annotated[int, typer.Option(help="The most entries to list; 0: all.", min=0)] = LARGEST_PAGE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List a folder of the object store: its folders, and its objects with size and time of change."""
    with open_program() as program:
        browsing = program.services.browsing
        wanted = browsing.folder(folder)
        entries: list[str | ObjectInfo] = []
        cut = False
        for entry in _entries(browsing, wanted, limit):
            if cut := bool(limit) and len(entries) == limit:
                break
            entries.append(entry)
        if as_json:
            print_json([_json(browsing, entry) for entry in entries])
            return
        table(["size", "modified", "name"], [_row(entry, wanted) for entry in entries], "There is nothing here.")
        if cut:
            say(f"There is more than these {limit}: list all with --limit 0.")


def _entries(browsing: Browsing, folder: str, limit: int) -> Iterator[str | ObjectInfo]:
    following, first = "", True
    while first or following:
        first = False
        page = browsing.page(folder, following, limit=min(limit + 1, LARGEST_PAGE) if limit else LARGEST_PAGE)
        yield from page.folders
        yield from page.objects
        following = page.following


def _row(entry: str | ObjectInfo, folder: str) -> tuple[str, str, str]:
    if isinstance(entry, str):
        return "", "", entry.removeprefix(folder)
    changed = datetime.fromtimestamp(entry.modified_at).astimezone().strftime("%Y-%m-%d %H:%M")
    return size(entry.size), changed, entry.key.removeprefix(folder)


def _json(browsing: Browsing, entry: str | ObjectInfo) -> dict[str, object]:
    if isinstance(entry, str):
        return {"path": browsing.path(entry), "folder": True}
    return {
        "path": browsing.path(entry.key),
        "folder": False,
        "size": entry.size,
        "modified_at": when(entry.modified_at),
        "etag": entry.etag,
    }
