"""The Celery app that window, command line and workers share: names, queues and settings."""

from celery import Celery
from kombu.entity import Exchange, Queue

from render_manager.domain.priority import Band

#: Seconds: a Redis that does not answer must hold nobody up for long.
CONNECT_TIMEOUT = 2.0
ANSWER_TIMEOUT = 5.0


#: Seconds after which RabbitMQ drops the queue of a host or worker that has gone; Redis keeps no empty queue anyway.
FORGOTTEN_AFTER = 86_400.0


def queue(name: str) -> Queue:
    """A queue of a band, a host or a worker."""
    expires = None if name in set(Band) else FORGOTTEN_AFTER
    return Queue(name, Exchange(name, type="direct"), routing_key=name, expires=expires)


def _transport_options(broker_url: str) -> dict[str, object]:
    if not broker_url.startswith(("redis", "unix")):
        return {}
    return {
        # Queues are served in the order they are listed: highest priority first.
        "queue_order_strategy": "priority",
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_timeout": ANSWER_TIMEOUT,
        "global_keyprefix": "render-manager:",
    }


def make_app(broker_url: str) -> Celery:
    """An app on this broker: Redis, or RabbitMQ by its own URL. Producers send by task name; workers register the
    tasks."""
    app = Celery("render_manager", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_queues=[queue(band) for band in Band],
        task_default_queue=Band.DEFAULT.value,
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        enable_utc=True,
        # The state is in the database; results would cost a third of the throughput and leave keys behind.
        task_ignore_result=True,
        result_backend=None,
        # A ticket is acknowledged when taken: the database lease guards the work, so Redis' visibility timeout can
        # never render a frame twice.
        task_acks_late=False,
        # A busy worker must not hold a ticket that an idle one could answer.
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # Nobody listens, but to tell that a ticket was answered wakes Celery's loop, which then asks for the next one;
        # else that waits for the loop's next round, up to a second (benchmark submit_latency).
        worker_send_task_events=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=CONNECT_TIMEOUT,
        # Named one by one: else Celery prefers what the environment may hold as CELERY_BROKER_URL.
        broker_read_url=broker_url,
        broker_write_url=broker_url,
        broker_transport_options=_transport_options(broker_url),
    )
    return app
