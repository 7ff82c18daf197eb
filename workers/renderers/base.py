"""The adapter contract: what the lane needs to know of a renderer.

Three things are kept apart: building commands and requests (pure, here), running the process (``process.py``) and
understanding its output (pure, an ``OutputParser``). An adapter is a ``SessionRenderer``, whose process stays open and
is sent frames one by one, a ``RangeRenderer``, which starts a process for a chunk of frames, or both.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import list2cmdline
from typing import Protocol

from render_manager.domain.engines import Engine, EngineOption
from workers.renderers.events import Event
from workers.signals import Signal
from workers.wear import SessionLimits

#: A parser keeps what it must remember between lines to itself.
OutputParser = Callable[[str], list[Event]]


class RangeParser(Protocol):
    """Understands the output of one process that renders a range."""

    def __call__(self, line: str) -> list[Event]: ...

    def ended(self, exit_code: int) -> list[Event]:
        """What the end of the process says: frames of which only now is known that they are done, and a fatal Problem
        unless all that must be said after a success was said. Exit codes lie both ways."""
        ...


@dataclass(frozen=True)
class Installation:
    """A renderer found on this host."""

    executable: Path
    version: str


@dataclass(frozen=True)
class RenderJob:
    """What frames are rendered of."""

    project_file: Path
    project_dir: Path  #: the root of what was unpacked, above ``project_file``
    renders_dir: Path
    temporary: Path  #: for the renderer's own files; goes with the workspace
    task_info: Mapping[str, object]


@dataclass(frozen=True)
class Launch:
    """How a process for a range is started."""

    command: Sequence[str]  #: program and arguments, never a shell line
    environment: Mapping[str, str] = field(default_factory=dict[str, str])  #: added to what a renderer may see
    follow: Sequence[Path] = ()  #: files it writes whose lines are output, too; they need not exist yet
    #: The command as the one line that Windows has, for programs that do not read it as others do.
    windows_line: Callable[[Sequence[str]], str] = list2cmdline


@dataclass(frozen=True)
class Limits:
    """Seconds after which a renderer counts as hanging; None: never."""

    startup: float | None = None  #: until the project is loaded, or the first frame begins
    frame: float | None = None  #: for one frame
    silence: float | None = None  #: without a word


_LIMITS = (
    ("startup_limit", "how long until the first frame must have begun"),
    ("frame_limit", "how long a frame may take"),
    ("silence_limit", "how long the renderer may say nothing"),
)
#: Understood by every engine.
COMMON_OPTIONS = tuple(
    EngineOption(name, f"{text}; 0: no limit", float, minimum=0, maximum=100_000, unit="min") for name, text in _LIMITS
)
#: Understood by every engine that renders chunks.
CHUNK_OPTIONS = (
    EngineOption(
        "chunk", "frames that one process renders", int, minimum=0, unit="frames", default="by measured times"
    ),
)


def limits_of(renderer: "Renderer", task_info: Mapping[str, object]) -> Limits:
    """The renderer's limits, or what the task says instead."""
    seconds = {
        field: value
        for field, (name, _) in zip(("startup", "frame", "silence"), _LIMITS, strict=True)
        if (value := _seconds(task_info.get(name))) is not None
    }
    asked = {field: value or None for field, value in seconds.items()}
    return replace(renderer.limits, **asked)


def _seconds(minutes: object) -> float | None:
    return 60.0 * minutes if isinstance(minutes, int | float) else None


class Renderer(ABC):
    """What every adapter says of its engine."""

    engine: Engine
    limits: Limits = Limits()

    @abstractmethod
    def find(self, configured: Path | None, stopped: Signal | None = None) -> Installation:
        """The installation to use: ``configured`` by setting, else where the system usually has it.

        Args:
            stopped: set once nobody wants the answer any more: a program that was asked for its version is ended.

        Raises:
            RendererNotFound: none was found or it does not start; the message says what to install or set.
            Aborted: ``stopped`` was set meanwhile.
        """

    @abstractmethod
    def check_project(self, project_file: Path, installation: Installation) -> None:
        """Look at the project without starting the renderer.

        Raises:
            ProjectFileError: the file is no project of this engine, or damaged.
            RendererNotFound: this installation is too old for it.
        """


class SessionRenderer(Renderer):
    """An engine that stays open between frames: requests go to its standard input, one line each.

    Attributes:
        session_limits: when a session is replaced by a new one.
    """

    session_limits: SessionLimits = SessionLimits()

    def in_session(self, task_info: Mapping[str, object]) -> bool:
        """Whether a task is rendered in a session, where the engine renders chunks, too: unless it refuses."""
        return task_info.get("session") is not False

    def session_environment(self, temporary: Path) -> Mapping[str, str]:
        """Added to what a session may see.

        Args:
            temporary: a folder for the renderer's own files.
        """
        return {}

    @abstractmethod
    def session_command(self, installation: Installation) -> list[str]:
        """Program and arguments that start a session."""

    @abstractmethod
    def open_request(self, job: RenderJob) -> str:
        """The line that makes the session load the project."""

    @abstractmethod
    def frame_request(self, job: RenderJob, frame: int) -> str:
        """The line that makes the session render one frame."""

    @abstractmethod
    def parser(self) -> OutputParser:
        """A fresh parser for one session's output."""


class RangeRenderer(Renderer):
    """An engine that renders a chunk of frames and ends.

    Attributes:
        first_chunk: so many frames are rendered by a process while nothing is known of their times.
        largest_chunk: no process can render more than so many; None: any number.
        settle: seconds in which a file that was reported may still come to be seen: network disks, asynchronous
            writers.
    """

    first_chunk: int = 1
    largest_chunk: int | None = None
    settle: float = 0.0

    def lists_frames(self, task_info: Mapping[str, object]) -> bool:
        """Whether one process can render any list of frames, not only those of one step."""
        return False

    def renders_all(self, task_info: Mapping[str, object]) -> bool:
        """Whether a process always renders all frames of such a task: they are claimed together, or refused. An option
        that makes it so is ``undivided``."""
        return False

    @abstractmethod
    def launch(self, installation: Installation, job: RenderJob, frames: Sequence[int]) -> Launch:
        """How the process is started that renders these frames: ascending, and of one step unless the engine
        ``lists_frames``.

        Raises:
            ProjectFileError: what the task names is not in the project, or several could be meant.
            OSError: a file for the renderer can't be written into ``job.temporary``.
        """

    @abstractmethod
    def range_parser(self, job: RenderJob, frames: Sequence[int]) -> RangeParser:
        """A fresh parser for the output of one such process."""
