"""The change bus: what both kinds promise, and what Redis adds by going away."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
import redis

from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.notices import Notice, Topic
from render_manager.messaging import redis_bus
from render_manager.messaging.embedded_redis import EmbeddedRedis, find_server
from render_manager.messaging.in_memory import InMemoryBus
from render_manager.messaging.redis_bus import CHANNEL, RedisBus
from render_manager.services.ports import ChangeBus
from tests.messaging.servers import pid_of
from tests.support.farm import wait_until
from tests.support.servers import free_port

NOTICES = [Notice(Topic.TASK, "t1"), Notice(Topic.FRAMES, "t1", (1, -2)), Notice(Topic.WORKERS)]


@pytest.fixture(params=["memory", "redis"])
def bus(request: pytest.FixtureRequest) -> Iterator[ChangeBus]:
    if request.param == "memory":
        yield InMemoryBus()
        return
    bus = RedisBus(request.getfixturevalue("redis_url"))
    yield bus
    bus.close()


async def received(listener: AsyncIterator[Sequence[Notice]], count: int) -> list[Notice]:
    """The next ``count`` notices, in however many batches."""
    found: list[Notice] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            batch = await anext(listener)
            assert batch, "only the first batch is empty"
            found.extend(batch)
    return found


def run(coroutine: Coroutine[object, object, object]) -> None:
    asyncio.run(coroutine)


def test_a_listener_hears_that_it_is_connected_then_every_notice_in_order(bus: ChangeBus) -> None:
    async def listen() -> None:
        async with aclosing(bus.listen()) as listener:
            assert await anext(listener) == ()
            bus.publish(*NOTICES)
            bus.publish()
            bus.publish(NOTICES[0])
            assert await received(listener, 4) == [*NOTICES, NOTICES[0]]

    run(listen())


def test_all_listeners_hear_and_one_that_left_does_not_hinder(bus: ChangeBus) -> None:
    async def listen() -> None:
        first, second, third = bus.listen(), bus.listen(), bus.listen()
        for listener in (first, second, third):
            assert await anext(listener) == ()
        await second.aclose()
        await asyncio.to_thread(bus.publish, *NOTICES)
        assert await received(first, 3) == await received(third, 3) == NOTICES
        await first.aclose()
        await third.aclose()

    run(listen())


def test_a_flood_arrives_whole_in_batches(bus: ChangeBus) -> None:
    flood = [Notice(Topic.FRAMES, "t1", (number,)) for number in range(3000)]

    async def listen() -> None:
        async with aclosing(bus.listen()) as listener:
            await anext(listener)
            await asyncio.to_thread(bus.publish, *flood)
            assert await received(listener, len(flood)) == flood

    run(listen())


def test_what_is_none_of_ours_is_passed_over(redis_url: str) -> None:
    async def listen() -> None:
        bus = RedisBus(redis_url)
        async with aclosing(bus.listen()) as listener:
            await anext(listener)
            with redis.Redis.from_url(redis_url) as other:
                for text in ("nonsense", '{"topic": "weather"}', b"\xff"):
                    other.publish(CHANNEL, text)
            bus.publish(NOTICES[0])
            assert await received(listener, 1) == [NOTICES[0]]
        bus.close()

    run(listen())


def test_publishing_without_a_server_rests_and_never_raises(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_bus, "REST_AFTER_FAILURE", 0.5)
    bus = RedisBus(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    with caplog.at_level(logging.WARNING):
        bus.publish(*NOTICES)
        wait_until(lambda: caplog.records, 10)
        for _ in range(100):
            bus.publish(*NOTICES)
        time.sleep(0.1)
        assert len(caplog.records) == 1, "while it rests it does not even try"
        time.sleep(0.5)
        bus.publish(*NOTICES)
        wait_until(lambda: len(caplog.records) == 2, 10)
    assert "hunter2" not in caplog.text
    bus.close()


def test_publishing_waits_for_nobody(redis_url: str) -> None:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bus = RedisBus(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        for _ in range(1000):
            bus.publish(*NOTICES)
        assert time.monotonic() - began < redis_bus.CONNECT_TIMEOUT / 2
        bus.close()


def test_closing_sends_what_was_published_last(redis_url: str) -> None:
    async def listen() -> None:
        bus, other = RedisBus(redis_url), RedisBus(redis_url)
        async with aclosing(bus.listen()) as listener:
            await anext(listener)
            other.publish(*NOTICES)
            await asyncio.to_thread(other.close)
            assert await received(listener, 3) == NOTICES
        bus.close()

    run(listen())


def test_a_bus_without_an_address_publishes_nowhere_and_says_so_to_listeners() -> None:
    bus = RedisBus(None)
    bus.publish(*NOTICES)
    with pytest.raises(BrokerUnavailable, match="not running"):
        run(anext(bus.listen()))
    bus.close()


def test_listening_without_a_server_says_so(caplog: pytest.LogCaptureFixture) -> None:
    bus = RedisBus(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    with pytest.raises(BrokerUnavailable, match="Redis can't be reached") as caught:
        run(anext(bus.listen()))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_goes_away_ends_listening(tmp_path: Path, kind: signal.Signals) -> None:
    server = EmbeddedRedis(tmp_path)
    bus = RedisBus(server.join())

    async def listen() -> None:
        listener = bus.listen()
        assert await anext(listener) == ()
        bus.publish(NOTICES[0])
        assert await received(listener, 1) == [NOTICES[0]]
        os.kill(pid_of(tmp_path), kind)
        with pytest.raises(BrokerUnavailable):
            await asyncio.wait_for(anext(listener), 10)

    run(listen())
    bus.publish(NOTICES[0])
    bus.close()
    server.leave()


def test_a_server_that_comes_back_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bus, "REST_AFTER_FAILURE", 0.0)
    server = EmbeddedRedis(tmp_path)
    bus = RedisBus(server.join())
    bus.publish(NOTICES[0])
    config = (tmp_path / "redis.conf").read_text()
    server.leave()
    bus.publish(NOTICES[0])
    again = subprocess.Popen([find_server(), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    again.stdin.write(config.encode())
    again.stdin.close()

    async def listen() -> None:
        while True:
            try:
                async with aclosing(bus.listen()) as listener:
                    await anext(listener)
                    bus.publish(NOTICES[1])
                    assert await received(listener, 1) == [NOTICES[1]]
                    return
            except BrokerUnavailable:
                await asyncio.sleep(0.02)

    try:
        run(asyncio.wait_for(listen(), 10))
    finally:
        again.terminate()
        again.wait()
        bus.close()
