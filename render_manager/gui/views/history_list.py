"""The record of one thing, kept up to date while it is in view; read off the Qt thread."""

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from render_manager.domain.audit import AuditEntry
from render_manager.gui import history_words
from render_manager.gui.background import Background
from render_manager.gui.delegates.history_entry import HistoryDelegate
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.models.history import HistoryModel

#: Entries read at first, and each time somebody scrolls down to the end of them.
PAGE = 200
#: Milliseconds between two readings: a task in work changes all the time.
REST = 400


class HistoryList(QListView):
    """Args: name: what a screen reader calls it."""

    def __init__(self, background: Background, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("role", "history")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.entries = HistoryModel(self)
        self.setModel(self.entries)
        self.setItemDelegate(HistoryDelegate(self))
        self.entries.more_wanted.connect(self._read_older)
        self._background = background
        self._subject: Hashable = object()  #: nothing was asked for yet, not even nothing
        self._read: Callable[[int], Sequence[AuditEntry]] | None = None
        self._keep: Callable[[AuditEntry], bool] = lambda entry: True
        self._known: list[AuditEntry] = []
        self._depth = PAGE
        self._hint = ""
        self._due = False  #: something changed since it was read
        self._busy = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._read_if_due)
        copy = QAction(self.tr("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._popup)

    def show_of(
        self,
        subject: Hashable,
        read: Callable[[int], Sequence[AuditEntry]] | None,
        *,
        keep: Callable[[AuditEntry], bool] = lambda entry: True,
        depth: int = PAGE,
        hint: str = "",
    ) -> None:
        """Show the record of something else.

        Args:
            read: gives so many of its newest entries; called in a thread. None: there is nothing to show.
            keep: which of them are shown.
            depth: how many are read at first.
            hint: what is said while there is nothing to show.
        """
        if subject == self._subject:
            return
        self._subject, self._read, self._keep, self._depth = subject, read, keep, depth
        self._known, self._hint = [], hint if read is None else self.tr("Reading…")
        self.entries.more = False
        self.entries.show([])
        self.viewport().update()
        self._due = read is not None
        self._read_if_due()

    def refresh(self) -> None:
        """Something may have been added."""
        self._due = self._read is not None
        if not self._rest.isActive():
            self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read_if_due()

    # -- reading -------------------------------------------------------------------------------------------------

    def _read_if_due(self) -> None:
        if self._due and self.isVisible() and not self._busy:
            self._due = False
            # What is known stays true: only what came on top of it is read again.
            self._start(PAGE if self._known else self._depth)

    def _read_older(self) -> None:
        self._depth += 5 * PAGE
        self._known = []  # the whole of it is read anew
        self._due = True
        self._read_if_due()

    def _start(self, limit: int) -> None:
        if (read := self._read) is None:
            return
        self._busy = True
        subject = self._subject
        self._background.run(
            lambda: read(limit),
            done=lambda found: self._take(subject, limit, found),
            failed=lambda error: self._fail(subject, error),
            owner=self,
        )

    def _take(self, subject: Hashable, limit: int, found: Sequence[AuditEntry]) -> None:
        self._busy = False
        if subject == self._subject:
            if self._known and self._known[0] in found:
                self._known[:0] = found[: found.index(self._known[0])]
                self._show()
            elif self._known and limit < self._depth:  # more was added than was read: the whole of it is read anew
                self._known, self._due = [], True
            else:
                self._known = list(found)
                self.entries.more = len(found) >= limit
                self._show()
        self._read_if_due()

    def _show(self) -> None:
        self._hint = self.tr("Nothing is on record.")
        self.entries.show([entry for entry in self._known if self._keep(entry)])
        self.viewport().update()

    def _fail(self, subject: Hashable, error: Exception) -> None:
        """What is shown stays; the next change is read again."""
        self._busy = False
        if subject == self._subject:
            self._hint = explain(error)[0]
            self.viewport().update()
        self._read_if_due()

    # -- looks ---------------------------------------------------------------------------------------------------

    @property
    def hint(self) -> str:
        """What is said where there is nothing to show."""
        return "" if self.entries.entries else self._hint

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hint:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(16, 12, -16, -12), flags, self.hint)
            painter.end()

    def copy(self) -> None:
        """The selected entries, in full, onto the clipboard."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        if chosen:
            texts = (history_words.in_full(self.entries.entries[row]) for row in chosen)
            QGuiApplication.clipboard().setText("\n\n".join(texts))

    def _popup(self, point: QPoint) -> None:
        if self.selectionModel().hasSelection():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(self.actions())
            menu.popup(self.viewport().mapToGlobal(point))
