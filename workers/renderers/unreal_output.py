"""What is said while Unreal Engine renders: our executor's words in its report, and the engine's own log.

Only the report tells of frames; the log tells why there is no good word in the report. Both come line by line, and the
log may come twice: by its file at once, and in bursts through the process' output.
"""

import json
import re
from collections.abc import Sequence
from typing import cast

from render_manager.domain.failures import FailureClass
from workers.renderers.events import Event, FrameDone, FrameProgress, FrameStarted, Problem, SceneLoaded

#: Begins the lines that our executor writes.
REPORT_PREFIX = "@@RM "
#: So many script errors, and something that the project or a plug-in needs is broken, however the render goes on.
MOST_SCRIPT_ERRORS = 25

_LOG_LINE = re.compile(r"^(?P<time>\[[\d.:-]+\]\[\s*\d+\])?\s*(?P<category>Log\w+): (?:(?P<level>\w+): )?(?P<text>.*)")
_F = FailureClass
#: Signs of a failure, the most telling first: a crash follows many of them.
_SIGNS = tuple(
    (re.compile(pattern, re.IGNORECASE), failure, message)
    for pattern, failure, message in (
        (
            r"out of video memory|E_OUTOFMEMORY.*(?:d3d|gpu)|VK_ERROR_OUT_OF_DEVICE_MEMORY",
            _F.GPU_MEMORY,
            "The memory of the graphics card is full: render smaller images, or on a host with a larger card",
        ),
        (r"\bran out of memory\b", _F.MEMORY, "The memory of the host is full"),
        (
            r"no space left on device|not enough space on the disk",
            _F.STORAGE,
            "A disk is full: the images can't be written",
        ),
        (
            r"LastError=(?:59|64|121|1231)\b",
            _F.STORAGE,
            "A network disk could not be read: the connection of this host to it broke",
        ),
        (
            r"No class set in Python Host Executor",
            _F.NODE,
            "The engine does not know our executor's class: the plug-ins PythonScriptPlugin and MovieRenderPipeline "
            "must be installed and may not be switched off",
        ),
        (
            r"modules? (?:are|is) missing or built with a different engine version",
            _F.NODE,
            "The project's C++ modules are missing or were built for another engine version: add its Binaries folder "
            "for this version, or install that version",
        ),
        (
            r"plugin '[^']*'.*could not be (?:found|loaded)|unable to find plugin",
            _F.NODE,
            "A plug-in that the project needs is not installed on this host",
        ),
        (
            r"failed to (?:load|find|open)\W+(?:the )?(?:map|level|sequence|config\w*|preset|queue|descriptor)\b",
            _F.SCENE,
            "The engine could not load what is to be rendered: the map, the sequence or the preset is missing, damaged "
            "or from a newer engine",
        ),
        (
            r"DXGI_ERROR_DEVICE_(?:HUNG|REMOVED|RESET)|GPU crash|VK_ERROR_DEVICE_LOST",
            _F.CRASH,
            "The graphics card stopped working: its driver may be old, or the card overheated",
        ),
        (
            r"fatal error|assertion failed|StaticShutdownAfterError|RequestExitWithStatus\(1, 3|unhandled exception",
            _F.CRASH,
            "Unreal Engine crashed",
        ),
    )
)
_BROKEN = len(_SIGNS)
_ERROR = _BROKEN + 1
#: Of what the engine itself says of rendering; others are mostly about assets nobody sees.
_TELLING = frozenset({"LogMovieRenderPipeline", "LogMovieRenderPipelineIO", "LogMovieGraph"})


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
        self._reason: Problem | None = None  # why it fails, if it does
        self._rank = _ERROR + 1  # of the reason
        self._script_errors: set[str] = set()

    def __call__(self, line: str) -> list[Event]:
        if line.startswith(REPORT_PREFIX):
            return self._of_report(line)
        return self._of_log(line)

    def ended(self, exit_code: int) -> list[Event]:
        """Only the report counts: a failed render ends with 0, and one that succeeded may crash at its end."""
        if self._success and not self._broken:
            return []
        if reason := self._reason:
            return [Problem(reason.message, True, reason.failure, reason.evidence)]
        if self._success is False:
            message = "Unreal Engine says that the render failed, but not why; its log may tell."
            return [Problem(message, fatal=True)]
        return [Problem("its report says nothing of how the render went", fatal=False)]

    @property
    def _broken(self) -> bool:
        return len(self._script_errors) >= MOST_SCRIPT_ERRORS

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
                    return self._note(-1, str(said["message"]), _failure(said.get("failure")), line)
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
        if self._broken or not names or frame not in self._frames:
            return []
        return [FrameDone(frame, names[0], self._size, names)]

    # -- the engine's log ----------------------------------------------------------------------------------------

    def _of_log(self, line: str) -> list[Event]:
        for rank, (pattern, failure, message) in enumerate(_SIGNS):
            if pattern.search(line):
                return self._note(rank, f"{message}.", failure, line)
        match = _LOG_LINE.match(line)
        if match is None or match["level"] not in ("Error", "Fatal"):
            return []
        if match["category"] == "LogPython":
            return self._script_error(line)
        if match["category"] in _TELLING:
            return self._note(_ERROR, f"Unreal Engine says: {match['text'].strip()}", FailureClass.UNKNOWN, line)
        return []

    def _script_error(self, line: str) -> list[Event]:
        self._script_errors.add(line)  # the same line may come twice; its time tells it from others
        if not self._broken:
            return []
        message = (
            f"Scripts in the editor failed with {MOST_SCRIPT_ERRORS} errors or more: a script of the project or of a "
            "plug-in does not work on this host; the log has them."
        )
        return self._note(_BROKEN, message, FailureClass.NODE, line)

    def _note(self, rank: int, message: str, failure: FailureClass, line: str) -> list[Event]:
        """Keep the most telling reason; of equal ones the first is the cause."""
        if rank >= self._rank:
            return []
        self._rank = rank
        self._reason = Problem(message, False, failure, line.strip())
        return [self._reason]


def _failure(name: object) -> FailureClass:
    try:
        return FailureClass(str(name))
    except ValueError:
        return FailureClass.UNKNOWN
