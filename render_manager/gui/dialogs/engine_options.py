"""The options an engine understands, as a form made from its own declaration."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QWidget

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.errors import InvalidTask
from render_manager.gui.dialogs.field import Field
from render_manager.gui.sentences import say


class EngineOptions(QWidget):
    """What was typed is kept for each engine while another one is shown. An option left alone is not sent: the
    engine's own default holds."""

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(4)
        self._form.setHorizontalSpacing(14)
        self._fields: dict[str, Field] = {}
        self._typed: dict[str, dict[str, str]] = {}  #: by engine and option
        self._engine: Engine | None = None

    def show_engine(self, engine: Engine) -> None:
        if engine is self._engine:
            return
        self._keep()
        self._engine = engine
        self._fields = {}
        while self._form.rowCount():
            self._form.removeRow(0)
        for option in engine.options:
            field = Field(
                self._editor(option),
                name=f"option_{option.name}",
                label=option.name.replace("_", " ").capitalize(),
                hint=_hint(option),
                beside=_unit(option),
            )
            self._fields[option.name] = field
            field.add_to(self._form)
        self._show(self._typed.get(engine.name, {}))

    def typed(self, engine: str) -> dict[str, str]:
        """What was filled in for the engine, as it was."""
        self._keep()
        return {name: words for name, words in self._typed.get(engine, {}).items() if words}

    def fill(self, engine: str, typed: Mapping[str, object]) -> None:
        """Fill the engine's form in anew; what it does not know any more is left out."""
        self._typed[engine] = {name: str(words) for name, words in typed.items()}
        if self._engine and self._engine.name == engine:
            self._show(self._typed[engine])

    def read(self, engine: Engine) -> dict[str, object]:
        """What was filled in for the engine, in its type. What does not fit is complained about beside it.

        Raises:
            InvalidTask: a value does not fit.
        """
        known = {option.name: option for option in engine.options}
        return {name: known[name].read(words) for name, words in self.typed(engine.name).items() if name in known}

    # -- fields --------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        if self._engine:
            self._typed[self._engine.name] = {name: _text(field.editor) for name, field in self._fields.items()}

    def _show(self, typed: Mapping[str, str]) -> None:
        for name, field in self._fields.items():
            words, editor = typed.get(name, ""), field.editor
            if isinstance(editor, QComboBox):
                editor.setCurrentIndex(max(editor.findData(words), 0))
            elif isinstance(editor, QLineEdit):
                editor.setText(words)

    def _editor(self, option: EngineOption) -> QWidget:
        choices = {self.tr("yes"): "true", self.tr("no"): "false"} if option.kind is bool else {}
        choices = choices or {choice: choice for choice in option.choices}
        if not choices:
            line = QLineEdit(placeholderText=say(option.default) or self.tr("default"))
            line.setAcceptDrops(False)
            line.textChanged.connect(lambda words: self._check(option, words.strip()))
            return line
        box = QComboBox()
        default = {"yes": self.tr("yes"), "no": self.tr("no")}.get(option.default) or say(option.default)
        box.addItem(self.tr("default: {0}").format(default) if default else self.tr("default"), "")
        for shown, value in choices.items():
            box.addItem(shown, value)
        return box

    def _check(self, option: EngineOption, words: str) -> None:
        field = self._fields[option.name]
        try:
            if words:
                option.read(words)
            field.say()
        except InvalidTask as error:
            field.complain(str(error))


def _hint(option: EngineOption) -> str:
    words = say(option.help)
    words = words[:1].upper() + words[1:]
    if not option.bounds:
        return words
    bounds = option.bounds.removesuffix(option.unit) + say(option.unit)
    return QCoreApplication.translate("EngineOptions", "{0} ({1})").format(words, bounds)


def _unit(option: EngineOption) -> QWidget | None:
    if not option.unit:
        return None
    label = QLabel(say(option.unit))
    label.setProperty("role", "muted")
    label.setMargin(5)
    label.setMinimumWidth(44)
    return label


def _text(editor: QWidget) -> str:
    if isinstance(editor, QComboBox):
        return str(editor.currentData())
    assert isinstance(editor, QLineEdit)
    return editor.text().strip()
