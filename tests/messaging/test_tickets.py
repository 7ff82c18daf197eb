"""The ticket queue: what both kinds promise, and what a broker that is away costs."""

import base64
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import celery  # noqa: F401 - a third of a second that would count as the broker's
import pytest
import redis

from render_manager.domain.errors import BrokerUnavailable, InvalidTask
from render_manager.domain.priority import Band
from render_manager.messaging import celery_app
from render_manager.messaging.embedded_redis import EmbeddedRedis
from render_manager.messaging.in_memory import InMemoryTickets
from render_manager.messaging.names import CLEAN_UP, RENDER_TASK, host_queue, worker_queue
from render_manager.messaging.tickets import CeleryTickets
from render_manager.services.ports import TicketQueue
from tests.messaging.servers import pid_of
from tests.support.servers import free_port

PREFIX = "render-manager:"


class Memory:
    def __init__(self) -> None:
        self.tickets = InMemoryTickets()

    def band(self, band: Band) -> list[tuple[str, str]]:
        return self.tickets.bands[band]

    def worker(self, name: str) -> list[str]:
        return [task for worker, task in self.tickets.workers if worker == name]

    def host(self, name: str) -> int:
        return self.tickets.hosts.count(name)


class Redis:
    """Reads the queues back as they lie in Redis."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url)
        self.client.flushdb()
        self.tickets = CeleryTickets(url)

    def messages(self, queue: str) -> list[dict]:
        """Oldest first."""
        return [json.loads(raw) for raw in self.client.lrange(PREFIX + queue, 0, -1)[::-1]]

    def band(self, band: Band) -> list[tuple[str, str]]:
        return [(self.arguments(message)[0], message["headers"]["id"]) for message in self.messages(band.value)]

    def worker(self, name: str) -> list[str]:
        return [self.arguments(message)[0] for message in self.messages(worker_queue(name))]

    def host(self, name: str) -> int:
        return len(self.messages(host_queue(name)))

    @staticmethod
    def arguments(message: dict) -> list:
        return json.loads(base64.b64decode(message["body"]))[0]


@pytest.fixture(params=["memory", "redis"])
def queues(request: pytest.FixtureRequest) -> Iterator[Memory | Redis]:
    if request.param == "memory":
        yield Memory()
        return
    queues = Redis(request.getfixturevalue("redis_url"))
    yield queues
    queues.tickets.close()
    queues.client.close()


def test_a_ticket_lies_in_the_queue_of_its_priority_under_its_own_id(queues: Memory | Redis) -> None:
    for task, priority in (("a", 0), ("b", 3), ("c", 4), ("d", 7), ("e", 8), ("f", 10)):
        queues.tickets.ring(task, priority, f"ticket-{task}")
    assert queues.band(Band.LOW) == [("a", "ticket-a"), ("b", "ticket-b")]
    assert queues.band(Band.DEFAULT) == [("c", "ticket-c"), ("d", "ticket-d")]
    assert queues.band(Band.HIGH) == [("e", "ticket-e"), ("f", "ticket-f")]


def test_a_doubled_ring_is_a_second_ticket_and_does_no_harm(queues: Memory | Redis) -> None:
    queues.tickets.ring("a", 5, "one")
    queues.tickets.ring("a", 5, "one")
    assert queues.band(Band.DEFAULT) == [("a", "one")] * 2


def test_a_worker_and_a_host_are_rung_by_name(queues: Memory | Redis) -> None:
    queues.tickets.ring_worker("渲染-01.gpu:0", "a")
    queues.tickets.ring_host("h1")
    queues.tickets.ring_host("h1")
    assert queues.worker("渲染-01.gpu:0") == ["a"]
    assert queues.worker("another") == []
    assert (queues.host("h1"), queues.host("h2")) == (2, 0)
    assert all(queues.band(band) == [] for band in Band)


def test_any_ticket_may_be_taken_back(queues: Memory | Redis) -> None:
    queues.tickets.ring("a", 5, "one")
    queues.tickets.revoke("one")
    queues.tickets.revoke("taken long ago")


def test_a_priority_out_of_range_rings_nothing(queues: Memory | Redis) -> None:
    with pytest.raises(InvalidTask):
        queues.tickets.ring("a", 11, "x")
    assert all(queues.band(band) == [] for band in Band)


def test_messages_name_the_celery_tasks_that_workers_register(redis_url: str) -> None:
    queues = Redis(redis_url)
    queues.tickets.ring("a", 5, "x")
    queues.tickets.ring_host("h1")
    message = queues.messages("default")[0]
    assert message["headers"]["task"] == RENDER_TASK
    assert message["content-type"] == "application/json"
    assert queues.messages(host_queue("h1"))[0]["headers"]["task"] == CLEAN_UP
    queues.tickets.close()
    queues.client.close()


RINGS: list[Callable[[TicketQueue], None]] = [
    lambda tickets: tickets.ring("a", 5, "x"),
    lambda tickets: tickets.ring_worker("w", "a"),
    lambda tickets: tickets.ring_host("h"),
]


@pytest.mark.parametrize("ring", RINGS, ids=["ring", "ring_worker", "ring_host"])
def test_a_broker_that_is_away_is_said_soon(ring: Callable[[TicketQueue], None]) -> None:
    twin = InMemoryTickets()
    twin.down = True
    with pytest.raises(BrokerUnavailable):
        ring(twin)
    tickets = CeleryTickets(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    tickets._app  # noqa: B018 - made before the clock runs
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable, match="check REDIS_HOST, REDIS_PORT or REDIS_URL") as caught:
        ring(tickets)
    assert time.monotonic() - began < 4, "two seconds, and what a busy machine adds"
    assert "hunter2" not in str(caught.value)
    tickets.close()


def test_a_wrong_password_is_said_without_it(redis_url: str) -> None:
    server = redis_url.rpartition("@")[2]
    tickets = CeleryTickets(f"redis://:hunter2@{server}")
    with pytest.raises(BrokerUnavailable) as caught:
        tickets.ring("a", 5, "x")
    assert "hunter2" not in str(caught.value)
    tickets.close()


def test_without_a_broker_every_ring_says_so_and_nothing_is_there_to_take_back() -> None:
    tickets = CeleryTickets(None)
    for ring in RINGS:
        with pytest.raises(BrokerUnavailable, match="workers find the task when they start"):
            ring(tickets)
    tickets.revoke("x")
    tickets.close()


def test_a_server_that_hangs_or_restarts_holds_nobody_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery_app, "ANSWER_TIMEOUT", 0.3)
    server = EmbeddedRedis(tmp_path)
    tickets = CeleryTickets(server.join())
    tickets.ring("a", 5, "x")
    os.kill(pid_of(tmp_path), signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(BrokerUnavailable):
            tickets.ring("b", 5, "y")
        assert time.monotonic() - began < 5
    finally:
        os.kill(pid_of(tmp_path), signal.SIGCONT)
    tickets.ring("c", 5, "z")
    tickets.close()
    server.leave()


def test_taking_back_a_ticket_waits_for_no_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("render_manager.messaging.tickets.REVOKED_WITHIN", 0.5)
    server = EmbeddedRedis(tmp_path)
    tickets = CeleryTickets(server.join())
    tickets.ring("a", 5, "x")
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    began = time.monotonic()
    tickets.revoke("x")
    tickets.revoke("y")
    tickets.close()
    assert time.monotonic() - began < 4, "the time given for it, and what a busy machine adds"
    server.leave()


def test_nothing_is_logged_as_an_error(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    tickets = CeleryTickets(redis_url)
    tickets.ring("a", 5, "x")
    tickets.revoke("x")
    tickets.close()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
