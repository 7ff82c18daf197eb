"""What a clean-up would remove, with sizes, before it is asked for."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.entities import Keep
from render_manager.gui import text
from render_manager.services.cleanup_plan import CleanupItem


class CleanupDialog(QDialog):
    """Tasks that are rendering are shown and left out: their workspaces are in use."""

    def __init__(self, items: Sequence[CleanupItem], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cleanup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Clean up"))
        self.resize(620, 380)
        self._items = list(items)
        self._tree = QTreeWidget()
        self._tree.setObjectName("cleanup_items")
        self._tree.setAccessibleName(self.tr("Workspaces to remove"))
        self._tree.setRootIsDecorated(False)
        self._tree.setHeaderLabels([self.tr("Task"), self.tr("User"), self.tr("Hosts"), self.tr("Size")])
        self._lines = [self._line(item) for item in self._items]
        self._tree.addTopLevelItems(self._lines)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._tree.itemChanged.connect(self._sum)
        self._keep = QCheckBox(self.tr("Keep rendered frames and logs; remove project and source files only"))
        self._keep.setObjectName("keep_renders")
        self._total = QLabel()
        self._total.setObjectName("cleanup_total")
        self._total.setProperty("role", "title")
        note = QLabel(self.tr("The tasks stay in the list; a retry prepares their workspaces again."))
        note.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok: QPushButton = buttons.addButton(self.tr("Clean up"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setObjectName("yes")
        self._ok.setProperty("danger", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self._total)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._keep)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self._sum()

    def chosen(self) -> list[CleanupItem]:
        """The items that are ticked."""
        pairs = zip(self._items, self._lines, strict=True)
        return [item for item, line in pairs if line.checkState(0) is Qt.CheckState.Checked]

    def keep(self) -> Keep:
        return Keep.RENDERS if self._keep.isChecked() else Keep.NOTHING

    def _line(self, item: CleanupItem) -> QTreeWidgetItem:
        hosts = ", ".join(sorted({workspace.host for workspace in item.workspaces}))
        line = QTreeWidgetItem([item.task.name, item.task.unionid, hosts, text.size(item.size)])
        line.setToolTip(0, "\n".join(workspace.path for workspace in item.workspaces))
        line.setTextAlignment(3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.setCheckState(0, Qt.CheckState.Unchecked if item.busy else Qt.CheckState.Checked)
        if item.busy:
            line.setDisabled(True)
            line.setText(0, self.tr("{0} — rendering, left alone").format(item.task.name))
        return line

    def _sum(self) -> None:
        chosen = self.chosen()
        size = text.size(sum(item.size for item in chosen))
        self._total.setText(self.tr("Remove the workspaces of {0} tasks: {1}").format(len(chosen), size))
        self._ok.setEnabled(bool(chosen))
