"""Maya by its batch program `Render`, where one process renders a chunk of frames, or kept open as mayapy."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.errors import ProjectFileError, RendererNotFound, RendererUnusable
from render_manager.resource_files import resources
from workers.chunks import runs, step_of
from workers.renderers.base import (
    CHUNK_OPTIONS,
    COMMON_OPTIONS,
    Installation,
    Launch,
    Limits,
    RangeRenderer,
    RenderJob,
    SessionRenderer,
)
from workers.renderers.maya_output import MayaOutput
from workers.renderers.maya_session import MayaSessionOutput
from workers.renderers.programs import answer_of, check_configured, executable
from workers.signals import Signal
from workers.wear import SessionLimits

_RENDERERS = ("arnold", "vray", "redshift", "renderman", "sw", "hw2", "file")
_USUAL_PLACES = {
    "win32": r"C:\Program Files\Autodesk\Maya2*\bin\Render.exe",
    "darwin": "/Applications/Autodesk/maya2*/Maya.app/Contents/bin/Render",
    "linux": "/usr/autodesk/maya*2*/bin/Render",
}
_YEAR_IN_PATH = re.compile(r"maya(?:io)?(\d{4})", re.IGNORECASE)
_YEAR = re.compile(r"\b(20\d\d)(?:\.\d+)*\b")
#: In the first bytes of a scene; the binary format has the same words.
_SCENE_YEAR = re.compile(rb'//Maya ASCII (\d{4})|requires maya "(\d{4})')
_SNIFFED = 65536
_BINARY = (b"FOR4", b"FOR8")
#: Scenes with a render setup have one for the default layer, too.
_DEFAULT_LAYER_FOLDER = "masterLayer"
_WORKSPACE = 'workspace -fr "scene" "scenes";\nworkspace -fr "sourceImages" "sourceimages";\n'

#: Its messages in English, and none of its dialogs: a crash reporter would wait for a click for ever.
_QUIET = {
    "MAYA_UI_LANGUAGE": "en_US",
    "MAYA_DISABLE_CIP": "1",
    "MAYA_DISABLE_CER": "1",
    "MAYA_DISABLE_ADP": "1",
    "MAYA_SKIP_USERSETUP_PY": "1",
}


class Maya(SessionRenderer, RangeRenderer):
    engine = Engine(
        name="maya",
        label="Maya",
        project_suffixes=(".ma", ".mb"),
        executable_setting="MAYA_EXECUTABLE",
        project_marker="workspace.mel",
        ignored_folders=frozenset({"autosave", "incrementalsave", "backup", "edits", ".mayaswatches", "renderdata"}),
        options=(
            EngineOption("renderer", "the renderer; file: the scene's own", choices=_RENDERERS, default="arnold"),
            EngineOption("camera", "name of the camera to render through", default="the scene's renderable ones"),
            EngineOption("layers", "render layers, separated by commas", default="defaultRenderLayer"),
            EngineOption("resolution_x", "width", int, minimum=1, maximum=65536, unit="px", default="the scene's"),
            EngineOption("resolution_y", "height", int, minimum=1, maximum=65536, unit="px", default="the scene's"),
            EngineOption("samples", "Arnold's camera (AA) samples", int, minimum=1, maximum=100, default="the scene's"),
            EngineOption("format", "image format", choices=("exr", "png", "jpeg", "tif", "deepexr"), default="exr"),
            EngineOption(
                "session", "yes: mayapy stays open between frames; Arnold only, holds its licence", bool, default="no"
            ),
            *COMMON_OPTIONS,
            *CHUNK_OPTIONS,
        ),
        first_frame=0,  # nobody knows how it numbers the files of others
    )
    # Arnold speaks every 5 % of a frame; a licence that is waited for says nothing at all.
    limits = Limits(startup=1800.0, silence=7200.0)
    session_limits = SessionLimits(ready=600.0)
    first_chunk = 5
    settle = 2.0

    def find(self, configured: Path | None, stopped: Signal | None = None) -> Installation:
        if configured is not None:
            check_configured(configured, self.engine.executable_setting, "Maya's Render")
            return Installation(configured, _version_of(configured, stopped))
        found = _installed()
        if not found:
            raise RendererNotFound("Maya was not found on this host: install it or set MAYA_EXECUTABLE.")
        return found[-1]

    def check_project(self, project_file: Path, installation: Installation) -> None:
        head = _head_of(project_file)
        if not head.startswith((b"//Maya", *_BINARY)):
            raise ProjectFileError(f"{project_file.name} is no Maya scene: its content does not begin like one.")
        year = _scene_year(head)
        if year and year > int(installation.version):
            raise RendererNotFound(
                f"{project_file.name} was saved by Maya {year}, which Maya {installation.version} of this host can't "
                "read: install a newer Maya on it."
            )

    def in_session(self, task_info: Mapping[str, object]) -> bool:
        """On request only: a session holds a licence as long as it is open."""
        return task_info.get("session") is True

    def session_command(self, installation: Installation) -> list[str]:
        mayapy = installation.executable.with_name("mayapy" + installation.executable.suffix)
        return [str(mayapy), str(resources() / "drivers" / "maya_driver.py")]

    def session_environment(self, temporary: Path) -> Mapping[str, str]:
        return _environment(temporary)

    def open_request(self, job: RenderJob) -> str:
        return json.dumps(
            {
                "command": "open",
                "path": str(job.project_file),
                "root": str(_root_of(job)),
                "renders": str(job.renders_dir),
                "name": _image_name(job),
                "format": job.task_info.get("format", "exr"),
                "layers": _layers(job.task_info),
                "options": dict(job.task_info),
            }
        )

    def frame_request(self, job: RenderJob, frame: int) -> str:
        return json.dumps({"command": "render", "frame": frame})

    def parser(self) -> MayaSessionOutput:
        return MayaSessionOutput()

    def lists_frames(self, task_info: Mapping[str, object]) -> bool:
        return _renderer(task_info) == "arnold"

    def launch(self, installation: Installation, job: RenderJob, frames: Sequence[int]) -> Launch:
        program = _for_scene(installation, job.project_file)
        command = [str(program), *self._arguments(job, frames), str(job.project_file)]
        return Launch(command, _environment(job.temporary))

    def range_parser(self, job: RenderJob, frames: Sequence[int]) -> MayaOutput:
        layers = _layers(job.task_info)
        plain = () if "camera" in job.task_info else ("", _DEFAULT_LAYER_FOLDER, *layers)
        return MayaOutput(frames, len(layers), [str(job.renders_dir / name) for name in plain])

    def _arguments(self, job: RenderJob, frames: Sequence[int]) -> list[str]:
        """All that decides where and what is said, so that no setting stored in the scene does."""
        info, renderer = job.task_info, _renderer(job.task_info)
        arguments = ["-r", renderer, "-proj", str(_root_of(job)), "-rd", str(job.renders_dir)]
        arguments += ["-im", _image_name(job), "-fnc", "3", "-pad", "4"]
        image_format = info.get("format") or (None if renderer in ("file", "sw", "hw2") else "exr")
        arguments += ["-of", str(image_format)] if image_format else []
        arguments += _frame_arguments(frames)
        arguments += ["-cam", str(info["camera"])] if "camera" in info else []
        arguments += ["-rl", ",".join(_layers(info))]
        arguments += ["-x", str(info["resolution_x"])] if "resolution_x" in info else []
        arguments += ["-y", str(info["resolution_y"])] if "resolution_y" in info else []
        if renderer == "arnold":
            # Without this it would tell neither progress nor files.
            arguments += ["-ai:lve", "2"]
            arguments += ["-ai:as", str(info["samples"])] if "samples" in info else []
        return arguments


def _environment(temporary: Path) -> dict[str, str]:
    home = temporary / "maya"
    home.mkdir(parents=True, exist_ok=True)
    return {**_QUIET, "MAYA_APP_DIR": str(home)}


def _image_name(job: RenderJob) -> str:
    """Without what Maya takes for a token."""
    return re.sub(r"[<>%#]", "_", job.project_file.stem)


def _frame_arguments(frames: Sequence[int]) -> list[str]:
    parts = runs(frames)
    if len(parts) == 1:
        return ["-s", str(frames[0]), "-e", str(frames[-1]), "-b", str(step_of(frames))]
    return ["-seq", " ".join(_in_sequence(part) for part in parts)]


def _in_sequence(run: Sequence[int]) -> str:
    if len(run) < 3:
        return " ".join(map(str, run))
    step = step_of(run)
    return f"{run[0]}..{run[-1]}" + (f":{step}" if step > 1 else "")


def _renderer(task_info: Mapping[str, object]) -> str:
    return str(task_info.get("renderer", "arnold"))


def _layers(task_info: Mapping[str, object]) -> list[str]:
    named = [name.strip() for name in str(task_info.get("layers", "")).split(",")]
    return [name for name in named if name] or ["defaultRenderLayer"]


def _root_of(job: RenderJob) -> Path:
    """The Maya project that relative textures are looked for in: the nearest folder above the scene with a
    workspace.mel; without one the whole project is made one."""
    for folder in job.project_file.parents:
        if (folder / "workspace.mel").is_file():
            return folder
        if folder == job.project_dir:
            break
    (job.project_dir / "workspace.mel").write_text(_WORKSPACE, encoding="ascii")
    return job.project_dir


def _installed() -> list[Installation]:
    """Oldest first."""
    system = sys.platform if sys.platform in _USUAL_PLACES else "linux"
    programs = [Path(place) for place in glob(_USUAL_PLACES[system])]
    by_year = [(match[1], program) for program in programs if (match := _YEAR_IN_PATH.search(str(program)))]
    return [Installation(program, year) for year, program in sorted(by_year)]


def _for_scene(installation: Installation, scene: Path) -> Path:
    """The program of the scene's own version, where it stands beside the one that was found."""
    year = _scene_year(_head_of(scene))
    found = _YEAR_IN_PATH.search(str(installation.executable))
    if year and found:
        path = str(installation.executable)
        own = Path(path[: found.start(1)] + str(year) + path[found.end(1) :])
        if executable(own):
            return own
    return installation.executable


def _head_of(scene: Path) -> bytes:
    with scene.open("rb") as file:
        return file.read(_SNIFFED)


def _scene_year(head: bytes) -> int | None:
    match = _SCENE_YEAR.search(head)
    return int(match[1] or match[2]) if match else None


def _version_of(program: Path, stopped: Signal | None) -> str:
    if match := _YEAR_IN_PATH.search(str(program.resolve())) or _YEAR_IN_PATH.search(str(program)):
        return match[1]
    beside = program.with_name("maya" + program.suffix)
    asked = beside if beside.is_file() else program
    if match := _YEAR.search(answer_of(asked, "-v", label="Maya", stopped=stopped)):
        return match[1]
    raise RendererUnusable(f"{program} does not tell Maya's version: set MAYA_EXECUTABLE to Render of a MayaYYYY.")
