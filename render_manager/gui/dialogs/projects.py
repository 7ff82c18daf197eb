"""What is submitted: one path on a line, or several in a table."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from render_manager.gui import text
from render_manager.gui.dialogs.field import Field
from render_manager.gui.models.projects import Column, ProjectsModel
from render_manager.gui.views.drop import dropped_paths, paths_in
from render_manager.gui.views.project_table import ProjectTable


class ProjectsField(QWidget):
    """Signals:
    browse_asked: the object store is to be looked through.
    several: the table came (True) or went.
    """

    browse_asked = Signal()
    several = Signal(bool)

    def __init__(self, model: ProjectsModel) -> None:
        super().__init__()
        self._model = model
        self._locked = False
        self._buttons: list[QPushButton] = []
        self.path = _PathEdit()
        self.table = ProjectTable(model)
        forms = self.tr("oss://bucket/shot.zip, an object's URL or key, a file or a folder")
        self.path.setPlaceholderText(forms)
        self.path.several.connect(self.add)
        self.path.textEdited.connect(lambda typed: model.set_path(typed.strip()))
        self.table.pasted.connect(self.add)
        self._field = Field(
            self.path, name="path", label=self.tr("Project"), beside=self._chooser("browse", self.tr("Browse"))
        )
        self._stack = QStackedWidget()
        self._pages = (self._one(), self._many())
        for page in self._pages:
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        model.rowsInserted.connect(self._show)
        model.rowsRemoved.connect(self._show)
        model.judged.connect(self._tell)
        model.edited.connect(self._tell)
        self._show()

    def _one(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        self._field.add_to(form)
        return page

    def _many(self) -> QWidget:
        page = QWidget()
        self._why = QLabel(wordWrap=True)
        self._why.setObjectName("project_problem")
        self._why.setProperty("role", "error")
        self._why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tally = QLabel()
        self._tally.setObjectName("projects_message")
        self._tally.setProperty("role", "muted")
        self._tally.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._level = _plain(QPushButton(self.tr("Apply fields below")))
        self._level.setObjectName("apply_to_all")
        self._level.setToolTip(self.tr("Engine, frames and priority of the selected rows, or of all, as below"))
        self._level.clicked.connect(self._apply)
        self._remove = _plain(QPushButton(self.tr("Remove")))
        self._remove.setObjectName("remove_projects")
        self._remove.setToolTip(self.tr("Take the selected rows out (Del)"))
        self._remove.clicked.connect(self.table.remove_selected)
        self._buttons += [self._level, self._remove]
        self.table.selected.connect(self._tell)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._tally, 1)
        buttons.addWidget(self._level)
        buttons.addWidget(self._remove)
        buttons.addWidget(self._chooser("add_projects", self.tr("Add")))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 2)
        layout.setSpacing(8)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._why)
        layout.addLayout(buttons)
        return page

    def _chooser(self, name: str, words: str) -> QPushButton:
        button = _plain(QPushButton(words))
        button.setObjectName(name)
        menu = QMenu(button)
        menu.addAction(self.tr("Files…"), self._pick_files)
        menu.addAction(self.tr("Folder…"), self._pick_folder)
        menu.addAction(self.tr("OSS browser"), self.browse_asked.emit)
        button.setMenu(menu)
        self._buttons.append(button)
        return button

    def add(self, paths: Sequence[str]) -> None:
        self._model.add(paths)

    @property
    def is_several(self) -> bool:
        return self._stack.currentIndex() == 1

    def focus(self) -> None:
        (self.table if self.is_several else self.path).setFocus()

    def lock(self, on: bool) -> None:
        """While rows are submitted; the table can still be read."""
        self._locked = on
        self._field.setEnabled(not on)
        for button in self._buttons:
            button.setEnabled(not on)

    # -- one or many ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        several = len(self._model.rows) > 1
        changed = several != self.is_several
        focused = self.path.hasFocus() or self.table.hasFocus()
        self._stack.setCurrentIndex(int(several))
        # The page in view decides how high this is.
        for page in self._pages:
            shown = page is self._stack.currentWidget()
            policy = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        if not several:
            path = self._model.rows[0].path if self._model.rows else ""
            if path != self.path.text().strip():
                self.path.setText(path)
        elif not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        if changed:
            if focused:
                self.focus()
            self.several.emit(several)
        self._tell()

    def _tell(self) -> None:
        rows = self._model.rows
        if not self.is_several:
            row = rows[0] if rows else None
            if row and row.problem:
                self._field.complain(row.problem)
            else:
                self._field.say(str(self._model.index(0, Column.STATE).data()) if row else "")
            return
        bad = sum(bool(row.problem) for row in rows)
        frames = sum(row.count or 0 for row in rows if not row.problem)
        words = [self.tr("{0} projects").format(text.number(len(rows)))]
        words += [self.tr("{0} frames in all").format(text.number(frames))] if frames else []
        words += [self.tr("{0} with a problem").format(text.number(bad))] if bad else []
        self._tally.setText("  ·  ".join(words))
        chosen = self.table.selected_rows()
        self._why.setText(chosen[0].problem if len(chosen) == 1 else "")
        self._why.setVisible(bool(self._why.text()))
        self._remove.setEnabled(not self._locked and bool(chosen))

    def _apply(self) -> None:
        chosen = self.table.selected_rows()
        self._model.level(chosen if len(chosen) > 1 else self._model.rows)

    # -- files ---------------------------------------------------------------------------------------------------

    def _pick_files(self) -> None:
        self._pick(self.tr("Projects to submit"), QFileDialog.FileMode.ExistingFiles)

    def _pick_folder(self) -> None:
        self._pick(self.tr("Folder of a project"), QFileDialog.FileMode.Directory)

    def _pick(self, title: str, mode: QFileDialog.FileMode) -> None:
        picker = QFileDialog(self, title)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.setFileMode(mode)
        picker.filesSelected.connect(self.add)
        picker.open()


class _PathEdit(QLineEdit):
    """A line for one path. Signals: several: more than one was pasted, or a file."""

    several = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(False)  # the form takes them, whatever of it is below the mouse
        self.textChanged.connect(self._split)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        if event.matches(QKeySequence.StandardKey.Paste) and (mime.hasUrls() or len(dropped_paths(mime)) > 1):
            self.several.emit(dropped_paths(mime))
            return
        super().keyPressEvent(event)

    def _split(self, typed: str) -> None:
        """Pasted by the mouse, say."""
        paths = paths_in(typed)
        if len(paths) > 1:
            self.blockSignals(True)
            self.setText(paths[0])
            self.blockSignals(False)
            self.several.emit(paths)


def _plain(button: QPushButton) -> QPushButton:
    button.setAutoDefault(False)  # Return submits
    return button
