"""A form's editor with one line below it that explains or complains."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from render_manager.gui.sentences import say

#: So that the forms of a dialog stand in one line.
LABEL_WIDTH = 96


class Field(QWidget):
    """Keeps the line's room while it is empty, so that a form does not jump under the mouse; ``silent``: there is
    nothing to be said of what this editor holds, and no line."""

    def __init__(
        self,
        editor: QWidget,
        *,
        name: str,
        label: str,
        hint: str = "",
        beside: QWidget | None = None,
        silent: bool = False,
    ) -> None:
        super().__init__()
        self.editor = editor
        editor.setObjectName(name)
        editor.setAccessibleName(label)
        self.label = label
        self._hint = say(hint)
        self._line = QLabel(wordWrap=True)
        self._line.setObjectName(f"{name}_message")
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        font = self._line.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        self._line.setFont(font)
        self._line.setMinimumHeight(self._line.fontMetrics().height() + 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(editor, 1)
        if beside is not None:
            row.addWidget(beside, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(row)
        layout.addWidget(self._line)
        self._line.setVisible(not silent)
        self.say()

    def add_to(self, form: QFormLayout) -> None:
        """Put the field into a form, its label beside the editor's first line."""
        title = QLabel(self.label)
        title.setMinimumWidth(LABEL_WIDTH)
        title.setMargin(5)
        title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        title.setBuddy(self.editor)
        form.addRow(title, self)

    @property
    def message(self) -> str:
        return self._line.text()

    @property
    def wrong(self) -> bool:
        return bool(self.editor.property("wrong"))

    def say(self, hint: str | None = None) -> None:
        """All is well; ``hint`` says what was understood."""
        self._show(self._hint if hint is None else hint, "muted", wrong=False)

    def complain(self, sentence: str) -> None:
        self._show(say(sentence), "error", wrong=True)

    def _show(self, text: str, role: str, wrong: bool) -> None:
        self._line.setText(text)
        for widget, name, value in ((self._line, "role", role), (self.editor, "wrong", wrong)):
            if widget.property(name) != value:
                widget.setProperty(name, value)
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        self.editor.setAccessibleDescription(text)
