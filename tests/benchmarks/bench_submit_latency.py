"""How soon after a submission an idle worker's renderer begins."""

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.benchmarks.bare_celery import bare_celery
from tests.benchmarks.farms import DATABASES, KEY, completed, farm_on, scratch, share, stand_in
from tests.benchmarks.rows import Bar, Row, paired
from tests.support.farm import Farm

SUBMISSIONS = 50
BAR = Bar(60.0)  # ms


def bench_submit_latency() -> Iterator[Row]:
    """From ``Submission.submit`` being called until the renderer has read the request for the task's first frame and
    begins it, by its own journal: the latest moment that could be called the frame's start. The renderer's start-up
    is inside; it is told, not taken off."""
    yield from map(_latency, DATABASES)


def _latency(database: str) -> Row:
    chance = random.Random(database)
    with ExitStack() as stack:
        journal = stack.enter_context(scratch())
        farm = stack.enter_context(farm_on(database, BLENDER_STANDIN_JOURNAL=str(journal)))
        assert farm.program.broker_url
        celery = stack.enter_context(bare_celery(farm.program.broker_url))
        command = stand_in(journal)
        _submission(farm, journal)  # imports, first connections
        celery.started(command)
        rounds = []
        for _ in range(SUBMISSIONS):
            bare = celery.started(command)
            start_up = _start_up(command)
            time.sleep(chance.uniform(0.2, 0.6))  # the worker is idle again; at any point of its periods
            rounds.append((bare, start_up, *_submission(farm, journal)))
    _, start_ups, claimed, begun = zip(*rounds, strict=True)
    detail = (
        "new tasks of one stored object, one frame each, idle worker, until the first frame's start by the renderer's "
        f"journal; p99 {share(begun, 0.99):.1f} ms; claimed after {median(claimed):.1f} ms; the stand-in's own start "
        f"of {median(start_ups):.1f} ms is inside; the baseline is a message to a bare Celery worker that starts the "
        "same stand-in"
    )
    pairs = [(ours, bare) for bare, _, _, ours in rounds]
    return paired(f"submit_latency_{database}", "ms", pairs, "bare Celery", BAR, detail)


def _submission(farm: Farm, journal: Path) -> tuple[float, float]:
    """Milliseconds until the first frame was claimed, by the database's clock (the same machine's), and begun."""
    wall, began = time.time(), time.monotonic()
    task = completed(farm, farm.submit(KEY, "1"))
    lines = [line.split() for path in journal.glob("*.log") for line in path.read_text().splitlines()]
    (begun,) = [float(line[4]) for line in lines if line[:3] == ["start", task.id, "1"]]
    return 1000 * ((task.started_at or 0.0) - wall), 1000 * (begun - began)


def _start_up(command: Path) -> float:
    """Milliseconds until the stand-in, started by nothing around it, is ready for requests."""
    began = time.monotonic()
    with subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b'"ready"' in process.stdout.readline()
        took = time.monotonic() - began
        process.communicate()
    return 1000 * took
