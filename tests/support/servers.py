"""Real servers for tests, each on a free loopback port and in a folder of its own."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
import redis

from render_manager.domain.errors import LocalFarmError
from render_manager.messaging.embedded_redis import find_server


def missing(what: str) -> NoReturn:
    """A missing server skips a test locally and fails it in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed on this machine")
    pytest.skip(f"{what} is not installed on this machine")


def free_port() -> int:
    """Below those that systems give to whoever connects: a server that is away must find its own free again, and one of
    these may be taken by the very clients that look for it."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def find_postgres() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them off the PATH."""
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"))
    initdb = found[-1] if found else shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Postgres:
    """A PostgreSQL server that can be stopped and started again; a context manager.

    Args:
        durable: commits wait for the disk, as on a real farm; tests only lose time by it.
        password: whoever comes must give it; None: everybody may.
    """

    def __init__(self, *, durable: bool = False, password: str | None = None) -> None:
        self._fsync = "on" if durable else "off"
        found = find_postgres()
        if found is None:
            missing("PostgreSQL")
        self._bin = found
        # Another user must be able to reach it, so it can't lie in one of pytest's own folders.
        self._folder = tempfile.TemporaryDirectory(prefix="render-manager-postgres-")
        folder = Path(self._folder.name)
        self._data = folder / "data"
        self._sockets = folder
        self.port = free_port()
        # PostgreSQL refuses to run as root; Debian's package makes a user for it.
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
        self._user = f"test:{password}" if password else "test"
        access = ["-A", "trust"]
        if password:
            file = folder / "password"
            file.write_text(password)
            file.chmod(0o644)
            access = ["-A", "scram-sha-256", "--pwfile", str(file)]
        self._run("initdb", "-D", str(self._data), "-U", "test", *access, "-E", "UTF8", "--no-sync")

    def __enter__(self) -> "Postgres":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop("immediate")
        self._folder.cleanup()

    def start(self) -> None:
        options = (
            f"-p {self.port} -k {self._sockets} -c listen_addresses=127.0.0.1 -c max_connections=200 "
            f"-c fsync={self._fsync}"
        )
        log = self._sockets / "log"
        self._run("pg_ctl", "-D", str(self._data), "-l", str(log), "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://{self._user}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new, empty database; its URL."""
        name = f"t{time.monotonic_ns()}"
        self._admin(f"CREATE DATABASE {name}")
        yield self.url(name)
        self._admin(f"DROP DATABASE {name} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        address = f"postgresql://{self._user}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as, str(self._bin / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode()


class RedisServer:
    """A Redis that keeps nothing: killed and started again it is empty; a context manager."""

    def __init__(self) -> None:
        try:
            self._program = find_server()
        except LocalFarmError:
            missing("A Redis server")
        self._folder = tempfile.TemporaryDirectory(prefix="render-manager-redis-")
        self.password = secrets.token_urlsafe(16)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        config = Path(self._folder.name) / "redis.conf"
        config.write_text(f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\nsave ""\nappendonly no\n')
        self._process = subprocess.Popen(
            [self._program, config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=self._folder.name
        )
        deadline = time.monotonic() + 10
        while not answers(self.url):
            assert self._process.poll() is None, "the Redis server ended by itself"
            assert time.monotonic() < deadline, "the Redis server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def answers(redis_url: str) -> bool:
    with redis.Redis.from_url(redis_url, socket_connect_timeout=1.0, socket_timeout=1.0) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
