"""A part of a form that is folded away until it is wanted."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

#: Pixels; what is longer is scrolled, so that the dialog still fits a small screen.
HIGHEST = 300


class Fold(QWidget):
    """Signals: unfolded: it was opened by hand or by a complaint in it."""

    unfolded = Signal()

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self._button = QToolButton()
        self._button.setText(title)
        self._button.setCheckable(True)
        self._button.setObjectName(name)
        self._button.setProperty("flat", True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setArrowType(Qt.ArrowType.RightArrow)
        self._button.toggled.connect(self._unfold)
        self._body = QWidget()
        self.form = QFormLayout(self._body)
        self.form.setContentsMargins(0, 2, 0, 2)
        self.form.setVerticalSpacing(4)
        self.form.setHorizontalSpacing(14)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(self._body)
        self._scroll.hide()
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda _, most: self.form.setContentsMargins(0, 2, 8 if most else 0, 2))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._button)
        layout.addWidget(self._scroll, 1)

    def open(self, on: bool = True) -> None:
        self._button.setChecked(on)

    def _unfold(self, on: bool) -> None:
        self._button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        if on:
            self._scroll.setMinimumHeight(min(self._body.sizeHint().height(), HIGHEST))
            self.unfolded.emit()
        self._scroll.setVisible(on)
        self.window().adjustSize()
