"""The tasks as a table."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt, Signal

from render_manager.domain.task_search import TaskOrder, TaskSearch
from render_manager.gui import text
from render_manager.gui.models.paged_table import PagedTable
from render_manager.gui.models.table import CENTRE, RIGHT, Entry
from render_manager.gui.sentences import say
from render_manager.gui.state_style import TASK_STYLES
from render_manager.services.queries import TaskRow


class Column(IntEnum):
    NAME = 0
    USER = 1
    ENGINE = 2
    STATUS = 3
    PRIORITY = 4
    PROGRESS = 5
    FRAMES = 6
    FAILED = 7
    WORKERS = 8
    ELAPSED = 9
    ETA = 10
    AGE = 11
    SUBMITTED = 12
    NOTE = 13


_ORDERS: dict[int, TaskOrder] = {
    Column.NAME: TaskOrder.NAME,
    Column.USER: TaskOrder.USER,
    Column.ENGINE: TaskOrder.ENGINE,
    Column.STATUS: TaskOrder.STATUS,
    Column.PRIORITY: TaskOrder.PRIORITY,
    Column.PROGRESS: TaskOrder.PROGRESS,
    Column.FRAMES: TaskOrder.FRAMES,
    Column.FAILED: TaskOrder.FAILED,
    Column.WORKERS: TaskOrder.WORKERS,
    Column.ELAPSED: TaskOrder.ELAPSED,
    Column.ETA: TaskOrder.ETA,
    Column.AGE: TaskOrder.AGE,
    Column.SUBMITTED: TaskOrder.AGE,
    Column.NOTE: TaskOrder.NOTE,
}
_NUMBERS = (Column.FRAMES, Column.FAILED, Column.WORKERS, Column.ELAPSED, Column.ETA, Column.AGE)
_ALIGNMENT: dict[int, Qt.AlignmentFlag] = {Column.PRIORITY: CENTRE, **dict.fromkeys(_NUMBERS, RIGHT)}


class TaskTableModel(PagedTable[TaskRow]):
    """Rows as last read; ``live.py`` reads what is asked for and keeps it true.

    Signals:
        asked: another search or order is wanted.
    """

    asked = Signal()

    columns = Column
    alignment = _ALIGNMENT
    ageing = (Column.AGE, Column.ELAPSED)

    def __init__(self, engine_labels: Mapping[str, str]) -> None:
        super().__init__()
        self._labels = engine_labels
        self.search = TaskSearch()
        self.order, self.descending = TaskOrder.AGE, False

    def search_for(self, search: TaskSearch) -> None:
        if search != self.search:
            self.search = search
            self.asked.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        asked = (_ORDERS.get(column, TaskOrder.AGE), order is Qt.SortOrder.DescendingOrder)
        if asked != (self.order, self.descending):
            self.order, self.descending = asked
            self.asked.emit()

    def update(self, rows: Iterable[TaskRow], asked: Collection[str]) -> None:
        """Take in ``rows``, the answer for the tasks ``asked``; one asked for and not found is gone."""
        self.take({row.task.id: Entry(row, row.age) for row in rows}, asked)

    def waiting_for(self, task_ids: Collection[str]) -> set[str]:
        """The tasks that say something of one of these because they wait for it."""
        return {
            entry.row.task.id
            for entry in self._entries.values()
            if entry.row.after and any(other.id in task_ids for other in entry.row.awaits)
        }

    # -- cells ---------------------------------------------------------------------------------------------------

    def titles(self) -> Mapping[Any, str]:
        return {
            Column.NAME: self.tr("Name"),
            Column.USER: self.tr("User"),
            Column.ENGINE: self.tr("Engine"),
            Column.STATUS: self.tr("Status"),
            Column.PRIORITY: self.tr("Priority"),
            Column.PROGRESS: self.tr("Progress"),
            Column.FRAMES: self.tr("Frames"),
            Column.FAILED: self.tr("Failed"),
            Column.WORKERS: self.tr("Workers"),
            Column.ELAPSED: self.tr("Elapsed"),
            Column.ETA: self.tr("ETA"),
            Column.AGE: self.tr("Age"),
            Column.SUBMITTED: self.tr("Submitted"),
            Column.NOTE: self.tr("Note"),
        }

    def same(self, old: TaskRow, new: TaskRow) -> bool:
        return replace(old, age=0.0, elapsed=None) == replace(new, age=0.0, elapsed=None)

    def look(self, entry: Entry[TaskRow], column: int) -> object:
        match column:
            case Column.PROGRESS:
                return entry.row.task.counts
            case Column.NOTE:  # as it was said: putting it into the window's language takes longer
                return entry.row.note
        return super().look(entry, column)

    def text(self, entry: Entry[TaskRow], column: int) -> str:
        task = entry.row.task
        match column:
            case Column.NAME:
                return task.name
            case Column.USER:
                return task.unionid
            case Column.ENGINE:
                return self._engine(entry.row)
            case Column.STATUS:
                return TASK_STYLES[task.status].text
            case Column.PRIORITY:
                return str(task.priority)
            case Column.PROGRESS:
                return self.tr("{0} %").format(int(100 * task.counts.done / max(task.total_frames, 1)))
            case Column.FRAMES:
                return f"{text.number(task.counts.done)} / {text.number(task.total_frames)}"
            case Column.FAILED:
                return text.number(task.counts.failed) if task.counts.failed else ""
            case Column.WORKERS:
                return text.number(entry.row.workers) if entry.row.workers else ""
            case Column.ELAPSED:
                running = entry.age - entry.age_read if task.finished_at is None else 0.0
                return "" if entry.row.elapsed is None else text.duration(entry.row.elapsed + running)
            case Column.ETA:
                return text.duration(entry.row.estimate.likely) if entry.row.estimate else ""
            case Column.AGE:
                return text.duration(entry.age)
            case Column.SUBMITTED:
                return text.moment(task.submitted_at)
            case Column.NOTE:
                return say(entry.row.note)
        raise AssertionError(column)

    def tip(self, entry: Entry[TaskRow], column: int) -> str | None:
        row = entry.row
        match column:
            case Column.NAME:
                return f"{row.task.name}\n{row.task.oss_file_path}\n{row.task.id}"
            case Column.PROGRESS | Column.FRAMES | Column.FAILED:
                counts = row.task.counts
                return self.tr(
                    "{0} completed, {1} skipped, {2} rendering, {3} failed, {4} cancelled, {5} waiting, {6} in all"
                ).format(
                    counts.completed,
                    counts.skipped,
                    counts.rendering,
                    counts.failed,
                    counts.cancelled,
                    counts.pending,
                    counts.total,
                )
            case Column.ETA:
                return self._estimate(row)
            case Column.AGE:
                return self.tr("Submitted {0}").format(text.moment(row.task.submitted_at))
            case Column.STATUS | Column.NOTE:  # in a small window the note is out of sight
                return say(row.note) or None
        return None

    def _estimate(self, row: TaskRow) -> str | None:
        if row.estimate is None:
            return None
        sentence = self.tr("Done between {0} and {1}, if frames take as long as the last {2} and {3} render at once")
        return sentence.format(
            text.clock(time.time() + row.estimate.likely),
            text.clock(time.time() + row.estimate.at_most),
            row.estimate.sample,
            row.task.counts.rendering,
        )

    def _engine(self, row: TaskRow) -> str:
        return self._labels.get(row.task.render_engine, row.task.render_engine)
