"""Arnold's own program `kick`: a process renders one frame, of an .ass file that was exported for it."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.errors import ProjectFileError, RendererNotFound
from render_manager.domain.failures import FailureClass
from workers.renderers.base import COMMON_OPTIONS, Installation, Launch, Limits, RangeRenderer, RenderJob
from workers.renderers.events import Event, FrameDone, FrameProgress, FrameStarted, Problem
from workers.renderers.programs import answer_of, check_configured
from workers.signals import Signal

_VERSION = re.compile(r"Arnold (\d+\.\d+\.\d+)")
#: The frame's number in a file's name: shot.0007.ass.
_NUMBER = re.compile(r"\d+(?=\.ass$)", re.IGNORECASE)
_LINE = re.compile(r"^\d+:\d\d:\d\d\s+\d+MB\s*(?:WARNING|ERROR)?\s*\|\s*(?P<text>.*)$")
_PROGRESS = re.compile(r"^(\d+)% done")
#: What Arnold says when it goes wrong; it may write an image and exit with 0 all the same.
_SIGNS = (
    (re.compile(r"abort_on_license_fail|rendering with watermarks"), FailureClass.LICENCE),
    (re.compile(r"\[ass\] can't (?:open|read)"), FailureClass.SCENE),
    (re.compile(r"Invalid image file|unspecified OIIO error"), FailureClass.ASSET),
    (re.compile(r"can't create file|No space left on device"), FailureClass.STORAGE),
    (re.compile(r"bad_alloc|out of memory"), FailureClass.MEMORY),
    (re.compile(r"render aborted due to earlier errors|render terminating early"), FailureClass.UNKNOWN),
)


class Arnold(RangeRenderer):
    engine = Engine(
        name="arnold",
        label="Arnold",
        project_suffixes=(".ass",),
        executable_setting="ARNOLD_EXECUTABLE",
        options=(
            EngineOption("resolution_x", "width", int, minimum=1, maximum=65536, unit="px"),
            EngineOption("resolution_y", "height", int, minimum=1, maximum=65536, unit="px"),
            EngineOption("threads", "how many threads it renders with", int, minimum=1, default="as the scene says"),
            *COMMON_OPTIONS,
        ),
        first_frame=0,
    )
    limits = Limits(startup=1800.0, silence=7200.0)  # it speaks every 5 % of a frame
    largest_chunk = 1

    def find(self, configured: Path | None, stopped: Signal | None = None) -> Installation:
        if configured is not None:
            check_configured(configured, self.engine.executable_setting, "kick")
        program = configured or shutil.which("kick")
        if program is None:
            raise RendererNotFound("Arnold was not found on this host: install it or set ARNOLD_EXECUTABLE to kick.")
        match = _VERSION.search(answer_of(Path(program), "-av", label="Arnold", stopped=stopped))
        if match is None:
            raise RendererNotFound(f"{program} does not answer like kick: set ARNOLD_EXECUTABLE to Arnold's kick.")
        return Installation(Path(program), match[1])

    def check_project(self, project_file: Path, installation: Installation) -> None:
        with project_file.open("rb") as file:
            if b"\0" in file.read(4096):
                raise ProjectFileError(f"{project_file.name} is no Arnold scene: it is no text.")

    def launch(self, installation: Installation, job: RenderJob, frames: Sequence[int]) -> Launch:
        (frame,) = frames
        scene, info = _scene_of(job.project_file, frame), job.task_info
        command = [str(installation.executable), "-i", str(scene), "-o", str(_image_of(job, frame))]
        # No window, no question, no dialog, and no watermark instead of a licence.
        command += ["-dw", "-dp", "-nstdin", "-nocrashpopup", "-v", "2"]
        command += ["-set", "options.abort_on_license_fail", "true"]
        if size := _size(job):
            command += ["-r", *map(str, size)]
        command += ["-t", str(info["threads"])] if "threads" in info else []
        return Launch(command)

    def range_parser(self, job: RenderJob, frames: Sequence[int]) -> "KickOutput":
        (frame,) = frames
        return KickOutput(FrameDone(frame, str(_image_of(job, frame)), _size(job)))


class KickOutput:
    """Fits RangeParser.

    Args:
        done: what is said of the frame if it is done.
    """

    def __init__(self, done: FrameDone) -> None:
        self._done = done
        self._began = self._rendered = self._failed = False

    def __call__(self, line: str) -> list[Event]:
        match = _LINE.match(line.strip())
        text = match["text"].strip() if match else line.strip()
        begins: list[Event] = [] if self._began or not match else [FrameStarted(self._done.frame)]
        self._began |= bool(begins)
        self._rendered |= text == "Arnold shutdown"
        if progress := _PROGRESS.match(text):
            return [*begins, FrameProgress(self._done.frame, min(int(progress[1]) / 100, 1.0))]
        for pattern, failure in _SIGNS:
            if pattern.search(text):
                self._failed = True
                return [*begins, Problem(f"{text.rstrip(':.')}.", True, failure, line.strip())]
        return begins

    def ended(self, exit_code: int) -> list[Event]:
        if self._failed:
            return []  # the reason was told
        if self._rendered and exit_code == 0:
            return [self._done]
        reason = f"Arnold ended with exit code {exit_code} and did not say that it was through."
        return [Problem(reason, fatal=True, failure=FailureClass.CRASH if exit_code < 0 else FailureClass.UNKNOWN)]


def _scene_of(project_file: Path, frame: int) -> Path:
    """The file for this frame, beside the one that was named: the task may name any of them."""
    number = _NUMBER.search(project_file.name)
    if number is None:
        return project_file
    scene = project_file.with_name(_NUMBER.sub(f"{frame:0{len(number[0])}d}", project_file.name))
    if not scene.is_file():
        raise ProjectFileError(f"The project has no scene for frame {frame}: there is no {scene.name}.")
    return scene


def _image_of(job: RenderJob, frame: int) -> Path:
    name = _NUMBER.sub("", job.project_file.name)
    return job.renders_dir / f"{Path(name).stem.rstrip('._')}.{frame:04d}.exr"


def _size(job: RenderJob) -> tuple[int, int] | None:
    x, y = (job.task_info.get(name) for name in ("resolution_x", "resolution_y"))
    return (x, y) if isinstance(x, int) and isinstance(y, int) else None
