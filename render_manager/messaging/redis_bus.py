"""The ChangeBus port on Redis pub/sub.

The client takes half a second to import, and most commands publish nothing: it is imported when first needed.
"""

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.notices import Notice
from render_manager.messaging.outbox import Outbox

if TYPE_CHECKING:
    import redis

log = logging.getLogger(__name__)

CHANNEL = "render-manager:notices"
#: Seconds in which, after a failure, notices are dropped instead of tried: a dead Redis must not slow renders down.
REST_AFTER_FAILURE = 2.0
#: Seconds in which notices gather to be sent together: of short frames there are hundreds in a second.
GATHER = 0.02
#: So many notices wait to be sent at most; the oldest go first.
MOST_WAITING = 10_000
#: A batch ends at this many notices, so that a flood still lets the listener's loop breathe.
LARGEST_BATCH = 1000
CONNECT_TIMEOUT = 2.0


class RedisBus:
    """Fits the ChangeBus port; see there.

    A thread of its own sends what is published, so that whoever publishes never waits for Redis: neither the window
    nor a renderer between two frames.

    Args:
        url: None where the embedded Redis does not run: notices go nowhere, and listening says so.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._rest_until = 0.0
        self._outbox: Outbox[Notice] = Outbox("notices", self._send, gather=GATHER, most=MOST_WAITING)

    @cached_property
    def _redis(self) -> "redis.Redis":
        import redis

        assert self._url is not None
        return redis.Redis.from_url(self._url, socket_connect_timeout=CONNECT_TIMEOUT, socket_timeout=CONNECT_TIMEOUT)

    def publish(self, *notices: Notice) -> None:
        if self._url is not None and notices:
            self._outbox.put(*notices)

    def _send(self, batch: Sequence[Notice]) -> None:
        if time.monotonic() < self._rest_until:
            return
        from redis import RedisError

        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for notice in batch:
                    pipe.publish(CHANNEL, notice.to_json())
                pipe.execute()
        except (RedisError, OSError) as error:
            self._rest_until = time.monotonic() + REST_AFTER_FAILURE
            log.warning("Notices are not sent for now: Redis can't be reached (%s)", error)

    def check(self) -> None:
        if self._url is None:
            raise BrokerUnavailable("The embedded Redis is not running.")
        from redis import RedisError

        try:
            self._redis.ping()
        except (RedisError, OSError) as error:
            raise BrokerUnavailable(f"Redis can't be reached ({error}).") from error

    async def listen(self) -> AsyncGenerator[Sequence[Notice]]:
        if self._url is None:
            raise BrokerUnavailable("The embedded Redis is not running.")
        import redis.asyncio

        # No socket_timeout: a quiet channel is no fault; the health check finds a dead connection.
        client = redis.asyncio.Redis.from_url(
            self._url, socket_connect_timeout=CONNECT_TIMEOUT, health_check_interval=5
        )
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(CHANNEL)
            yield ()
            while True:
                batch: list[Notice] = []
                message = await pubsub.get_message(timeout=5.0)
                while message is not None:
                    if notice := Notice.from_json(message["data"]):
                        batch.append(notice)
                    if len(batch) >= LARGEST_BATCH:
                        break
                    message = await pubsub.get_message(timeout=0.0)
                if batch:
                    yield batch
        except (redis.RedisError, OSError) as error:
            raise BrokerUnavailable(f"Redis can't be reached ({error}).") from error
        finally:
            try:
                await pubsub.aclose()
                await client.aclose()
            except (redis.RedisError, OSError):
                log.debug("Closing a lost Redis connection", exc_info=True)

    def close(self) -> None:
        """Send what is still waiting, if that is quickly done."""
        self._outbox.close(2 * CONNECT_TIMEOUT)
        if "_redis" in self.__dict__:
            self._redis.close()
