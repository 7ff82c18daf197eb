"""In the status bar: how many workers live, and this computer's own."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from render_manager.domain.entities import WorkerStatus
from render_manager.gui import icons, text
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark

#: Workers in the tip; a farm of hundreds would fill the screen.
_LISTED = 12


class WorkersStrip(QWidget):
    """Click it to see the workers."""

    def __init__(self, show: QAction, start: QAction, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workers_strip")
        self._workers: Sequence[WorkerStatus] = ()
        self._local = 0
        self._button = QToolButton()
        self._button.setObjectName("workers_online")
        self._button.setProperty("flat", True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.clicked.connect(show.trigger)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 4, 0)
        layout.setSpacing(4)
        layout.addWidget(self._button)
        for action in (start, stop):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setProperty("flat", True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            layout.addWidget(button)
        self.retint()

    def show_workers(self, workers: Sequence[WorkerStatus], local: int) -> None:
        self._workers, self._local = workers, local
        self.retint()

    def retint(self) -> None:
        alive = [worker for worker in self._workers if worker.alive]
        words = self.tr("Workers online: {0}").format(len(alive)) if alive else self.tr("No worker online")
        if rendering := sum(bool(worker.rendering) for worker in alive):
            words += self.tr(" · rendering: {0}").format(rendering)
        if disabled := sum(not worker.enabled for worker in alive):
            words += self.tr(" · disabled: {0}").format(disabled)
        if self._local:
            words += self.tr(" · on this computer: {0}").format(self._local)
        self._button.setText(words)
        colour = tone(Tone.GOOD if alive else Tone.WARNING, is_dark(self.palette()))
        self._button.setIcon(icons.icon("worker", colour))
        self.setAccessibleName(words)
        self._button.setAccessibleName(words)
        lines = [self._describe(worker) for worker in self._workers[:_LISTED]]
        if more := len(self._workers) - len(lines):
            lines.append(self.tr("… and {0} more").format(more))
        self.setToolTip("\n".join(lines) or self.tr("Start a worker to render here."))

    def _describe(self, worker: WorkerStatus) -> str:
        profile = worker.profile
        parts = [profile.name if worker.alive else self.tr("{0} (not heard of)").format(profile.name)]
        parts.append(
            ", ".join(f"{name} {version}" for name, version in profile.engines.items()) or self.tr("no engine")
        )
        for frame in worker.rendering:
            parts.append(self.tr("task {0} frame {1}").format(frame.task_id, frame.frame_number))
        load = worker.load
        if load.cpu_percent is not None:
            parts.append(self.tr("processor {0} %").format(round(load.cpu_percent)))
        if load.memory_percent is not None:
            parts.append(self.tr("memory {0} %").format(round(load.memory_percent)))
        if load.disk_free is not None:
            parts.append(self.tr("{0} free").format(text.size(load.disk_free)))
        return " · ".join(parts)
