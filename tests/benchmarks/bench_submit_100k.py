"""Large submissions and many of them, against the bare rows written by the same driver."""

import time
from collections.abc import Callable
from statistics import median

from sqlalchemy import Engine, text

from render_manager.domain.frame_order import FrameOrder
from tests.benchmarks.farms import DATABASES, KEY, farm_on
from tests.benchmarks.rows import Row
from tests.support.farm import Farm

FRAMES, ROUNDS, BAR = 100_000, 3, 3.0
TASKS, FRAMES_EACH, BAR_MANY = 1000, 10, 10.0
_BARE_TABLE = "CREATE TABLE benchmark_frames (task TEXT, number INTEGER, status TEXT, PRIMARY KEY (task, number))"
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
    "SELECT :task, n, 'pending' FROM numbers",
    "postgresql": "SELECT :task, n, 'pending' FROM generate_series(1, :count) n",
}


def bench_submit_100k() -> list[Row]:
    """``Submission.submit`` of an object that is already stored: one task of 100,000 frames, in order and spread;
    then 1,000 tasks of 10 frames, one after the other."""
    return [row for database in DATABASES for row in _rows(database)]


def _rows(database: str) -> list[Row]:
    with farm_on(database, workers=0) as farm:
        farm.submit(KEY, "1")  # imports, first connections
        engine = farm.program.store.engine
        with engine.begin() as connection:
            connection.execute(text(_BARE_TABLE))

        def submit(frames: int, order: FrameOrder = FrameOrder.FORWARD) -> None:
            farm.submit(KEY, f"1-{frames}", frame_order=order)

        large = [
            (
                _seconds(lambda number=number: _write_bare(engine, f"large{number}", FRAMES)),
                _seconds(lambda: submit(FRAMES)),
                _seconds(lambda: submit(FRAMES, FrameOrder.SPREAD)),
            )
            for number in range(ROUNDS)
        ]
        bare, forward, spread = (median(times) for times in zip(*large, strict=True))
        many_bare = _seconds(lambda: [_write_bare(engine, f"small{number}", FRAMES_EACH) for number in range(TASKS)])
        many = _seconds(lambda: [submit(FRAMES_EACH) for _ in range(TASKS)])
        _check(farm)
    worst = max(forward, spread)
    large_detail = (
        f"one task of {FRAMES:,} frames, median of {ROUNDS}: in order {forward:.2f} s, spread {spread:.2f} s (the "
        f"slower one counts); bare rows from a series in the server {bare:.2f} s"
    )
    many_detail = (
        f"{TASKS:,} tasks of {FRAMES_EACH} frames one after the other, {1000 * many / TASKS:.2f} ms each with its "
        f"ticket; the bare rows, a commit for each task, {many_bare:.2f} s"
    )
    return [
        Row(f"submit_100k_{database}", worst, "s", bare, BAR, worst <= BAR, large_detail),
        Row(f"submit_1000_tasks_{database}", many, "s", many_bare, BAR_MANY, many <= BAR_MANY, many_detail),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _write_bare(engine: Engine, task: str, count: int) -> None:
    insert = f"INSERT INTO benchmark_frames (task, number, status) {_NUMBERS[engine.dialect.name]}"
    with engine.begin() as connection:
        connection.execute(text(insert), {"task": task, "count": count})


def _check(farm: Farm) -> None:
    tasks = farm.program.store.tasks()
    assert sum(task.total_frames for task in tasks) == 2 * ROUNDS * FRAMES + TASKS * FRAMES_EACH + 1
    spread = next(task for task in tasks if task.frame_order is FrameOrder.SPREAD)
    frames = farm.program.store.frames(spread.id, first=0, limit=2)
    assert [frame.frame_number for frame in frames] == [1, 2]
