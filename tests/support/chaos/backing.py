"""The servers behind a farm that is being disturbed, and when they were away."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import redis

from tests.support.chaos.crew import Span
from tests.support.servers import Postgres, RedisServer

#: Seconds that whatever was cut off needs to find a server again; Celery waits longer with each try.
RECONNECT = 2.0


class Broker(Protocol):
    """A Redis that can be lost."""

    @property
    def url(self) -> str: ...

    def kill(self) -> None: ...

    def start(self) -> None: ...


class EmbeddedBroker:
    """The program's own: it comes back with the next worker that joins, at the same address."""

    def __init__(self, folder: Path, url: str) -> None:
        self._record = folder / "server.json"
        self.url = url

    def kill(self) -> None:
        try:
            os.kill(json.loads(self._record.read_text())["pid"], signal.SIGKILL)
        except ProcessLookupError:
            return  # nobody has joined since it was killed the last time

    def start(self) -> None: ...


class Backing:
    """Each server is down for a while in a thread of its own, so that people and workers meet it being away."""

    def __init__(self, broker: "Broker | RedisServer", database: Postgres | None, rng: random.Random) -> None:
        self.database = database
        self.database_away: list[Span] = []
        self._broker = broker
        self._rng = rng
        self._backup: dict[bytes, bytes] = {}
        self._threads = ThreadPoolExecutor(thread_name_prefix="outage")
        self._down: dict[str, Future[None]] = {}

    def __enter__(self) -> "Backing":
        return self

    def __exit__(self, *error: object) -> None:
        self._threads.shutdown(wait=True)

    def wait(self) -> None:
        """Until every server is up again."""
        for outage in self._down.values():
            outage.result()

    def restart_database(self) -> bool:
        if self.database is None:
            return False
        database, seconds = self.database, self._rng.choice((0.0, 0.5, 2.0, 5.0))

        def restart() -> None:
            away = Span(time.monotonic())
            self.database_away.append(away)
            database.stop("immediate")
            try:
                time.sleep(seconds)
            finally:
                database.start()
                away.end = time.monotonic() + RECONNECT

        return self._take_down("database", restart)

    def restart_broker(self) -> bool:
        seconds = self._rng.choice((0.0, 1.0, 4.0))

        def restart() -> None:
            self._broker.kill()
            try:
                time.sleep(seconds)
            finally:
                self._broker.start()

        return self._take_down("broker", restart)

    def _take_down(self, what: str, restart: Callable[[], None]) -> bool:
        if what in self._down and not self._down[what].done():
            return False
        if what in self._down:
            self._down[what].result()  # raises what went wrong
        self._down[what] = self._threads.submit(restart)
        return True

    def empty_broker(self) -> bool:
        """Everything in Redis is gone; what was there is kept for ``restore_broker``."""
        try:
            with redis.Redis.from_url(self._broker.url, socket_timeout=5.0) as client:
                kept = {key: client.dump(key) for key in client.scan_iter()}
                self._backup = {key: value for key, value in kept.items() if value} or self._backup
                client.flushall()
        except redis.RedisError:
            return False
        return True

    def restore_broker(self) -> bool:
        """Redis comes back from an old backup: its tickets and all else in it are stale."""
        try:
            with redis.Redis.from_url(self._broker.url, socket_timeout=5.0) as client:
                client.flushall()
                for key, value in self._backup.items():
                    client.restore(key, 0, value, replace=True)
        except redis.RedisError:
            return False
        return bool(self._backup)
