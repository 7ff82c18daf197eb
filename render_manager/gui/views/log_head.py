"""Above a log: whose it is, where it lies, which attempt it is, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from render_manager.domain.audit import Action
from render_manager.gui import icons, text
from render_manager.gui.sentences import say
from render_manager.services.logs import LogAttempt


class ElidedLabel(QLabel):
    """Shows as much as there is room for; the middle of a path goes first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)

    def say(self, words: str) -> None:
        self.whole = words
        self.setToolTip(words)
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideMiddle, self.width() - 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class LogHead(QWidget):
    """Signals: attempt_chosen: its number."""

    attempt_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel()
        self.title.setProperty("role", "title")
        self.place = ElidedLabel()
        self.place.setObjectName("log_place")
        self.place.setProperty("role", "muted")
        self.attempts = QComboBox()
        self.attempts.setObjectName("log_attempts")
        self.attempts.setAccessibleName(self.tr("Attempt"))
        self.attempts.setToolTip(self.tr("Which attempt at the frame the log is of"))
        self.attempts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.attempts.activated.connect(lambda row: self.attempt_chosen.emit(self.attempts.itemData(row)))
        self.errors = QLabel()
        self.errors.setObjectName("log_errors")
        self.errors.setProperty("role", "error")
        self.previous_error = self._button("error-previous", "previous_error", self.tr("Previous error (Shift+E)"))
        self.next_error = self._button("error-next", "next_error", self.tr("Next error (E)"))
        self.find_button = self._button("search", "find", self.tr("Find in log (Ctrl+F)"))
        self.compare = self._button("compare", "compare", self.tr("Compare two attempts side by side"))
        self.wrap = self._button("wrap", "wrap", self.tr("Wrap long lines"), check=True)
        self.follow = self._button("follow", "follow", self.tr("Follow the end of the log (End)"), check=True)
        self.more = self._button("more", "more", self.tr("Copy, save, open"))
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(2)
        upper.addWidget(self.title, 1)
        for part in (self.find_button, self.wrap, self.follow, self.more):
            upper.addWidget(part)
        lower.addWidget(self.place, 1)
        lower.addSpacing(6)
        for part in (self.errors, self.previous_error, self.next_error, self.attempts, self.compare):
            lower.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.setSpacing(0)
        layout.addLayout(upper)
        layout.addLayout(lower)
        self.show_attempts([], 0)
        self.show_errors(0)

    def _button(self, icon: str, name: str, tip: str, *, check: bool = False) -> QToolButton:
        button = QToolButton()
        button.setCheckable(check)
        button.setProperty("icon_name", icon)
        button.setProperty("flat", True)
        button.setObjectName(f"log_{name}")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def retint(self) -> None:
        for button in self.findChildren(QToolButton):
            if name := button.property("icon_name"):
                button.setIcon(icons.icon(name))

    def show_errors(self, count: int) -> None:
        self.errors.setText(self.tr("Errors: {0}").format(text.number(count)) if count else "")
        for part in (self.errors, self.previous_error, self.next_error):
            part.setVisible(count > 0)

    def show_attempts(self, attempts: Sequence[LogAttempt], chosen: int) -> None:
        """Nothing is to be chosen where there is one only."""
        self.attempts.clear()
        for attempt in reversed(attempts):
            self.attempts.addItem(self.tr("Attempt {0}").format(attempt.number), attempt.number)
            row = self.attempts.count() - 1
            self.attempts.setItemData(row, attempt_words(attempt), Qt.ItemDataRole.ToolTipRole)
            if attempt.number == chosen:
                self.attempts.setCurrentIndex(row)
        for part in (self.attempts, self.compare):
            part.setVisible(len(attempts) > 1)


def attempt_words(attempt: LogAttempt) -> str:
    """An attempt in one line: "Attempt 1 failed · gpu03: no light"."""
    translate = QCoreApplication.translate
    ends = {
        Action.COMPLETE: translate("LogHead", "Attempt {0} completed"),
        Action.FAIL: translate("LogHead", "Attempt {0} failed"),
        Action.GIVE_BACK: translate("LogHead", "Attempt {0} was handed back"),
    }
    plain = translate("LogHead", "Attempt {0}")
    words = (ends.get(attempt.outcome, plain) if attempt.outcome else plain).format(text.number(attempt.number))
    if attempt.worker:
        words = f"{words} · {attempt.worker}"
    return f"{words}: {say(attempt.why)}" if attempt.why and attempt.outcome is Action.FAIL else words
