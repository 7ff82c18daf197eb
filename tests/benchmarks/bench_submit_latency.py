"""How soon after a submission an idle worker's renderer begins, and what an idle worker costs meanwhile."""

import random
import subprocess
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.farms import DATABASES, KEY, completed, farm_on, scratch, share, stand_in
from tests.benchmarks.rows import Row
from tests.support.farm import Farm

SUBMISSIONS = 50
BAR = 60.0  # ms


def bench_submit_latency() -> list[Row]:
    """From ``Submission.submit`` being called until the renderer has read the request for the task's first frame and
    begins it, by its own journal: the latest moment that could be called the frame's start. The renderer's start-up
    is inside; it is told, not taken off."""
    return [_latency(database) for database in DATABASES]


def _latency(database: str) -> Row:
    chance = random.Random(database)
    with scratch() as journal, farm_on(database, BLENDER_STANDIN_JOURNAL=str(journal)) as farm:
        command = stand_in(journal)
        _submission(farm, journal)  # imports, first connections
        pairs = []
        for _ in range(SUBMISSIONS):
            bare = _bare(command)
            time.sleep(chance.uniform(0.2, 0.6))  # the worker is idle again; at any point of its periods
            pairs.append((bare, *_submission(farm, journal)))
    bare, claimed, begun = (list(times) for times in zip(*pairs, strict=True))
    value, start_up = median(begun), median(bare)
    ours = median(whole - its for its, _, whole in pairs)
    detail = (
        f"{SUBMISSIONS} new tasks of one stored object, one frame each, idle worker: first frame's start by the "
        f"renderer's journal p50 {value:.1f}, p99 {share(begun, 0.99):.1f} ms; claimed p50 {median(claimed):.1f} ms; "
        f"the stand-in's bare start-up {start_up:.1f} ms is inside, without it p50 {ours:.1f} ms"
    )
    return Row(f"submit_latency_{database}", value, "ms", start_up, BAR, value <= BAR, detail)


def _submission(farm: Farm, journal: Path) -> tuple[float, float]:
    """Milliseconds until the first frame was claimed, by the database's clock (the same machine's), and begun."""
    wall, began = time.time(), time.monotonic()
    task = completed(farm, farm.submit(KEY, "1"))
    lines = [line.split() for path in journal.glob("*.log") for line in path.read_text().splitlines()]
    (begun,) = [float(line[4]) for line in lines if line[:3] == ["start", task.id, "1"]]
    return 1000 * ((task.started_at or 0.0) - wall), 1000 * (begun - began)


def _bare(command: Path) -> float:
    """Milliseconds until the stand-in, started by nothing around it, is ready for requests."""
    began = time.monotonic()
    with subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b'"ready"' in process.stdout.readline()
        took = time.monotonic() - began
        process.communicate()
    return 1000 * took
