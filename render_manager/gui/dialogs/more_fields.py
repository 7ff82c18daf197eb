"""The part of the submit form that is folded away: name, archive, project file, the engine's own options."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderSpec
from render_manager.gui.dialogs.engine_options import EngineOptions
from render_manager.gui.dialogs.field import Field


class MoreFields(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._button = QToolButton()
        self._button.setText(self.tr("More options"))
        self._button.setCheckable(True)
        self._button.setObjectName("more")
        self._button.setProperty("flat", True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setArrowType(Qt.ArrowType.RightArrow)
        self._button.toggled.connect(self._unfold)
        self._name = QLineEdit(placeholderText=self.tr("the file's name"))
        self._archive = QComboBox()
        for shown, value in ((self.tr("see for itself"), None), (self.tr("yes"), True), (self.tr("no"), False)):
            self._archive.addItem(shown, value)
        self._project = QLineEdit(placeholderText=self.tr("found by itself"))
        self._options = EngineOptions()
        self._options_title = QLabel()
        self._options_title.setProperty("role", "section")
        body = QWidget()
        form = QFormLayout(body)
        form.setContentsMargins(0, 2, 10, 2)
        form.setVerticalSpacing(4)
        form.setHorizontalSpacing(14)
        Field(self._name, name="name", label=self.tr("Name")).add_to(form)
        Field(self._archive, name="archive", label=self.tr("Archive")).add_to(form)
        where = self.tr("Its path inside the archive, where there are several.")
        Field(self._project, name="project_file", label=self.tr("Project file"), hint=where).add_to(form)
        form.addRow(self._options_title)
        form.addRow(self._options)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(body)
        self._scroll.setMinimumHeight(230)
        self._scroll.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._button)
        layout.addWidget(self._scroll, 1)

    def show_engine(self, engine: Engine) -> None:
        self._options.show_engine(engine)
        self._options_title.setText(self.tr("Options for {0}").format(engine.label))
        self._options_title.setVisible(bool(engine.options))

    def allow_name(self, on: bool) -> None:
        """A name is for one task."""
        self._name.setEnabled(on)

    def complete(self, specs: list[RenderSpec]) -> list[RenderSpec]:
        """The specs with what was filled in here.

        Raises:
            InvalidTask: an option's value does not fit; it is complained about beside it, unfolded.
        """
        try:
            options = self._options.values()
        except Exception:
            self._button.setChecked(True)
            raise
        name = self._name.text().strip() if len(specs) == 1 else ""
        return [
            replace(
                spec,
                name=name or None,
                is_compressed=self._archive.currentData(),
                project_file=self._project.text().strip() or None,
                task_info=options,
            )
            for spec in specs
        ]

    def _unfold(self, on: bool) -> None:
        self._button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self._scroll.setVisible(on)
        self.window().adjustSize()
