"""What was found of one group: a line that sums it up, and the findings below it where it is unfolded."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from render_manager.domain.checkup import Checkup, Finding, FindingState, Group
from render_manager.gui import check_up_words, icons
from render_manager.gui.state_style import FINDING_STYLES
from render_manager.gui.theme import is_dark
from render_manager.gui.views.finding_row import MARK, FindingRow

_RANK = {state: rank for rank, state in enumerate(check_up_words.WORST_FIRST)}
#: What is no problem keeps its order among all that is none.
_FINE = _RANK[FindingState.NOTE]
#: Pixels: the sums stand below each other.
_TITLES = 132


def rank(state: FindingState) -> int:
    """The failed first, then warnings, then all that needs nobody."""
    return min(_RANK[state], _FINE)


class _Head(QToolButton):
    """Signals: step: to the group before (-1) or after (1)."""

    step = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Left:
                self.setChecked(event.key() == Qt.Key.Key_Right)
            case Qt.Key.Key_Down:
                self.step.emit(1)
            case Qt.Key.Key_Up:
                self.step.emit(-1)
            case _:
                super().keyPressEvent(event)


class FindingGroup(QFrame):
    """Unfolds by itself for the first problem; folded, it makes no rows.

    Signals:
    step: the keyboard goes to the group before (-1) or after (1).
    unfolded: it was unfolded or folded.
    """

    step = Signal(int)
    unfolded = Signal()

    def __init__(self, group: Group, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.group = group
        self.setObjectName(f"group_{group}")
        self.setProperty("role", "finding_group")
        self._title = check_up_words.group_title(group)
        self._findings: dict[str, Finding] = {}
        self._rows: dict[str, FindingRow] = {}
        self._problems_only = False
        self.head = _Head()
        self.head.setText(self._title)
        self.head.setObjectName(f"head_{group}")
        self.head.setProperty("flat", True)
        self.head.setProperty("role", "section_head")
        self.head.setCheckable(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setArrowType(Qt.ArrowType.RightArrow)
        self.head.toggled.connect(self._unfold)
        self.head.step.connect(self.step)
        self._mark = QLabel()
        self._sums = QLabel()
        self._sums.setObjectName("sums")
        self._sums.setProperty("role", "muted")
        line = QGridLayout()
        line.setContentsMargins(4, 2, 10, 2)
        line.setHorizontalSpacing(8)
        line.setColumnMinimumWidth(0, _TITLES)
        line.setColumnStretch(2, 1)
        line.addWidget(self.head, 0, 0, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(self._mark, 0, 1)
        line.addWidget(self._sums, 0, 2)
        self._body = QWidget()
        self._list = QVBoxLayout(self._body)
        self._list.setContentsMargins(0, 0, 0, 6)
        self._list.setSpacing(0)
        self._body.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self._body)

    @property
    def worst(self) -> FindingState:
        return Checkup(list(self._findings.values())).worst

    @property
    def rows(self) -> list[FindingRow]:
        """Those that are shown, from above."""
        order = sorted(self._rows.values(), key=self._list.indexOf)
        return [row for row in order if not row.isHidden()]

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab goes, in this order."""
        return [self.head, *(stop for row in self.rows for stop in row.stops)]

    def add(self, finding: Finding) -> None:
        """One of the same id is replaced."""
        had_problem = self.worst.is_problem
        self._findings[finding.id] = finding
        if old := self._rows.pop(finding.id, None):
            self._list.removeWidget(old)
            old.deleteLater()
        if self.head.isChecked():
            self._make_rows()
        elif finding.state.is_problem and not had_problem:
            self.head.setChecked(True)
        self._sum_up()

    def show_problems_only(self, on: bool) -> None:
        self._problems_only = on
        for row in self._rows.values():
            row.setHidden(on and not row.finding.state.is_problem)

    def _unfold(self, on: bool) -> None:
        self.head.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        if on:
            self._make_rows()
        self._body.setVisible(on)
        self.unfolded.emit()

    def _make_rows(self) -> None:
        """Those that are not there yet, each where it belongs."""
        order = sorted(self._findings.values(), key=lambda finding: rank(finding.state))
        for place, finding in enumerate(order):
            if finding.id not in self._rows:
                row = self._rows[finding.id] = FindingRow(finding, self._body)
                row.setHidden(self._problems_only and not finding.state.is_problem)
                self._list.insertWidget(place, row)

    def _sum_up(self) -> None:
        words = check_up_words.sums(self._findings.values())
        self._sums.setText(words)
        self.head.setAccessibleName(f"{self._title}: {words}")
        self._retint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._findings:
            self._retint()

    def _retint(self) -> None:
        style = FINDING_STYLES[self.worst]
        colour = style.colour(is_dark(self.palette()))
        self._mark.setPixmap(icons.pixmap(style.mark, MARK, colour, self.devicePixelRatioF()))
