"""Local workers that were let go on when the program that had started them ended, so that the next one finds them."""

import json
import os
import time
from pathlib import Path

import psutil

_POLL = 0.1
#: Seconds between two requests to leave: the first lets the frame finish, the second hands it back.
_ASK_AGAIN = 0.5


class LeftWorkers:
    """A file for each, with its process id and start, as the system gives ids away again.

    Args:
        folder: where the files are; programs that name the same folder find the same workers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, name: str, pid: int) -> None:
        """Raises OSError, psutil.Error."""
        started = psutil.Process(pid).create_time()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file(name).write_text(json.dumps({"pid": pid, "started": started}), encoding="utf-8")

    def forget(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    def alive(self) -> dict[str, psutil.Process]:
        """Those that still run, by name."""
        noted = {file.stem: (file, _process(file)) for file in self._folder.glob("*.json")}
        return {name: process for name, (_, process) in noted.items() if process is not None}

    def stop(self, within: float) -> list[str]:
        """Ask all to hand back what they render and to leave, kill who does not; the names of all that were noted."""
        names = [file.stem for file in self._folder.glob("*.json")]
        deadline = time.monotonic() + within
        asked_at = 0.0
        while alive := self.alive():
            if os.name == "nt" or time.monotonic() > deadline:  # Windows has no way to ask another's process
                for process in alive.values():
                    kill_tree(process.pid)
                break
            if time.monotonic() - asked_at > _ASK_AGAIN:
                asked_at = time.monotonic()
                for process in alive.values():
                    _ask_to_leave(process)
            time.sleep(_POLL)
        for name in names:
            self.forget(name)
        return names

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _process(file: Path) -> psutil.Process | None:
    """The living process that is noted in the file."""
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        process = psutil.Process(int(noted["pid"]))
        same = abs(process.create_time() - float(noted["started"])) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None


def _ask_to_leave(process: psutil.Process) -> None:
    try:
        process.terminate()
    except psutil.Error:
        return


def kill_tree(pid: int) -> None:
    """End a process and all that it started."""
    try:
        process = psutil.Process(pid)
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.Error:
            continue
