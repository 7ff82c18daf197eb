"""render-manager cleanup."""

from collections.abc import Sequence
from typing import Annotated

import typer

from render_manager.bootstrap import Program
from render_manager.cli.output import print_json, say, size, status, table
from render_manager.cli.program import FAILED, ensure_worker, explained, open_program, poll
from render_manager.domain.entities import Keep, Workspace, WorkspaceState
from render_manager.domain.errors import InvalidTask
from render_manager.domain.states import TaskStatus
from render_manager.services.cleanup import CleanupItem

#: How long a clean-up is waited for, in seconds; then the hosts go on by themselves.
PATIENCE = 60.0


@explained
def cleanup(
    tasks: Annotated[list[str] | None, typer.Argument(help="Task ids; or choose by the options.")] = None,
    statuses: Annotated[list[TaskStatus] | None, typer.Option("--status", help="Tasks that ended so.")] = None,
    days: Annotated[float | None, typer.Option(help="Tasks that ended at least so many days ago.", min=0)] = None,
    user: Annotated[str | None, typer.Option(help="Tasks of this user.")] = None,
    keep_renders: Annotated[bool, typer.Option("--keep-renders", help="Leave rendered frames and logs.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Remove the workspaces of tasks from the hosts' disks. A cleaned task can be retried: it prepares again."""
    if not (tasks or statuses or days is not None or user):
        raise InvalidTask("Name tasks, or choose them with --status, --days or --user.")
    with open_program(serve=not dry_run) as program:
        service = program.services.cleanup
        items = service.plan(task_ids=tasks or (), statuses=statuses or (), older_than_days=days, unionid=user)
        if dry_run or not items:
            _show_plan(items, as_json)
            return
        requested = service.request(items, keep=Keep.RENDERS if keep_renders else Keep.NOTHING)
        after = _wait(program, requested)
    if as_json:
        print_json([{"task": w.task_id, "host": w.host, "path": w.path, "state": w.state} for w in after])
    for workspace in [] if as_json else after:
        say(f"{workspace.task_id}  {workspace.host}  {workspace.path}: {_words(workspace)}")
    if any(workspace.state is WorkspaceState.CLEANUP_FAILED for workspace in after):
        raise typer.Exit(FAILED)


def _show_plan(items: Sequence[CleanupItem], as_json: bool) -> None:
    if as_json:
        print_json([{"task": item.task.id, "size": item.size, "busy": item.busy} for item in items])
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
    if items:
        say(f"{len(items)} workspace(s), {size(sum(item.size for item in items))}.")


def _wait(program: Program, requested: Sequence[Workspace]) -> list[Workspace]:
    now: list[Workspace] = []
    for _ in poll(PATIENCE):
        ensure_worker(program)
        now = program.services.cleanup.state_of(requested)
        if all(workspace.state is not WorkspaceState.CLEANUP_REQUESTED for workspace in now):
            break
    return now


def _words(workspace: Workspace) -> str:
    return {
        WorkspaceState.REMOVED: "removed",
        WorkspaceState.CLEANUP_FAILED: workspace.message or "failed",
        WorkspaceState.CLEANUP_REQUESTED: workspace.message or "asked for; its host removes it when it is online",
        WorkspaceState.READY: "in use again",
    }[workspace.state]
