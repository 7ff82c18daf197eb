"""The project: its descriptor, and what its content listing says there is."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: The listing beside the assets.
LISTING = "standin.json"


@dataclass(frozen=True)
class Shot:
    """A camera cut: its frames from ``start`` up to, not with, ``end``."""

    name: str
    start: int
    end: int
    camera: str = "CineCameraActor"


@dataclass(frozen=True)
class Sequence:
    """A level sequence; its range goes up to, not with, ``end``."""

    path: str
    start: int = 0
    end: int = 24
    fps: float = 24.0
    shots: tuple[Shot, ...] = ()

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass
class Project:
    """What a descriptor and a content listing say."""

    file: Path
    association: str = ""
    plugins: frozenset[str] = frozenset()
    modules: tuple[str, ...] = ()
    maps: list[str] = field(default_factory=list)
    sequences: dict[str, Sequence] = field(default_factory=dict)
    #: The settings of saved configurations, by path.
    presets: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: The jobs of saved queues, by path.
    queues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def name(self) -> str:
        return self.file.stem

    @property
    def lacks_binaries(self) -> bool:
        """It has code of its own that nobody has compiled."""
        return bool(self.modules) and not any((self.folder / "Binaries").glob("*/*"))

    def map_named(self, name: str) -> str | None:
        """The map by its asset path or, as the command line allows, by its short name."""
        wanted = package(name.split("?")[0]).lower()
        for path in self.maps:
            if wanted in (path.lower(), path.rsplit("/", 1)[-1].lower()):
                return path
        return None

    def asset(self, kind: str, name: str) -> Any:
        """What is listed of ``kind`` under ``name``; asset names are compared without case."""
        wanted = package(name).lower()
        listed: dict[str, Any] = getattr(self, kind)
        return next((value for path, value in listed.items() if path.lower() == wanted), None)


def package(path: str) -> str:
    """``/Game/A/B.B`` and ``LevelSequence'/Game/A/B.B'`` without what follows the package."""
    inner = path.split("'")[1] if "'" in path else path
    folder, _, name = inner.rpartition("/")
    return f"{folder}/{name.split('.')[0]}" if folder else name.split(".")[0]


def read_project(file: Path) -> Project:
    """Read a project.

    Raises:
        OSError, ValueError: it is not there or no JSON.
    """
    descriptor = json.loads(file.read_text("utf-8-sig"))
    if not isinstance(descriptor, dict):
        raise ValueError("The descriptor is no object")
    project = Project(
        file,
        str(descriptor.get("EngineAssociation", "")),
        frozenset(one["Name"] for one in descriptor.get("Plugins", []) if one.get("Enabled")),
        tuple(one["Name"] for one in descriptor.get("Modules", [])),
    )
    _take(project, json.loads((file.parent / "Content" / LISTING).read_text("utf-8")))
    return project


def _take(project: Project, listed: dict[str, Any]) -> None:
    project.maps += map(package, listed.get("maps", []))
    for path, given in listed.get("sequences", {}).items():
        fields = dict(given)
        fields["shots"] = tuple(Shot(**shot) for shot in fields.get("shots", []))
        project.sequences[package(path)] = Sequence(package(path), **fields)
    for path, fields in _named(listed.get("presets", [])):
        project.presets[path] = fields
    for path, fields in _named(listed.get("queues", [])):
        project.queues[path] = fields.get("jobs", [])


def _named(listed: Any) -> list[tuple[str, dict[str, Any]]]:
    """Objects with a ``path``, by it."""
    entries = [dict(entry) for entry in listed]
    return [(package(entry.pop("path")), entry) for entry in entries]
