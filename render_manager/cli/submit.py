"""render-manager submit."""

import re
import sys
from typing import Annotated

import typer

from render_manager.bootstrap import Program
from render_manager.cli.output import print_json, say, task_json
from render_manager.cli.program import FAILED, explained, open_program
from render_manager.cli.transfer import transferring
from render_manager.cli.watch import wait_for
from render_manager.domain.engines import guess_engine
from render_manager.domain.entities import RenderSpec
from render_manager.domain.errors import InvalidTask
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.requirements import REQUIRES
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.services.queries import TaskRow

_CONDITION = re.compile(r"(tag|version|memory)\s*(>=|<=|>|<|=)\s*(\S.*)")


@explained
def submit(
    paths: Annotated[list[str], typer.Argument(help="oss://bucket/key, a key, an object URL, a local file or folder.")],
    engine: Annotated[str | None, typer.Option(help="Render engine; guessed from the name if left out.")] = None,
    frames: Annotated[str, typer.Option(help='Frames: "1-24", "1-100x2", "1,5,10-20".')] = "1",
    priority: Annotated[int, typer.Option(help="0 (lowest) to 10 (highest).")] = 5,
    user: Annotated[str | None, typer.Option(help="Whose task it is; default: setting DEFAULT_USER or you.")] = None,
    name: Annotated[str | None, typer.Option(help="Shown in lists; default: the file's name.")] = None,
    compressed: Annotated[
        bool | None, typer.Option("--compressed/--not-compressed", help="Default: seen from the object itself.")
    ] = None,
    project_file: Annotated[str | None, typer.Option(help="Path of the project file inside the archive.")] = None,
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A task_info value, key=value; may be given again.")
    ] = None,
    order: Annotated[
        FrameOrder, typer.Option(help="Of the frames; spread: first, last, middle, then the middle of each half ...")
    ] = FrameOrder.FORWARD,
    after: Annotated[
        list[str] | None, typer.Option(help="A task that must be completed first; may be given again.")
    ] = None,
    max_attempts: Annotated[
        int | None, typer.Option(help="How often a frame is tried; default: setting MAX_ATTEMPTS.")
    ] = None,
    max_workers: Annotated[int | None, typer.Option(help="The most workers at it at the same time.")] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(help='What its worker must have: tag=gpu, "version>=4.2" or memory=32 (GB); may be given again.'),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is done; exit code 1 if it failed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Submit one task for each path."""
    with open_program(serve=wait) as program:
        submission, queries = program.services.submission, program.services.queries
        awaited = tuple(queries.task(task_id).task.id for task_id in after or ())
        specs = [
            RenderSpec(
                path=path,
                engine=engine or guess_engine(submission.engines, path),
                frames=frames,
                unionid=program.settings.user if user is None else user,
                priority=priority,
                name=name,
                is_compressed=compressed,
                project_file=project_file,
                task_info={**_task_info(options or []), **_requires(require or [])},
                frame_order=order,
                max_attempts=max_attempts,
                max_workers=max_workers,
                after=awaited,
            )
            for path in paths
        ]
        for spec in specs:
            submission.check(spec)  # all or none: the tenth path's typing error must not leave nine tasks behind
        tasks = [
            transferring(f"Uploading {spec.path}", lambda progress, spec=spec: submission.submit(spec, progress))
            for spec in specs
        ]
        rows = [queries.task(task.id) for task in tasks]
        if not as_json:
            for row in rows:
                note = "" if wait else row.note
                say(f"Submitted {row.task.id}  {row.task.name}  {row.task.total_frames} frame(s)  {note}")
        if wait:
            rows = _wait(program, [task.id for task in tasks], quiet=as_json)
        if as_json:
            print_json([task_json(row) for row in rows])
        for row in rows:
            if wait and row.task.status is not TaskStatus.COMPLETED and not as_json:
                say(f"{row.task.id} {row.task.status}: {row.note or _first_failure(program, row.task.id)}")
    if wait and any(row.task.status is not TaskStatus.COMPLETED for row in rows):
        raise typer.Exit(FAILED)


def _wait(program: Program, task_ids: list[str], *, quiet: bool) -> list[TaskRow]:
    try:
        return [wait_for(program, task_id, quiet=quiet) for task_id in task_ids]
    except KeyboardInterrupt:
        sys.stderr.write(f"Left waiting; what is not done goes on with the next worker. {' '.join(task_ids)}\n")
        raise


def _task_info(options: list[str]) -> dict[str, object]:
    info: dict[str, object] = {}
    for option in options:
        key, separator, value = option.partition("=")
        if not separator or not key.strip():
            raise InvalidTask(f"--set {option!r}: write key=value.")
        info[key.strip()] = value
    return info


def _requires(conditions: list[str]) -> dict[str, object]:
    """ "tag=gpu", "version>=4.2", "memory=32" as ``task_info["requires"]``."""
    asked: dict[str, object] = {}
    tags: list[str] = []
    for condition in conditions:
        match = _CONDITION.fullmatch(condition.strip())
        what, sign, value = match.groups() if match else ("", "", "")
        if what == "tag" and sign == "=":
            tags.append(value)
        elif what == "memory" and sign in ("=", ">="):
            asked["memory_gb"] = value
        elif what == "version":
            asked["version"] = value if sign == "=" else sign + value
        else:
            raise InvalidTask(f'--require {condition!r}: write tag=gpu, "version>=4.2" or memory=32.')
    return {REQUIRES: {**asked, "tags": tags}} if conditions else {}


def _first_failure(program: Program, task_id: str) -> str:
    failed = program.services.queries.frames(task_id, statuses=[FrameStatus.FAILED], limit=1)
    return f"frame {failed[0].frame_number}: {failed[0].error_message}" if failed else ""
