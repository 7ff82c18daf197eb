"""Large submissions and many of them, against the bare rows written by the same driver."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from sqlalchemy import Engine, text

from render_manager.domain.frame_order import FrameOrder
from tests.benchmarks.farms import DATABASES, KEY, farm_on
from tests.benchmarks.rows import Bar, Row, paired
from tests.support.farm import Farm

ROUNDS = 3
FRAMES, BAR = 100_000, Bar(3.0)  # s
TASKS, FRAMES_EACH, BAR_MANY = 1000, 10, Bar(10.0)  # s
_BARE_TABLE = "CREATE TABLE benchmark_frames (task TEXT, number INTEGER, status TEXT, PRIMARY KEY (task, number))"
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
    "SELECT :task, n, 'pending' FROM numbers",
    "postgresql": "SELECT :task, n, 'pending' FROM generate_series(1, :count) n",
}


def bench_submit_100k() -> Iterator[Row]:
    """``Submission.submit`` of an object that is already stored: one task of 100,000 frames, in order and spread;
    then 1,000 tasks of 10 frames, one after the other."""
    for database in DATABASES:
        yield from _rows(database)


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
        many = []
        for number in range(ROUNDS):
            names = [f"small{number}_{place}" for place in range(TASKS)]
            bare = _seconds(lambda names=names: [_write_bare(engine, name, FRAMES_EACH) for name in names])
            many.append((_seconds(lambda: [submit(FRAMES_EACH) for _ in range(TASKS)]), bare))
        _check(farm)
    _, forward, spread = (median(times) for times in zip(*large, strict=True))
    slower = [(max(ours), bare) for bare, *ours in large]
    large_detail = (
        f"one task of {FRAMES:,} frames: in order {forward:.2f} s, spread {spread:.2f} s, the slower one counts; the "
        "baseline is an INSERT of bare rows from a series in the server"
    )
    many_detail = (
        f"{TASKS:,} tasks of {FRAMES_EACH} frames one after the other, each with its ticket; the baseline is an INSERT "
        "of bare rows with a commit for each task"
    )
    return [
        paired(f"submit_100k_{database}", "s", slower, "bare INSERT", BAR, large_detail),
        paired(f"submit_1000_tasks_{database}", "s", many, "bare INSERT", BAR_MANY, many_detail),
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
    assert sum(task.total_frames for task in tasks) == ROUNDS * (2 * FRAMES + TASKS * FRAMES_EACH) + 1
    spread = next(task for task in tasks if task.frame_order is FrameOrder.SPREAD)
    frames = farm.program.store.frames(spread.id, first=0, limit=2)
    assert [frame.frame_number for frame in frames] == [1, 2]
