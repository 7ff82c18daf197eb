"""Which workspaces a clean-up is about: of which tasks, on which hosts, how much of them."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QWidget

from render_manager.domain.states import TaskStatus
from render_manager.gui.dialogs.number_box import NumberBox
from render_manager.services.cleanup_plan import CleanupItem

#: As sizes are shown.
GIGABYTE = 1024**3
_MOST_DAYS, _MOST_GIGABYTES = 3650, 1_000_000


class CleanupFilters(QWidget):
    """Args:
    items: what there is to choose from.
    keep: the editor of what is kept, to stand in line with the others.

    Signals: changed: something else is chosen now.
    """

    changed = Signal()

    def __init__(self, items: Sequence[CleanupItem], keep: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._statuses = {
            TaskStatus.COMPLETED: QCheckBox(self.tr("Completed")),
            TaskStatus.FAILED: QCheckBox(self.tr("Failed")),
            TaskStatus.CANCELLED: QCheckBox(self.tr("Cancelled")),
        }
        self._days = NumberBox("cleanup_days", self.tr("Ended"), 0, _MOST_DAYS, none=self.tr("at any time"))
        self._days.setPrefix(self.tr("at least "))
        self._days.setSuffix(self.tr(" days ago"))
        self._free = NumberBox(
            "cleanup_free", self.tr("Disk needed"), 0, _MOST_GIGABYTES, none=self.tr("all that can go")
        )
        self._free.setSuffix(self.tr(" GB on each host"))
        self._free.setToolTip(self.tr("Only as much as it takes goes: of completed tasks first, the oldest first"))
        self._free.setSingleStep(10)
        users = sorted({item.task.unionid for item in items}, key=str.casefold)
        hosts = sorted({workspace.host for item in items for workspace in item.workspaces})
        self._user = self._choice("cleanup_user", self.tr("User"), self.tr("Everybody"), users)
        self._host = self._choice("cleanup_host", self.tr("Host"), self.tr("All hosts"), hosts)
        self._lay_out(keep)
        for box in self._statuses.values():
            box.toggled.connect(self.changed)
        for number in (self._days, self._free):
            number.valueChanged.connect(self.changed)
        for combo in (self._user, self._host):
            combo.currentIndexChanged.connect(self.changed)

    def _lay_out(self, keep: QWidget) -> None:
        ended = QHBoxLayout()
        ended.setSpacing(12)
        for status, box in self._statuses.items():
            box.setObjectName(f"cleanup_{status}")
            box.setChecked(True)
            ended.addWidget(box)
        ended.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.addWidget(QLabel(self.tr("Tasks")), 0, 0)
        grid.addLayout(ended, 0, 1)
        places = ((self._days, 0, 2), (self._user, 1, 0), (self._host, 1, 2), (self._free, 2, 0), (keep, 2, 2))
        for editor, row, column in places:
            label = QLabel(editor.accessibleName())
            label.setBuddy(editor)
            grid.addWidget(label, row, column)
            grid.addWidget(editor, row, column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def _choice(self, name: str, label: str, everything: str, values: Sequence[str]) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(name)
        combo.setAccessibleName(label)
        combo.addItem(everything, None)
        for value in values:
            combo.addItem(value, value)
        return combo

    def may_ask_for_disk(self, may: bool) -> None:
        """Whether the disk needed counts: what is gained is known beforehand only where nothing is kept."""
        self._free.setEnabled(may)

    def statuses(self) -> tuple[TaskStatus, ...]:
        return tuple(status for status, box in self._statuses.items() if box.isChecked())

    def days(self) -> int | None:
        return self._days.value() or None

    def user(self) -> str | None:
        return self._user.currentData()

    def hosts(self) -> tuple[str, ...]:
        host = self._host.currentData()
        return (host,) if host else ()

    def free(self) -> int | None:
        return self._free.value() * GIGABYTE or None if self._free.isEnabled() else None
