"""The window with a hundred thousand tasks: when its first rows are there, and how long its loop ever stands still."""

import asyncio
import time
from collections.abc import Callable
from statistics import median

import psutil
from PySide6.QtCore import Qt
from sqlalchemy import text

from render_manager.domain.states import FrameStatus
from render_manager.domain.task_search import TaskSearch
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.frames import CODES
from render_manager.gui.models.task_table import Column, TaskTableModel
from tests.benchmarks.rows import Row
from tests.benchmarks.window import FRAMES, STALL_BAR, TASKS, TICK, Stalls, in_window, large_farm, until
from tests.support.farm import Farm

FIRST_BAR, MEMORY_BAR = 1.5, 400.0  # s, MB


def bench_window_100k() -> list[Row]:
    """Start, scroll, sort, search and select, with real services on SQLite, offscreen."""
    with large_farm() as (farm, long):
        bare = _bare(farm)
        memory_before = psutil.Process().memory_info().rss / 1e6
        stalls, first = in_window(farm, lambda window: _use(window, long.id))
    worst = max(stalls.values())
    memory = psutil.Process().memory_info().rss / 1e6
    detail = ", ".join(f"{what} {stall:.0f}" for what, stall in stalls.items())
    return [
        Row("window_100k", first, "s", bare, FIRST_BAR, first <= FIRST_BAR, f"{TASKS:,} tasks; ids alone {bare:.2f} s"),
        Row("window_100k_stall", worst, "ms", TICK * 1000, STALL_BAR, worst <= STALL_BAR, f"worst of: {detail}"),
        Row("window_100k_memory", memory, "MB", memory_before, MEMORY_BAR, memory <= MEMORY_BAR, "with Qt"),
    ]


def _bare(farm: Farm) -> float:
    """Seconds in which the database itself gives all ids."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with farm.program.store.engine.connect() as connection:
            connection.execute(text("SELECT id FROM render_tasks ORDER BY submitted_at DESC")).all()
        times.append(time.perf_counter() - began)
    return median(times)


async def _use(window: MainWindow, long: str) -> tuple[dict[str, float], float]:
    table, tasks, grid = window.table, window.tasks, window.grid
    watch = Stalls()
    worst: dict[str, float] = {}
    ticking = asyncio.ensure_future(watch.run())
    began = time.perf_counter()
    window.start()
    await until(lambda: tasks.rowCount() and tasks.row_at(0) is not None)
    first = time.perf_counter() - began
    worst["start"] = watch.take()

    async def step(what: str, act: Callable[[], object], then: Callable[[], object]) -> None:
        act()
        await until(then)
        await asyncio.sleep(0.2)
        worst[what] = max(worst.get(what, 0.0), watch.take())

    for share in (0.3, 0.6, 1.0):
        bar = table.verticalScrollBar()
        to = int(bar.maximum() * share)
        await step("scroll", lambda bar=bar, to=to: bar.setValue(to), lambda: tasks.row_at(table.rowAt(5)) is not None)
    await step(
        "sort", lambda: table.sortByColumn(Column.PRIORITY, Qt.SortOrder.DescendingOrder), lambda: _top(tasks, 10)
    )
    await step("search", lambda: tasks.search_for(TaskSearch.parse("user:user7")), lambda: tasks.rowCount() < TASKS)
    await step("all again", lambda: tasks.search_for(TaskSearch()), lambda: tasks.rowCount() > TASKS - 1)
    await step("select", lambda: table.selectRow(5), lambda: window.frames.task_id is not None)
    await step("select all", table.selectAll, lambda: table.selected_count() > TASKS - 1)
    failed = int(0.9 * FRAMES) // 1000
    await step(
        f"{FRAMES:,} frames",
        lambda: table.select([long]),
        lambda: window.frames.task_id == long and window.frames.states.count(CODES[FrameStatus.FAILED]) == failed,
    )
    await step("fit", lambda: grid.zoom(0), lambda: True)
    for _ in range(6):
        await step("zoom", lambda: grid.zoom(1), lambda: True)
    for share in (0.3, 1.0):
        to = int(grid.verticalScrollBar().maximum() * share)
        await step("scroll frames", lambda to=to: grid.verticalScrollBar().setValue(to), lambda: True)
    await step("next failed", window.frame_commands.next_failed, lambda: window.current_frame() is not None)
    ticking.cancel()
    return worst, first


def _top(tasks: TaskTableModel, priority: int) -> bool:
    row = tasks.row_at(0)
    return row is not None and row.task.priority == priority
