"""A Celery worker with nothing around it: what there would be if somebody used Celery alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from celery import Celery

_QUEUE = "bare"
_BROKER = "BARE_CELERY_BROKER"
_ROOT = Path(__file__).parents[2]


def _app(broker: str | None) -> Celery:
    app = Celery("bare", broker=broker, backend=broker, set_as_current=False)
    app.conf.update(task_default_queue=_QUEUE, broker_connection_retry_on_startup=True)
    return app


app = _app(os.environ.get(_BROKER))


@app.task(name="start")
def start(command: str) -> float:
    """When a renderer that was started for it stands ready for requests, by the clock that all processes share."""
    with subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b'"ready"' in process.stdout.readline()
        ready = time.monotonic()
        process.communicate()
    return ready


class BareCelery:
    def __init__(self, broker: str, process: psutil.Process) -> None:
        self._app = _app(broker)
        self.process = process

    def started(self, command: Path) -> float:
        """Milliseconds from the message being sent until the renderer that it asks for stands ready."""
        began = time.monotonic()
        ready: float = self._app.send_task("start", [str(command)]).get(timeout=30)
        return 1000 * (ready - began)

    def close(self) -> None:
        self._app.close()


@contextmanager
def bare_celery(broker: str) -> Iterator[BareCelery]:
    """A worker with one thread, and how to use it."""
    options = ["-P", "threads", "-c", "1", "--without-mingle", "--without-gossip", "-l", "ERROR"]
    process = psutil.Popen(
        [sys.executable, "-m", "celery", "-A", "tests.benchmarks.bare_celery", "worker", *options],
        cwd=_ROOT,
        env={**os.environ, _BROKER: broker},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    celery = BareCelery(broker, process)
    try:
        yield celery
    finally:
        celery.close()
        process.terminate()
        process.wait()
