"""The workers as a table."""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPalette

from render_manager.domain.entities import WorkerState, WorkerStatus
from render_manager.domain.priority import Band
from render_manager.gui import icons, text
from render_manager.gui.models.keyed_table import KeyedTable
from render_manager.gui.models.table import RIGHT, Entry, Index
from render_manager.gui.sentences import say
from render_manager.gui.state_style import WORKER_STYLES, Tone, tone
from render_manager.gui.theme import is_dark

_Role = Qt.ItemDataRole
_STATES = tuple(WorkerState)


class Column(IntEnum):
    NAME = 0
    HOST = 1
    STATE = 2
    RENDERING = 3
    CPU = 4
    MEMORY = 5
    GPU = 6
    DISK = 7
    SEEN = 8
    ENGINES = 9
    QUEUES = 10
    TAGS = 11
    RELEASE = 12


_SORT_KEYS: dict[int, Callable[[WorkerStatus], Any]] = {
    Column.NAME: lambda worker: worker.profile.name.casefold(),
    Column.HOST: lambda worker: worker.profile.host.casefold(),
    Column.STATE: lambda worker: _STATES.index(worker.state),
    Column.RENDERING: lambda worker: [(frame.task_id, frame.frame_number) for frame in worker.rendering],
    Column.CPU: lambda worker: _or_less(worker.load.cpu_percent),
    Column.MEMORY: lambda worker: _or_less(worker.load.memory_percent),
    Column.GPU: lambda worker: _or_less(worker.load.gpu_percent),
    Column.DISK: lambda worker: _or_less(worker.load.disk_free),
    Column.SEEN: lambda worker: -worker.last_seen_at,
    Column.ENGINES: lambda worker: sorted(worker.profile.engines.items()),
    Column.QUEUES: lambda worker: worker.profile.bands,
    Column.TAGS: lambda worker: worker.profile.tags,
    Column.RELEASE: lambda worker: [int(part) if part.isdecimal() else 0 for part in worker.profile.release.split(".")],
}
_ALIGNMENT: dict[int, Qt.AlignmentFlag] = {Column.DISK: RIGHT, Column.SEEN: RIGHT}


class WorkerTableModel(KeyedTable[WorkerStatus]):
    """Args: task_name: of a task's id; None: it is not known (yet)."""

    columns = Column
    alignment = _ALIGNMENT
    ageing = (Column.SEEN,)

    def __init__(self, engine_labels: Mapping[str, str], task_name: Callable[[str], str | None]) -> None:
        super().__init__(Column.NAME)
        self._labels = engine_labels
        self._task_name = task_name
        self._unnamed: set[str] = set()  #: tasks shown by their ids until they are read

    def show(self, workers: Sequence[WorkerStatus], now: float) -> None:
        """All workers as they are at ``now``, by the database's clock; one that is not among them is forgotten."""
        found = {worker.profile.name: Entry(worker, max(now - worker.last_seen_at, 0.0)) for worker in workers}
        self.take(found, self._entries.keys() | found.keys())

    def learn_names(self) -> None:
        """Tasks were read; those whose names were not known may be among them."""
        if any(self._task_name(task_id) for task_id in self._unnamed):
            self._unnamed.clear()
            self.repaint_column(Column.RENDERING)

    def host_of(self, name: str) -> str | None:
        """The host of a worker; None: there is no such worker any more."""
        worker = self.row(name)
        return worker and worker.profile.host

    def tally(self) -> dict[WorkerState, int]:
        """How many are in each state that occurs, in the order of states."""
        states = [worker.state for worker in self.rows()]
        return {state: states.count(state) for state in _STATES if state in states}

    # -- cells ---------------------------------------------------------------------------------------------------

    def titles(self) -> Mapping[Any, str]:
        return {
            Column.NAME: self.tr("Name"),
            Column.HOST: self.tr("Host"),
            Column.STATE: self.tr("State"),
            Column.RENDERING: self.tr("Rendering"),
            Column.CPU: self.tr("Processor"),
            Column.MEMORY: self.tr("Memory"),
            Column.GPU: self.tr("Graphics"),
            Column.DISK: self.tr("Disk free"),
            Column.SEEN: self.tr("Last seen"),
            Column.ENGINES: self.tr("Engines"),
            Column.QUEUES: self.tr("Queues"),
            Column.TAGS: self.tr("Tags"),
            Column.RELEASE: self.tr("Version"),
        }

    def sort_key(self, entry: Entry[WorkerStatus], column: int) -> Any:
        return _SORT_KEYS[column](entry.row)

    def searched(self, row: WorkerStatus) -> str:
        entry = Entry(row, 0.0)
        shown = (Column.NAME, Column.HOST, Column.STATE, Column.RENDERING, Column.ENGINES, Column.TAGS)
        return " ".join([*(self.text(entry, column) for column in shown), *row.profile.bands, *row.profile.problems])

    def look(self, entry: Entry[WorkerStatus], column: int) -> object:
        """Of what is shown as it is, the value itself: texts take ten times as long to make, and a farm's hearts beat
        all the time."""
        worker = entry.row
        match column:
            case Column.SEEN:
                shown = None
            case Column.CPU | Column.MEMORY | Column.GPU:
                shown = round(_SORT_KEYS[column](worker))
            case Column.DISK:
                shown = self.text(entry, column)
            case Column.ENGINES:
                shown = (*worker.profile.engines.items(), bool(worker.profile.problems))
            case _:
                shown = _SORT_KEYS[column](worker)
        return worker.alive, shown  # what is offline is grey, in every column

    def text(self, entry: Entry[WorkerStatus], column: int) -> str:
        worker, profile, load = entry.row, entry.row.profile, entry.row.load
        match column:
            case Column.NAME:
                return profile.name
            case Column.HOST:
                return profile.host
            case Column.STATE:
                return WORKER_STYLES[worker.state].text
            case Column.RENDERING:
                return self._frames(worker)
            case Column.ENGINES:
                known = [f"{self._labels.get(name, name)} {version}" for name, version in profile.engines.items()]
                return ", ".join(known) or self.tr("none")
            case Column.QUEUES:
                return self.tr("all") if set(profile.bands) == set(Band) else ", ".join(profile.bands)
            case Column.TAGS:
                return ", ".join(profile.tags)
            case Column.CPU:
                return self._percent(load.cpu_percent)
            case Column.MEMORY:
                return self._percent(load.memory_percent)
            case Column.GPU:
                return self._percent(load.gpu_percent)
            case Column.RELEASE:
                return profile.release
            case Column.DISK:
                return "" if load.disk_free is None else text.size(load.disk_free)
            case Column.SEEN:
                # Within a minute it is as good as now; how many heartbeats may be missed shows as its state.
                return self.tr("now") if worker.alive and entry.age < 60 else text.duration(entry.age)
        raise AssertionError(column)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if role == _Role.ForegroundRole and index.isValid() and not self.row_at(index.row()).alive:
            return QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        if role == _Role.DecorationRole and index.isValid() and index.column() == Column.ENGINES:
            return self._warning() if self.row_at(index.row()).profile.problems else None
        return super().data(index, role)

    def tip(self, entry: Entry[WorkerStatus], column: int) -> str | None:
        worker, profile = entry.row, entry.row.profile
        match column:
            case Column.RENDERING if worker.rendering:
                return "\n".join(f"{self._name(frame.task_id)} {frame.frame_number}" for frame in worker.rendering)
            case Column.QUEUES:
                return ", ".join(profile.bands)
            case Column.TAGS if profile.tags:
                return ", ".join(profile.tags)
            case Column.SEEN:
                return self.tr("Last seen {0}\nStarted {1}").format(
                    text.moment(worker.last_seen_at, to_the_second=True),
                    text.moment(worker.started_at, to_the_second=True),
                )
            case Column.STATE if not worker.alive:
                return self.tr("Offline since {0}").format(text.clock(worker.last_seen_at))
            case Column.GPU if worker.load.gpu_memory_percent is not None:
                return self.tr("{0} % of the graphics memory in use").format(round(worker.load.gpu_memory_percent))
            case Column.RELEASE:
                return self.tr("Render Manager {0}").format(profile.release)
            case Column.MEMORY if profile.memory:
                return self.tr("{0} in all").format(text.size(profile.memory))
            case _:
                return "\n".join([self._who(worker), *map(say, profile.problems)])

    def _warning(self) -> QIcon:
        return icons.icon("warning", tone(Tone.WARNING, is_dark(QGuiApplication.palette())))

    def _who(self, worker: WorkerStatus) -> str:
        profile = worker.profile
        return self.tr("{0} on {1}, process {2}; frames at a time: {3}").format(
            profile.name, profile.host, profile.pid, profile.slots
        )

    def _frames(self, worker: WorkerStatus) -> str:
        """``kitchen_010 17, 18; street 3``"""
        by_task: dict[str, list[str]] = {}
        for frame in worker.rendering:
            by_task.setdefault(frame.task_id, []).append(str(frame.frame_number))
        return "; ".join(f"{self._name(task_id)} {', '.join(numbers)}" for task_id, numbers in by_task.items())

    def _name(self, task_id: str) -> str:
        name = self._task_name(task_id)
        if name is None:
            self._unnamed.add(task_id)
        return name or task_id

    def _percent(self, value: float | None) -> str:
        return "" if value is None else self.tr("{0} %").format(round(value))


def _or_less(value: float | None) -> float:
    return -1.0 if value is None else value
