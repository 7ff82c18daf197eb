"""The table of several projects that are submitted together, edited where they stand."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QWidget

from render_manager.gui.delegates.project_cell import ProjectCell
from render_manager.gui.models.projects import Column, Project, ProjectsModel
from render_manager.gui.theme import row_height
from render_manager.gui.views.drop import dropped_paths
from render_manager.gui.views.row_table import RowTable

_WIDTHS: dict[int, int] = {
    Column.PATH: 250,
    Column.NAME: 108,
    Column.ENGINE: 82,
    Column.FRAMES: 104,
    Column.PRIORITY: 64,
}
#: Rows for which room is asked: at least, and at most before it scrolls.
_FEWEST, _MOST = 3, 8


class ProjectTable(RowTable):
    """F2 or typing edits, Del removes, Ctrl+V adds what was copied.

    Signals:
        pasted: paths that were copied elsewhere.
        selected: other rows are selected than before.
    """

    pasted = Signal(list)
    selected = Signal()

    def __init__(self, model: ProjectsModel, parent: QWidget | None = None) -> None:
        super().__init__(model, _WIDTHS, parent)
        self.setObjectName("projects")
        self.setAccessibleName(self.tr("Projects to submit"))
        self._projects = model
        self.setItemDelegate(ProjectCell(model.labels, self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setProperty("role", "framed")
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        model.rowsInserted.connect(self.updateGeometry)
        model.rowsRemoved.connect(self.updateGeometry)
        self.selectionModel().selectionChanged.connect(lambda: self.selected.emit())

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(min(max(len(self._projects.rows), _FEWEST), _MOST)))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height(_FEWEST))

    def _height(self, rows: int) -> int:
        return self.horizontalHeader().sizeHint().height() + rows * row_height() + 2 * self.frameWidth() + 2

    def selected_rows(self) -> list[Project]:
        return [self._projects.rows[index.row()] for index in self.selectionModel().selectedRows()]

    def remove_selected(self) -> None:
        rows = self.selected_rows()
        if not rows or self._projects.locked:
            return
        at = self._projects.rows.index(rows[0])
        self._projects.remove(rows)
        left = self._projects.index(min(at, len(self._projects.rows) - 1), Column.PATH)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(left, flags.ClearAndSelect | flags.Rows)

    def event(self, event: QEvent) -> bool:
        # The window's own Del and Ctrl+V are about its tasks.
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit(dropped_paths(QGuiApplication.clipboard().mimeData()))
        elif event.key() == Qt.Key.Key_Delete and not event.modifiers():
            self.remove_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # submits
        else:
            super().keyPressEvent(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        delete = event.key() == Qt.Key.Key_Delete and not event.modifiers()
        return delete or event.matches(QKeySequence.StandardKey.Paste)
