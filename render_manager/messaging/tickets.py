"""The TicketQueue port on Celery: one message per runnable task, sent by task name.

Celery takes a third of a second to import, and most commands send nothing: it is imported at the first ticket.
"""

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.priority import band_of
from render_manager.messaging.names import CLEAN_UP, RENDER_TASK, host_queue, worker_queue
from render_manager.messaging.outbox import Outbox

if TYPE_CHECKING:
    from celery import Celery


log = logging.getLogger(__name__)

#: Seconds that closing waits for tickets to be taken back.
REVOKED_WITHIN = 4.0


class CeleryTickets:
    """Fits the TicketQueue port; see there.

    Args:
        broker_url: None where the embedded Redis does not run: every ring then says so at once.
    """

    def __init__(self, broker_url: str | None) -> None:
        self._broker_url = broker_url
        # Celery goes on trying for ever to tell all workers something.
        self._revocations: Outbox[str] = Outbox("revocations", self._revoke)

    @cached_property
    def _app(self) -> "Celery":
        from render_manager.messaging.celery_app import make_app

        if self._broker_url is None:
            raise BrokerUnavailable("The embedded Redis is not running; workers find the task when they start.")
        return make_app(self._broker_url)

    def ring(self, task_id: str, priority: int, ticket: str) -> None:
        self._send(RENDER_TASK, band_of(priority).value, [task_id], ticket)

    def ring_worker(self, worker: str, task_id: str) -> None:
        self._send(RENDER_TASK, worker_queue(worker), [task_id])

    def ring_host(self, host: str) -> None:
        self._send(CLEAN_UP, host_queue(host), [])

    def revoke(self, ticket: str) -> None:
        if self._broker_url is None:
            return  # nobody has the ticket: no worker can run without a broker
        self._revocations.put(ticket)

    def _revoke(self, tickets: Sequence[str]) -> None:
        try:
            with broker_explained():
                self._app.control.revoke(list(tickets))
        except BrokerUnavailable as error:
            log.warning("%s", error)

    def close(self) -> None:
        self._revocations.close(REVOKED_WITHIN)
        if "_app" in self.__dict__:
            self._app.close()

    def _send(self, name: str, queue_name: str, args: list[str], ticket: str | None = None) -> None:
        app = self._app
        from render_manager.messaging.celery_app import queue

        # A declared queue: ours for hosts and workers are not among the configured ones.
        route: dict[str, Any] = {"queue": queue(queue_name)}
        with broker_explained():
            app.send_task(name, args=args, task_id=ticket, retry=False, **route)


#: What a broker that is away means for tickets.
_TASK_IS_KEPT = "The task is kept, and workers find it by themselves"


@contextmanager
def broker_explained(so: str = _TASK_IS_KEPT) -> Generator[None]:
    """Turn a broker that is away into BrokerUnavailable, in a sentence and without its address."""
    from amqp.exceptions import AMQPError
    from kombu.exceptions import KombuError
    from redis.exceptions import RedisError

    try:
        yield
    except (AMQPError, KombuError, RedisError, OSError) as error:
        raise BrokerUnavailable(
            f"The broker can't be reached ({error}). {so}; "
            "check REDIS_HOST, REDIS_PORT or REDIS_URL, or BROKER_URL where that is set."
        ) from error
