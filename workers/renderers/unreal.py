"""Unreal Engine by the Movie Render Queue: the editor runs our executor, which renders a chunk of frames and quits."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.errors import ProjectFileError, RendererNotFound
from render_manager.resource_files import resources
from workers.chunks import step_of
from workers.renderers.base import (
    CHUNK_OPTIONS,
    COMMON_OPTIONS,
    Installation,
    Launch,
    Limits,
    RangeParser,
    RangeRenderer,
    RenderJob,
)
from workers.renderers.unreal_command import QUIET, checked, windows_line
from workers.renderers.unreal_output import UnrealOutput
from workers.renderers.unreal_places import PLATFORMS, for_project, installation_at, installed, numbers, system
from workers.renderers.unreal_project import (
    find_map,
    find_preset,
    find_sequence,
    names_in,
    object_path,
    read_project,
)
from workers.renderers.unreal_saved import SavedOutput, is_as_saved, saved_arguments
from workers.signals import Signal

_GAME_MODE = "/Script/MovieRenderPipelineCore.MoviePipelineGameMode"
_HOST_EXECUTOR = "/Script/MovieRenderPipelineCore.MoviePipelinePythonHostExecutor"
_OUR_EXECUTOR = "/Engine/PythonTypes.RmExecutor"  # of resources/drivers/unreal
_PLUGINS = ("PythonScriptPlugin", "MovieRenderPipeline")
#: Frames before the first one of a chunk in which light and anti-aliasing settle, unless the preset has more.
WARM_UP = 32
#: Seconds after the last word in which the engine may end by itself; it has been seen to hang.
GRACE = 90.0


class Unreal(RangeRenderer):
    engine = Engine(
        name="unreal",
        label="Unreal Engine",
        project_suffixes=(".uproject",),
        executable_setting="UE_EXECUTABLE",
        rebuilt_folders=frozenset({"intermediate", "saved", "deriveddatacache"}),
        ignored_folders=frozenset({"plugins", "engine", "templates"}),
        options=(
            EngineOption("sequence", "level sequence, such as /Game/Cinematics/Shot010", default="the only one"),
            EngineOption("map", "map to load, such as /Game/Maps/Main", default="the project's default map"),
            EngineOption("preset", "MoviePipelinePrimaryConfig asset with the settings to start from"),
            EngineOption(
                "as_saved",
                "render the sequence by the preset alone, as it is saved: all its frames at once, by one worker",
                bool,
                default="no",
                undivided=True,
            ),
            EngineOption(
                "queue",
                "MoviePipelineQueue asset to render as it is saved: all its jobs at once, by one worker",
                undivided=True,
            ),
            EngineOption(
                "warm_up",
                "frames before a chunk in which light settles",
                int,
                minimum=0,
                maximum=10_000,
                unit="frames",
                default=f"{WARM_UP}",
            ),
            EngineOption("format", "image format", choices=("PNG", "EXR", "JPG"), default="the preset's, or PNG"),
            EngineOption("resolution_x", "width", int, minimum=1, maximum=65536, unit="px", default="the preset's"),
            EngineOption("resolution_y", "height", int, minimum=1, maximum=65536, unit="px", default="the preset's"),
            *COMMON_OPTIONS,
            *CHUNK_OPTIONS,
        ),
    )
    # The first start of a project compiles its shaders, which may take most of an hour.
    limits = Limits(startup=3600.0, silence=1800.0)
    first_chunk = 50  # where a chunk begins may be seen, and each start costs a minute or more
    settle = 6.0  # images are written by other threads, and to network disks

    def find(self, configured: Path | None, stopped: Signal | None = None) -> Installation:
        if configured is not None:
            return installation_at(configured)
        found = installed()
        if not found:
            raise RendererNotFound(
                "Unreal Engine was not found on this host: install it, or set UE_EXECUTABLE to its UnrealEditor-Cmd."
            )
        return found[-1]

    def check_project(self, project_file: Path, installation: Installation) -> None:
        content = read_project(project_file)
        wanted, there = str(content.get("EngineAssociation", "")), installation.version
        # An engine built from source is named by an id, which says nothing here.
        if wanted[:1].isdigit() and numbers(wanted)[:2] > numbers(there)[:2]:
            raise RendererNotFound(
                f"{project_file.name} is of Unreal Engine {wanted}, which {there} of this host can't open: install "
                f"Unreal Engine {wanted} on it."
            )
        if modules := names_in(content, "Modules"):
            _check_binaries(project_file, modules)

    def lists_frames(self, task_info: Mapping[str, object]) -> bool:
        return is_as_saved(task_info)

    def renders_all(self, task_info: Mapping[str, object]) -> bool:
        return is_as_saved(task_info)

    def launch(self, installation: Installation, job: RenderJob, frames: Sequence[int]) -> Launch:
        title = f"unreal-{frames[0]}-{frames[-1]}-{secrets.token_hex(4)}"
        log = job.temporary / f"{title}.log"
        project, program = job.project_file, for_project(installation, _association(job.project_file))
        ends = [*QUIET, f"-abslog={log}"]
        if is_as_saved(job.task_info):
            files = "-LogCmds=LogMovieRenderPipelineIO Verbose"  # it speaks of files, and so is not silent
            command = [*saved_arguments(project, job.task_info), files, *ends, *_plugins(project, _PLUGINS[1:])]
            return Launch(checked([str(program), str(project), *command]), follow=(log,), windows_line=windows_line)
        order, report = (job.temporary / f"{title}{suffix}" for suffix in (".json", ".report"))
        values = self._order(job, frames) | {"report": str(report)}
        order.write_text(json.dumps(values), encoding="utf-8")
        level = str(values["map"]).partition(".")[0]
        executor = (
            f"-MoviePipelineLocalExecutorClass={_HOST_EXECUTOR}",
            f"-ExecutorPythonClass={_OUR_EXECUTOR}",
            f"-RmJob={order}",
        )
        command = [f"{level}?game={_GAME_MODE}", "-game", *executor, *ends, *_plugins(project, _PLUGINS)]
        return Launch(
            checked([str(program), str(project), *command]),
            {"UE_PYTHONPATH": _python_path()},
            follow=(report, log),
            windows_line=windows_line,
        )

    def range_parser(self, job: RenderJob, frames: Sequence[int]) -> RangeParser:
        if is_as_saved(job.task_info):
            return SavedOutput(job, frames)
        width, height = job.task_info.get("resolution_x"), job.task_info.get("resolution_y")
        size = (width, height) if isinstance(width, int) and isinstance(height, int) else None
        return UnrealOutput(frames, size)

    def _order(self, job: RenderJob, frames: Sequence[int]) -> dict[str, object]:
        """What our executor is to render."""
        info, project = job.task_info, job.project_file
        preset = _text(info, "preset")
        return {
            "sequence": object_path(find_sequence(project, _text(info, "sequence"))),
            "map": object_path(find_map(project, _text(info, "map"))),
            "preset": object_path(find_preset(project, preset)) if preset else None,
            "folder": str(job.renders_dir),
            "first": frames[0],
            "last": frames[-1],
            "step": step_of(frames),
            "format": info.get("format"),
            "width": info.get("resolution_x"),
            "height": info.get("resolution_y"),
            "warm_up": info.get("warm_up"),
            "least_warm_up": WARM_UP,
            "grace": GRACE,
        }


def _text(task_info: Mapping[str, object], name: str) -> str | None:
    value = task_info.get(name)
    return str(value) if value else None


def _check_binaries(project_file: Path, modules: Sequence[str]) -> None:
    """C++ modules are not compiled here: the engine would ask what to do, and end."""
    binaries, platform = project_file.parent / "Binaries", PLATFORMS[system()]
    if not any(binaries.glob("*/*")):
        raise ProjectFileError(
            f"{project_file.name} has C++ modules ({', '.join(modules[:3])}), but the archive holds no compiled ones: "
            "build the project and add its Binaries folder."
        )
    if not any((binaries / platform).glob("*")):
        raise RendererNotFound(
            f"{project_file.name} has C++ modules ({', '.join(modules[:3])}) that are not compiled for this host's "
            f"system: its Binaries folder has no {platform}."
        )


def _association(project_file: Path) -> str:
    return str(read_project(project_file).get("EngineAssociation", ""))


def _plugins(project_file: Path, needed: Sequence[str]) -> list[str]:
    missing = [name for name in needed if name not in names_in(read_project(project_file), "Plugins")]
    return [f"-EnablePlugins={','.join(missing)}"] if missing else []


def _python_path() -> str:
    """Where the editor finds our executor, before what this host has set for its own scripts."""
    ours = str(resources() / "drivers" / "unreal")
    return os.pathsep.join(part for part in (ours, os.environ.get("UE_PYTHONPATH")) if part)
