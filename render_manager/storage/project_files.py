"""Finding the project file among what an archive held."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from render_manager.domain.engines import Engine
from render_manager.domain.errors import ProjectFileError, SeveralProjectFiles

_ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".zip", ".gz")
_SHOWN = 5  # names in a message
_HEAD = 1024 * 1024  # bytes of a scene in which its references stand
#: `file -rdi 1 -ns "a" -rfn "aRN" "scenes/a.ma";` in a Maya scene: the file's name.
_REFERENCE = re.compile(rb'^file -r(?:"[^"]*"|[^";])*?"(?:[^"]*/)?([^"/]+)"\s*;', re.MULTILINE)
#: shot_v003, shot.12, shot-3.
_VERSION = re.compile(r"(?P<title>.+?)[._-]?v?(?P<number>\d{1,9})", re.IGNORECASE)


def find_project_file(project_dir: Path, engine: Engine, wanted: str | None, archive_name: str) -> Path:
    """The file to render.

    ``wanted``, a path inside the project, decides. Otherwise it is the file of the engine that is left when, as long
    as several are, each rule takes away what it can: copies that programs save by themselves; what lies outside the
    scenes of a marked project; what another one refers to; what lies deeper; what is not called like the archive;
    earlier versions of the same.

    Raises:
        ProjectFileError: there is none.
        SeveralProjectFiles: nothing tells which.
    """
    files = sorted(_files(project_dir))
    if wanted is not None:
        return _named(project_dir, wanted, files)
    found = [path for path in files if path.suffix.lower() in engine.project_suffixes and not _is_copy(path, engine)]
    if not found:
        raise ProjectFileError(
            f"{archive_name} holds no {' or '.join(engine.project_suffixes)} file, but "
            f"{_list(files) or 'nothing at all'}."
        )
    title = _without_suffix(archive_name).casefold()
    rules: list[Callable[[list[PurePosixPath]], list[PurePosixPath]]] = [
        lambda paths: _in_scenes(paths, files, engine),
        lambda paths: _not_referred_to(project_dir, paths),
        lambda paths: _nearest(paths),
        lambda paths: [path for path in paths if title in (path.stem.casefold(), path.name.casefold())],
        lambda paths: _newest_version(project_dir, paths),
    ]
    for rule in rules:
        if len(found) > 1:
            found = rule(found) or found
    if len(found) > 1:
        raise SeveralProjectFiles(
            f"{archive_name} holds several project files: {_list(found)}. Choose the one to render.",
            [str(path) for path in found],
        )
    return project_dir / found[0]


def _in_scenes(paths: list[PurePosixPath], files: Sequence[PurePosixPath], engine: Engine) -> list[PurePosixPath]:
    if engine.project_marker is None:
        return []
    scenes = [path.parent / "scenes" for path in files if path.name == engine.project_marker]
    return [path for path in paths if any(path.is_relative_to(folder) for folder in scenes)]


def _not_referred_to(project_dir: Path, paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """Maya's text scenes name what they refer to at their beginning; none of these is what was meant."""
    referred = {name for path in paths for name in _references(project_dir / path)}
    return [path for path in paths if path.name.casefold() not in referred]


def _references(path: Path) -> set[str]:
    if path.suffix.lower() != ".ma":
        return set()
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return {os.fsdecode(name).casefold() for name in _REFERENCE.findall(head)}


def _nearest(paths: list[PurePosixPath]) -> list[PurePosixPath]:
    level = min(len(path.parts) for path in paths)
    return [path for path in paths if len(path.parts) == level]


def _newest_version(project_dir: Path, paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """The highest number of files that are called the same but for it; saved in two formats, the one saved last."""
    named = [(*_version(path.stem), path) for path in paths]
    if len({(path.parent, title) for title, _, path in named}) > 1:
        return []
    highest = max(number for _, number, _ in named)
    same = [path for _, number, path in named if number == highest]
    saved = {path: (project_dir / path).stat().st_mtime for path in same}
    return [path for path in same if saved[path] == max(saved.values())]


def _version(stem: str) -> tuple[str, int]:
    match = _VERSION.fullmatch(stem)
    return (match["title"].casefold(), int(match["number"])) if match else (stem.casefold(), -1)


def _files(project_dir: Path) -> Iterator[PurePosixPath]:
    for folder, _, names in os.walk(project_dir):
        for name in names:
            path = PurePosixPath((Path(folder) / name).relative_to(project_dir).as_posix())
            if "__MACOSX" not in path.parts and not name.startswith("._"):
                yield path


def _named(project_dir: Path, wanted: str, files: Sequence[PurePosixPath]) -> Path:
    relative = PurePosixPath(wanted.strip().replace("\\", "/"))
    path = project_dir / relative
    inside = path.resolve().is_relative_to(project_dir.resolve())
    if relative.is_absolute() or ".." in relative.parts or not inside:
        raise ProjectFileError(f"Project file {wanted!r} must be a path inside the project.")
    if not path.is_file():
        raise ProjectFileError(
            f"The project has no file {wanted!r}; it holds {_list(files) or 'nothing at all'}. Give its path inside "
            "the project."
        )
    return path


def _is_copy(path: PurePosixPath, engine: Engine) -> bool:
    name = path.name.lower()
    folders = {part.lower() for part in path.parts[:-1]}
    return name == "quit.blend" or "autosave" in name or bool(folders & engine.ignored_folders)


def _without_suffix(archive_name: str) -> str:
    name = archive_name.replace("\\", "/").rpartition("/")[2]
    for suffix in _ARCHIVE_SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def _list(paths: Sequence[PurePosixPath]) -> str:
    shown = ", ".join(map(str, paths[:_SHOWN]))
    more = len(paths) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
