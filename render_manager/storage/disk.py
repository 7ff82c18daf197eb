"""What every writer of big files needs: room, a side file, and a rename that works on Windows too."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from render_manager.domain.errors import NotEnoughSpace

CHUNK = 1024 * 1024  #: bytes; also bounds how long one CRC step holds the interpreter
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def require_space(folder: Path, size: int, margin: int = 0) -> None:
    """Check that ``folder`` can take ``size`` bytes and keep ``margin`` bytes free.

    Raises:
        NotEnoughSpace: it can't.
    """
    free = shutil.disk_usage(folder).free
    if free < size + margin:
        kept = f" and {readable(margin)} kept free" if margin else ""
        raise NotEnoughSpace(
            f"The disk of {folder} has {readable(free)} free; {readable(size)} are needed{kept}. "
            "Clean up finished tasks or choose another disk."
        )


def is_full(error: OSError) -> bool:
    """Whether the system says that the disk, or this user's share of it, is full."""
    return error.errno in _FULL


@contextmanager
def full_disk_explained(folder: Path) -> Iterator[None]:
    """Turn the system's "no space left" into NotEnoughSpace."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise NotEnoughSpace(
            f"The disk of {folder} became full while writing. Clean up finished tasks or choose another disk."
        ) from error


def move_into_place(source: Path, target: Path) -> None:
    """Rename atomically over ``target``. Virus scanners of Windows hold new files for a moment, hence the patience.

    Raises:
        OSError: it can't be renamed.
    """
    for _ in range(20 if os.name == "nt" else 0):
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(0.1)
        else:
            return
    os.replace(source, target)


def discard(path: Path) -> None:
    """Remove a side file; what can't be removed must not hide why it is of no use."""
    with suppress(OSError):
        path.unlink()


def readable(size: int) -> str:
    """``1.5 GB``, in powers of 1024."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"
