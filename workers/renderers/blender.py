"""Blender: one process stays open and a driver script renders the frames it is sent; where that can't be, a process
renders a chunk of frames."""

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.errors import ProjectFileError, RendererNotFound, RendererUnusable
from render_manager.resource_files import resources
from workers.renderers.base import (
    CHUNK_OPTIONS,
    COMMON_OPTIONS,
    Installation,
    Launch,
    Limits,
    OutputParser,
    RangeRenderer,
    RenderJob,
    SessionRenderer,
)
from workers.renderers.blender_output import BlenderOutput
from workers.renderers.blender_range import BlenderRangeOutput, launch, output_of
from workers.renderers.programs import answer_of, check_configured
from workers.signals import Signal
from workers.wear import SessionLimits

_FORMATS = ("PNG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "JPEG", "TIFF")
_OLDEST = (2, 83)  # the first with long support after 2.80 named anew what the drivers use of its Python
_LAST_FRAME = 1_048_574  # its MAXFRAME
_USUAL_PLACES = {
    "win32": (r"C:\Program Files\Blender Foundation\Blender*\blender.exe",),
    "darwin": ("/Applications/Blender.app/Contents/MacOS/Blender",),
    "linux": ("/snap/bin/blender", "/opt/blender*/blender", os.path.expanduser("~/blender*/blender")),
}
_INSTALL = {
    "win32": "winget install BlenderFoundation.Blender",
    "darwin": "brew install --cask blender",
    "linux": "apt-get install blender",
}
_HEADER = re.compile(rb"BLENDER(?:[-_][vV](\d)(\d\d)|\d\d-\d\dv(\d\d)(\d\d))")
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # gzip before 3.0, zstd since


class Blender(SessionRenderer, RangeRenderer):
    engine = Engine(
        name="blender",
        label="Blender",
        project_suffixes=(".blend",),
        executable_setting="BLENDER_EXECUTABLE",
        options=(
            EngineOption("scene", "name of the scene to render", default="the file's active one"),
            EngineOption("camera", "name of the camera to render through", default="the scene's"),
            EngineOption("view_layer", "render this view layer only", default="all that are enabled"),
            EngineOption("resolution_x", "width", int, minimum=1, maximum=65536, unit="px", default="the scene's"),
            EngineOption("resolution_y", "height", int, minimum=1, maximum=65536, unit="px", default="the scene's"),
            EngineOption(
                "resolution_percentage",
                "scale of the resolution",
                int,
                minimum=1,
                maximum=400,
                unit="%",
                default="the scene's",
            ),
            EngineOption(
                "samples",
                "Cycles or EEVEE samples per pixel",
                int,
                minimum=1,
                maximum=1_000_000,
                default="the scene's",
            ),
            EngineOption("format", "image format", choices=_FORMATS, default="the scene's"),
            EngineOption("allow_missing", "render although textures or libraries are missing", bool, default="no"),
            EngineOption("allow_scripts", "run Python inside the scene; only if you trust it", bool, default="no"),
            EngineOption("ignore_scripts", "render although Python inside the scene is not run", bool, default="no"),
            EngineOption("session", "no: Blender is started for each chunk of frames", bool, default="yes"),
            *COMMON_OPTIONS,
            *CHUNK_OPTIONS,
        ),
        first_frame=-_LAST_FRAME,
        last_frame=_LAST_FRAME,
    )
    # A Cycles frame may say nothing for hours.
    limits = Limits(startup=1800.0)
    session_limits = SessionLimits(ready=300.0)
    first_chunk = 5

    def find(self, configured: Path | None, stopped: Signal | None = None) -> Installation:
        if configured is not None:
            check_configured(configured, self.engine.executable_setting, "Blender")
            return Installation(configured, _version_of(configured, stopped))
        system = sys.platform if sys.platform in _USUAL_PLACES else "linux"
        found = [
            shutil.which("blender"),
            *(place for form in _USUAL_PLACES[system] for place in sorted(glob(form))[::-1]),
        ]
        for candidate in found:
            if candidate:
                return Installation(Path(candidate), _version_of(Path(candidate), stopped))
        raise RendererNotFound(
            f"Blender was not found on this host: install it ({_INSTALL[system]}) or set BLENDER_EXECUTABLE."
        )

    def check_project(self, project_file: Path, installation: Installation) -> None:
        with project_file.open("rb") as file:
            head = file.read(17)
        if head.startswith(_COMPRESSED):
            return  # Blender itself will say
        match = _HEADER.match(head)
        if match is None:
            raise ProjectFileError(f"{project_file.name} is no Blender file: its content does not begin like one.")
        major, minor = int(match[1] or match[3]), int(match[2] or match[4])
        if major > int(installation.version.partition(".")[0]):  # within a major version most files open
            raise RendererNotFound(
                f"{project_file.name} was saved by Blender {major}.{minor}, which Blender {installation.version} of "
                "this host can't read: install a newer Blender on it."
            )

    def session_command(self, installation: Installation) -> list[str]:
        driver = resources() / "drivers" / "blender_driver.py"
        # -Y: Python inside a client's scene is not run unless the driver is told to. The exit code must be set before
        # the script is named.
        quiet_start = ["-b", "--factory-startup", "-noaudio", "-Y", "--python-exit-code", "64"]
        return [str(installation.executable), *quiet_start, "--python", str(driver)]

    def open_request(self, job: RenderJob) -> str:
        return json.dumps(
            {
                "command": "open",
                "path": str(job.project_file),
                "renders": str(job.renders_dir),
                "options": dict(job.task_info),
            }
        )

    def frame_request(self, job: RenderJob, frame: int) -> str:
        return json.dumps({"command": "render", "frame": frame, "output": output_of(job)})

    def parser(self) -> OutputParser:
        return BlenderOutput()

    def lists_frames(self, task_info: Mapping[str, object]) -> bool:
        return True

    def launch(self, installation: Installation, job: RenderJob, frames: Sequence[int]) -> Launch:
        return launch(installation, job, frames)

    def range_parser(self, job: RenderJob, frames: Sequence[int]) -> BlenderRangeOutput:
        return BlenderRangeOutput(job, frames)


def _version_of(executable: Path, stopped: Signal | None) -> str:
    answer = answer_of(executable, "-b", "--version", label="Blender", stopped=stopped)
    match = re.search(r"^Blender (\d+\.\d+(?:\.\d+)?)", answer, re.MULTILINE)
    if match is None:
        raise RendererUnusable(
            f"{executable} does not answer like Blender: set BLENDER_EXECUTABLE to the right program."
        )
    if tuple(map(int, match[1].split(".")[:2])) < _OLDEST:
        raise RendererUnusable(
            f"Blender {match[1]} at {executable} is too old: install version {_OLDEST[0]}.{_OLDEST[1]} or later."
        )
    return match[1]
