"""The logs of two attempts at a frame side by side: scrolled together, with marks where they differ."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.entities import RenderFrame
from render_manager.gui import icons, text
from render_manager.gui.background import Background
from render_manager.gui.models.log_compared import ComparedLines
from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.views.log_head import attempt_words
from render_manager.gui.views.log_selection import Place
from render_manager.gui.views.log_text import LogText
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_compare import LINES, Compared, compare_ends
from render_manager.services.logs import LogAttempt, Logs


class LogCompare(QDialog):
    """Args: attempts: the two that are compared at first."""

    def __init__(
        self,
        logs: Logs,
        background: Background,
        frame: RenderFrame,
        attempts: tuple[int, int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("log_compare")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Attempts at frame {0}").format(frame.frame_number))
        self._logs = logs
        self._background = background
        self._frame = frame
        self._asked: tuple[int, int] = attempts
        self._different: list[int] = []
        self.choices = (QComboBox(), QComboBox())
        self.sides = (LogText(), LogText())
        self.summary = QLabel()
        self.summary.setObjectName("log_compare_summary")
        self.summary.setProperty("role", "muted")
        self.previous = self._button("chevron-up", self.tr("Previous difference (Shift+F8)"), "Shift+F8", forward=False)
        self.next = self._button("chevron-down", self.tr("Next difference (F8)"), "F8", forward=True)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 8, 8)
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.previous)
        bar.addWidget(self.next)
        panes = QSplitter(Qt.Orientation.Horizontal)
        panes.setHandleWidth(1)
        panes.setChildrenCollapsible(False)
        for choice, side in zip(self.choices, self.sides, strict=True):
            panes.addWidget(self._pane(choice, side))
        panes.setSizes([500, 500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(panes, 1)
        self.resize(1100, 640)
        self._connect()
        self.sides[0].setFocus()
        self._read_attempts()
        self._read()

    def _button(self, icon: str, tip: str, key: str, *, forward: bool) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setProperty("flat", True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: self.go_to_difference(forward=forward))
        QShortcut(QKeySequence(key), self, lambda: self.go_to_difference(forward=forward))
        return button

    def _pane(self, choice: QComboBox, side: LogText) -> QWidget:
        pane = QWidget()
        choice.setAccessibleName(self.tr("Attempt"))
        choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        side.setAccessibleName(self.tr("Log of the attempt"))
        around = QHBoxLayout()
        around.setContentsMargins(8, 0, 8, 8)
        around.addWidget(choice)
        layout = QVBoxLayout(pane)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(around)
        layout.addWidget(side, 1)
        return pane

    def _connect(self) -> None:
        for place, (choice, side, other) in enumerate(zip(self.choices, self.sides, self.sides[::-1], strict=True)):
            choice.activated.connect(lambda _, place=place: self._choose(place))
            for bar, twin in (
                (side.verticalScrollBar(), other.verticalScrollBar()),
                (side.horizontalScrollBar(), other.horizontalScrollBar()),
            ):
                bar.valueChanged.connect(twin.setValue)
            side.copied.connect(lambda first, last, side=side: self._copy(side, first, last))

    # -- reading -------------------------------------------------------------------------------------------------

    def _read_attempts(self) -> None:
        plain = [LogAttempt(number) for number in range(1, self._frame.attempt + 1)]
        self._fill(plain)
        self._background.run(
            lambda: self._logs.attempts(self._frame), done=self._fill, failed=lambda _: None, owner=self
        )

    def _fill(self, attempts: Sequence[LogAttempt]) -> None:
        for choice, number in zip(self.choices, self._asked, strict=True):
            choice.clear()
            for attempt in attempts:
                choice.addItem(attempt_words(attempt), attempt.number)
            choice.setCurrentIndex(choice.findData(number))

    def _choose(self, place: int) -> None:
        asked = list(self._asked)
        asked[place] = self.choices[place].currentData()
        self._asked = (asked[0], asked[1])
        self._read()

    def _read(self) -> None:
        asked = self._asked
        self.summary.setText(self.tr("Reading…"))

        def work() -> Compared:
            left, right = (LogBytes(self._logs.find(self._frame, number)) for number in asked)
            return compare_ends(left, right)

        self._background.run(
            work,
            done=lambda compared: self._show(asked, compared),
            failed=lambda error: self._fail(asked, error),
            owner=self,
        )

    def _fail(self, asked: tuple[int, int], error: Exception) -> None:
        if asked == self._asked:
            self._different = []
            self.summary.setText("")
            for side in self.sides:
                side.show_lines(LogLines(parent=side))
                side.say(str(error))

    def _show(self, asked: tuple[int, int], compared: Compared) -> None:
        if asked != self._asked:
            return
        self._different = compared.different
        different = frozenset(compared.different)
        for side, lines in zip(self.sides, (compared.left, compared.right), strict=True):
            side.show_lines(ComparedLines(lines, different))
            side.say(self.tr("The log is empty."))
        words = self.tr("Lines that differ: {0}; times and addresses are not compared.").format(
            text.number(len(different))
        )
        if compared.cut:
            words += " " + self.tr("Only the last {0} lines are compared.").format(text.number(LINES))
        self.summary.setText(words if different else self.tr("Both say the same, but for times and addresses."))
        if different:
            self.go_to_difference(forward=True)

    # -- using it ------------------------------------------------------------------------------------------------

    def go_to_difference(self, *, forward: bool) -> None:
        """To the next lines that differ; those that follow each other count as one."""
        known = set(self._different)
        begins = [row for row in self._different if row - 1 not in known]
        if not begins:
            return
        side = self.sides[0]
        at = side.current if side.has_cursor else -1
        found = bisect_right(begins, at) if forward else bisect_left(begins, at) - 1
        row = begins[found % len(begins)]
        for one in self.sides:
            one.reveal(row)

    def _copy(self, side: LogText, first: Place, last: Place) -> None:
        lines = side.lines
        if isinstance(lines, ComparedLines):
            taken = lines.text_between((first.line, first.column), (last.line, last.column))
            QGuiApplication.clipboard().setText(taken)
