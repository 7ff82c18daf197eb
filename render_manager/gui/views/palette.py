"""Ctrl+K: everything the window can do, found by a few letters."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QListView, QVBoxLayout

from render_manager.domain.entities import RenderTask
from render_manager.gui.delegates.palette_entry import PaletteDelegate
from render_manager.gui.models.palette import PaletteModel
from render_manager.gui.models.table import Role
from render_manager.gui.palette import FEWEST_LETTERS, Entry, PaletteSource
from render_manager.gui.views.search_field import SearchField

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

#: Pixels: of the palette, and from the top of the window.
_WIDTH, _HEIGHT, _TOP = 640, 420, 64
_FOR_THE_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QFrame):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setProperty("role", "popup")
        self.setAccessibleName(self.tr("Commands"))
        self._window = window
        self._source = PaletteSource(window)
        self._found: list[RenderTask] = []
        self.words = SearchField(
            "palette_words", self.tr("A command, a task's name or id, a frame's number"), self.tr("Find a command")
        )
        self.words.textChanged.connect(self._typed)
        self.words.asked.connect(self._look_for_tasks)
        self.words.installEventFilter(self)
        self.model = PaletteModel()
        self.model.setParent(self)
        self.list = QListView()
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName(self.tr("What fits"))
        self.list.setProperty("role", "palette")
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.list.clicked.connect(self._run)
        self._none = QLabel(self.tr("Nothing fits."), alignment=Qt.AlignmentFlag.AlignCenter)
        self._none.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.words)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._none, 1)

    def open(self) -> None:
        self._found = []
        self.words.clear()
        self.words.retint()
        self._show_entries()
        window = self._window
        self.resize(min(_WIDTH, window.width() - 40), min(_HEIGHT, window.height() - _TOP - 40))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, _TOP)))
        self.show()
        self.words.setFocus()

    def _typed(self) -> None:
        self._found = []
        self._show_entries()

    def _look_for_tasks(self, typed: str) -> None:
        if len(typed.strip()) < FEWEST_LETTERS or not self.isVisible():
            return
        self._window.background.run(
            lambda: self._source.find_tasks(typed), done=lambda found: self._take(typed, found), owner=self
        )

    def _take(self, typed: str, found: list[RenderTask]) -> None:
        if typed == self.words.text() and self.isVisible():
            self._found = found
            self._show_entries()

    def _show_entries(self) -> None:
        chosen, typed = self._current(), self.words.text()
        commands = self._source.commands(typed)
        entries = [*self._source.frame(typed), *commands]
        at = next((place for place, entry in enumerate(entries) if not entry.enabled), len(entries))
        entries[at:at] = self._source.tasks(typed, self._found)  # what can't be done comes last
        self.model.show(entries)
        self.list.setVisible(bool(entries))
        self._none.setVisible(not entries)
        keys = [entry.key for entry in entries]
        self._select(keys.index(chosen.key) if chosen and self._found and chosen.key in keys else 0)

    def _current(self) -> Entry | None:
        return self.list.currentIndex().data(Role.ROW)

    def _select(self, row: int) -> None:
        self.list.setCurrentIndex(self.model.index(row, 0))

    def _run(self, index: QModelIndex) -> None:
        entry: Entry | None = index.data(Role.ROW)
        if entry and entry.enabled:
            self.hide()
            self._window.activateWindow()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The words have the focus all the time; the keys that move go to the list."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _FOR_THE_LIST:
            self.list.event(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        else:
            return False
        return True
