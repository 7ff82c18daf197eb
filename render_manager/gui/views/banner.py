"""A line above everything else that says what is out of order and that it is being seen to."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from render_manager.gui import icons, sentences
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark


class Banner(QFrame):
    """Hidden until ``say``; one button asks for another try at once, the other for what is wrong."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "banner")
        self._mark = QLabel()
        self._text = QLabel(wordWrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.check_up = QPushButton(self.tr("Check-up…"))
        self.retry = QPushButton(self.tr("Try now"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 8, 5)
        layout.setSpacing(9)
        layout.addWidget(self._mark)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.check_up)
        layout.addWidget(self.retry)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str) -> None:
        """The sentence may be of the services', in English."""
        self._text.setText(sentences.say(text))
        self.setAccessibleName(self._text.text())
        self.retint()
        self.show()

    def retint(self) -> None:
        colour = tone(Tone.WARNING, is_dark(self.palette()))
        self._mark.setPixmap(icons.pixmap("warning", 18, colour, self.devicePixelRatioF()))
