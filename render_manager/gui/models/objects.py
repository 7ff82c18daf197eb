"""What is in a folder of the object store, as far as it was read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from heapq import merge
from typing import Any, ClassVar

from PySide6.QtCore import QMimeData, QModelIndex, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QPalette

from render_manager.domain.object_listing import ObjectPage
from render_manager.gui import icons, text
from render_manager.gui.background import Background
from render_manager.gui.models.table import RIGHT, Entry, Index, Role, Table

_Role = Qt.ItemDataRole
#: As many rows are put in order while one waits; of more it is done in the background.
_AT_ONCE = 2000


class Column(IntEnum):
    NAME = 0
    SIZE = 1
    MODIFIED = 2


@dataclass(frozen=True, slots=True)
class ObjectRow:
    key: str
    name: str
    folder: bool
    project: bool  #: an engine may render it
    size: int = 0
    modified: float = 0.0


class ObjectTable(Table[ObjectRow]):
    """Pages are put to the end as they come. Where names are not what it is sorted by, ``arrange`` puts in order what
    has come.

    Args:
        path: a key as people write it.
        is_project: whether an object of that key may be rendered.
    """

    columns = Column
    alignment: ClassVar = {Column.SIZE: RIGHT}
    ageing = ()

    def __init__(self, background: Background, path: Callable[[str], str], is_project: Callable[[str], bool]) -> None:
        super().__init__()
        self._background = background
        self._path = path
        self._is_project = is_project
        self._words: tuple[str, ...] = ()
        self._column, self._order = int(Column.NAME), Qt.SortOrder.AscendingOrder
        self._folders = 0  #: of the rows shown
        self._turn = 0  #: an order made of fewer rows, or for another sorting, is late

    # -- rows ----------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        self.beginResetModel()
        self._turn += 1
        self._entries, self._folders = {}, 0
        self._set_shown([], {})
        self.endResetModel()

    def append(self, folder: str, page: ObjectPage) -> None:
        rows = [ObjectRow(key, key[len(folder) : -1], True, False) for key in page.folders]
        rows += [
            ObjectRow(info.key, info.key[len(folder) :], False, self._is_project(info.key), info.size, info.modified_at)
            for info in page.objects
        ]
        new = [row for row in rows if row.key not in self._entries]
        self._turn += 1
        self._entries |= {row.key: Entry(row, 0.0) for row in new}
        shown = [row for row in new if self._matches(row)]
        folders = [row.key for row in shown if row.folder]
        if folders:
            self._insert(self._folders, folders)
            self._folders += len(folders)
        if objects := [row.key for row in shown if not row.folder]:
            at = len(self._shown)
            self.beginInsertRows(QModelIndex(), at, at + len(objects) - 1)
            rows = self._row_of()
            rows |= {key: at + place for place, key in enumerate(objects)}
            self._set_shown([*self._shown, *objects], rows)
            self.endInsertRows()
        self.updated.emit()

    @property
    def read_count(self) -> int:
        """Of what is shown and of what the words leave out."""
        return len(self._entries)

    @property
    def needs_all(self) -> bool:
        """Whether what is shown can't be told before everything was read."""
        return bool(self._words) or not self._by_name

    # -- order ---------------------------------------------------------------------------------------------------

    def filter_by(self, words: str) -> None:
        """Show what holds every word in its name."""
        self._words = tuple(words.casefold().split())
        self.arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column >= 0 and (column, order) != (self._column, self._order):
            self._column, self._order = column, order
            self.arrange()

    def arrange(self) -> None:
        """Put everything read so far in order; a large folder's in the background."""
        self._turn += 1
        rows = [entry.row for entry in self._entries.values()]
        work = partial(_arranged, rows, self._words, self._column, self._order is Qt.SortOrder.DescendingOrder)
        if len(rows) <= _AT_ONCE:
            self._show(self._turn, work())
        else:
            self._background.run(work, done=partial(self._show, self._turn), owner=self)

    def _show(self, turn: int, arranged: "_Arranged") -> None:
        if turn != self._turn:
            return
        self.beginResetModel()
        self._folders = arranged.folders
        self._set_shown(arranged.keys, arranged.row_of)
        self.endResetModel()
        self.updated.emit()

    @property
    def _by_name(self) -> bool:
        return (self._column, self._order) == (Column.NAME, Qt.SortOrder.AscendingOrder)

    def _matches(self, row: ObjectRow) -> bool:
        return _holds(row, self._words)

    # -- cells ---------------------------------------------------------------------------------------------------

    def titles(self) -> dict[Column, str]:
        return {
            Column.NAME: self.tr("Name"),
            Column.SIZE: self.tr("Size"),
            Column.MODIFIED: self.tr("Modified"),
        }

    def text(self, entry: Entry[ObjectRow], column: int) -> str:
        row = entry.row
        if column == Column.NAME:
            return row.name
        if row.folder:
            return ""
        return text.size(row.size) if column == Column.SIZE else text.moment(row.modified)

    def tip(self, entry: Entry[ObjectRow], column: int) -> str | None:
        return self._path(entry.row.key)

    def unread(self, key: str) -> None:
        raise AssertionError(key)  # every row shown was read

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if index.isValid() and role in (_Role.ForegroundRole, _Role.DecorationRole):
            row: ObjectRow = super().data(index, Role.ROW)
            palette = QGuiApplication.palette()
            faint = palette.color(QPalette.ColorRole.PlaceholderText)
            plain = row.folder or row.project
            if role == _Role.ForegroundRole:
                return None if plain and index.column() == Column.NAME else faint
            if index.column() != Column.NAME:
                return None
            accent = palette.color(QPalette.ColorRole.Accent)
            return icons.icon("folder" if row.folder else "file", accent if row.project else faint)
        return super().data(index, role)

    # -- dragging ------------------------------------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() and not self._row(index).folder else flags

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list", "text/plain"]

    def mimeData(self, indexes: Iterable[Index]) -> QMimeData:
        """The objects as text, a path a line, and where there is a bucket as links, too."""
        rows = {index.row(): self._row(index) for index in indexes}
        paths = [self._path(row.key) for _, row in sorted(rows.items()) if not row.folder]
        mime = QMimeData()
        mime.setText("\n".join(paths))
        if all("://" in path for path in paths):
            mime.setUrls([_url(path) for path in paths])
        return mime

    def _row(self, index: Index) -> ObjectRow:
        return self._entries[self._shown[index.row()]].row


def _url(path: str) -> QUrl:
    scheme, _, rest = path.partition("://")
    bucket, _, key = rest.partition("/")
    url = QUrl()
    url.setScheme(scheme)
    url.setHost(bucket)
    url.setPath(f"/{key}", QUrl.ParsingMode.DecodedMode)
    return url


def _holds(row: ObjectRow, words: Sequence[str]) -> bool:
    name = row.name.casefold() if words else ""
    return all(word in name for word in words)


@dataclass(frozen=True)
class _Arranged:
    keys: list[str]
    row_of: dict[str, int]
    folders: int


def _arranged(rows: Sequence[ObjectRow], words: Sequence[str], column: int, descending: bool) -> _Arranged:
    """Folders first whatever they are sorted by: they have neither size nor time. ``rows`` are in order of names."""
    folders = [row for row in rows if row.folder and _holds(row, words)]
    objects = [row for row in rows if not row.folder and _holds(row, words)]
    if column == Column.NAME and descending:
        folders.reverse()
        objects.reverse()
    elif column != Column.NAME:
        by: Callable[[ObjectRow], float] = (
            (lambda row: row.size) if column == Column.SIZE else (lambda row: row.modified)
        )
        # One sort of a hundred thousand would keep the interpreter, and with it the window, for its whole time.
        runs = [
            sorted(objects[first : first + _AT_ONCE], key=by, reverse=descending)
            for first in range(0, len(objects), _AT_ONCE)
        ]
        objects = list(merge(*runs, key=by, reverse=descending))
    keys = [row.key for row in (*folders, *objects)]
    return _Arranged(keys, {key: row for row, key in enumerate(keys)}, len(folders))
