"""One thing that was looked at: mark and word of its state, what was found, and what to do about it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from render_manager.domain.checkup import Finding
from render_manager.gui import check_up_words, icons
from render_manager.gui.state_style import FINDING_STYLES
from render_manager.gui.theme import is_dark

#: Pixels: of the marks, and of the columns that are below each other in all rows.
MARK, WORD, TITLE, TIME = 14, 92, 190, 60
_BY_MOUSE = Qt.TextInteractionFlag.TextSelectableByMouse
_BY_KEYS = Qt.TextInteractionFlag.TextSelectableByKeyboard


class FindingRow(QFrame):
    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.setObjectName(f"finding_{finding.id}")
        self.setProperty("role", "finding")
        self._style = FINDING_STYLES[finding.state]
        self._mark = QLabel()
        self._mark.setFixedSize(MARK, MARK + 2)
        self._word = QLabel(self._style.text)
        self._word.setFixedWidth(WORD)
        title = QLabel(check_up_words.title(finding), wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        title.setProperty("role", "title" if finding.state.is_problem else "")
        found = _label(check_up_words.rich(finding.found))
        found.setAlignment(Qt.AlignmentFlag.AlignTop)
        found.setProperty("role", "" if finding.state.is_problem else "muted")
        found.setTextInteractionFlags(_BY_MOUSE)
        took = QLabel(check_up_words.took(finding.seconds), alignment=Qt.AlignmentFlag.AlignRight)
        took.setProperty("role", "muted")
        took.setMinimumWidth(TIME)
        layout = QGridLayout(self)
        layout.setContentsMargins(26, 4, 10, 4)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(3)
        layout.setColumnMinimumWidth(2, TITLE)
        layout.setColumnStretch(3, 1)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(self._mark, 0, 0, top)
        layout.addWidget(self._word, 0, 1, top)
        layout.addWidget(title, 0, 2, top)
        layout.addWidget(found, 0, 3)
        layout.addWidget(took, 0, 4, top)
        if finding.advice:
            layout.addLayout(self._advice(), 1, 3, 1, 2)
        words = (self._style.text, check_up_words.title(finding), check_up_words.plain(finding.found))
        self.setAccessibleName(": ".join(words))
        self._retint()

    def _advice(self) -> QHBoxLayout:
        self.advice = advice = _label(check_up_words.rich(self.finding.advice))
        advice.setObjectName("advice")
        advice.setProperty("role", "advice")
        advice.setTextInteractionFlags(_BY_MOUSE | _BY_KEYS)
        advice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        advice.setAccessibleName(self.tr("What to do: {0}").format(check_up_words.plain(self.finding.advice)))
        self.copy_button = QToolButton()
        self.copy_button.setObjectName("copy_advice")
        self.copy_button.setProperty("flat", True)
        alone = len(check_up_words.commands(self.finding.advice)) == 1
        tip = self.tr("Copy the command") if alone else self.tr("Copy what to do")
        self.copy_button.setToolTip(tip)
        self.copy_button.setAccessibleName(f"{tip}: {check_up_words.title(self.finding)}")
        self.copy_button.clicked.connect(self.copy_advice)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(advice, 1)
        line.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        return line

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab goes, in this order."""
        return [self.advice, self.copy_button] if self.finding.advice else []

    def copy_advice(self) -> None:
        """The command where it is one, which is then pasted into a console; else all of it."""
        commands = check_up_words.commands(self.finding.advice)
        copied = commands[0] if len(commands) == 1 else check_up_words.plain(self.finding.advice)
        QGuiApplication.clipboard().setText(copied)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._retint()

    def _retint(self) -> None:
        colour = self._style.colour(is_dark(self.palette()))
        self._mark.setPixmap(icons.pixmap(self._style.mark, MARK, colour, self.devicePixelRatioF()))
        palette = self._word.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self._word.setPalette(palette)
        if self.finding.advice:
            self.copy_button.setIcon(icons.icon("copy"))


def _label(words: str) -> QLabel:
    """Of rich text, as wide as there is room."""
    label = QLabel(words, wordWrap=True, textFormat=Qt.TextFormat.RichText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
