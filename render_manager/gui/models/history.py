"""The record of a task, a frame or a worker as a list, newest first."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from render_manager.domain.audit import AuditEntry
from render_manager.gui import history_words
from render_manager.gui.models.table import Role

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class HistoryModel(QAbstractListModel):
    """Entries never change; new ones come on top, older ones are read when somebody scrolls down to them.

    Signals:
        more_wanted: the end is in view, and there is more.
    """

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[AuditEntry] = []
        self.more = False  #: there are older entries that were not read

    def show(self, entries: Sequence[AuditEntry]) -> None:
        """Take in what was read; what is shown already stays where it is."""
        entries = list(entries)
        new = entries.index(self.entries[0]) if self.entries and self.entries[0] in entries else None
        kept = min(len(self.entries), len(entries) - (new or 0))
        if new is None or entries[new : new + kept] != self.entries[:kept]:
            self.beginResetModel()
            self.entries = entries
            self.endResetModel()
            return
        if kept < len(self.entries):
            self.beginRemoveRows(QModelIndex(), kept, len(self.entries) - 1)
            del self.entries[kept:]
            self.endRemoveRows()
        if new:
            self.beginInsertRows(QModelIndex(), 0, new - 1)
            self.entries[:0] = entries[:new]
            self.endInsertRows()
        if older := entries[len(self.entries) :]:
            self.beginInsertRows(QModelIndex(), len(self.entries), len(entries) - 1)
            self.entries.extend(older)
            self.endInsertRows()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        match role:
            case _Role.DisplayRole:
                return history_words.title(entry)
            case _Role.ToolTipRole | _Role.AccessibleTextRole:
                return history_words.in_full(entry)
            case Role.ROW:
                return entry
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return self.more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self.more = False  # until it was answered
            self.more_wanted.emit()
