"""Worker processes of this machine that the program itself starts and stops."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from render_manager.config import Settings
from render_manager.domain.errors import LocalFarmError

#: A worker that ends by itself within so many seconds would do so again: the reason is told instead.
EARLY = 15.0
#: Seconds a worker has to hand its frame back and leave before it is killed.
STOP_TIMEOUT = 8.0


class WorkerProcesses:
    """Fits the LocalWorkers port.

    A worker gets our end of a pipe as its standard input: when we close it, or die, it hands back what it renders and
    leaves.

    Args:
        release: told the name of each worker that is gone, so that its frames go back at once.
    """

    def __init__(self, settings: Settings, release: Callable[[str], None]) -> None:
        self._settings = settings
        self._release = release
        self._lock = threading.Lock()
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._last_start = 0.0

    def start(self) -> str:
        self._forget_ended()
        name = f"{socket.gethostname()}-local-{secrets.token_hex(3)}"
        log_file = self._log_file(name)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        # What this process was told, not only what the environment says, holds for the worker, too.
        environment = {**os.environ, "RENDER_MANAGER_HOME": str(self._settings.render_manager_home)}
        try:
            with log_file.open("wb") as output:
                process = subprocess.Popen(
                    [*_worker_command(), "--name", name, "--with-parent"],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env=environment,
                )
        except OSError as error:
            raise LocalFarmError(f"A local worker can't be started: {error}.") from error
        with self._lock:
            self._workers[name] = process
            self._last_start = time.monotonic()
        return name

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
        with self._lock:
            workers, self._workers = self._workers, {}
        for process in workers.values():
            if process.stdin:
                process.stdin.close()
        for process in workers.values():
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                _kill_tree(process.pid)
                process.wait()
        for name in workers:  # all are gone by now, whatever the database says to this
            self._release(name)

    def running(self) -> int:
        with self._lock:
            return sum(process.poll() is None for process in self._workers.values())


def _worker_command() -> list[str]:
    if getattr(sys, "frozen", False):
        beside = Path(sys.executable).with_name("render-worker" + Path(sys.executable).suffix)
        found = str(beside) if beside.exists() else shutil.which("render-worker")
        if found is None:
            raise LocalFarmError(f"The program {beside} is missing: install Render Manager again.")
        return [found]
    return [sys.executable, "-m", "workers"]


def _kill_tree(pid: int) -> None:
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
