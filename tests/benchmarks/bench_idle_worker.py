"""What a worker with nothing to do takes from its host."""

import time

import psutil

from tests.benchmarks.bare_celery import bare_celery
from tests.benchmarks.farms import KEY, completed, farm_on
from tests.benchmarks.rows import Bar, Row, paired
from tests.support.farm import Farm

ROUNDS, SECONDS = 4, 10.0
SETTLE = 5.0
BAR = Bar(0.5)  # % of one core


def bench_idle_worker_cpu() -> list[Row]:
    """CPU time of an idle worker process with its children, beside a bare Celery worker on the same Redis."""
    with farm_on("sqlite") as farm:
        completed(farm, farm.submit(KEY, "1-3"))  # so that nothing is left to be imported or connected
        assert farm.program.broker_url
        with bare_celery(farm.program.broker_url) as bare:
            time.sleep(SETTLE)
            pairs = _used(farm, bare.process)
        every = farm.program.settings.heartbeat_seconds
    detail = (
        f"{SECONDS:.0f} s each, heartbeat every {every:g} s, SQLite; the baseline is a Celery worker (threads, without "
        "mingle and gossip) beside it"
    )
    return [paired("idle_worker_cpu", "% of a core", pairs, "bare Celery worker", BAR, detail)]


def _used(farm: Farm, bare: psutil.Process) -> list[tuple[float, float]]:
    (worker,) = farm.services.queries.workers()
    family = [psutil.Process(worker.profile.pid), bare]
    pairs = []
    for _ in range(ROUNDS):
        before, began = [_cpu(process) for process in family], time.monotonic()
        time.sleep(SECONDS)
        took = time.monotonic() - began
        ours, theirs = (100 * (_cpu(process) - then) / took for process, then in zip(family, before, strict=True))
        pairs.append((ours, theirs))
    return pairs


def _cpu(process: psutil.Process) -> float:
    times = [member.cpu_times() for member in (process, *process.children(recursive=True))]
    own = process.cpu_times()  # what children that are gone had taken counts, too
    return sum(time.user + time.system for time in times) + own.children_user + own.children_system
