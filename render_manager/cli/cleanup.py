"""render-manager cleanup."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from render_manager.cli.output import print_json, say, size, status, table
from render_manager.cli.program import FAILED, explained, open_program
from render_manager.domain.entities import Keep, Workspace, WorkspaceState
from render_manager.domain.errors import InvalidTask
from render_manager.domain.sizes import parse_size
from render_manager.domain.states import TaskStatus
from render_manager.services.cleanup_plan import CleanupItem, by_host, shortfall

#: How long a clean-up is waited for, in seconds; then the hosts go on by themselves.
PATIENCE = 60.0


@explained
def cleanup(
    tasks: Annotated[list[str] | None, typer.Argument(help="Task ids; or choose by the options.")] = None,
    statuses: Annotated[list[TaskStatus] | None, typer.Option("--status", help="Tasks that ended so.")] = None,
    days: Annotated[float | None, typer.Option(help="Tasks that ended at least so many days ago.", min=0)] = None,
    user: Annotated[str | None, typer.Option(help="Tasks of this user.")] = None,
    hosts: Annotated[list[str] | None, typer.Option("--host", help="Only what lies on this host.")] = None,
    free: Annotated[
        str | None,
        typer.Option(help="Only as much as it takes to gain so much on each host, oldest completed first: 200GB."),
    ] = None,
    keep: Annotated[Keep, typer.Option(help="Leave rendered frames and logs, or all but the download.")] = Keep.NOTHING,
    keep_renders: Annotated[bool, typer.Option("--keep-renders", help="The same as --keep renders.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Remove the workspaces of tasks from the hosts' disks. A cleaned task can be retried: it prepares again."""
    if not (tasks or statuses or days is not None or user or hosts or free):
        raise InvalidTask("Name tasks, or choose them with --status, --days, --user, --host or --free.")
    if keep_renders and keep is not Keep.NOTHING:
        raise InvalidTask("Give either --keep or --keep-renders.")
    keep = Keep.RENDERS if keep_renders else keep
    wanted = parse_size(free) if free is not None else None
    with open_program(serve=not dry_run) as program:
        service = program.services.cleanup
        items = service.plan(
            task_ids=tasks or (),
            statuses=statuses or (),
            older_than_days=days,
            unionid=user,
            hosts=hosts or (),
            free=wanted,
            keep=keep,
        )
        if dry_run or not items:
            _show_plan(items, keep, as_json)
            service.check(items)
            after = []
        else:
            after = program.services.following.cleaned(service.request(items, keep=keep), PATIENCE)
            _show_result(items, after, as_json)
    lacking = shortfall(items, wanted, hosts or ()) if wanted else {}
    _say_lacking(lacking, none=wanted is not None and not items)
    failed = any(workspace.state is WorkspaceState.CLEANUP_FAILED for workspace in after)
    if failed or lacking or (wanted and not items):
        raise typer.Exit(FAILED)


def _show_plan(items: Sequence[CleanupItem], keep: Keep, as_json: bool) -> None:
    if as_json:
        print_json([_json(item) for item in items])
        return
    table(
        ["id", "name", "user", "status", "size", "hosts"],
        [
            (
                item.task.id,
                item.task.name,
                item.task.unionid,
                status(item.task.status),
                size(item.size),
                ", ".join(workspace.host for workspace in item.workspaces),
            )
            for item in items
        ],
        "Nothing to clean up.",
    )
    for host, share in by_host(items).items():
        say(f"{host}: {share.workspaces} workspace(s), {size(share.size)}")
    if items:
        count = sum(len(item.workspaces) for item in items)
        kept = "" if keep is Keep.NOTHING else f" in all, of which the {keep} would stay"
        say(f"{count} workspace(s), {size(sum(item.size for item in items))}{kept}.")


def _json(item: CleanupItem) -> dict[str, object]:
    workspaces = [{"host": w.host, "path": w.path, "size": w.size, "state": w.state} for w in item.workspaces]
    return {
        "task": item.task.id,
        "status": item.task.status,
        "user": item.task.unionid,
        "size": item.size,
        "busy": item.busy,
        "workspaces": workspaces,
    }


def _show_result(items: Sequence[CleanupItem], after: Sequence[Workspace], as_json: bool) -> None:
    if as_json:
        print_json(
            [{"task": w.task_id, "host": w.host, "path": w.path, "state": w.state, "message": w.message} for w in after]
        )
        return
    for workspace in after:
        say(f"{workspace.task_id}  {workspace.host}  {workspace.path}: {_words(workspace)}")
    asked = {workspace.task_id for workspace in after}
    for item in items:
        if item.task.id not in asked:
            say(f"{item.task.id}  is rendering again and was left alone")


def _say_lacking(lacking: Mapping[str, int], *, none: bool) -> None:
    """To the error output, so that JSON stays JSON."""
    if none:
        sys.stderr.write("render-manager: There is nothing to remove, so no space can be gained.\n")
    for host, count in lacking.items():
        sys.stderr.write(f"render-manager: {host} has no more to remove: {size(count)} less than asked for.\n")


def _words(workspace: Workspace) -> str:
    ready = "its download is removed, the project stays" if workspace.keep is Keep.PROJECT else "in use again"
    return {
        WorkspaceState.REMOVED: "removed" if not workspace.size else f"removed, {size(workspace.size)} kept",
        WorkspaceState.CLEANUP_FAILED: workspace.message or "failed",
        WorkspaceState.CLEANUP_REQUESTED: workspace.message or "asked for; its host removes it when it is online",
        WorkspaceState.READY: ready,
    }[workspace.state]
