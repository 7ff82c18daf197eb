"""A real frame by an installed renderer: on a farm of its own in a temporary folder, through all that a worker does."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from render_manager.bootstrap import Program
from render_manager.config import Settings, load_settings
from render_manager.doctor.findings import failed, go_on_unless, ok, skipped, warning
from render_manager.doctor.settings import Reading
from render_manager.domain.checkup import Finding
from render_manager.domain.entities import RenderFrame, RenderSpec, WorkerProfile
from render_manager.domain.errors import CheckupStopped, RendererNotFound, RenderManagerError
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameStatus
from render_manager.resource_files import resources
from workers.ends import Aborted
from workers.renderers.base import Installation, Renderer
from workers.renderers.registry import RENDERERS

_NAME = "doctor"
#: Minutes, for the renderer to start and for its frame.
_LIMITS = {"startup_limit": 10, "frame_limit": 10}
#: Of the sample project: enough to see that it renders.
_SMALL = {"blender": {"resolution_percentage": 10, "samples": 1}}
_MAYA_SCENE = """//Maya ASCII {version} scene
//Name: doctor.ma
//Codeset: UTF-8
requires maya "{version}";
currentUnit -l centimeter -a degree -t film;
createNode transform -n "cube";
createNode mesh -n "cubeShape" -p "cube";
createNode polyCube -n "polyCube1";
connectAttr "polyCube1.out" "cubeShape.i";
// End of doctor.ma
"""


def trial_frame(read: Reading, engine: str, project: Path | None, stopped: Event) -> Finding:
    """See the Doctor port."""
    try:
        finding = _trial_frame(read, engine, project, stopped)
    except Aborted:
        raise CheckupStopped from None
    go_on_unless(stopped)  # what was cut short tells nothing
    return finding


def _trial_frame(read: Reading, engine: str, project: Path | None, stopped: Event) -> Finding:
    id = f"renderers.{engine}.test-frame"
    renderer = RENDERERS.get(engine)
    if renderer is None:
        return failed(id, "Test frame", f"There is no engine {engine!r}.", f"Use one of {', '.join(RENDERERS)}.")
    title = f"Test frame of {renderer.engine.label}"
    if read.settings is None:
        return skipped(id, title, "settings that can be read")
    began = time.monotonic()
    try:
        installation = renderer.find(getattr(read.settings, renderer.engine.executable_setting.lower()), stopped)
    except RendererNotFound as error:
        return failed(id, title, str(error), f"Install {renderer.engine.label} on this host.")
    # Not beside the user's workspaces: it must work where these can't be written.
    with tempfile.TemporaryDirectory(prefix="render-manager-doctor-", ignore_cleanup_errors=True) as folder:
        try:
            scene = project or _scene(engine, installation, Path(folder))
            if scene is None:
                needed = f"a project: render-manager doctor --render {engine}=PATH, of which frame 1 is rendered"
                return skipped(id, title, needed)
            frame, black = _render(renderer, installation, scene, Path(folder) / "home", stopped)
        except RenderManagerError as error:
            return failed(id, title, str(error), "Read what the renderer says, and put that right.")
    seconds = time.monotonic() - began
    if frame.status is not FrameStatus.COMPLETED:
        evidence = f" {frame.evidence}" if frame.evidence else ""
        said = f"{frame.error_message or frame.status}{evidence}"
        return failed(id, title, said, f"Render the same with {renderer.engine.label} by hand, and put that right.")
    said = f"{renderer.engine.label} {installation.version} rendered a frame, and its image is whole."
    if black:
        return warning(id, title, f"{said} But it is black.", "See to the graphics driver or the licence.", seconds)
    return ok(id, title, said, seconds)


def _scene(engine: str, installation: Installation, folder: Path) -> Path | None:
    """What comes with the program for this engine."""
    if engine == "blender":
        return resources() / "sample_project" / "sample_project.zip"
    if engine == "maya":
        scene = folder / "doctor.ma"
        scene.write_text(_MAYA_SCENE.format(version=installation.version), encoding="ascii")
        return scene
    return None


def _render(
    renderer: Renderer, installation: Installation, scene: Path, home: Path, stopped: Event
) -> tuple[RenderFrame, bool]:
    """The frame as a worker left it, and whether its image is black.

    Raises RenderManagerError.
    """
    from workers.images import check_image

    engine = renderer.engine.name
    with _farm_of_its_own(home) as program:
        info = {**_LIMITS, **_SMALL.get(engine, {})}
        spec = RenderSpec(str(scene), engine, "1", unionid=_NAME, task_info=info, max_attempts=1)

        def sending(done: int, total: int | None) -> None:
            go_on_unless(stopped)

        task = program.services.submission.submit(spec, sending, sending)
        _work(program, renderer, installation, stopped)
        go_on_unless(stopped)
        row = program.services.queries.task(task.id)
        frame = program.services.queries.frame(task.id, 1)
        if frame.status is not FrameStatus.COMPLETED and not frame.error_message and row.note:
            raise RenderManagerError(row.note)
        black = bool(frame.output_path) and check_image(frame.output_path or "", not_before=0.0)
        return frame, black


def _work(program: Program, renderer: Renderer, installation: Installation, stopped: Event) -> None:
    """What a worker does for a ticket, in this process: it leaves once it is stopped."""
    from workers.lanes import Lanes
    from workers.workspace import Workspaces

    engine = renderer.engine.name
    profile = WorkerProfile(_NAME, _NAME, tuple(Band), {engine: installation.version}, instance=_NAME, local=True)
    program.services.workers.register(profile)
    program.settings.workspace_root.mkdir(parents=True, exist_ok=True)
    lanes = Lanes(
        program.services,
        program.store,
        Workspaces(program.settings, program.objects),
        profile,
        {engine: (renderer, installation)},
        slots=1,
        stopping=stopped,
        leaving=stopped,
        renew_every=program.settings.heartbeat_seconds,
    )
    lanes.start()
    try:
        lanes.serve()
    finally:
        lanes.close()


@contextmanager
def _farm_of_its_own(home: Path) -> Iterator[Program]:
    """Its own database and object store; no Redis, as there is nobody to ring for."""
    embedded = {
        name: None
        for name in Settings.model_fields
        if name.startswith(("database_", "redis_url", "redis_host", "broker_", "oss_"))
    }
    del embedded["oss_is_cname"]
    settings = load_settings(
        **embedded, render_manager_home=home, workspace_root_dir=home / "workspaces", min_free_disk_gb=0.0
    )
    with Program(settings, serve=False) as program:
        yield program
