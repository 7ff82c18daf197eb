"""The palette's entries as a list."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from render_manager.gui.models.table import Role
from render_manager.gui.palette import Entry

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class PaletteModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsEnabled if self.entries[index.row()].enabled else flags

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        match role:
            case _Role.DisplayRole:
                return entry.title
            case _Role.DecorationRole:
                return entry.icon
            case _Role.AccessibleTextRole:
                return ", ".join(filter(None, (entry.title, entry.group, entry.shortcut, entry.reason)))
            case Role.ROW:
                return entry
        return None
