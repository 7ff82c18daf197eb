"""The window with a hundred thousand tasks: when its first rows are there, and how long its loop ever stands still."""

import asyncio
import time
from collections.abc import Callable

import psutil
from PySide6.QtCore import Qt

from render_manager.domain.states import FrameStatus
from render_manager.domain.task_search import TaskSearch
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.frames import CODES
from render_manager.gui.models.task_table import Column, TaskTableModel
from tests.benchmarks.plain_table import plain_table
from tests.benchmarks.rows import Bar, Baseline, Row, judged, paired
from tests.benchmarks.window import FRAMES, STALL_BAR, TASKS, Stalls, in_window, large_farm, until

STARTS = 3
FIRST_BAR, MEMORY_BAR = Bar(1.5), Bar(400.0)  # s, MB


def bench_window_100k() -> list[Row]:
    """Start, scroll, sort, search and select, with real services on SQLite, offscreen; beside a plain table."""
    with large_farm() as (farm, long):
        url = farm.program.settings.effective_database_url
        plain = plain_table(url)
        first, stalls = in_window(farm, lambda window: _use(window, long.id))
        memory = psutil.Process().memory_info().rss / 1e6  # before there are more windows
        starts = [(first, plain.first)]
        while len(starts) < STARTS:
            bare = plain_table(url, only_start=True).first
            starts.append((in_window(farm, _start), bare))
    detail = ", ".join(f"{what} {stall:.0f}" for what, stall in stalls.items())
    what = "plain QTableView"
    stall, memory_of_plain = Baseline(what, max(plain.stalls.values())), Baseline(what, plain.memory)
    shown = f"RSS of the process, with a task of {FRAMES:,} frames shown, which the plain table lacks"
    return [
        paired("window_100k", "s", starts, what, FIRST_BAR, f"{TASKS:,} tasks, from start to the first rows"),
        judged("window_100k_stall", "ms", max(stalls.values()), "worst", [*stalls.values()], stall, STALL_BAR, detail),
        judged("window_100k_memory", "MB", memory, "at the end", [], memory_of_plain, MEMORY_BAR, shown),
    ]


async def _start(window: MainWindow) -> float:
    """Seconds until the first rows are there."""
    began = time.perf_counter()
    window.start()
    await until(lambda: window.tasks.rowCount() and window.tasks.row_at(0) is not None)
    return time.perf_counter() - began


async def _use(window: MainWindow, long: str) -> tuple[float, dict[str, float]]:
    table, tasks, grid = window.table, window.tasks, window.grid
    watch = Stalls()
    worst: dict[str, float] = {}
    ticking = asyncio.ensure_future(watch.run())
    first = await _start(window)
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
    return first, worst


def _top(tasks: TaskTableModel, priority: int) -> bool:
    row = tasks.row_at(0)
    return row is not None and row.task.priority == priority
