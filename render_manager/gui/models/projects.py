"""What is about to be submitted: a row for each project, which takes from the form what it does not say itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPalette

from render_manager.domain.entities import RenderSpec
from render_manager.gui import icons, text
from render_manager.gui.models.table import CENTRE, LEFT, Index, Role
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark
from render_manager.services.submit import Found

_Role = Qt.ItemDataRole
_NO_PARENT = QModelIndex()


class Column(IntEnum):
    PATH = 0
    NAME = 1
    ENGINE = 2
    FRAMES = 3
    PRIORITY = 4
    STATE = 5


@dataclass(frozen=True)
class Shared:
    """What the form says for all rows that say nothing themselves."""

    engine: str
    engine_chosen: bool  #: by hand: then it goes before what the name tells
    frames: str
    priority: int
    user: str


@dataclass(eq=False)
class Project:
    """A row; None: as the form says."""

    path: str
    name: str | None = None
    engine: str | None = None
    frames: str | None = None
    priority: int | None = None
    guessed: str | None = None  #: the engine that its name or its content tells
    found: Found | None = None
    title: str = ""  #: what its task is called where it says nothing
    count: int | None = None  #: of its frames
    wrong: str = ""  #: what it says can't be submitted
    missing: str = ""  #: there is nothing at its path
    refused: str = ""  #: why the last try failed
    away: str = ""  #: why nobody could look
    doing: str = ""  #: what of it is going on

    @property
    def problem(self) -> str:
        return self.refused or self.wrong or self.missing


class ProjectsModel(QAbstractTableModel):
    """Signals:
    edited: rows came, went, or say something else; they are to be looked at again.
    judged: what is known of a row changed.
    """

    edited = Signal()
    judged = Signal()

    def __init__(self, shared: Shared, labels: dict[str, str], guess: Callable[[str], str | None]) -> None:
        super().__init__()
        self.rows: list[Project] = []
        self.labels = labels
        self.locked = False  #: while they are submitted
        self._shared = shared
        self._guess = guess

    # -- rows ----------------------------------------------------------------------------------------------------

    def add(self, paths: Iterable[str]) -> int:
        """Rows for those that have none yet; how many are new."""
        known = {row.path for row in self.rows}
        new = [path for path in dict.fromkeys(paths) if path not in known]
        if new:
            self.beginInsertRows(_NO_PARENT, len(self.rows), len(self.rows) + len(new) - 1)
            self.rows += [Project(path, guessed=self._guess(path)) for path in new]
            self.endInsertRows()
            self.edited.emit()
        return len(new)

    def remove(self, rows: Sequence[Project]) -> None:
        gone = set(map(id, rows))
        for at in reversed(range(len(self.rows))):
            if id(self.rows[at]) in gone:
                self.beginRemoveRows(_NO_PARENT, at, at)
                del self.rows[at]
                self.endRemoveRows()
        self.edited.emit()

    def set_path(self, path: str) -> None:
        """The one path there is, as it is typed."""
        if not self.rows:
            self.add([path] if path else [])
        elif not path:
            self.remove(self.rows)
        elif path != self.rows[0].path:
            self._change(self.rows[0], Column.PATH, path)

    def share(self, shared: Shared) -> None:
        if shared != self._shared:
            self._shared = shared
            self._repaint()
            self.edited.emit()

    def level(self, rows: Sequence[Project]) -> None:
        """Let them say nothing themselves any more: the form's fields hold for them."""
        for row in rows:
            row.engine = row.frames = row.priority = None
            row.refused = ""
        self._repaint()
        self.edited.emit()

    def tell(self, row: Project, **known: Any) -> None:
        """Something was found out about a row."""
        for name, value in known.items():
            setattr(row, name, value)
        if row in self.rows:
            self._repaint(self.rows.index(row))
            self.judged.emit()

    # -- what a row comes to -------------------------------------------------------------------------------------

    def engine(self, row: Project) -> str:
        guessed = None if self._shared.engine_chosen else row.guessed
        return row.engine or guessed or self._shared.engine

    def spec(self, row: Project) -> RenderSpec:
        return RenderSpec(
            path=row.path,
            engine=self.engine(row),
            frames=self._shared.frames if row.frames is None else row.frames,
            unionid=self._shared.user,
            priority=self._shared.priority if row.priority is None else row.priority,
            name=row.name,
        )

    def _state(self, row: Project) -> str:
        if row.doing or row.problem:
            return row.doing or row.problem
        if row.away:
            return self.tr("Not looked at: {0}").format(row.away)
        if row.found is None:
            return self.tr("Looking…")
        size = text.size(row.found.size)
        if row.found.files is not None:
            return self.tr("Folder, {0} files, {1}: packed and uploaded").format(text.number(row.found.files), size)
        return self.tr("{0}, uploaded").format(size) if row.found.local else size

    # -- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole:
            return CENTRE if section == Column.PRIORITY else LEFT
        titles = {
            Column.STATE: self.tr("State"),
            Column.PATH: self.tr("Project"),
            Column.NAME: self.tr("Name"),
            Column.ENGINE: self.tr("Engine"),
            Column.FRAMES: self.tr("Frames"),
            Column.PRIORITY: self.tr("Priority"),
        }
        return titles[Column(section)] if role == _Role.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        editable = index.column() != Column.STATE and not self.locked
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], Column(index.column())
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self._text(row, column)
            case _Role.EditRole:
                return self._value(row, column)
            case _Role.ToolTipRole:
                return self._tip(row, column)
            case _Role.TextAlignmentRole:
                return CENTRE if column is Column.PRIORITY else LEFT
            case _Role.ForegroundRole:
                return self._colour(row, column)
            case _Role.DecorationRole if column is Column.STATE:
                return self._mark(row)
            case _Role.FontRole if self._own(row, column):
                font = QFont()
                font.setBold(True)
                return font
            case Role.ROW:
                return row
        return None

    def setData(self, index: Index, value: Any, role: int = _Role.EditRole) -> bool:
        if not index.isValid() or role != _Role.EditRole or index.column() == Column.STATE:
            return False
        row, column = self.rows[index.row()], Column(index.column())
        if value == self._value(row, column):
            return False
        self._change(row, column, value)
        return True

    def _change(self, row: Project, column: Column, value: Any) -> None:
        words = str(value or "").strip()
        row.refused = ""
        match column:
            case Column.PATH if words:
                row.path, row.guessed = words, self._guess(words)
                row.found, row.missing, row.away = None, "", ""
            case Column.NAME:
                row.name = words or None
            case Column.ENGINE:
                row.engine = words or None
            case Column.FRAMES:
                row.frames = words or None
            case Column.PRIORITY:
                row.priority = None if value is None else int(value)
            case _:
                return
        self._repaint(self.rows.index(row))
        self.edited.emit()

    def _repaint(self, at: int | None = None) -> None:
        if self.rows:
            first, last = (0, len(self.rows) - 1) if at is None else (at, at)
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1), [])

    # -- cells ---------------------------------------------------------------------------------------------------

    def _value(self, row: Project, column: Column) -> Any:
        spec = self.spec(row)
        return {
            Column.STATE: "",
            Column.PATH: row.path,
            Column.NAME: row.name or "",
            Column.ENGINE: spec.engine,
            Column.FRAMES: spec.frames,
            Column.PRIORITY: spec.priority,
        }[column]

    def _text(self, row: Project, column: Column) -> str:
        match column:
            case Column.STATE:
                return self._state(row)
            case Column.PATH:
                return row.path.split("?")[0] if "://" in row.path else row.path  # nobody reads a signature
            case Column.NAME:
                return row.name or row.title
            case Column.ENGINE:
                return self.labels[self.engine(row)]
            case Column.FRAMES | Column.PRIORITY:
                return str(self._value(row, column))

    def _tip(self, row: Project, column: Column) -> str | None:
        if column is Column.STATE:
            return self._state(row)
        if column is Column.PATH:
            return row.path.split("?")[0]
        if column is Column.FRAMES and row.count is not None:
            return self.tr("{0} frames").format(text.number(row.count))
        if column is Column.ENGINE and row.guessed and not row.engine:
            return self.tr("Told from the file's name.")
        return None

    def _own(self, row: Project, column: Column) -> bool:
        """Whether the row itself says what others take from the form."""
        own = {
            Column.NAME: row.name,
            Column.ENGINE: row.engine,
            Column.FRAMES: row.frames,
            Column.PRIORITY: row.priority,
        }
        return own.get(column) is not None

    def _colour(self, row: Project, column: Column) -> Any:
        palette = QGuiApplication.palette()
        if column is Column.STATE and row.problem and not row.doing:
            return tone(Tone.ERROR, is_dark(palette))
        if column is not Column.PATH and not self._own(row, column):
            return palette.color(QPalette.ColorRole.PlaceholderText)
        return None

    def _mark(self, row: Project) -> Any:
        palette = QGuiApplication.palette()
        dark, muted = is_dark(palette), palette.color(QPalette.ColorRole.PlaceholderText)
        if row.doing:
            return icons.icon("state-running", muted)
        if row.problem:
            return icons.icon("error", tone(Tone.ERROR, dark))
        if row.away:
            return icons.icon("warning", tone(Tone.WARNING, dark))
        return icons.icon("state-pending", muted) if row.found is None else icons.icon("state-completed", muted)
