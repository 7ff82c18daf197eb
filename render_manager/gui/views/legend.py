"""Which colour and mark means what in the frame grid, and how many there are of each; a click selects all of them."""

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from render_manager.domain.states import FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.models.frame_numbers import CODES
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import is_dark

_MARK = 11


class Legend(QWidget):
    """Shows the states that occur, without words or numbers where there is no room for them.

    Signals:
        chosen: all frames in this FrameStatus are to be selected.
    """

    chosen = Signal(object)

    def __init__(self, model: FrameModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._model = model
        self._counts = dict.fromkeys(CODES, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._chips = {status: self._chip(status) for status in CODES}
        for chip in self._chips.values():
            layout.addWidget(chip)
        layout.addStretch(1)
        # Frames arrive in portions; they are counted once for all of them.
        self._soon = QTimer(self, singleShot=True, interval=50)
        self._soon.timeout.connect(self.count)
        model.dataChanged.connect(lambda: self._soon.start())
        model.modelReset.connect(lambda: self._soon.start())
        self.retint()
        self.count()

    def _chip(self, status: FrameStatus) -> QToolButton:
        chip = QToolButton()
        chip.setObjectName(f"legend_{status}")
        chip.setProperty("flat", True)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setIconSize(QSize(_MARK, _MARK))
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.clicked.connect(partial(self.chosen.emit, status))
        return chip

    def retint(self) -> None:
        dark = is_dark(self.palette())
        for status, chip in self._chips.items():
            style = FRAME_STYLES[status]
            chip.setIcon(icons.icon(style.mark, style.colour(dark)))

    def count(self) -> None:
        """Say how many there are of each."""
        for status, chip in self._chips.items():
            self._counts[status] = count = self._model.states.count(CODES[status])
            word, said = FRAME_STYLES[status].text, text.number(count)
            chip.setVisible(bool(count))
            chip.setToolTip(self.tr("{0}: {1}. Click to select them.").format(word, said))
            chip.setAccessibleName(f"{word}: {said}")
        self.setAccessibleName(", ".join(chip.accessibleName() for chip in self._shown()))
        self._fit()

    def _shown(self) -> list[QToolButton]:
        return [chip for chip in self._chips.values() if not chip.isHidden()]

    def _fit(self) -> None:
        """With words if there is room for them; mark and number say it, too."""
        for form in (self._in_words, self._in_numbers, self._in_short, self._in_marks):
            for status, chip in self._chips.items():
                chip.setText(form(status))
            if sum(chip.sizeHint().width() for chip in self._shown()) <= self.width():
                return

    def _in_words(self, status: FrameStatus) -> str:
        return f"{FRAME_STYLES[status].text} {text.number(self._counts[status])}"

    def _in_numbers(self, status: FrameStatus) -> str:
        return text.number(self._counts[status])

    def _in_short(self, status: FrameStatus) -> str:
        """``418k``; what is rare is told exactly."""
        count = self._counts[status]
        return text.number(count) if count < 10_000 else self.tr("{0}k").format(text.number(count // 1000))

    def _in_marks(self, _status: FrameStatus) -> str:
        """A number that is cut off would tell another one; the tip has it."""
        return ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
