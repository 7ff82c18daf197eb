"""Blender for a chunk of frames: one process, started with all it is to do on its command line."""

import json
import re
from collections.abc import Sequence

from render_manager.resource_files import resources
from workers.renderers.base import Installation, Launch, RenderJob
from workers.renderers.blender_output import BlenderOutput, plain
from workers.renderers.events import Event, FileSaved, FrameDone, FrameProgress, FrameStarted, Problem

_FRAME = re.compile(r"^(?:Fra:|Rendering frame)\s*(-?\d+)")
_TIME = re.compile(r"^Time: [\d:.]+ \(Saving: ")


def output_of(job: RenderJob) -> str:
    """Where images go, as Blender wants it said: it replaces #### by the frame's number."""
    stem = re.sub(r"[#{}]", "_", job.project_file.stem)
    return str(job.renders_dir / f"{stem}_####")


def launch(installation: Installation, job: RenderJob, frames: Sequence[int]) -> Launch:
    """What is on a command line is done from left to right: the frames come last, and the project before what changes
    it."""
    info = dict(job.task_info)
    # A sign would make a number one that is counted from the scene's first or last frame.
    request = {
        "options": info,
        "renders": str(job.renders_dir),
        "output": output_of(job),
        "frames": [frame for frame in frames if frame < 0],
    }
    named = ",".join(str(frame) for frame in frames if frame >= 0)
    script = resources() / "drivers" / "blender_range.py"
    trust = "-y" if info.get("allow_scripts") else "-Y"
    command = [str(installation.executable), "-b", "--factory-startup", "-noaudio", trust, "--python-exit-code", "64"]
    command += [str(job.project_file), "--python", str(script)]
    command += ["-S", str(info["scene"])] if "scene" in info else []
    command += ["-o", output_of(job), "-x", "1"]
    command += ["-f", named] if named else []
    return Launch([*command, "--", json.dumps(request)])


class BlenderRangeOutput:
    """Call it with each line of such a process. Which frame a file belongs to is told by the order: Workbench names
    none before its file is saved."""

    def __init__(self, job: RenderJob, frames: Sequence[int]) -> None:
        self._parse = BlenderOutput()
        self._output = output_of(job)
        self._waiting = sorted(frames)
        self._current: int | None = None
        self._saved: list[str] = []
        self._told: set[str | None] = set()  # what went wrong at the frame before

    def __call__(self, line: str) -> list[Event]:
        text = plain(line)
        events: list[Event] = []
        if match := _FRAME.match(text):
            events += self._begin(int(match[1]))
        for event in self._parse(line):
            if isinstance(event, Problem) and self._current is None and event.evidence in self._told:
                self._parse.forget()  # said once more, between two frames
                continue
            if isinstance(event, Problem):
                self._told.add(event.evidence)
            if isinstance(event, FileSaved):
                events += [] if self._current is not None else self._begin(*self._waiting[:1])
                self._saved.append(event.path)
            if isinstance(event, FileSaved | FrameProgress | Problem):
                events.append(event)
        if _TIME.match(text) and self._current is not None:
            events += self._end(self._current)
        return events

    def ended(self, exit_code: int) -> list[Event]:
        """Each frame was said to be done when it was. What is left is explained by what was said last."""
        return []

    def _begin(self, frame: int | None = None) -> list[Event]:
        if frame == self._current or frame not in self._waiting:
            return []
        self._current = frame
        self._saved = []
        self._told = set()
        return [FrameStarted(frame)]

    def _end(self, frame: int) -> list[Event]:
        self._waiting.remove(frame)
        self._current = None
        wrong = self._parse.wrong()
        self._parse.forget()
        # Files of the compositor may be saved first.
        number = f"{'-' if frame < 0 else ''}{abs(frame):04d}"
        begins = _with_slashes(self._output.replace("####", number))
        images = [path for path in self._saved if _with_slashes(path).startswith(begins)]
        done = FrameDone(frame, images[0] if images else "", self._parse.size)
        return [*([wrong] if wrong else []), done]


def _with_slashes(path: str) -> str:
    return path.replace("\\", "/")
