"""How many workers to start on this computer, and for how long."""

import os
from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from render_manager.gui.dialogs.number_box import NumberBox
from render_manager.gui.dialogs.question import QuestionDialog
from render_manager.gui.local_workers import OnQuit


class StartWorkersDialog(QuestionDialog):
    """Args: then: told how many, and what becomes of them when the window closes."""

    def __init__(self, parent: QWidget, on_quit: OnQuit, then: Callable[[int, OnQuit], object]) -> None:
        super().__init__(
            parent,
            "start_workers",
            title=self.tr("Start workers"),
            question=self.tr("How many workers on this computer?"),
            effect=self.tr("Each renders one frame at a time, with a renderer and memory of its own."),
            yes=self.tr("Start"),
        )
        count = NumberBox("worker_count", self.tr("Workers"), 1, max(os.cpu_count() or 1, 8))
        count.setValue(2)
        count.selectAll()
        stay = QCheckBox(self.tr("They keep running when the window closes"))
        stay.setObjectName("worker_stay")
        stay.setChecked(on_quit is OnQuit.STAY)
        answer = QWidget()
        form = QFormLayout(answer)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.addRow(self.tr("Workers"), count)
        form.addRow("", stay)
        # Not ticking it leaves what was settled, unless that was to keep them.
        otherwise = OnQuit.ASK if on_quit is OnQuit.STAY else on_quit
        self.accepted.connect(lambda: then(count.value(), OnQuit.STAY if stay.isChecked() else otherwise))
        self.complete(answer)
