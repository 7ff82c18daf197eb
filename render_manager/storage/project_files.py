"""Finding the project file among what an archive held."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from render_manager.domain.errors import ProjectFileError

_ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".zip", ".gz")
_SHOWN = 5  # names in a message


def find_project_file(project_dir: Path, suffixes: Sequence[str], wanted: str | None, archive_name: str) -> Path:
    """The file to render.

    ``wanted``, a path inside the project, decides. Otherwise it is the file with one of ``suffixes`` in the folder
    nearest to the top, and of several there the one called like the archive. Copies that programs save by themselves
    (autosave, quit.blend) don't count.

    Raises:
        ProjectFileError: there is none, or there are several and nothing tells which.
    """
    files = sorted(_files(project_dir))
    if wanted is not None:
        return _named(project_dir, wanted, files)
    found = [path for path in files if path.suffix.lower() in suffixes and not _is_copy(path)]
    if not found:
        raise ProjectFileError(
            f"{archive_name} holds no {' or '.join(suffixes)} file, but {_list(files) or 'nothing at all'}."
        )
    level = min(len(path.parts) for path in found)
    nearest = [path for path in found if len(path.parts) == level]
    title = _without_suffix(archive_name).casefold()
    named_alike = [path for path in nearest if title in (path.stem.casefold(), path.name.casefold())]
    candidates = named_alike or nearest
    if len(candidates) > 1:
        raise ProjectFileError(
            f"{archive_name} holds several project files: {_list(candidates)}. Name the one to render with "
            "--project-file."
        )
    return project_dir / candidates[0]


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


def _is_copy(path: PurePosixPath) -> bool:
    name = path.name.lower()
    return name == "quit.blend" or "autosave" in name


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
