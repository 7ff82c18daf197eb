"""render-manager cancel, pause, resume, priority, retry, skip, release, choose."""

from typing import Annotated

import typer

from render_manager.bootstrap import Program
from render_manager.cli.output import say
from render_manager.cli.program import explained, open_program
from render_manager.domain.entities import RenderTask

TaskIds = Annotated[list[str], typer.Argument(help="Task ids, or as much of each as is unique.")]
TaskId = Annotated[str, typer.Argument(help="The task's id, or as much of it as is unique.")]


@explained
def cancel(tasks: TaskIds) -> None:
    """Stop tasks for good; running renderers end within two seconds."""
    with open_program() as program:
        for task_id in _full(program, tasks):
            _tell(program.services.control.cancel(task_id))


@explained
def pause(tasks: TaskIds) -> None:
    """Hand out no more frames; those being rendered finish."""
    with open_program() as program:
        for task_id in _full(program, tasks):
            _tell(program.services.control.pause(task_id))


@explained
def resume(tasks: TaskIds) -> None:
    """Let paused tasks go on."""
    with open_program() as program:
        for task_id in _full(program, tasks):
            _tell(program.services.control.resume(task_id))


@explained
def priority(task: TaskId, value: Annotated[int, typer.Argument(help="0 (lowest) to 10 (highest).")]) -> None:
    """Change a task's priority; it acts on the next frame handed out."""
    with open_program() as program:
        _tell(program.services.control.set_priority(_full(program, [task])[0], value))


@explained
def retry(
    tasks: TaskIds,
    frames: Annotated[str | None, typer.Option(help="Exactly these, completed ones too; default: the failed.")] = None,
) -> None:
    """Render failed frames again. Nothing is downloaded again while the workspace stands."""
    with open_program() as program:
        for task_id in _full(program, tasks):
            _tell(program.services.control.retry(task_id, frames))


@explained
def skip(task: TaskId, frames: Annotated[str, typer.Option(help='Frames to leave out: "7", "10-20".')]) -> None:
    """Leave waiting or failed frames out."""
    with open_program() as program:
        _tell(program.services.control.skip(_full(program, [task])[0], frames))


@explained
def choose(
    task: TaskId, file: Annotated[str, typer.Argument(help="One of the project files that `show` lists.")]
) -> None:
    """Say which project file of a task that holds several is rendered; it goes on."""
    with open_program() as program:
        _tell(program.services.control.choose_project_file(_full(program, [task])[0], file))


@explained
def release(tasks: TaskIds) -> None:
    """Let tasks start that wait for others (submit --after), without them."""
    with open_program() as program:
        for task_id in _full(program, tasks):
            _tell(program.services.control.release(task_id))


def _full(program: Program, ids: list[str]) -> list[str]:
    """The ids whole; all are looked up before any task is changed."""
    return [program.services.queries.task(task_id).task.id for task_id in ids]


def _tell(task: RenderTask) -> None:
    counts = task.counts
    say(
        f"{task.id}  {task.name}: {task.status}, priority {task.priority}, {counts.done} done, {counts.failed} failed, "
        f"{counts.pending} waiting, {counts.rendering} rendering, {counts.cancelled} cancelled"
    )
