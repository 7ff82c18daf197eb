"""Worker processes of this machine that the program itself starts and stops."""

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from render_manager.children import FROZEN, NO_CONSOLE, beside
from render_manager.config import Settings
from render_manager.domain.errors import LocalFarmError
from render_manager.left_workers import LeftWorkers, kill_tree
from render_manager.messaging.names import STAY

#: A worker that ends by itself within so many seconds would do so again: the reason is told instead.
EARLY = 15.0
#: Seconds a worker has to hand its frame back and leave before it is killed.
STOP_TIMEOUT = 8.0


def left_workers(settings: Settings) -> LeftWorkers:
    """Those that programs of this home have let go on."""
    return LeftWorkers(settings.render_manager_home / "local-workers")


class WorkerProcesses:
    """Fits the LocalWorkers port.

    A worker gets our end of a pipe as its standard input: when we close it, or die, it hands back what it renders and
    leaves; unless it was told to stay before.

    Args:
        release: told the name of each worker that is gone, so that its frames go back at once.
    """

    def __init__(self, settings: Settings, release: Callable[[str], None]) -> None:
        self._settings = settings
        self._release = release
        self._lock = threading.Lock()
        self._left = left_workers(settings)
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._last_start = 0.0

    def start(self, *, stay: bool = False) -> str:
        self._forget_ended()
        name = f"{socket.gethostname()}-local-{secrets.token_hex(3)}"
        log_file = self._log_file(name)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        # What this process was told, not only what the environment says, holds for the worker, too.
        environment = {**os.environ, **self._settings.environment}
        try:
            with log_file.open("wb") as output:
                process = subprocess.Popen(
                    [*_worker_command(), "--name", name, "--with-parent"],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    creationflags=NO_CONSOLE,
                    env=environment,
                )
        except OSError as error:
            raise LocalFarmError(f"A local worker can't be started: {error}.") from error
        with self._lock:
            self._workers[name] = process
            self._last_start = time.monotonic()
        if stay:
            self.let_go()
        return name

    def let_go(self) -> int:
        """They are told to stay before the pipe to them is closed."""
        with self._lock:
            workers, self._workers = self._workers, {}
        gone_on = 0
        for name, process in workers.items():
            assert process.stdin
            try:
                self._left.note(name, process.pid)
                process.stdin.write(STAY)
                process.stdin.close()
            except (OSError, psutil.Error):  # it has ended by itself
                self._left.forget(name)
                self._release(name)
            else:
                gone_on += 1
                # It may still end before us, and is reaped then.
                threading.Thread(target=process.wait, name=f"reaps {name}", daemon=True).start()
        return gone_on

    def _forget_ended(self) -> None:
        with self._lock:
            ended = {name: process for name, process in self._workers.items() if process.poll() is not None}
            for name in ended:
                del self._workers[name]
            early = time.monotonic() - self._last_start < EARLY
        for name, process in ended.items():
            if process.stdin:
                process.stdin.close()
            self._release(name)
            if early and (process.returncode or 0) > 0:  # not one that somebody killed
                log_file = self._log_file(name)
                lines = log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["(empty)"]
                raise LocalFarmError(f"The local worker ended by itself: {lines[-1]} (its log: {log_file})")

    def _log_file(self, name: str) -> Path:
        return self._settings.render_manager_home / "logs" / f"{name}.log"

    def stop(self) -> None:
        self.close()
        for name in self._left.stop(STOP_TIMEOUT):
            self._release(name)

    def close(self) -> None:
        """Stop those that were started here and not let go."""
        with self._lock:
            workers, self._workers = self._workers, {}
        for process in workers.values():
            if process.stdin:
                process.stdin.close()
        for process in workers.values():
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                kill_tree(process.pid)
                process.wait()
        for name in workers:  # all are gone by now, whatever the database says to this
            self._release(name)

    def running(self) -> int:
        with self._lock:
            own = sum(process.poll() is None for process in self._workers.values())
        return own + len(self._left.alive())


def _worker_command() -> list[str]:
    if not FROZEN:
        return [sys.executable, "-m", "workers"]
    worker = beside("render-worker")
    if not worker.exists():
        raise LocalFarmError(f"The program {worker} is missing: install Render Manager again.")
    return [str(worker)]
