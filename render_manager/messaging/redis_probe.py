"""Questions to a Redis, for whoever wants to know how it is."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from render_manager.domain.priority import Band
from render_manager.messaging.redis_bus import CONNECT_TIMEOUT
from render_manager.messaging.tickets import broker_explained

_ROUND_TRIPS = 5
ANSWER_TIMEOUT = 5.0


class Refusal(Enum):
    AWAY = "away"
    PASSWORD = "password"  #: none was given where one is needed, or a wrong one
    COMMAND = "command"  #: the user may not ask this


class RedisRefused(Exception):
    """It can't be asked."""

    def __init__(self, refusal: Refusal, reason: str) -> None:
        super().__init__(reason)
        self.refusal = refusal


@dataclass(frozen=True)
class RedisFacts:
    """What a Redis says of itself."""

    version: str
    latency: float  #: seconds, the median of some round trips
    eviction_policy: str
    memory_limit: int  #: bytes; 0: none
    keeps_log: bool  #: an append-only file
    replica: bool  #: it takes no writes


def look_at_redis(url: str) -> RedisFacts:
    """Raises RedisRefused."""
    import redis
    from redis.exceptions import AuthenticationError, NoPermissionError

    client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT, socket_timeout=ANSWER_TIMEOUT)
    try:
        with client:
            times = sorted(_timed_ping(client) for _ in range(_ROUND_TRIPS))
            info: dict[str, Any] = client.info()  # pyright: ignore[reportAssignmentType]
    except NoPermissionError as error:
        raise RedisRefused(Refusal.COMMAND, str(error)) from None
    except AuthenticationError as error:
        raise RedisRefused(Refusal.PASSWORD, str(error)) from None
    except (redis.RedisError, OSError) as error:
        asks = any(word in str(error) for word in ("NOAUTH", "WRONGPASS"))
        raise RedisRefused(Refusal.PASSWORD if asks else Refusal.AWAY, str(error)) from None
    return RedisFacts(
        version=str(info.get("redis_version", "")),
        latency=times[len(times) // 2],
        eviction_policy=str(info.get("maxmemory_policy", "noeviction")),
        memory_limit=int(info.get("maxmemory", 0)),
        keeps_log=bool(info.get("aof_enabled")),
        replica=info.get("role") == "slave",
    )


def _timed_ping(client: Any) -> float:
    began = time.perf_counter()
    client.ping()
    return time.perf_counter() - began


def queue_lengths(broker_url: str) -> Mapping[Band, int]:
    """How many tickets lie in each queue, of any broker. Raises BrokerUnavailable."""
    from render_manager.messaging.celery_app import make_app

    app = make_app(broker_url)
    try:
        with broker_explained("Queues can't be counted"), app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
            return {band: _length(connection, band) for band in Band}
    finally:
        app.close()


def _length(connection: Any, band: Band) -> int:
    with connection.channel() as channel:
        if hasattr(channel, "_size"):  # of Redis: asked as below, kombu would forget the prefix of our keys
            return channel._size(band.value)
        try:
            return channel.queue_declare(band.value, passive=True).message_count
        except connection.channel_errors:
            return 0  # RabbitMQ has no queue that nobody ever used
