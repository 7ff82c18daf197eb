"""The options an engine understands, as a form made from its own declaration."""

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.errors import InvalidTask
from render_manager.gui.dialogs.field import Field


class EngineOptions(QWidget):
    """An option left alone is not sent: the engine's own default holds."""

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(4)
        self._form.setHorizontalSpacing(14)
        self._fields: dict[str, Field] = {}
        self._engine: Engine | None = None

    def show_engine(self, engine: Engine) -> None:
        if engine is self._engine:
            return
        self._engine = engine
        self._fields = {}
        while self._form.rowCount():
            self._form.removeRow(0)
        for option in engine.options:
            field = Field(self._editor(option), name=f"option_{option.name}", label=option.name, hint=option.help)
            self._fields[option.name] = field
            field.add_to(self._form)

    def values(self) -> dict[str, object]:
        """What was filled in, in its type; what can't be read is complained about beside it.

        Raises:
            InvalidTask: a value does not fit.
        """
        values: dict[str, object] = {}
        wrong: InvalidTask | None = None
        for option in self._engine.options if self._engine else ():
            field = self._fields[option.name]
            field.say()
            text = _text(field.editor)
            if not text:
                continue
            try:
                values[option.name] = option.read(text)
            except InvalidTask as error:
                field.complain(str(error))
                wrong = error
        if wrong:
            raise wrong
        return values

    def _editor(self, option: EngineOption) -> QWidget:
        choices = {self.tr("yes"): "true", self.tr("no"): "false"} if option.kind is bool else {}
        choices = choices or {choice: choice for choice in option.choices}
        if not choices:
            return QLineEdit(placeholderText=self.tr("default"))
        box = QComboBox()
        box.addItem(self.tr("default"), "")
        for shown, value in choices.items():
            box.addItem(shown, value)
        return box


def _text(editor: QWidget) -> str:
    if isinstance(editor, QComboBox):
        return str(editor.currentData())
    assert isinstance(editor, QLineEdit)
    return editor.text().strip()
