"""What is to be rendered of an Unreal project, and what it needs, as far as its files tell without the engine."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from render_manager.domain.errors import ProjectFileError
from workers.renderers.unreal_assets import assets_of, assets_of_kind, is_another_kind, whole_sequences

_ASSET_PATH = re.compile(r"/(?:Game|Engine|[A-Za-z_]\w*)/[\w/.-]+")
#: As "Copy Reference" of the editor gives it: the class before, the path in quotes.
_REFERENCE = re.compile(r"[\w/.]+'(.+)'")
_MAP_SETTINGS = ("GameDefaultMap", "EditorStartupMap")
_SHOWN = 5  # names in a message


def read_project(project_file: Path) -> dict[str, object]:
    """The content of a .uproject.

    Raises:
        ProjectFileError: it is none.
    """
    try:
        content = json.loads(project_file.read_text(encoding="utf-8-sig"))
    except ValueError as error:  # no JSON, or no text at all
        raise ProjectFileError(f"{project_file.name} is no Unreal project: it is not valid JSON ({error}).") from error
    except RecursionError:
        content = None
    if not isinstance(content, dict):
        raise ProjectFileError(f"{project_file.name} is no Unreal project: it is no JSON object.")
    return cast("dict[str, object]", content)


def names_in(content: dict[str, object], key: str) -> list[str]:
    """The names of the entries in a list of a .uproject that are not switched off."""
    entries = content.get(key)
    if not isinstance(entries, list):
        return []
    named = [cast("dict[str, object]", entry) for entry in cast("list[object]", entries) if isinstance(entry, dict)]
    return [str(entry.get("Name")) for entry in named if entry.get("Enabled", True)]


def asset_path(option: str, text: str) -> str:
    """The path of an asset as a task names it, without its object's name: ``/Game/Cine/Shot``.

    Raises:
        ProjectFileError: it is no path of an asset. What is more than that could add switches to a command line.
    """
    text = text.strip()
    if match := _REFERENCE.fullmatch(text):
        text = match[1]
    if not _ASSET_PATH.fullmatch(text) or ".." in text or text.endswith("/"):
        raise ProjectFileError(
            f"Option {option} = {text!r} is no path of an Unreal asset; write it like /Game/Cinematics/Shot010."
        )
    folder, _, name = text.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def object_path(package: str) -> str:
    """``/Game/Cine/Shot`` as the object in it: ``/Game/Cine/Shot.Shot``."""
    return f"{package}.{package.rpartition('/')[2]}"


def find_map(project_file: Path, named: str | None) -> str:
    """The map to load: the one that is named, else the project's default one, else the only one.

    Raises:
        ProjectFileError: there is none, or nothing tells which.
    """
    assets = assets_of(project_file)
    if named is not None:
        return _named(project_file, "map", named, assets.maps)
    default = next((name for name in _default_maps(project_file) if _found(name, assets.maps)), None)
    return default or _only(project_file, "map", assets.maps)


def find_sequence(project_file: Path, named: str | None) -> str:
    """The level sequence to render: the one that is named, else the only one that is not a part of another.

    Raises:
        ProjectFileError: there is none, or nothing tells which.
    """
    if named is not None:
        return _named(project_file, "sequence", named, assets_of(project_file).others)
    return _only(project_file, "sequence", whole_sequences(project_file))


def find_preset(project_file: Path, named: str) -> str:
    """The configuration of the Movie Render Queue that the task names.

    Raises:
        ProjectFileError: it is not there.
    """
    return _named(project_file, "preset", named, assets_of(project_file).others)


def find_queue(project_file: Path, named: str) -> str:
    """The saved queue that the task names.

    Raises:
        ProjectFileError: it is not there.
    """
    return _named(project_file, "queue", named, assets_of(project_file).others)


def _named(project_file: Path, option: str, text: str, known: Sequence[str]) -> str:
    path = asset_path(option, text)
    if not path.startswith("/Game/"):  # of a plug-in or of the engine itself
        return path
    own = _found(path, known)
    if own is None:
        there = known if option == "map" else assets_of_kind(project_file, option)
        more = f"; there are: {', '.join(there[:_SHOWN])}" if there else ""
        raise ProjectFileError(f"{project_file.name} has no {option} {path}{more}.")
    if option != "map" and is_another_kind(project_file, own, option):
        raise ProjectFileError(f"{path} of {project_file.name} is no {option}, but another kind of asset.")
    return path


def _only(project_file: Path, option: str, candidates: Sequence[str]) -> str:
    if len(candidates) == 1:
        return candidates[0]
    what = "level sequence" if option == "sequence" else "map"
    if not candidates:
        raise ProjectFileError(
            f"{project_file.name} has no {what} in its Content folder: nothing can be rendered. "
            f"If it is a plug-in's, name it with --set {option}=/Plugin/Path."
        )
    more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
    raise ProjectFileError(
        f"{project_file.name} has several {what}s: {', '.join(candidates[:_SHOWN])}{more}. "
        f"Name the one to render with --set {option}={candidates[0]}."
    )


def _found(path: str, known: Sequence[str]) -> str | None:
    """The path as the project has it: the engine does not tell cases apart."""
    return next((name for name in known if name.casefold() == path.casefold()), None)


def _default_maps(project_file: Path) -> Iterator[str]:
    config = project_file.parent / "Config" / "DefaultEngine.ini"
    try:
        raw = config.read_bytes()
    except OSError:
        return
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
    for setting in _MAP_SETTINGS:
        if match := re.search(rf"^\s*{setting}\s*=\s*\"?([^\"\r\n]+)", text, re.MULTILINE):
            yield match[1].strip().partition(".")[0]
