"""Deleting a workspace, or a part of it, and nothing else, whatever stands in the way."""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from render_manager.domain.entities import Keep
from render_manager.domain.errors import WorkspaceError
from workers.workspace_paths import WorkspacePaths

#: Told that files could not be deleted; waits a little and says whether to try them again.
Pause = Callable[[], bool]


def remove(paths: WorkspacePaths, *, keep: Keep, pause: Pause = lambda: False) -> str | None:
    """Delete a workspace but for what is to be kept; what could not be deleted, in a sentence.

    The caller holds the workspace's lock. Being killed in the middle does no harm: half a workspace is never taken
    for a ready one, and the same call goes on from there.
    """
    failures = _until_gone(lambda: _delete_all(paths, keep), pause)
    if not failures and keep is not Keep.PROJECT:
        _remove_if_empty(paths.root)
        _remove_if_empty(paths.root.parent)
    return _in_words(failures) if failures else None


def delete(path: Path) -> None:
    """Delete a file or a whole folder, if it is there.

    Raises:
        WorkspaceError: some of it could not be deleted.
    """

    def attempt() -> list[str]:
        failures: list[str] = []
        _delete(path, failures, inside=path)
        return failures

    failures = _until_gone(attempt, lambda: False)
    if failures:
        raise WorkspaceError(_in_words(failures))


def _until_gone(attempt: Callable[[], list[str]], pause: Pause) -> list[str]:
    """Try again at once as long as that helps, as what was read-only no longer is, and then as long as ``pause`` says:
    what some program has open may be closed. What could not be deleted in the end."""
    before, failures = list[str](), attempt()
    while failures and (failures != before or pause()):
        before, failures = failures, attempt()
    return failures


def _delete_all(paths: WorkspacePaths, keep: Keep) -> list[str]:
    """What could not be deleted."""
    failures: list[str] = []
    for entry in _to_go(paths, keep):
        _delete(entry, failures, inside=paths.root)
        if failures and entry == paths.marker:
            break  # with it, half a workspace would be taken for a ready one
    return failures


def _to_go(paths: WorkspacePaths, keep: Keep) -> list[Path]:
    if keep is Keep.PROJECT:
        return [paths.source]
    kept = {paths.renders, paths.logs} if keep is Keep.RENDERS else set[Path]()
    rest = paths.root.iterdir() if paths.root.is_dir() else ()
    return [paths.marker, *(entry for entry in rest if entry not in {paths.marker, *kept})]


def _delete(path: Path, failures: list[str], inside: Path) -> None:
    """Delete a file or a whole folder; links are removed, never followed."""

    def failed(function: Callable[..., object], name: str, error: BaseException) -> None:
        if isinstance(error, FileNotFoundError):
            return
        _allow(Path(name), inside)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        if getattr(error, "errno", None) not in (errno.ENOTEMPTY, errno.EEXIST) or not failures:
            failures.append(f"{name} ({reason})")  # that a folder is not empty only follows from something in it

    try:
        if _is_folder(path):
            if sys.version_info >= (3, 12):
                shutil.rmtree(path, onexc=failed)
            else:
                shutil.rmtree(path, onerror=lambda function, name, info: failed(function, name, info[1]))
        else:
            path.unlink()
    except OSError as error:
        failed(os.unlink, str(path), error)


def _is_folder(path: Path) -> bool:
    """Whether it is one itself: neither a link nor, on Windows, a junction, which ``unlink`` removes."""
    status = path.lstat()
    reparse_point = getattr(status, "st_file_attributes", 0) & getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
    return stat.S_ISDIR(status.st_mode) and not reparse_point


def _allow(path: Path, inside: Path) -> None:
    """Make what is read-only writable: the file, which Windows asks for, and its folder, which other systems do."""
    for each in (path, path.parent):
        if each == inside or inside in each.parents:
            try:
                if not each.is_symlink():  # chmod would follow it
                    os.chmod(each, stat.S_IRWXU)
            except OSError:
                continue  # not ours; the deletion says why it fails


def _in_words(failures: Sequence[str]) -> str:
    return (
        f"{len(failures)} file(s) could not be deleted, first: {failures[0]}. "
        "Close the program that has it open, or change its permissions, and clean up again."
    )


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # kept renders, or other tasks of the user, are there
