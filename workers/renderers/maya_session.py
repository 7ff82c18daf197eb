"""Maya kept open: what mayapy says with our driver script inside."""

import json
from dataclasses import replace

from render_manager.domain.failures import FailureClass
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
from workers.renderers.maya_output import file_in, fraction_in, frame_in, plain, problem_in


class MayaSessionOutput:
    """Call it with each line; it gives the events of that line.

    Whatever goes wrong, only the driver's answer ends a request: what Maya says after it belongs to the next one.
    """

    def __init__(self) -> None:
        self._frame = 0
        self._wrong: Problem | None = None  # since the last answer

    def __call__(self, line: str) -> list[Event]:
        before, found, message = line.partition(DRIVER_PREFIX)
        if found:
            return [*self(before), *self._answer(message)]
        text = plain(line)
        if (frame := frame_in(text)) is not None:
            self._frame = frame
            return []
        if (fraction := fraction_in(text)) is not None:
            return [FrameProgress(self._frame, fraction)]
        if path := file_in(text):
            return [FileSaved(path)]
        problem = problem_in(text, line)
        if problem is None:
            return []
        if problem.fatal:
            self._wrong = self._wrong or problem
        return [replace(problem, fatal=False)]

    def _answer(self, message: str) -> list[Event]:
        """The event of one of our driver's lines; none if it is cut or was printed by a scene that imitates it."""
        try:
            said = json.loads(message)
            match said.get("event"):
                case "ready":
                    event: Event = Ready(str(said["version"]))
                case "opened":
                    event = self._spoilt() or SceneLoaded(())
                case "rendered":
                    files = tuple(str(path) for path in said["files"])
                    event = self._spoilt() or FrameDone(int(said["frame"]), "", files=files)
                case "failed":
                    event = self._failed(str(said["message"]), said.get("class"))
                case _:
                    return []
        except (ValueError, TypeError, KeyError, AttributeError):
            return []
        self._wrong = None
        return [event]

    def _spoilt(self) -> Problem | None:
        """The command returned, but what it did is worth nothing."""
        return replace(self._wrong, fatal=True) if self._wrong else None

    def _failed(self, message: str, said: object) -> Problem:
        if said:
            return Problem(message, fatal=True, failure=FailureClass(said))
        # Maya's commands give no reason that the log does not give better.
        reason = self._wrong or problem_in(message, message) or Problem(message, True, evidence=message)
        return replace(reason, fatal=True)
