"""What the program knows of a render engine without running it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from render_manager.domain.errors import FrameRangeError, InvalidTask, UnknownEngine
from render_manager.domain.frame_range import LARGEST_FRAME, FrameRange


@dataclass(frozen=True)
class EngineOption:
    """One key of a task's ``task_info`` that an engine understands."""

    name: str
    help: str
    kind: type = str  #: str, int, float or bool
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""  #: in which a number is meant: px, min
    default: str = ""  #: what holds where it is left out, in words, if that can be said
    undivided: bool = False  #: what sets it is rendered by one worker, all frames at once

    def read(self, value: object) -> object:
        """The value in the option's type; text as typed on a command line is understood.

        Raises:
            InvalidTask: the value does not fit.
        """
        try:
            if self.kind is bool:
                read: object = {
                    "true": True,
                    "1": True,
                    "yes": True,
                    "false": False,
                    "0": False,
                    "no": False,
                }[str(value).strip().lower()]
            elif isinstance(value, bool) or not isinstance(value, str | int | float):
                raise TypeError  # Python would make a number or a text of it, but nobody meant that
            else:
                read = self.kind(value)
                if isinstance(value, float) and read != value and self.kind is int:
                    raise ValueError
                if isinstance(read, float) and not math.isfinite(read):
                    raise ValueError  # neither JSON nor a renderer knows infinity
        except (KeyError, ValueError, TypeError, OverflowError):
            wanted = {bool: "true or false", int: "a whole number", float: "a number"}.get(self.kind, "text")
            raise InvalidTask(f"Option {self.name} = {value!r} is not {wanted}.") from None
        if isinstance(read, str) and (read.startswith("-") or any(ord(c) < 32 for c in read)):
            raise InvalidTask(f"Option {self.name} = {value!r} may not begin with a dash or hold control characters.")
        if self.choices and str(read) not in self.choices:
            raise InvalidTask(f"Option {self.name} = {value!r} is not one of: {', '.join(self.choices)}.")
        if isinstance(read, int | float) and not isinstance(read, bool) and not self._in_range(read):
            raise InvalidTask(
                f"Option {self.name} = {value!r} is out of range: "
                f"{'any' if self.minimum is None else f'{self.minimum:g}'} to "
                f"{'any' if self.maximum is None else f'{self.maximum:g}'}."
            )
        return read

    @property
    def bounds(self) -> str:
        """ "1–65536 px"; empty where any value will do."""
        match self.minimum, self.maximum:
            case None, None:
                return ""
            case low, None:
                words = f"≥ {low:.15g}"
            case None, high:
                words = f"≤ {high:.15g}"
            case low, high:
                words = f"{low:.15g}–{high:.15g}"
        return f"{words} {self.unit}".rstrip()

    def _in_range(self, number: float) -> bool:
        return (self.minimum is None or number >= self.minimum) and (self.maximum is None or number <= self.maximum)


@dataclass(frozen=True)
class Engine:
    """A render engine as submissions name it."""

    name: str  #: as stored: blender, maya, unreal
    label: str  #: as shown: Blender
    project_suffixes: tuple[str, ...]  #: lower case, with the dot, best first
    executable_setting: str  #: the setting that names its program
    options: tuple[EngineOption, ...] = field(default=())
    project_marker: str | None = None  #: the file in a project's folder that tells its scenes are below "scenes"
    ignored_folders: frozenset[str] = frozenset()  #: lower case: what is below is never the file to render
    rebuilt_folders: frozenset[str] = frozenset()  #: lower case: it makes them anew; not sent with a project's folder
    first_frame: int = -LARGEST_FRAME  #: it knows no frames below ...
    last_frame: int = LARGEST_FRAME  #: ... and none above

    def read_options(self, task_info: Mapping[str, object]) -> dict[str, object]:
        """``task_info`` with every value checked and in its type.

        Raises:
            InvalidTask: an unknown key or a value that does not fit.
        """
        known = {option.name: option for option in self.options}
        if unknown := [key for key in task_info if key not in known]:
            raise InvalidTask(
                f"Option {unknown[0]!r} is not known to {self.label}; it understands: {', '.join(known) or 'nothing'}."
            )
        return {key: known[key].read(value) for key, value in task_info.items()}

    def undivided(self, task_info: Mapping[str, object]) -> bool:
        """Whether such a task can't be shared between workers."""
        return any(option.undivided and task_info.get(option.name) for option in self.options)

    def check_frames(self, frames: FrameRange) -> None:
        """
        Raises:
            FrameRangeError: there is one that the engine can't render.
        """
        for number in (frames.runs[0][0], frames.runs[-1][-1]):
            if not self.first_frame <= number <= self.last_frame:
                raise FrameRangeError(
                    f"{self.label} can't render frame {number}: its frames go from {self.first_frame} to "
                    f"{self.last_frame}."
                )


def check_project_name(engines: Mapping[str, Engine], engine: Engine, name: str) -> None:
    """
    Raises:
        InvalidTask: files called so are another engine's projects.
    """
    lower = name.strip().lower().removesuffix(".gz")
    if lower.endswith(engine.project_suffixes):
        return
    for other in engines.values():
        if lower.endswith(other.project_suffixes):
            raise InvalidTask(
                f"{name!r} is a project of {other.label}, not of {engine.label}: use engine {other.name}."
            )


def find_engine(engines: Mapping[str, Engine], name: str) -> Engine:
    """The engine of that name, whatever its case.

    Raises:
        UnknownEngine: none has it.
    """
    if engine := engines.get(name.strip().lower()):
        return engine
    raise UnknownEngine(f"Engine {name!r} is not known; use one of: {', '.join(sorted(engines))}.")


def guess_engine(engines: Mapping[str, Engine], path: str) -> str:
    """The name of the engine whose project files are called so; the only one there is, for an archive.

    Raises:
        UnknownEngine: nothing tells which.
    """
    lower = path.strip().lower().removesuffix(".gz")
    for engine in engines.values():
        if lower.endswith(engine.project_suffixes):
            return engine.name
    if len(engines) == 1:
        return next(iter(engines))
    raise UnknownEngine(f"{path!r} does not tell the engine; name one of: {', '.join(sorted(engines))}.")
