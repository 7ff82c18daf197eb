"""Whether a folder can be used, by a real file in it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from render_manager.doctor.findings import failed, ok
from render_manager.domain.checkup import Finding
from render_manager.storage.disk import is_full

PROBE = ".render-manager-doctor-"


def why_unusable(folder: Path) -> OSError | None:
    """What goes wrong when a file is written, read, renamed and removed in it; None: nothing."""
    try:
        with made(folder):
            _write_and_read(folder)
    except OSError as error:
        return error
    return None


def look_at_folder(id: str, title: str, folder: Path, setting: str) -> Finding:
    """``setting`` names the folder."""
    error = why_unusable(folder)
    if error is None:
        return ok(id, title, f"{folder} can be written.")
    if is_full(error):
        return failed(id, title, f"The disk of {folder} is full.", f"Make room, or set {setting} to another disk.")
    return failed(
        id,
        title,
        f"{folder} can't be written: {error.strerror or error}.",
        f"Let the user of this program write there (owner, rights, a disk that is not mounted read-only), or set "
        f"{setting} to a folder that can be written.",
    )


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """The folder is there for as long as this lasts; what had to be made for it is removed again."""
    missing: list[Path] = []
    above = folder
    while not above.exists():
        missing.append(above)
        above = above.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for one in missing:
            with suppress(OSError):  # somebody else uses it by now
                one.rmdir()


@contextmanager
def probe_folder(above: Path) -> Iterator[Path]:
    """A folder of our own. Raises OSError."""
    folder = above / f"{PROBE}{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_and_read(above: Path) -> None:
    content = secrets.token_bytes(4096)
    with probe_folder(above) as folder:
        written, renamed = folder / "written", folder / "renamed"
        with written.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.rename(renamed)
        if renamed.read_bytes() != content:
            raise OSError(0, "what was written is read back otherwise", str(folder))
