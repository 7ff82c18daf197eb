"""The RemoteLogs port on Celery's remote control: one worker is asked for a part of a log, also while it renders."""

import base64
import uuid
import zlib
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import BrokerUnavailable, LogUnavailable
from render_manager.domain.logs import LogId, LogPart
from render_manager.messaging.names import READ_LOG, node_name
from render_manager.messaging.tickets import broker_explained

if TYPE_CHECKING:
    from celery import Celery

#: Seconds that a worker has to answer.
ANSWER_WITHIN = 3.0


class CeleryLogs:
    """Fits the RemoteLogs port; see there.

    Args:
        broker_url: None where the embedded Redis does not run: no worker can be asked.
    """

    def __init__(self, broker_url: str | None, answer_within: float = ANSWER_WITHIN) -> None:
        self._broker_url = broker_url
        self._answer_within = answer_within

    def read(self, worker: WorkerProfile, log: LogId, start: int, limit: int) -> LogPart:
        if self._broker_url is None:
            raise BrokerUnavailable("The embedded Redis is not running: no worker can be asked.")
        asked: dict[str, Any] = {
            "task_id": log.task_id,
            "frame": log.frame_number,
            "attempt": log.attempt,
            "loading": log.loading,
            "start": start,
            "limit": limit,
        }
        node = node_name(worker)
        with broker_explained("The worker can't be asked for the log"):
            answers = self._ask(self._broker_url, node, asked)
        answer = next((one[node] for one in answers or () if node in one), None)
        if answer is None:
            raise LogUnavailable(
                f"Worker {worker.name} of host {worker.host} does not answer within {self._answer_within:.0f} s. It "
                "may be of an older version, or started with --pool solo: such a worker answers only between frames."
            )
        return _part(answer)

    def _ask(self, broker_url: str, node: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        from render_manager.messaging.celery_app import make_app

        app: Celery = make_app(broker_url)
        try:
            # A connection of its own for each question: several threads ask, and late answers must reach nobody else.
            with app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0)
                mailbox = _mailbox(app, connection)
                return mailbox.call([node], READ_LOG, asked, timeout=self._answer_within)
        finally:
            app.close()


def _part(answer: Any) -> LogPart:
    try:
        if error := answer.get("error"):
            raise LogUnavailable(str(error))
        return LogPart(zlib.decompress(base64.b64decode(answer["data"])), int(answer["start"]), int(answer["size"]))
    except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise LogUnavailable(f"The worker's answer can't be understood ({error}): are both of one version?") from error


def _mailbox(app: "Celery", connection: Any) -> Any:
    """Celery's own mailbox would go on trying for ever to send, while the broker is away."""
    from kombu import Producer
    from kombu.pidbox import Mailbox

    class Once(Producer):
        def publish(self, *args: Any, **options: Any) -> Any:
            return super().publish(*args, **{**options, "retry": False})

    class Asking(Mailbox):
        @cached_property
        def oid(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
            # kombu's is the thread's: it would get what an earlier question waited for in vain
            return uuid.uuid4().hex

        @contextmanager
        def producer_or_acquire(self, producer: Any = None, channel: Any = None) -> Any:
            yield Once(channel, auto_declare=False)

    return Asking(
        app.conf.control_exchange, type="fanout", accept=["json"], serializer="json", clock=None, connection=connection
    )
