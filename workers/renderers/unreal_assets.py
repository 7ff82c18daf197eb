"""The assets in an Unreal project's Content folder, and of which kind they are, as their beginnings tell."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

#: Folders of Content whose assets nobody renders: what maps are split into, private experiments, saved searches.
_SKIPPED = frozenset({"__externalactors__", "__externalobjects__", "developers", "collections"})
#: An asset names its class among the names at its beginning.
_SNIFFED = 65536
_SEQUENCE = re.compile(rb"LevelSequence(?![A-Za-z])")  # not a LevelSequenceActor or -Player
_QUEUE = re.compile(rb"MoviePipelineQueue(?![A-Za-z])")
_PRESET = re.compile(rb"MoviePipeline(?:Primary|Master)Config|MovieGraphConfig")
#: Whether a beginning is of a kind. Queues name the presets and sequences that they are about.
_KINDS: dict[str, Callable[[bytes], bool]] = {
    "sequence": lambda head: bool(_SEQUENCE.search(head)) and not _QUEUE.search(head) and not _PRESET.search(head),
    "preset": lambda head: bool(_PRESET.search(head)) and not _QUEUE.search(head),
    "queue": lambda head: bool(_QUEUE.search(head)),
}


@dataclass(frozen=True)
class Assets:
    """Paths of assets, such as ``/Game/Cine/Shot``."""

    maps: tuple[str, ...]
    others: tuple[str, ...]


def assets_of(project_file: Path) -> Assets:
    return _read_assets(project_file, _age(project_file))


def assets_of_kind(project_file: Path, kind: str) -> list[str]:
    """The sequences, presets or queues; reads into every asset of the project, the first time."""
    heads = _read_heads(project_file, _age(project_file))
    return [name for name, head in heads.items() if _KINDS[kind](head)]


def whole_sequences(project_file: Path) -> tuple[str, ...]:
    """Those that no other one contains: the shots of a cut are not what is to be rendered."""
    return _read_sequences(project_file, _age(project_file))


def is_another_kind(project_file: Path, path: str, kind: str) -> bool:
    """Whether an asset is known to be of another kind. Names that come late in a large one are not seen."""
    head = _head_of(project_file.parent / "Content" / f"{path.removeprefix('/Game/')}.uasset")
    return any(fits(head) for fits in _KINDS.values()) and not _KINDS[kind](head)


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
def _read_assets(project_file: Path, age: tuple[int, ...]) -> Assets:
    files = sorted(_files(project_file.parent / "Content"))
    return Assets(
        tuple(_package(path) for path in files if path.suffix.lower() == ".umap"),
        tuple(_package(path) for path in files if path.suffix.lower() == ".uasset"),
    )


@lru_cache(maxsize=8)
def _read_heads(project_file: Path, age: tuple[int, ...]) -> dict[str, bytes]:
    """The beginnings of the assets that have to do with rendering, by their paths."""
    content = project_file.parent / "Content"
    heads: dict[str, bytes] = {}
    for path in sorted(_files(content)):
        if path.suffix.lower() == ".uasset":
            head = _head_of(content / path)
            if any(fits(head) for fits in _KINDS.values()):
                heads[_package(path)] = head
    return heads


@lru_cache(maxsize=8)
def _read_sequences(project_file: Path, age: tuple[int, ...]) -> tuple[str, ...]:
    heads = {name: head for name, head in _read_heads(project_file, age).items() if _KINDS["sequence"](head)}
    return tuple(name for name in heads if not _is_part(name, heads))


def _is_part(name: str, heads: dict[str, bytes]) -> bool:
    # Of two that name each other neither is a part.
    return any(_names(heads[other], name) and not _names(heads[name], other) for other in heads if other != name)


def _names(head: bytes, package: str) -> bool:
    return any(
        re.search(re.escape(package.encode(encoding)) + rb"(?!\w)", head) is not None
        for encoding in ("utf-8", "utf-16-le")
    )


def _head_of(asset: Path) -> bytes:
    """The beginning; nothing, if it can't be read: the engine will say why."""
    try:
        with asset.open("rb") as file:
            return file.read(_SNIFFED)
    except OSError:
        return b""


def _files(content: Path) -> Iterator[PurePosixPath]:
    for folder, folders, names in os.walk(content):
        folders[:] = [name for name in folders if name.casefold() not in _SKIPPED]
        for name in names:
            if not name.startswith("._"):
                yield PurePosixPath((Path(folder) / name).relative_to(content).as_posix())


def _package(path: PurePosixPath) -> str:
    return f"/Game/{path.with_suffix('')}"
