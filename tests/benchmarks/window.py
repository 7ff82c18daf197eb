"""The window on a farm of a hundred thousand tasks, and a clock that tells how long its loop ever stood still."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from render_manager.domain.entities import RenderTask
from render_manager.gui.background import never_pause, new_event_loop
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme
from tests.benchmarks.farms import KEY, farm_on
from tests.benchmarks.rows import Bar
from tests.support.farm import Farm

T = TypeVar("T")
TASKS, FRAMES = 100_000, 1_000_000
TICK = 0.002  # s
STALL_BAR = Bar(50.0)  # ms
_COPIED = {
    "id": "printf('%010d', value)",
    "name": "'shot_' || value",
    "unionid": "'user' || (value % 40)",
    "priority": "value % 11",
    "status": "CASE value % 5 WHEN 0 THEN 'failed' WHEN 1 THEN 'pending' ELSE 'completed' END",
    "submitted_at": "submitted_at - value",
}
_LAST, _FAILED = int(0.9 * FRAMES), int(0.9 * FRAMES) // 1000
#: What makes the first nine tenths of the frames look rendered, one in a thousand as failed.
_DONE = (
    f"""
    UPDATE render_frames SET
        status = CASE WHEN frame_number % 1000 = 7 THEN 'failed' ELSE 'completed' END,
        attempt = 1, worker = 'render-01', started_at = frame_number, finished_at = frame_number + 40,
        output_path = '/srv/render/long/beauty.' || frame_number || '.exr',
        log_path = '/srv/render/long/logs/' || frame_number || '.1.log'
    WHERE task_id = '{{long}}' AND frame_number <= {_LAST}
    """,
    f"""
    UPDATE render_tasks SET
        completed_frames = {_LAST - _FAILED}, failed_frames = {_FAILED}, pending_frames = {FRAMES - _LAST},
        status = 'running'
    WHERE id = '{{long}}'
    """,
)


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


@contextmanager
def large_farm() -> Iterator[tuple[Farm, RenderTask]]:
    """A real farm without workers on SQLite: so many tasks, and one, the newest, of a million frames, most of which
    are completed."""
    with farm_on("sqlite", workers=0, MAX_FRAMES=str(FRAMES)) as farm:
        seed = farm.submit(KEY, "1-240")
        with farm.program.store.engine.begin() as connection:
            columns = [str(row[1]) for row in connection.execute(text("PRAGMA table_info(render_tasks)"))]
            values = ", ".join(_COPIED.get(column, column) for column in columns)
            numbers = f"WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {TASKS})"
            copies = f"INSERT INTO render_tasks ({', '.join(columns)}) {numbers} SELECT {values} FROM n, render_tasks"
            connection.execute(text(copies))
        long = farm.submit(KEY, f"1-{FRAMES}", name="long", priority=10)
        with farm.program.store.engine.begin() as connection:
            for statement in _DONE:
                connection.execute(text(statement.format(long=long.id)))
            connection.execute(text(f"DELETE FROM render_frames WHERE task_id = '{seed.id}'"))
        yield farm, long


def in_window(farm: Farm, use: Callable[[MainWindow], Coroutine[Any, Any, T]]) -> T:
    """What ``use`` gives, run with the window shown but not started."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    loop = new_event_loop(app)
    asyncio.set_event_loop(loop)
    never_pause()
    window = MainWindow(farm.services, Theme(app), title="benchmark", default_user="mei")

    async def run() -> T:
        window.resize(1440, 860)
        window.show()
        await asyncio.sleep(0.3)  # the window itself is up; from here on it is about what it shows
        try:
            return await use(window)
        finally:
            await window.background.close()

    with loop:
        return loop.run_until_complete(run())


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it does not come to that"
        await asyncio.sleep(0.005)
