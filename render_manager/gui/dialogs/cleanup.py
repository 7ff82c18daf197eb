"""What a clean-up would remove, with sizes, before it is asked for."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.entities import Keep
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.dialogs.cleanup_filters import CleanupFilters
from render_manager.gui.dialogs.cleanup_items import CleanupItems
from render_manager.gui.sentences import say
from render_manager.services.cleanup_plan import CleanupItem, by_host, shortfall

#: Milliseconds that typing may pause before the plan is made anew.
PAUSE = 200
#: So many hosts are told of one by one.
_HOSTS_NAMED = 4


class CleanupDialog(QDialog):
    """Shows what goes while it is being chosen. Tasks that are rendering are shown and left out: their workspaces are
    in use.

    Args:
        plan: Cleanup.plan, for the tasks in question.
        items: what it gives when nothing is narrowed.
        choose: whether the tasks are still to be chosen, or were named.
    """

    def __init__(
        self,
        plan: Callable[..., list[CleanupItem]],
        items: Sequence[CleanupItem],
        background: Background,
        parent: QWidget,
        *,
        choose: bool,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("cleanup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Clean up"))
        self.resize(720, 520 if choose else 420)
        self._plan = plan
        self._background = background
        self._asked = 0  # plans, so that only the answer to the last one counts
        self._stale = False  # what is shown is not what is chosen now
        self._keep = self._make_keep()
        self._filters = CleanupFilters(items, self._keep) if choose else None
        self._items = CleanupItems()
        self._items.itemChanged.connect(self._sum)
        self._total = QLabel()
        self._total.setObjectName("cleanup_total")
        self._total.setProperty("role", "title")
        self._hosts = QLabel(wordWrap=True)
        self._hosts.setObjectName("cleanup_hosts")
        self._hosts.setProperty("role", "muted")
        self._wrong = QLabel(wordWrap=True)
        self._wrong.setObjectName("cleanup_wrong")
        self._wrong.setProperty("role", "error")
        self._note = QLabel()
        self._note.setProperty("role", "muted")
        self._ok: QPushButton
        self._typing = QTimer(self, interval=PAUSE, singleShot=True)
        self._typing.timeout.connect(self._replan)
        self._lay_out()
        if self._filters:
            self._filters.changed.connect(self._choose_anew)
        self._keep.currentIndexChanged.connect(self._choose_anew)
        self._show(items)

    def _make_keep(self) -> QComboBox:
        keep = QComboBox()
        keep.setObjectName("cleanup_keep")
        keep.setAccessibleName(self.tr("Keep"))
        keep.addItem(self.tr("Nothing"), Keep.NOTHING)
        keep.addItem(self.tr("Rendered frames and logs"), Keep.RENDERS)
        keep.addItem(self.tr("All but the download"), Keep.PROJECT)
        return keep

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.addButton(self.tr("Clean up"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setObjectName("yes")
        self._ok.setProperty("danger", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        if self._filters:
            layout.addWidget(self._filters)
        else:
            layout.addLayout(self._keep_alone())
        layout.addWidget(self._items, 1)
        for line in (self._total, self._hosts, self._wrong, self._note):
            layout.addWidget(line)
        layout.addWidget(buttons)

    def _keep_alone(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        label = QLabel(self._keep.accessibleName())
        label.setBuddy(self._keep)
        row.addWidget(label)
        row.addWidget(self._keep)
        row.addStretch(1)
        return row

    def chosen(self) -> list[CleanupItem]:
        """What is ticked."""
        return self._items.chosen()

    def keep(self) -> Keep:
        return Keep(self._keep.currentData())  # Qt hands it back as a plain string

    # -- while it is being chosen --------------------------------------------------------------------------------

    def _choose_anew(self) -> None:
        self._stale = True
        self._ok.setEnabled(False)
        if self._filters:
            self._filters.may_ask_for_disk(self.keep() is Keep.NOTHING)
        self._typing.start()

    def _replan(self) -> None:
        self._asked += 1
        work = partial(self._plan, keep=self.keep())
        if self._filters:
            statuses = self._filters.statuses()
            work = partial(
                work,
                statuses=statuses,
                older_than_days=self._filters.days(),
                unionid=self._filters.user(),
                hosts=self._filters.hosts(),
                free=self._filters.free(),
            )
            if not statuses:  # which does not narrow the plan
                self._show([])
                return
        self._background.run(
            work,
            done=partial(self._planned, self._asked),
            failed=self._failed,
            owner=self,
        )

    def _planned(self, number: int, items: Sequence[CleanupItem]) -> None:
        if number == self._asked and not self._typing.isActive():
            self._show(items)

    def _failed(self, error: Exception) -> None:
        self._wrong.setText(say(str(error)))
        self._wrong.show()

    def _show(self, items: Sequence[CleanupItem]) -> None:
        self._stale = False
        self._items.show_items(items)
        self._sum()

    def _sum(self) -> None:
        chosen = self.chosen()
        count = sum(len(item.workspaces) for item in chosen)
        size = text.size(sum(item.size for item in chosen))
        if not chosen:
            self._total.setText(self.tr("Nothing to clean up"))
        elif self.keep() is not Keep.NOTHING:
            self._total.setText(self.tr("Clean up workspaces: {0}, of {1} in all").format(text.number(count), size))
        elif count == 1:
            self._total.setText(self.tr("Delete 1 workspace, {0}").format(size))
        else:
            self._total.setText(self.tr("Delete {0} workspaces, {1}").format(text.number(count), size))
        self._hosts.setText(self._by_host(chosen))
        self._wrong.setText(self._lacking(chosen))
        self._wrong.setVisible(bool(self._wrong.text()))
        self._ok.setEnabled(bool(chosen) and not self._stale)
        if self.keep() is Keep.PROJECT:
            self._note.setText(self.tr("The tasks stay in the list; a retry renders without a download."))
        else:
            self._note.setText(self.tr("The tasks stay in the list; a retry prepares their workspaces again."))

    def _by_host(self, chosen: Sequence[CleanupItem]) -> str:
        shares = by_host(chosen)
        largest = sorted(shares, key=lambda host: -shares[host].size)
        named = [
            self.tr("{0}: {1} ({2})").format(host, text.size(shares[host].size), text.number(shares[host].workspaces))
            for host in largest[:_HOSTS_NAMED]
        ]
        if (more := len(largest) - _HOSTS_NAMED) > 0:
            named.append(self.tr("{0} more hosts").format(text.number(more)))
        return " · ".join(named)

    def _lacking(self, chosen: Sequence[CleanupItem]) -> str:
        free = self._filters.free() if self._filters else None
        if not self._filters or not free:
            return ""
        if not (lacking := shortfall(chosen, free, self._filters.hosts())):
            return ""
        hosts = [self.tr("{0} lacks {1}").format(host, text.size(lacking[host])) for host in lacking]
        rest = " …" if len(hosts) > _HOSTS_NAMED else ""
        return self.tr("Not enough: {0}").format(self.tr(", ").join(hosts[:_HOSTS_NAMED]) + rest)
