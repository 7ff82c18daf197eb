"""Rendering as it is saved in the project: a preset with a sequence, or a whole queue, untouched by us.

The saved settings alone say which frames are rendered and where they go. So all of a task is one process, nothing is
known of single frames before its end, and what it wrote is looked for and moved to where the task's images belong.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from render_manager.domain.errors import ProjectFileError
from render_manager.domain.failures import FailureClass
from workers.renderers.base import RenderJob
from workers.renderers.events import Event, FrameDone, FrameStarted, Problem
from workers.renderers.unreal_log import EngineLog
from workers.renderers.unreal_project import find_map, find_preset, find_queue, find_sequence, object_path

#: Where images go unless the settings say otherwise.
_USUAL = Path("Saved", "MovieRenders")
#: Folders of a project that hold no renders.
_NO_RENDERS = frozenset({"content", "plugins", "intermediate", "binaries", "source", "config", "deriveddatacache"})
#: Behind the number there may be the name of a render pass.
_IMAGE = re.compile(r"(?:^|[._])(?P<frame>-?\d{4,})(?:\.[a-z]\w*)?\.(?:png|exr|jpe?g|bmp)$", re.IGNORECASE)
_BEGUN = re.compile(r"LogMovieRenderPipeline: .*Initializing Camera Cut")
_FINISHED = re.compile(r"LogMovieRenderPipeline: .* finished \d+ jobs in ")
#: What the saved settings say, and nobody else.
_THEIRS = ("format", "resolution_x", "resolution_y", "warm_up", "chunk")


def is_as_saved(task_info: Mapping[str, object]) -> bool:
    return bool(task_info.get("queue") or task_info.get("as_saved"))


def saved_arguments(project: Path, task_info: Mapping[str, object]) -> list[str]:
    """The map, if it must be named, and the switches that name what is saved.

    Raises:
        ProjectFileError: the task names something that is not there, or contradicts itself.
    """
    if theirs := [name for name in _THEIRS if task_info.get(name)]:
        raise ProjectFileError(
            f"What is rendered as it is saved has its own settings: leave out task_info {', '.join(theirs)}."
        )
    named = {name: str(task_info.get(name) or "") for name in ("queue", "preset", "sequence", "map")}
    if named["queue"]:
        if named["preset"] or named["sequence"]:
            raise ProjectFileError("A queue names its presets and sequences itself: leave out preset and sequence.")
        queue = object_path(find_queue(project, named["queue"]))
        level = [find_map(project, named["map"])] if named["map"] else []
        return [*level, "-game", f"-MoviePipelineConfig={queue}"]
    if not named["preset"]:
        raise ProjectFileError("as_saved needs to know what is saved: name a preset or a queue.")
    sequence = object_path(find_sequence(project, named["sequence"] or None))
    preset = object_path(find_preset(project, named["preset"]))
    level = find_map(project, named["map"] or None)
    return [level, "-game", f"-LevelSequence={sequence}", f"-MoviePipelineConfig={preset}"]


class SavedOutput:
    """Call it with each line of the log; ``ended`` finds the images.

    Args:
        frames: those that are asked for.
    """

    def __init__(self, job: RenderJob, frames: Sequence[int]) -> None:
        self._root = job.project_file.parent
        self._renders = job.renders_dir
        self._frames = sorted(frames)
        self._log = EngineLog()
        self._begun = self._finished = False
        # An earlier attempt may have left images.
        self._before = dict(self._images())

    def __call__(self, line: str) -> list[Event]:
        if not self._begun and _BEGUN.search(line):
            self._begun = True
            return [FrameStarted(frame) for frame in reversed(self._frames)]  # the log is kept with the first one
        self._finished = self._finished or bool(_FINISHED.search(line))
        return self._log(line)

    def ended(self, exit_code: int) -> list[Event]:
        if self._finished and not self._log.broken:
            found = self._new_images()
            done: list[Event] = [self._done(frame, found[frame]) for frame in self._frames if frame in found]
            return done if len(done) == len(self._frames) else [*done, *self._missing(found)]
        if reason := self._log.reason:
            return [Problem(reason.message, True, reason.failure, reason.evidence)]
        return [Problem("its log says nothing of how the render went", fatal=False)]

    def _missing(self, found: Mapping[int, object]) -> list[Event]:
        if reason := self._log.reason:
            return [Problem(reason.message, True, reason.failure, reason.evidence)]
        if found:
            message = (
                f"The saved settings rendered the frames {min(found)} to {max(found)} and not this one: ask for those, "
                "or leave out as_saved and queue."
            )
        else:
            message = (
                f"The saved settings left no image in the project's {_USUAL.as_posix()}, nor elsewhere in its folder: "
                "save them with an image format and the usual output folder, with {frame_number} in the name."
            )
        return [Problem(message, True, FailureClass.SCENE)]

    def _new_images(self) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        for path, state in sorted(self._images()):
            match = _IMAGE.search(path.name)
            if match and state != self._before.get(path):
                found.setdefault(int(match["frame"]), []).append(path)
        return found

    def _done(self, frame: int, paths: Sequence[Path]) -> FrameDone:
        moved = tuple(self._moved(path) for path in paths)
        return FrameDone(frame, moved[0], files=moved)

    def _moved(self, path: Path) -> str:
        """The image where the task's images belong. If it can't be moved there, where it is: that counts, too."""
        inner = path.relative_to(self._root)
        target = self._renders / (inner.relative_to(_USUAL) if inner.is_relative_to(_USUAL) else inner)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
        except OSError:
            return str(path)
        return str(target)

    def _images(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        """Images in the project with the time of their last change, and their size."""
        for folder, folders, names in os.walk(self._root):
            if Path(folder) == self._root:
                folders[:] = [name for name in folders if name.casefold() not in _NO_RENDERS]
            for name in filter(_IMAGE.search, names):
                path = Path(folder, name)
                try:
                    status = path.stat()
                except OSError:
                    continue
                yield path, (status.st_mtime_ns, status.st_size)
