"""The engine's own log: it tells of no frames, but why a render failed."""

import re

from render_manager.domain.failures import FailureClass
from workers.renderers.events import Event, Problem

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


class EngineLog:
    """Call it with each line of the log; it gives the events of that line.

    Attributes:
        reason: why the render fails, if it does: the most telling that was said.
    """

    def __init__(self) -> None:
        self.reason: Problem | None = None
        self._rank = _ERROR + 1  # of the reason
        self._script_errors: set[str] = set()

    def __call__(self, line: str) -> list[Event]:
        for rank, (pattern, failure, message) in enumerate(_SIGNS):
            if pattern.search(line):
                return self.note(f"{message}.", failure, line, rank)
        match = _LOG_LINE.match(line)
        if match is None or match["level"] not in ("Error", "Fatal"):
            return []
        if match["category"] == "LogPython":
            return self._script_error(line)
        if match["category"] in _TELLING:
            return self.note(f"Unreal Engine says: {match['text'].strip()}", FailureClass.UNKNOWN, line, _ERROR)
        return []

    @property
    def broken(self) -> bool:
        """Something that the project or a plug-in needs does not work, however the render goes on."""
        return len(self._script_errors) >= MOST_SCRIPT_ERRORS

    def note(self, message: str, failure: FailureClass, line: str, rank: int = -1) -> list[Event]:
        """Keep the most telling reason; of equal ones the first is the cause."""
        if rank >= self._rank:
            return []
        self._rank = rank
        self.reason = Problem(message, False, failure, line.strip())
        return [self.reason]

    def _script_error(self, line: str) -> list[Event]:
        self._script_errors.add(line)  # some systems see the log in the output, too; its time tells lines apart
        if not self.broken:
            return []
        message = (
            f"Scripts in the editor failed with {MOST_SCRIPT_ERRORS} errors or more: a script of the project or of a "
            "plug-in does not work on this host; the log has them."
        )
        return self.note(message, FailureClass.NODE, line, _BROKEN)
