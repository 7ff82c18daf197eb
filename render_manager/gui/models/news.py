"""What was told, newest first."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from render_manager.gui import text
from render_manager.gui.models.table import Role
from render_manager.gui.news import News

_Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class NewsModel(QAbstractListModel):
    """A hundred lines at most: shown anew whenever one comes."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self._news = news
        self._items = list(news.items)
        news.changed.connect(self._take)

    def _take(self) -> None:
        self.beginResetModel()
        self._items = list(self._news.items)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item = self._items[index.row()]
        match role:
            case _Role.DisplayRole:
                return item.title
            case _Role.ToolTipRole | _Role.AccessibleTextRole:
                return f"{item.title}\n{item.words}\n{text.moment(item.at, to_the_second=True)}"
            case Role.ROW:
                return item
        return None
