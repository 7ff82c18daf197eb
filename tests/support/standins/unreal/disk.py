"""Where images are written: by another thread, some time after their frame, or to a disk that shows them late."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Writer:
    """Writes files one after the other.

    Args:
        lag: seconds from the order to the file.
        disk: what is written goes to this folder, for ``slow_disk`` to show it.
    """

    def __init__(self, lag: float, disk: Path | None) -> None:
        self._lag, self._disk = lag, disk
        self._orders: queue.SimpleQueue[tuple[float, Path, bytes] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def write(self, path: Path, data: bytes) -> None:
        self._orders.put((time.monotonic() + self._lag, path, data))

    def finish(self) -> None:
        """Wait until all is written."""
        self._orders.put(None)
        self._thread.join()

    def _work(self) -> None:
        while order := self._orders.get():
            due, path, data = order
            time.sleep(max(due - time.monotonic(), 0))
            if self._disk is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            else:
                _put_aside(self._disk, path, data)


def _put_aside(disk: Path, path: Path, data: bytes) -> None:
    disk.mkdir(parents=True, exist_ok=True)
    number = time.monotonic_ns()
    (disk / f"{number}.data").write_bytes(data)
    note = disk / f"{number}.note"
    note.with_suffix(".part").write_text(json.dumps(str(path)), "utf-8")
    note.with_suffix(".part").rename(note)


@contextmanager
def slow_disk(folder: Path, seconds: float) -> Iterator[None]:
    """Show what the stand-in's mode ``slow_nas`` writes so many seconds after it was written, whether or not the
    stand-in lives: nothing that a renderer leaves behind may, so the test plays the disk."""
    over = threading.Event()

    def serve() -> None:
        seen: dict[Path, float] = {}
        while not over.wait(0.05):
            for note in folder.glob("*.note"):
                if time.monotonic() - seen.setdefault(note, time.monotonic()) >= seconds:
                    target = Path(json.loads(note.read_text("utf-8")))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    note.with_suffix(".data").rename(target)
                    note.unlink()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
