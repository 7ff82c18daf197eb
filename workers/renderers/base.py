"""The adapter contract: what the lane needs to know of a renderer.

Three things are kept apart: building commands and requests (pure, here), running the process (``process.py``) and
understanding its output (pure, an ``OutputParser``).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from render_manager.domain.engines import Engine
from workers.renderers.events import Event

#: A parser keeps what it must remember between lines to itself.
OutputParser = Callable[[str], list[Event]]


@dataclass(frozen=True)
class Installation:
    """A renderer found on this host."""

    executable: Path
    version: str


@dataclass(frozen=True)
class RenderJob:
    """What a session renders frames of."""

    project_file: Path
    renders_dir: Path
    task_info: Mapping[str, object]


class Renderer(ABC):
    """An engine that stays open between frames: requests go to its standard input, one line each."""

    engine: Engine

    @abstractmethod
    def find(self, configured: Path | None) -> Installation:
        """The installation to use: ``configured`` by setting, else where the system usually has it.

        Raises:
            RendererNotFound: none was found or it does not start; the message says what to install or set.
        """

    @abstractmethod
    def check_project(self, project_file: Path, installation: Installation) -> None:
        """Look at the project without starting the renderer.

        Raises:
            ProjectFileError: the file is no project of this engine, or damaged.
            RendererNotFound: this installation is too old for it.
        """

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
