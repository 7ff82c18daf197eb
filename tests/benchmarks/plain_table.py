"""What the window is compared with: all tasks read at once into a plain sorted and filtered QTableView.

It runs in a process of its own, so that its memory can be told: `python -m tests.benchmarks.plain_table URL [start]`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QApplication, QTableView
from sqlalchemy import text

from render_manager.store.engine import open_engine

COLUMNS = ("id", "name", "unionid", "render_engine", "status", "priority", "total_frames", "submitted_at")
_ROOT = Path(__file__).parents[2]
_ROOT_INDEX = QModelIndex()


@dataclass(frozen=True)
class Plain:
    first: float  #: s, until its first rows are painted
    stalls: dict[str, float]  #: ms in which it could do nothing else, by what was asked of it
    memory: float  #: MB, RSS at the end


def plain_table(database_url: str, *, only_start: bool = False) -> Plain:
    """Only its start, or all that is asked of the window."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.plain_table", database_url, *(["start"] if only_start else [])],
        cwd=_ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
        stdout=subprocess.PIPE,
    )
    return Plain(**json.loads(done.stdout))


class _Rows(QAbstractTableModel):
    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        super().__init__()
        self._rows = rows

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT_INDEX) -> int:
        return len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT_INDEX) -> int:
        return len(COLUMNS)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | float | None:
        return self._rows[index.row()][index.column()] if role == Qt.ItemDataRole.DisplayRole else None


def _measure(database_url: str, *, only_start: bool) -> Plain:
    app = QApplication([])
    view, proxy = QTableView(), QSortFilterProxyModel()
    view.resize(1440, 860)
    view.show()
    app.processEvents()
    began = time.perf_counter()
    engine = open_engine(database_url)
    with engine.connect() as connection:
        statement = text(f"SELECT {', '.join(COLUMNS)} FROM render_tasks ORDER BY submitted_at DESC")
        rows = _Rows([tuple(row) for row in connection.execute(statement)])
    engine.dispose()
    proxy.setSourceModel(rows)
    view.setModel(proxy)
    app.processEvents()
    first = time.perf_counter() - began

    stalls = {"start": 1000 * first}

    def step(what: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        app.processEvents()
        stalls[what] = 1000 * (time.perf_counter() - began)

    if not only_start:
        step("scroll", view.scrollToBottom)
        proxy.setFilterKeyColumn(COLUMNS.index("unionid"))
        step("sort", lambda: proxy.sort(COLUMNS.index("priority"), Qt.SortOrder.DescendingOrder))
        step("search", lambda: proxy.setFilterFixedString("user7"))
        step("all again", lambda: proxy.setFilterFixedString(""))
        step("select", lambda: view.selectRow(5))
        step("select all", view.selectAll)
    return Plain(first, stalls, psutil.Process().memory_info().rss / 1e6)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measure(sys.argv[1], only_start="start" in sys.argv[2:]))))
