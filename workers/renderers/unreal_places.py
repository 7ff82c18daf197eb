"""Where Unreal Engine is installed on a host, and which version it is."""

import json
import os
import re
import sys
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import Any

from render_manager.domain.errors import RendererNotFound
from workers.renderers.base import Installation
from workers.renderers.programs import check_configured, executable

_LAUNCHER = "Epic/UnrealEngineLauncher/LauncherInstalled.dat"
_PROGRAMS = {
    "win32": ("Engine/Binaries/Win64/UnrealEditor-Cmd.exe",),
    "darwin": (
        "Engine/Binaries/Mac/UnrealEditor-Cmd",
        "Engine/Binaries/Mac/UnrealEditor.app/Contents/MacOS/UnrealEditor",
    ),
    "linux": ("Engine/Binaries/Linux/UnrealEditor-Cmd", "Engine/Binaries/Linux/UnrealEditor"),
}
_FOLDERS = {
    "win32": (r"C:\Program Files\Epic Games\UE_5*", r"[D-Z]:\Epic Games\UE_5*", r"C:\Epic Games\UE_5*"),
    "darwin": ("/Users/Shared/Epic Games/UE_5*",),
    "linux": ("/opt/UnrealEngine*", "/opt/unreal*", "/opt/UE_5*", "~/UnrealEngine*", "~/UE_5*"),
}
#: What a project's compiled modules are for, by the name of their folder.
PLATFORMS = {"win32": "Win64", "darwin": "Mac", "linux": "Linux"}
_IN_PATH = re.compile(r"(?:UE|Unreal(?:Engine)?)[_-]?(\d+\.\d+(?:\.\d+)?)", re.IGNORECASE)


def system() -> str:
    """This host's system, as the tables here have it."""
    return sys.platform if sys.platform in _PROGRAMS else "linux"


def installation_at(program: Path) -> Installation:
    """
    Raises:
        RendererNotFound: it is no program, or nothing tells its version.
    """
    check_configured(program, "UE_EXECUTABLE", "UnrealEditor-Cmd")
    version = version_of(program)
    if version is None:
        raise RendererNotFound(
            f"{program} does not tell Unreal Engine's version: no Engine/Build/Build.version lies above it. "
            "Set UE_EXECUTABLE to UnrealEditor-Cmd inside an installation."
        )
    return Installation(program, version)


def installed() -> list[Installation]:
    """What is found where it usually is, oldest first."""
    found: dict[Path, str] = {}
    for folder in _folders():
        for place in _PROGRAMS[system()]:
            program = folder / place
            if executable(program) and (version := version_of(program)):
                found.setdefault(program, version)
                break
    return [Installation(program, found[program]) for program in sorted(found, key=lambda one: numbers(found[one]))]


def for_project(installation: Installation, association: str) -> Path:
    """The program of the project's own version, where it is installed beside the one that was found: a newer one would
    convert the project first."""
    path = str(installation.executable)
    found = list(_IN_PATH.finditer(path))
    if found and association[:1].isdigit() and numbers(association)[:2] != numbers(installation.version)[:2]:
        own = Path(path[: found[-1].start(1)] + association + path[found[-1].end(1) :])
        if own.is_file() and os.access(own, os.X_OK):
            return own
    return installation.executable


def version_of(program: Path) -> str | None:
    """The version in the installation's own file, else in the names of its folders."""
    for path in dict.fromkeys((program, program.resolve())):
        for folder in path.parents:
            if version := _version_in(folder / "Build" / "Build.version"):
                return version
            if folder.name.casefold() == "engine":
                break
    names = _IN_PATH.findall(str(program))
    return names[-1] if names else None


def numbers(version: str) -> tuple[int, ...]:
    """A version for comparison: 5.10 is newer than 5.9."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _version_in(file: Path) -> str | None:
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8-sig"))
        return ".".join(str(int(content[f"{part}Version"])) for part in ("Major", "Minor", "Patch"))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _folders() -> Iterator[Path]:
    if system() == "win32":
        yield from _of_launcher(Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / _LAUNCHER)
    for form in _FOLDERS[system()]:
        yield from map(Path, sorted(glob(os.path.expanduser(form))))


def _of_launcher(file: Path) -> Iterator[Path]:
    """What Epic's launcher says it installed; other things than engines are among it."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8-sig"))
        places = [
            str(entry["InstallLocation"])
            for entry in content["InstallationList"]
            if str(entry.get("AppName", "")).startswith("UE_")
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return
    yield from map(Path, places)
