"""The worker's Celery side: which queues it takes tickets from, in which pool, and how it is told to stop."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps, signals
from celery.worker import state
from celery.worker.control import Panel

from render_manager.domain.entities import WorkerProfile
from render_manager.domain.priority import Band
from render_manager.messaging.celery_app import make_app, queue
from render_manager.messaging.names import READ_LOG, STAY, host_queue, node_name, worker_queue
from workers.log_reader import LogReader
from workers.runtime import WorkerRuntime
from workers.tasks import register

log = logging.getLogger(__name__)


def make_worker_app(broker_url: str, runtime: WorkerRuntime) -> Celery:
    """The shared app plus this worker's own queues and the tasks."""
    app = make_app(broker_url)
    app.conf.task_queues = [queue(name) for name in queues_of(runtime.profile)]
    register(app, runtime)
    answer_for_logs(runtime)
    return app


def answer_for_logs(runtime: WorkerRuntime) -> None:
    """Let people ask this worker for its logs. Celery's thread of control answers, so a render goes on meanwhile."""
    reader = LogReader(runtime.lanes.workspaces.root)

    def read_log(state: Any, **asked: Any) -> dict[str, object]:
        return reader.answer(**asked)

    Panel.register(name=READ_LOG, type="inspect", visible=False)(read_log)  # pyright: ignore[reportCallIssue]


def queues_of(profile: WorkerProfile) -> list[str]:
    """Highest priority first, whatever order the user typed: Celery serves them in this order."""
    bands = [band.value for band in Band if band in profile.bands]
    return [*bands, worker_queue(profile.name), host_queue(profile.host)]


def run(app: Celery, runtime: WorkerRuntime, *, pool: str, with_parent: bool) -> int:
    """Run until told to stop; the exit code.

    The first SIGTERM or Ctrl+C lets the frame finish, the second hands it back. ``with_parent``: the end of standard
    input means that whoever started us is gone, and counts as the second, unless we were told to stay before.
    """
    asked = [runtime.stop_after_frame, runtime.stop_now]

    def stop(*_: Any) -> None:
        runtime.told_to_leave = True
        act = asked.pop(0) if asked else runtime.stop_now
        # A handler must not wait for a lock that the interrupted code may hold.
        threading.Thread(target=act, name="stop").start()
        _leave()

    def ready(**_: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if with_parent:
            threading.Thread(target=_watch_parent, args=(runtime.stop_now,), name="parent-watch", daemon=True).start()

    class Pulse(bootsteps.StartStopStep):
        """A pool of processes must be forked before there are threads; a broker that is away must not hold them up."""

        requires = ("celery.worker.components:Pool",)

        def start(self, parent: Any) -> None:
            runtime.start()

    signals.worker_ready.connect(ready, weak=False)
    app.steps["worker"].add(Pulse)
    runtime.leave = _leave
    worker = app.Worker(
        hostname=node_name(runtime.profile),
        pool=pool,
        concurrency=runtime.profile.slots,
        loglevel="INFO",
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,  # one that meets a lost broker waits for it without end, deaf to signals
    )
    worker.start()
    return int(worker.exitcode or 0)


def _leave() -> None:
    state.should_stop = 0


def _watch_parent(leave: Callable[[], None]) -> None:
    while told := os.read(sys.stdin.fileno(), 4096):  # not through the buffer: its lock would be held at shutdown
        if STAY in told:
            log.info("Going on without whoever started this worker")
            return
    log.info("Whoever started this worker is gone: leaving")
    leave()
    _leave()
