"""What is said while Unreal Engine renders by our executor: its words in its report, and the engine's own log.

Only the report tells of frames; the log tells why there is no good word in the report.
"""

import json
from collections.abc import Sequence
from typing import cast

from render_manager.domain.failures import FailureClass
from workers.renderers.events import Event, FrameDone, FrameProgress, FrameStarted, Problem, SceneLoaded
from workers.renderers.unreal_log import EngineLog

#: Begins the lines that our executor writes.
REPORT_PREFIX = "@@RM "


class UnrealOutput:
    """Call it with each line; it gives the events of that line.

    Args:
        frames: those that are rendered.
        size: width and height in pixels that images should have; None: unknown.
    """

    def __init__(self, frames: Sequence[int], size: tuple[int, int] | None = None) -> None:
        self._frames = frozenset(frames)
        self._size = size
        self._success: bool | None = None  # as the report says; None: it does not
        self._log = EngineLog()

    def __call__(self, line: str) -> list[Event]:
        if line.startswith(REPORT_PREFIX):
            return self._of_report(line)
        return self._log(line)

    def ended(self, exit_code: int) -> list[Event]:
        """Only the report counts: a failed render ends with 0, and one that succeeded may crash at its end."""
        if self._success and not self._log.broken:
            return []
        if reason := self._log.reason:
            return [Problem(reason.message, True, reason.failure, reason.evidence)]
        if self._success is False:
            message = "Unreal Engine says that the render failed, but not why; its log may tell."
            return [Problem(message, fatal=True)]
        return [Problem("its report says nothing of how the render went", fatal=False)]

    # -- our executor's words ------------------------------------------------------------------------------------

    def _of_report(self, line: str) -> list[Event]:
        """The events of a line; none if it is cut."""
        try:
            said = json.loads(line[len(REPORT_PREFIX) :])
            match said.get("event"):
                case "loaded":
                    return [SceneLoaded(())]
                case "frame" if int(said["frame"]) in self._frames:
                    return [FrameStarted(int(said["frame"]))]
                case "progress" if int(said["frame"]) in self._frames:
                    return [FrameProgress(int(said["frame"]), min(max(float(said["fraction"]), 0.0), 1.0))]
                case "written":
                    return self._done(int(said["frame"]), said["files"])
                case "error":
                    return self._log.note(str(said["message"]), _failure(said.get("failure")), line)
                case "result":
                    return self._result(said)
                case _:
                    return []
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return []

    def _result(self, said: dict[str, object]) -> list[Event]:
        files = cast("dict[str, object]", said["files"])
        done = [event for frame in sorted(map(int, files)) for event in self._done(frame, files[str(frame)])]
        self._success = said["success"] is True
        return done if self._success else []

    def _done(self, frame: int, files: object) -> list[Event]:
        names = tuple(map(str, cast("list[object]", files))) if isinstance(files, list) else ()
        if self._log.broken or not names or frame not in self._frames:
            return []
        return [FrameDone(frame, names[0], self._size, names)]


def _failure(name: object) -> FailureClass:
    try:
        return FailureClass(str(name))
    except ValueError:
        return FailureClass.UNKNOWN
