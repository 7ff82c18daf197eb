"""What was told lately, opened from the status bar."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from render_manager.gui.delegates.news_item import NewsDelegate
from render_manager.gui.models.news import NewsModel
from render_manager.gui.models.table import Role
from render_manager.gui.news import News

_WIDTH, _HEIGHT = 400, 360


class NewsList(QFrame):
    """Signals: opened: the ids of the tasks that an item is about."""

    opened = Signal(list)

    def __init__(self, news: News, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("news")
        self.setProperty("role", "popup")
        self.setAccessibleName(self.tr("Notices"))
        self._news = news
        title = QLabel(self.tr("Notices"))
        title.setProperty("role", "title")
        self.clear = QPushButton(self.tr("Clear"))
        self.clear.setObjectName("news_clear")
        self.clear.clicked.connect(news.forget)
        self.model = NewsModel(news)
        self.model.setParent(self)
        self.list = QListView()
        self.list.setObjectName("news_list")
        self.list.setAccessibleName(self.tr("Notices, newest first"))
        self.list.setProperty("role", "history")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self.model)
        self.list.setItemDelegate(NewsDelegate(self.list))
        self.list.clicked.connect(self._open)
        self._none = QLabel(
            self.tr("Tasks that are finished or failed while the window is open appear here."),
            alignment=Qt.AlignmentFlag.AlignCenter,
            wordWrap=True,
        )
        self._none.setProperty("role", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(10, 8, 8, 6)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._none, 1)
        news.changed.connect(self._arrange)
        self._arrange()

    def open_above(self, corner: QPoint) -> None:
        """With its lower right corner there."""
        self.resize(_WIDTH, _HEIGHT)
        self.move(corner - QPoint(_WIDTH, _HEIGHT + 4))
        self._news.seen()
        self.show()
        self.list.setFocus()
        self.list.setCurrentIndex(self.model.index(0, 0))

    def _arrange(self) -> None:
        told = bool(self._news.items)
        self.list.setVisible(told)
        self._none.setVisible(not told)
        self.clear.setEnabled(told)

    def _open(self, index: QModelIndex) -> None:
        if item := index.data(Role.ROW):
            self.hide()
            self.opened.emit(item.ids)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.list.currentIndex())
        else:
            super().keyPressEvent(event)
