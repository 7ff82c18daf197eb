"""The check-up: how all is, in a line; what was found, problems first; what can be done with it."""

from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.checkup import Finding, FindingState, Group
from render_manager.gui import check_up_words, icons
from render_manager.gui.background import Background
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.examination import Examination
from render_manager.gui.state_style import FINDING_STYLES
from render_manager.gui.theme import is_dark
from render_manager.gui.views.check_up_bar import CheckUpBar
from render_manager.gui.views.finding_group import FindingGroup, rank
from render_manager.services.ports import Doctor

#: Milliseconds between two updates of how long ago it was.
_AGING = 1000
_MARK = 20


class CheckUpPage(QWidget):
    """Examines when told to, stops when it is hidden, a test frame as well."""

    def __init__(self, doctor: Doctor, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("check_up_page")
        self.examination = Examination(doctor, background, self)
        self._groups: dict[Group, FindingGroup] = {}
        self.groups: list[FindingGroup] = []  #: from above
        self._mark = QLabel()
        self._mark.setFixedSize(_MARK, _MARK)
        self.summary = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.summary.setObjectName("check_up_summary")
        self.summary.setProperty("role", "headline")
        self.when = QLabel()
        self.when.setProperty("role", "muted")
        self.problems_only = QCheckBox(self.tr("Problems only"))
        self.problems_only.setObjectName("problems_only")
        self.problems_only.toggled.connect(lambda _: self._arrange())
        self.again = QPushButton()
        self.again.setObjectName("examine_again")
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self._begin_or_stop)
        self.again.setToolTip(QKeySequence(QKeySequence.StandardKey.Refresh).toString())
        self._progress = QProgressBar(textVisible=False, maximum=len(Group))
        self._progress.setObjectName("check_up_progress")
        self._progress.setAccessibleName(self.tr("How far the check-up is"))
        self._progress.setFixedHeight(4)
        self._keep_room(self._progress)
        self._hint = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._hint.setObjectName("check_up_hint")
        self._hint.setProperty("role", "muted")
        self._hint.setContentsMargins(20, 40, 20, 40)
        self.bar = CheckUpBar(self.examination, doctor, background)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head())
        layout.addWidget(self._progress)
        layout.addWidget(self._findings(), 1)
        layout.addWidget(self.bar)
        self.examination.began.connect(self._clear)
        self.examination.found.connect(self._add)
        self.examination.rendered.connect(self._go_to)
        self.examination.changed.connect(self._show_state)
        self._aging = QTimer(self, interval=_AGING)
        self._aging.timeout.connect(self._show_sums)
        self._show_state()

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(16, 12, 12, 10)
        line.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.summary)
        words.addWidget(self.when)
        line.addWidget(self._mark)
        line.addLayout(words, 1)
        line.addWidget(self.problems_only)
        line.addWidget(self.again)
        return line

    def _findings(self) -> QScrollArea:
        inside = QFrame()
        inside.setProperty("role", "panel")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(4, 4, 4, 4)
        self._list.setSpacing(0)
        self._list.addWidget(self._hint)
        self._list.addStretch(1)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setObjectName("findings")
        self.area.setAccessibleName(self.tr("What was found"))
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
        self.area.setWidget(inside)
        return self.area

    @staticmethod
    def _keep_room(part: QWidget) -> None:
        policy = part.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        part.setSizePolicy(policy)

    # -- examining -----------------------------------------------------------------------------------------------

    def examine(self) -> None:
        self.examination.begin()
        self._aging.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._aging.stop()
            self.stop()

    def stop(self) -> None:
        """Must be called before the page goes."""
        if self.examination.running:
            self.examination.stop()
        self.examination.stop_trial_frame()

    def _begin_or_stop(self) -> None:
        if self.examination.running and not self.examination.stopping:
            self.examination.stop()
        else:
            self.examine()

    # -- what is found -------------------------------------------------------------------------------------------

    def _clear(self) -> None:
        for group in self._groups.values():
            group.hide()
            group.deleteLater()
        self._groups.clear()
        self.groups.clear()
        self._progress.setValue(0)

    def _add(self, finding: Finding) -> None:
        group = self._groups.get(finding.group)
        if group is None:
            group = self._groups[finding.group] = FindingGroup(finding.group, self.area.widget())
            group.step.connect(lambda by, group=group: self._step(group, by))
            group.unfolded.connect(self._order_stops)
        group.add(finding)
        self._progress.setValue(list(Group).index(finding.group))
        self._arrange()
        self._show_state()

    def _arrange(self) -> None:
        """Groups with problems above the others, each in the order of a report."""
        only = self.problems_only.isChecked()
        order = list(Group)
        self.groups = sorted(self._groups.values(), key=lambda each: (rank(each.worst), order.index(each.group)))
        for place, group in enumerate(self.groups):
            if self._list.indexOf(group) != place:
                self._list.insertWidget(place, group)
            group.show_problems_only(only)
            group.setVisible(not only or group.worst.is_problem)
        self._show_hint()
        self._order_stops()

    def _order_stops(self) -> None:
        """Tab goes from above to below, in whatever order things came."""
        ends = (self.bar.render_button, self.bar.stop_button)
        stops = [self.again, *(stop for group in self.groups for stop in group.stops), *ends]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _go_to(self, finding: Finding) -> None:
        group = self._groups[finding.group]
        group.head.setChecked(True)
        QTimer.singleShot(0, group, lambda: self.area.ensureWidgetVisible(group))  # once it has its size

    def _step(self, group: FindingGroup, by: int) -> None:
        shown = [each for each in self.groups if not each.isHidden()]
        wanted = shown[max(0, min(shown.index(group) + by, len(shown) - 1))]
        wanted.head.setFocus(Qt.FocusReason.TabFocusReason)
        self.area.ensureWidgetVisible(wanted.head)

    # -- saying --------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        examination = self.examination
        going = examination.running and not examination.stopping
        self.again.setText(self.tr("Stop") if going else self.tr("Examine again"))
        self._progress.setVisible(examination.running)
        self._show_sums()
        self._show_hint()
        self._retint()

    def _show_sums(self) -> None:
        examination, findings = self.examination, self.examination.checkup.findings
        verdict, others = check_up_words.verdict(findings)
        when = check_up_words.ago(examination.ended_at) if examination.ended_at else ""
        if examination.running:
            verdict = self.tr("Stopping…") if examination.stopping else self.tr("Examining…")
        elif examination.problem:
            verdict = explain(examination.problem)[0]
        elif examination.stopped:
            verdict = self.tr("Stopped before its end")
        if examination.running or examination.problem or examination.stopped:
            others = check_up_words.sums(findings)
        self.summary.setText(verdict)
        self.when.setText(self.tr("{0}, {1}").format(others, when) if others and when else others or when)

    def _show_hint(self) -> None:
        """Where there would be nothing to see."""
        shown = any(not group.isHidden() for group in self._groups.values())
        if self.examination.running:
            self._hint.setText(self.tr("No problems so far.") if self._groups else "")
        else:
            self._hint.setText(self.tr("There are no problems.") if self._groups else "")
        self._hint.setVisible(not shown)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._retint()

    def _retint(self) -> None:
        examination = self.examination
        worst = FindingState.FAILED if examination.problem else examination.checkup.worst
        if not worst.is_problem and (examination.running or examination.stopped):
            self._mark.clear()  # it is too soon to say
            return
        style = FINDING_STYLES[worst if worst.is_problem else FindingState.OK]
        colour = style.colour(is_dark(self.palette()))
        self._mark.setPixmap(icons.pixmap(style.mark, _MARK, colour, self.devicePixelRatioF()))
