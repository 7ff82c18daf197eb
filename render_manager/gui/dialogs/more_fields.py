"""The part of the submit form that is folded away: name, archive, project file, the engines' own options."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit

from render_manager.domain.engines import Engine
from render_manager.domain.entities import RenderSpec
from render_manager.domain.errors import InvalidTask
from render_manager.gui.dialogs.engine_options import EngineOptions
from render_manager.gui.dialogs.field import Field
from render_manager.gui.dialogs.fold import Fold
from render_manager.gui.presets import Values


class MoreFields(Fold):
    def __init__(self, engines: Mapping[str, Engine]) -> None:
        super().__init__("more", self.tr("More options"))
        self._engines = engines
        self._name = QLineEdit(placeholderText=self.tr("the file's name"))
        self._archive = QComboBox()
        for shown, value in ((self.tr("detected"), None), (self.tr("yes"), True), (self.tr("no"), False)):
            self._archive.addItem(shown, value)
        self._project = QLineEdit(placeholderText=self.tr("found automatically"))
        self._options = EngineOptions()
        self._options_title = QLabel()
        self._options_title.setProperty("role", "section")
        self._options_title.setMargin(5)
        for line in (self._name, self._project):
            line.setAcceptDrops(False)
        Field(self._name, name="name", label=self.tr("Name"), silent=True).add_to(self.form)
        Field(self._archive, name="archive", label=self.tr("Archive"), silent=True).add_to(self.form)
        where = self.tr("Its path inside the archive, where there are several.")
        Field(self._project, name="project_file", label=self.tr("Project file"), hint=where).add_to(self.form)
        self.form.addRow(self._options_title)
        self.form.addRow(self._options)

    def show_engine(self, engine: Engine) -> None:
        self._options.show_engine(engine)
        self._options_title.setText(self.tr("Options for {0}").format(engine.label))
        self._options_title.setVisible(bool(engine.options))

    def allow_name(self, on: bool) -> None:
        """A name is for one task; of several, the table holds them."""
        self._name.setEnabled(on)

    def values(self, engine: str) -> Values:
        """For a preset."""
        return {"options": self._options.typed(engine)}

    def fill(self, engine: str, values: Values) -> None:
        """From a preset."""
        options = values.get("options")
        self._options.fill(engine, options if isinstance(options, dict) else {})

    def complete(self, specs: Sequence[RenderSpec]) -> list[RenderSpec]:
        """The specs with what was filled in here, each with the options of its own engine.

        Raises:
            InvalidTask: an option's value does not fit; it is complained about beside it, unfolded.
        """
        name = self._name.text().strip() if self._name.isEnabled() else ""
        return [
            replace(
                spec,
                name=spec.name or name or None,
                is_compressed=self._archive.currentData(),
                project_file=self._project.text().strip() or None,
                task_info=self._read(self._engines[spec.engine]),
            )
            for spec in specs
        ]

    def _read(self, engine: Engine) -> dict[str, object]:
        try:
            return self._options.read(engine)
        except InvalidTask:
            self.show_engine(engine)
            self.open()
            raise
