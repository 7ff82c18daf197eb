"""The tasks whose workspaces would go, to be ticked one by one."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from render_manager.gui import text
from render_manager.services.cleanup_plan import CleanupItem

_SIZE = 4


class CleanupItems(QTreeWidget):
    """What was unticked stays so when the list is made anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cleanup_items")
        self.setAccessibleName(self.tr("Workspaces to remove"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setHeaderLabels([self.tr("Task"), self.tr("User"), self.tr("Ended"), self.tr("Hosts"), self.tr("Size")])
        header = self.header()
        self.headerItem().setTextAlignment(_SIZE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, _SIZE + 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._items: list[CleanupItem] = []
        self._unticked: set[str] = set()
        self.itemChanged.connect(self._remember)

    def show_items(self, items: Sequence[CleanupItem]) -> None:
        with QSignalBlocker(self):
            self.clear()
            self._items = list(items)
            self.addTopLevelItems([self._line(item) for item in items])

    def chosen(self) -> list[CleanupItem]:
        """The items that are ticked."""
        return [item for item in self._items if not item.busy and item.task.id not in self._unticked]

    def _line(self, item: CleanupItem) -> QTreeWidgetItem:
        hosts = ", ".join(sorted({workspace.host for workspace in item.workspaces}))
        ended = text.moment(item.task.finished_at)
        line = QTreeWidgetItem([item.task.name, item.task.unionid, ended, hosts, text.size(item.size)])
        line.setData(0, Qt.ItemDataRole.UserRole, item.task.id)
        line.setToolTip(0, "\n".join(workspace.path for workspace in item.workspaces))
        line.setTextAlignment(_SIZE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left_out = item.busy or item.task.id in self._unticked
        line.setCheckState(0, Qt.CheckState.Unchecked if left_out else Qt.CheckState.Checked)
        if item.busy:
            line.setDisabled(True)
            line.setText(0, self.tr("{0} — rendering, left alone").format(item.task.name))
        return line

    def _remember(self, line: QTreeWidgetItem) -> None:
        task_id = line.data(0, Qt.ItemDataRole.UserRole)
        if line.checkState(0) is Qt.CheckState.Checked:
            self._unticked.discard(task_id)
        else:
            self._unticked.add(task_id)
