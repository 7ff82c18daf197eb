"""The window with a hundred thousand tasks: when its first rows are there, and how long its loop ever stands still."""

import asyncio
import os
import time
from collections.abc import Callable
from statistics import median

import psutil
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from render_manager.domain.task_search import TaskSearch
from render_manager.gui.background import new_event_loop
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.task_table import Column, TaskTableModel
from render_manager.gui.theme import Theme
from tests.benchmarks.farms import scratch
from tests.benchmarks.rows import Row
from tests.gui.farm import Farm

TASKS = 100_000
FIRST_BAR, STALL_BAR, MEMORY_BAR = 1.5, 50.0, 400.0  # s, ms, MB
TICK = 0.002  # s
_COPIED = {
    "id": "printf('%010d', value)",
    "name": "'shot_' || value",
    "unionid": "'user' || (value % 40)",
    "priority": "value % 11",
    "status": "CASE value % 5 WHEN 0 THEN 'failed' WHEN 1 THEN 'pending' ELSE 'completed' END",
    "submitted_at": "submitted_at - value",
}


class Stalls:
    """Ticks on the Qt loop and keeps the longest time that a tick came late."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def run(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            self.worst = max(self.worst, time.perf_counter() - before - TICK)

    def take(self) -> float:
        """Milliseconds since the last time this was asked."""
        worst, self.worst = self.worst, 0.0
        return worst * 1000


def bench_window_100k() -> list[Row]:
    """Start, scroll, sort, search and select, with real services on SQLite, offscreen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with scratch() as folder:
        farm = Farm(folder)
        _fill(farm)
        bare = _bare(farm)
        loop = new_event_loop(app)
        asyncio.set_event_loop(loop)
        window = MainWindow(farm.services, Theme(app), title="benchmark", default_user="mei")
        with loop:
            stalls, first = loop.run_until_complete(_use(window))
        farm.close()
    worst = max(stalls.values())
    memory = psutil.Process().memory_info().rss / 1e6
    detail = ", ".join(f"{what} {stall:.0f}" for what, stall in stalls.items())
    return [
        Row("window_100k", first, "s", bare, FIRST_BAR, first <= FIRST_BAR, f"{TASKS:,} tasks; ids alone {bare:.2f} s"),
        Row("window_100k_stall", worst, "ms", TICK * 1000, STALL_BAR, worst <= STALL_BAR, f"worst of: {detail}"),
        Row("window_100k_memory", memory, "MB", 0.0, MEMORY_BAR, memory <= MEMORY_BAR, "this process, Qt included"),
    ]


def _fill(farm: Farm) -> None:
    """Copies of one task, made by the database itself."""
    farm.submit("shot")
    with farm.engine.begin() as connection:
        columns = [str(row[1]) for row in connection.execute(text("PRAGMA table_info(render_tasks)"))]
        values = ", ".join(_COPIED.get(column, column) for column in columns)
        numbers = f"WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {TASKS})"
        copies = f"INSERT INTO render_tasks ({', '.join(columns)}) {numbers} SELECT {values} FROM n, render_tasks"
        connection.execute(text(copies))


def _bare(farm: Farm) -> float:
    """Seconds in which the database itself gives all ids."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with farm.engine.connect() as connection:
            connection.execute(text("SELECT id FROM render_tasks ORDER BY submitted_at DESC")).all()
        times.append(time.perf_counter() - began)
    return median(times)


async def _use(window: MainWindow) -> tuple[dict[str, float], float]:
    table, tasks = window.table, window.tasks
    watch, worst = Stalls(), {}
    window.resize(1440, 860)
    window.show()
    await asyncio.sleep(0.3)  # the window itself is up; from here on it is about the tasks
    ticking = asyncio.ensure_future(watch.run())
    began = time.perf_counter()
    window.start()
    await _until(lambda: tasks.rowCount() and tasks.row_at(0) is not None)
    first = time.perf_counter() - began
    worst["start"] = watch.take()

    async def step(what: str, act: Callable[[], object], then: Callable[[], object]) -> None:
        act()
        await _until(then)
        await asyncio.sleep(0.2)
        worst[what] = watch.take()

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
    ticking.cancel()
    await window.background.close()
    return worst, first


def _top(tasks: TaskTableModel, priority: int) -> bool:
    row = tasks.row_at(0)
    return row is not None and row.task.priority == priority


async def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it does not come to that"
        await asyncio.sleep(0.005)
