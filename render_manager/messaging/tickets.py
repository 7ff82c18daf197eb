"""The TicketQueue port on Celery: one message per runnable task, sent by task name."""

from typing import Any

from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from render_manager.domain.errors import BrokerUnavailable
from render_manager.domain.priority import band_of
from render_manager.messaging.celery_app import CLEAN_UP, RENDER_TASK, host_queue, make_app, queue, worker_queue


class CeleryTickets:
    """Fits the TicketQueue port; see there.

    Args:
        broker_url: None where the embedded Redis does not run: every ring then says so at once.
    """

    def __init__(self, broker_url: str | None) -> None:
        self._app = make_app(broker_url) if broker_url else None

    def ring(self, task_id: str, priority: int, ticket: str) -> None:
        self._send(RENDER_TASK, band_of(priority).value, [task_id], ticket)

    def ring_worker(self, worker: str, task_id: str) -> None:
        self._send(RENDER_TASK, worker_queue(worker), [task_id])

    def ring_host(self, host: str) -> None:
        self._send(CLEAN_UP, host_queue(host), [])

    def revoke(self, ticket: str) -> None:
        if self._app is None:
            return  # nobody has the ticket: no worker can run without a broker
        try:
            self._app.control.revoke(ticket)
        except (OperationalError, KombuError, RedisError, OSError) as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        if self._app is not None:
            self._app.close()

    def _send(self, name: str, queue_name: str, args: list[str], ticket: str | None = None) -> None:
        if self._app is None:
            raise BrokerUnavailable("The embedded Redis is not running; workers find the task when they start.")
        try:
            # A declared queue: ours for hosts and workers are not among the configured ones.
            route: dict[str, Any] = {"queue": queue(queue_name)}
            self._app.send_task(name, args=args, task_id=ticket, retry=False, **route)
        except (OperationalError, KombuError, RedisError, OSError) as error:
            raise _unavailable(error) from error


def _unavailable(error: Exception) -> BrokerUnavailable:
    return BrokerUnavailable(
        f"Redis can't be reached ({error}). The task is kept, and workers find it by themselves; "
        "check REDIS_HOST, REDIS_PORT or REDIS_URL."
    )
