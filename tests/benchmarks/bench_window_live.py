"""The window while things change: a flood of notices, and how soon what a worker did is to be seen."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import redis
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent
from sqlalchemy import text

from render_manager.domain.entities import Claim, RenderTask
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.states import FrameStatus
from render_manager.gui.main_window import MainWindow
from render_manager.messaging.redis_bus import RedisBus
from render_manager.messaging.tickets import CeleryTickets
from render_manager.services.lifecycle import FarmRules, Lifecycle, Outcome
from render_manager.services.workers import Workers
from render_manager.store.engine import open_engine
from render_manager.store.repository import SqlTaskStore
from tests.benchmarks.crew import Address, worker_profile
from tests.benchmarks.farms import KEY, farm_on, share
from tests.benchmarks.rows import Bar, Baseline, Row, judged
from tests.benchmarks.window import FRAMES, STALL_BAR, TASKS, Stalls, in_window, large_farm, until
from tests.support.farm import Farm

RATE, SECONDS = 1000, 10
CHANGES = 400
#: Seconds between two changes in the latency measurement: so far apart that each is painted on its own.
PAUSE = 0.02
LATENCY_BAR = Bar(250.0)  # ms


def bench_window_notices() -> list[Row]:
    """A thousand notices a second over Redis, half about tasks in view, half about frames of the task shown."""
    with large_farm() as (farm, long):
        rest, flood = in_window(farm, lambda window: _flooded(window, farm, long))
    detail = f"{RATE} notices a second for {SECONDS} s, {TASKS:,} tasks, one of {FRAMES:,} frames shown"
    baseline = Baseline("the window at rest", max(rest))
    worst = max(flood)
    return [judged("window_notices_stall", "ms", worst, f"worst of {SECONDS} s", flood, baseline, STALL_BAR, detail)]


async def _flooded(window: MainWindow, farm: Farm, long: RenderTask) -> tuple[list[float], list[float]]:
    """The longest stall of each second, at rest and in the flood."""
    window.start()
    await until(lambda: window.tasks.rowCount() and window.tasks.row_at(0) is not None)
    window.table.select([long.id])
    await until(lambda: window.frames.task_id == long.id)
    await asyncio.sleep(3)
    heard = 0

    def count(changes: object) -> None:
        nonlocal heard
        heard += 1

    window.feed.changed.connect(count)
    watch = Stalls()
    ticking = asyncio.ensure_future(watch.run())

    async def seconds() -> list[float]:
        return [await _stall(watch) for _ in range(SECONDS)]

    rest = await seconds()
    assert farm.program.redis_url
    sender = multiprocessing.get_context("spawn").Process(
        target=_send, args=(farm.program.redis_url, window.tasks.shown()[:50], long.id)
    )
    sender.start()
    await until(lambda: heard)
    flood = await seconds()
    while sender.is_alive():
        await asyncio.sleep(0.1)
    ticking.cancel()
    assert sender.exitcode == 0
    assert heard > SECONDS, "the notices did not come"
    return rest, flood


async def _stall(watch: Stalls) -> float:
    watch.take()
    await asyncio.sleep(1.0)
    return watch.take()


def _send(redis_url: str, tasks: list[str], long: str) -> None:
    bus = RedisBus(redis_url)
    began = time.monotonic()
    for number in range(RATE * SECONDS):
        bus.publish(
            Notice(Topic.TASK, tasks[number % len(tasks)])
            if number % 2
            else Notice(Topic.FRAMES, long, (1 + number * 7919 % FRAMES,))
        )
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
    bus.close()


def bench_window_latency() -> list[Row]:
    """From a worker's call that changes a frame to the moment its cell was painted; the worker is another process.
    The baseline is the way itself: a row changed, a message over Redis, the row read."""
    with farm_on("sqlite", workers=0) as farm:
        task = farm.submit(KEY, f"1-{CHANGES}")
        assert farm.program.redis_url
        address = Address(farm.program.settings.effective_database_url, farm.program.redis_url)
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        worker = multiprocessing.get_context("spawn").Process(target=_work, args=(theirs, address), daemon=True)
        worker.start()
        ours.recv()
        bare = share(_by_hand(farm), 0.99)
        delays = in_window(farm, lambda window: _watched(window, task.id, ours))
        worker.join(10)
    milliseconds = sorted(1000 * delay for delay in delays)
    most = share(milliseconds, 0.99)
    detail = (
        f"changes {PAUSE * 1000:.0f} ms apart, SQLite, Redis; p50 {share(milliseconds, 0.5):.0f} ms; the window "
        "gathers changes for up to 100 ms before it reads"
    )
    baseline = Baseline("UPDATE, PUBLISH, SELECT", bare)
    return [judged("window_latency", "ms", most, f"p99 of {CHANGES}", milliseconds, baseline, LATENCY_BAR, detail)]


def _by_hand(farm: Farm) -> list[float]:
    """Milliseconds of each change."""
    assert farm.program.redis_url
    times = []
    with farm.program.store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE benchmark_rows (changed INTEGER)"))
        connection.execute(text("INSERT INTO benchmark_rows VALUES (0)"))
    with redis.Redis.from_url(farm.program.redis_url) as client, client.pubsub() as told:
        told.subscribe("benchmark")
        told.get_message(timeout=10)  # that we have subscribed
        for number in range(CHANGES):
            began = time.perf_counter()
            with farm.program.store.engine.begin() as connection:
                connection.execute(text("UPDATE benchmark_rows SET changed = :number"), {"number": number})
            client.publish("benchmark", number)
            assert told.get_message(timeout=10)
            with farm.program.store.engine.connect() as connection:
                assert connection.scalar(text("SELECT changed FROM benchmark_rows")) == number
            times.append(1000 * (time.perf_counter() - began))
    return times


async def _watched(window: MainWindow, task_id: str, worker: Connection) -> list[float]:
    window.start()
    await until(lambda: window.tasks.rowCount())
    window.table.select([task_id])
    await until(lambda: window.frames.task_id == task_id)
    painted: dict[int, float] = {}
    watch = _Painted(window, lambda position: painted.setdefault(position, time.time()))
    window.grid.viewport().installEventFilter(watch)
    worker.send("go")
    await until(lambda: worker.poll())
    done: dict[int, float] = worker.recv()  #: when each frame was reported as completed
    await until(lambda: len(painted) == len(done))
    return [painted[number - 1] - at for number, at in done.items()]


class _Painted(QObject):
    """Tells of each cell the first time that it was painted as completed."""

    def __init__(self, window: MainWindow, tell: Callable[[int], object]) -> None:
        super().__init__(window)
        self._grid, self._frames, self._tell = window.grid, window.frames, tell
        self._waiting = set(range(len(window.frames.numbers)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            region, scrolled = event.region(), self._grid.verticalScrollBar().value()
            painted = {
                position
                for position in self._waiting
                if self._frames.status(position) is FrameStatus.COMPLETED
                and region.intersects(self._grid.layout_.cell(position).translated(0, -scrolled))
            }
            self._waiting -= painted
            for position in painted:
                self._tell(position)
        return False


def _work(pipe: Connection, address: Address) -> None:
    """A worker whose frames take no time; it sends when it reported each of them."""
    store = SqlTaskStore(open_engine(address.database))
    queue, bus = CeleryTickets(address.redis), RedisBus(address.redis)
    lifecycle = Lifecycle(store, queue, bus, FarmRules(lease_seconds=60.0, alive_within=60.0), actor="worker")
    profile = worker_profile(0, 0)
    Workers(lifecycle, sweep_every=60.0).register(profile)
    pipe.send("ready")
    pipe.recv()
    done: dict[int, float] = {}
    while claim := lifecycle.claim_next(profile):
        done[claim.frame_number] = time.time()
        _complete(lifecycle, claim)
        time.sleep(PAUSE)
    pipe.send(done)
    bus.close()
    queue.close()
    store.close()


def _complete(lifecycle: Lifecycle, claim: Claim) -> None:
    path = f"/srv/{claim.task.id}/beauty.{claim.frame_number:04d}.png"
    assert lifecycle.end_frame(claim, Outcome(output_path=path))
