"""render-manager demo: the sample project through the whole system, in the window or in the terminal."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from render_manager.bootstrap import Program
from render_manager.cli.farm import open_window
from render_manager.cli.output import frame_table, say
from render_manager.cli.program import FAILED, explained, open_program
from render_manager.cli.watch import wait_for
from render_manager.config import load_settings
from render_manager.doctor.window import platform
from render_manager.domain.entities import RenderFrame, RenderSpec
from render_manager.domain.errors import LocalFarmError, RenderFailed
from render_manager.domain.states import FINAL, FrameStatus
from render_manager.resource_files import resources

USER = "demo"
SAMPLE = "sample_project/sample_project.zip"
FRAMES = "1-24"


@explained
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Show progress in the terminal, open no window.")
    ] = False,
) -> None:
    """Render the sample project on a farm of this machine's own, and watch it."""
    settings = load_settings()
    if not settings.embedded_redis or not settings.embedded_database or settings.uses_oss:
        raise LocalFarmError(
            "The demo runs on embedded services of its own, but REDIS_HOST, REDIS_URL, DATABASE_URL or OSS_… is set."
        )
    with _only_one(settings.render_manager_home), open_program(serve=True) as program:
        _cancel_earlier(program)
        program.services.local_workers.start()
        spec = RenderSpec(path=str(resources() / SAMPLE), engine="blender", frames=FRAMES, unionid=USER, name="Sample")
        task = program.services.submission.submit(spec)
        say(f"Submitted the sample project as task {task.id}: frames {FRAMES}, rendered by Blender.")
        if headless or platform() is None:
            wait_for(program, task.id)
            good = _summary(program, task.id)
        else:
            open_window(program, task_id=task.id)
            good = _all_valid(program.services.queries.frames(task.id)) == ""
    raise typer.Exit(0 if good else FAILED)


@contextmanager
def _only_one(home: Path) -> Generator[None]:
    lock = FileLock(home / "demo.lock")
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise LocalFarmError("A demo is running already; close it first.") from None
    except OSError as error:
        raise LocalFarmError(f"The folder {home} can't be used: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()


def _cancel_earlier(program: Program) -> None:
    """A demo that was closed early must not be rendered before this one."""
    for row in program.services.queries.tasks(unionid=USER):
        if row.task.status not in FINAL:
            program.services.control.cancel(row.task.id)


def _summary(program: Program, task_id: str) -> bool:
    """Print frames, folder and contact sheet; whether every frame is a valid image."""
    from workers.images import contact_sheet

    row = program.services.queries.task(task_id)
    frames = program.services.queries.frames(task_id)
    frame_table(frames)
    if problem := row.note or _all_valid(frames):
        say(f"Not all frames are there: {problem}")
        return False
    images = [Path(frame.output_path or "") for frame in frames]
    sheet = program.settings.render_manager_home / "contact_sheet.png"
    contact_sheet(images, sheet)
    say(f"All {len(frames)} frames are valid images.")
    say(f"Renders        {images[0].parent}")
    say(f"Contact sheet  {sheet}")
    return True


def _all_valid(frames: list[RenderFrame]) -> str:
    """What is wrong with the first frame that is no valid image; empty if all are."""
    from workers.images import check_image

    for frame in frames:
        if frame.status is not FrameStatus.COMPLETED:
            return f"frame {frame.frame_number} is {frame.status}. {frame.error_message or ''}"
        try:
            check_image(Path(frame.output_path or ""), not_before=0)
        except RenderFailed as error:
            return str(error)
    return ""
