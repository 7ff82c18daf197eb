"""Blender's output, line by line: 3.x and 4.x write bare lines, 5.x prefixes each with a time and a category."""

import json
import re
from dataclasses import replace
from typing import Any

from render_manager.domain.failures import FailureClass
from workers.renderers.blender_failures import SPOILING, failure_of
from workers.renderers.events import (
    DRIVER_PREFIX,
    Event,
    FileSaved,
    FrameDone,
    FrameProgress,
    Problem,
    Ready,
    SceneLoaded,
)

NEEDS_PYTHON = (
    "The scene needs Python of its own, which is not run. Submit with --set allow_scripts=true if you trust the scene, "
    "or with --set ignore_scripts=true to render it without."
)

_PREFIX_5 = re.compile(r"^\d+:\d+(?::\d+)?\.\d+\s+[\w.]+\s+\|\s")
_FRAME = re.compile(r"^Fra:\s*(-?\d+)")
_DONE_OF_TOTAL = re.compile(
    r"(?:Sample (\d+)/(\d+)|Rendering (\d+) / (\d+) samples|(?:Rendered|Path Tracing Tile)\s+(\d+)/(\d+))"
)
_SAVED = re.compile(r"^Saved:\s*'?(.+?)'?$")
_ERROR = re.compile(r"^(?:Error:|ERROR\b|CUDA error:|OpenEXR-writePixels: ERROR:)\s*(.*)")
_NOTICE = re.compile(r"^(?:Warning:|Info:|WARNING\b|INFO\b)\s*(.*)")
#: Python inside the scene that would have run, or a driver that would have been evaluated by it.
_PYTHON_OFF = re.compile(r'^scripts disabled for "|restricted access disallows (?:name|opcode)')


class BlenderOutput:
    """Call it with each line; it gives the events of that line.

    What Blender says may make an answer of the driver another one: a file that it calls saved is none if the disk is
    full, and it may be wrong if Python inside the scene was not run.
    """

    def __init__(self) -> None:
        self._last: Problem | None = None  # since the last answer
        self._spoilt: Problem | None = None
        self._python_off: list[str] = []  # the lines that tell of it; Blender says it once
        self._python_matters = False
        self._harmless: set[str] = set()  # scripts that need not run
        self.size: tuple[int, int] | None = None  # of all images, where the driver told it on opening

    def __call__(self, line: str) -> list[Event]:
        before, found, message = line.partition(DRIVER_PREFIX)
        if found:
            return [*self(before), *self._answer(message)]
        text = plain(line)
        if match := _FRAME.match(text):
            if progress := _DONE_OF_TOTAL.search(text):
                done, total = (int(number) for number in progress.groups() if number is not None)
                return [FrameProgress(int(match[1]), min(done / total, 1.0) if total else 0.0)]
            return []
        if match := _SAVED.match(text):
            return [FileSaved(match[1])]
        if _PYTHON_OFF.search(text):
            self._python_off.append(text)
            return []
        if problem := _problem(text):
            self._last = problem
            if problem.failure in SPOILING:
                self._spoilt = problem
            return [problem]
        return []

    def _answer(self, message: str) -> list[Event]:
        """The event of one of our driver's lines; none if it is cut or was printed by a scene that imitates it."""
        try:
            said = json.loads(message)
            match said.get("event"):
                case "ready":
                    return [Ready(str(said["version"]))]
                case "opened":
                    self.size = _size(said.get("size"))
                    self._python_matters = said.get("scripts") == "refused"
                    self._harmless = {f"skipping '{name}'" for name in said.get("harmless", ())}
                    event: Event = self._python_needed() or SceneLoaded(tuple(map(str, said["missing"])))
                case "rendered":
                    done = FrameDone(int(said["frame"]), str(said["path"]), _size(said.get("size")))
                    event = self.wrong() or done
                case "failed":
                    event = self._failed(str(said["message"]), said.get("class"), said.get("evidence"))
                case _:
                    return []
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return []
        self.forget()
        return [event]

    def forget(self) -> None:
        """What is said from now on is about another frame."""
        self._last = self._spoilt = None

    def wrong(self) -> Problem | None:
        """Why the image that was saved is not what it should be, if that is known."""
        return replace(self._spoilt, fatal=True) if self._spoilt else self._python_needed()

    def _python_needed(self) -> Problem | None:
        telling = (line for line in self._python_off if not line.endswith(tuple(self._harmless)))
        line = next(telling, None) if self._python_matters else None
        return Problem(NEEDS_PYTHON, fatal=True, failure=FailureClass.SCENE, evidence=line) if line else None

    def _failed(self, message: str, said: object, evidence: object) -> Problem:
        # Of several problems the one that the driver was told of is the reason; else what came last may be.
        failure = FailureClass(said) if said else failure_of(message)
        if failure is FailureClass.UNKNOWN and self._last:
            failure = self._last.failure
        shown = str(evidence) if evidence else self._last.evidence if self._last else None
        return Problem(message, fatal=True, failure=failure, evidence=shown)


def plain(line: str) -> str:
    """The line as 3.x and 4.x write it."""
    return _PREFIX_5.sub("", line.strip())


def _size(said: Any) -> tuple[int, int] | None:
    return (int(said[0]), int(said[1])) if said else None


def _problem(text: str) -> Problem | None:
    failure = failure_of(text)
    if match := _ERROR.match(text):
        return Problem(match[1].strip() or text, fatal=False, failure=failure, evidence=text)
    if failure in (FailureClass.MEMORY, FailureClass.GPU_MEMORY):
        return Problem(f"Out of memory: {text}", fatal=False, failure=failure, evidence=text)
    if failure is FailureClass.STORAGE:
        return Problem(text, fatal=False, failure=failure, evidence=text)
    if match := _NOTICE.match(text):
        failure = failure_of(match[1])
        if failure is FailureClass.ASSET:
            return Problem(match[1], fatal=False, failure=failure, evidence=text)
    return None
