"""What a worker with nothing to do takes from its host."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.benchmarks.farms import KEY, completed, farm_on
from tests.benchmarks.rows import Row

SECONDS = 40.0
SETTLE = 5.0
BAR = 0.5  # % of one core


def bench_idle_worker_cpu() -> list[Row]:
    """CPU time of an idle worker process with its children, beside a bare Celery worker on the same Redis."""
    with farm_on("sqlite") as farm:
        completed(farm, farm.submit(KEY, "1-3"))  # so that nothing is left to be imported or connected
        (worker,) = farm.services.queries.workers()
        assert farm.program.broker_url
        with _bare_celery(farm.program.broker_url) as bare:
            family = [psutil.Process(worker.profile.pid), bare]
            time.sleep(SETTLE)
            before, began = [_cpu(process) for process in family], time.monotonic()
            time.sleep(SECONDS)
            took = time.monotonic() - began
            used = [100 * (_cpu(process) - then) / took for process, then in zip(family, before, strict=True)]
    ours, theirs = used
    detail = (
        f"CPU time over {took:.0f} s, heartbeat every {farm.program.settings.heartbeat_seconds:g} s, SQLite; "
        f"a bare Celery worker (threads, without mingle and gossip) beside it: {theirs:.2f} %"
    )
    return [Row("idle_worker_cpu", ours, "% of a core", theirs, BAR, ours < BAR, detail)]


@contextmanager
def _bare_celery(broker: str) -> Iterator[psutil.Process]:
    options = ["-P", "threads", "-c", "1", "--without-mingle", "--without-gossip", "-Q", "nothing", "-l", "ERROR"]
    celery = psutil.Popen(
        [sys.executable, "-m", "celery", "-b", broker, "worker", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield celery
    finally:
        celery.terminate()
        celery.wait()


def _cpu(process: psutil.Process) -> float:
    times = [member.cpu_times() for member in (process, *process.children(recursive=True))]
    own = process.cpu_times()  # what children that are gone had taken counts, too
    return sum(time.user + time.system for time in times) + own.children_user + own.children_system
