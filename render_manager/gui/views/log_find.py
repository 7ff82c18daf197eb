"""The bar to look for a text in a log."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from render_manager.gui import icons
from render_manager.gui.models.log_search import Wanted

#: Milliseconds after the last letter until it is looked for.
PAUSE = 150


class LogFind(QFrame):
    """
    Signals:
        wanted: something else is looked for; None: nothing.
        step: to the next hit (True), or the one before.
        closed: by its user.
    """

    wanted = Signal(object)
    step = Signal(bool)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setObjectName("log_find")
        self.field = QLineEdit(placeholderText=self.tr("Find in log"), clearButtonEnabled=True)
        self.field.setObjectName("log_find_text")
        self.field.setAccessibleName(self.tr("Find in log"))
        self.field.installEventFilter(self)
        self.count = QLabel()
        self.count.setObjectName("log_find_count")
        self.count.setProperty("role", "muted")
        self.case = self._button("match-case", "log_find_case", self.tr("Match upper and lower case"), check=True)
        self.regex = self._button("regex", "log_find_regex", self.tr("Regular expression"), check=True)
        self.previous = self._button("chevron-up", "log_find_previous", self.tr("Previous hit (Shift+Enter)"))
        self.next = self._button("chevron-down", "log_find_next", self.tr("Next hit (Enter)"))
        self.shut = self._button("close", "log_find_close", self.tr("Close the search (Esc)"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.setSpacing(2)
        layout.addWidget(self.field, 1)
        layout.addSpacing(4)
        for part in (self.count, self.case, self.regex, self.previous, self.next, self.shut):
            layout.addWidget(part)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._tell)
        self.field.textChanged.connect(lambda _: self._pause.start())
        for toggle in (self.case, self.regex):
            toggle.toggled.connect(lambda _: self._tell())
        self.previous.clicked.connect(lambda: self.step.emit(False))
        self.next.clicked.connect(lambda: self.step.emit(True))
        self.shut.clicked.connect(self.close_bar)
        self.hide()

    def _button(self, icon: str, name: str, tip: str, *, check: bool = False) -> QToolButton:
        button = QToolButton()
        button.setCheckable(check)
        button.setProperty("icon_name", icon)
        button.setProperty("flat", True)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def retint(self) -> None:
        for button in self.findChildren(QToolButton):
            if name := button.property("icon_name"):
                button.setIcon(icons.icon(name))

    def open_bar(self, text: str = "") -> None:
        """Ask what is looked for; ``text``: what was selected."""
        self.show()
        if text:
            self.field.setText(text)
        self.field.setFocus()
        self.field.selectAll()
        self._tell()

    def close_bar(self) -> None:
        self.hide()
        self.wanted.emit(None)
        self.closed.emit()

    def say(self, words: str, *, wrong: bool = False) -> None:
        self.count.setText(words)
        if bool(self.field.property("wrong")) is not wrong:
            self.field.setProperty("wrong", wrong)
            self.field.style().polish(self.field)

    def _tell(self) -> None:
        self._pause.stop()
        wanted = Wanted(self.field.text(), self.case.isChecked(), self.regex.isChecked())
        self.wanted.emit(wanted if wanted.text and self.isVisible() else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._pause.isActive():
                    self._tell()
                else:
                    self.step.emit(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
        return super().eventFilter(watched, event)
