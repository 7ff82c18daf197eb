"""What an Unreal project holds, as far as its files tell without the engine: maps, level sequences, what it needs."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import cast

from render_manager.domain.errors import ProjectFileError

#: Folders of Content whose assets nobody renders: what maps are split into, private experiments, saved searches.
_SKIPPED = frozenset({"__externalactors__", "__externalobjects__", "developers", "collections"})
#: An asset names its class among the names at its beginning.
_SNIFFED = 65536
_SEQUENCE = re.compile(rb"LevelSequence(?![A-Za-z])")  # not a LevelSequenceActor or -Player
#: Assets that name the sequences they are about.
_QUEUE = re.compile(rb"MoviePipelineQueue(?![A-Za-z])")
_PRESET = re.compile(rb"MoviePipeline(?:Primary|Master)Config|MovieGraphConfig")
_KINDS: dict[str, Callable[[bytes], bool]] = {
    "sequence": lambda head: bool(_SEQUENCE.search(head)) and not _QUEUE.search(head) and not _PRESET.search(head),
    "queue": lambda head: bool(_QUEUE.search(head)),
    "preset": lambda head: bool(_PRESET.search(head)) and not _QUEUE.search(head),
}
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
            f"task_info {option} = {text!r} is no path of an Unreal asset; write it like /Game/Cinematics/Shot010."
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
    assets = _assets_of(project_file)
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
        return _named(project_file, "sequence", named, _assets_of(project_file).others)
    return _only(project_file, "sequence", _sequences_of(project_file))


def find_preset(project_file: Path, named: str) -> str:
    """The configuration of the Movie Render Queue that the task names.

    Raises:
        ProjectFileError: it is not there.
    """
    return _named(project_file, "preset", named, _assets_of(project_file).others)


def find_queue(project_file: Path, named: str) -> str:
    """The saved queue that the task names.

    Raises:
        ProjectFileError: it is not there.
    """
    return _named(project_file, "queue", named, _assets_of(project_file).others)


def _named(project_file: Path, option: str, text: str, known: Sequence[str]) -> str:
    path = asset_path(option, text)
    if path.startswith("/Game/") and not _found(path, known):  # others are of plug-ins and of the engine itself
        there = known if option == "map" else _of_kind(project_file, option)
        more = f"; there are: {', '.join(there[:_SHOWN])}" if there else ""
        raise ProjectFileError(f"{project_file.name} has no {option} {path}{more}.")
    return path


def _of_kind(project_file: Path, option: str) -> list[str]:
    """The assets that an option could name."""
    return [name for name, head in _heads(project_file, _age(project_file)).items() if _KINDS[option](head)]


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


def _found(path: str, known: Sequence[str]) -> bool:
    wanted = path.casefold()  # the engine does not tell cases apart
    return any(wanted == name.casefold() for name in known)


@dataclass(frozen=True)
class _Assets:
    maps: tuple[str, ...]
    others: tuple[str, ...]


def _assets_of(project_file: Path) -> _Assets:
    return _read_assets(project_file, _age(project_file))


def _sequences_of(project_file: Path) -> tuple[str, ...]:
    return _read_sequences(project_file, _age(project_file))


def _age(project_file: Path) -> tuple[int, ...]:
    """Changes when the project is unpacked anew: reading thousands of assets again for each chunk would be slow."""
    times: list[int] = []
    for path in (project_file, project_file.parent / "Content"):
        try:
            status = path.stat()
        except OSError:
            continue
        times += [status.st_ino, status.st_mtime_ns]
    return tuple(times)


@lru_cache(maxsize=8)
def _read_assets(project_file: Path, age: tuple[int, ...]) -> _Assets:
    files = sorted(_files(project_file.parent / "Content"))
    return _Assets(
        tuple(_package(path) for path in files if path.suffix.lower() == ".umap"),
        tuple(_package(path) for path in files if path.suffix.lower() == ".uasset"),
    )


@lru_cache(maxsize=8)
def _heads(project_file: Path, age: tuple[int, ...]) -> dict[str, bytes]:
    """The beginnings of the assets that have to do with rendering, by their paths."""
    content = project_file.parent / "Content"
    heads: dict[str, bytes] = {}
    for path in sorted(_files(content)):
        if path.suffix.lower() != ".uasset":
            continue
        with (content / path).open("rb") as file:
            head = file.read(_SNIFFED)
        if any(fits(head) for fits in _KINDS.values()):
            heads[_package(path)] = head
    return heads


@lru_cache(maxsize=8)
def _read_sequences(project_file: Path, age: tuple[int, ...]) -> tuple[str, ...]:
    """Those that no other one contains: the shots of a cut are not what is to be rendered."""
    heads = {name: head for name, head in _heads(project_file, age).items() if _KINDS["sequence"](head)}
    return tuple(name for name in heads if not _is_part(name, heads))


def _is_part(name: str, heads: dict[str, bytes]) -> bool:
    # Of two that name each other neither is a part.
    return any(_names(heads[other], name) and not _names(heads[name], other) for other in heads if other != name)


def _names(head: bytes, package: str) -> bool:
    return any(
        re.search(re.escape(package.encode(encoding)) + rb"(?!\w)", head) is not None
        for encoding in ("utf-8", "utf-16-le")
    )


def _files(content: Path) -> Iterator[PurePosixPath]:
    for folder, folders, names in os.walk(content):
        folders[:] = [name for name in folders if name.casefold() not in _SKIPPED]
        for name in names:
            if not name.startswith("._"):
                yield PurePosixPath((Path(folder) / name).relative_to(content).as_posix())


def _package(path: PurePosixPath) -> str:
    return f"/Game/{path.with_suffix('')}"


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
