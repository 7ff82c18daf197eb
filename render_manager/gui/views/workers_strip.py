"""In the status bar: how many workers live, and this computer's own."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from render_manager.domain.entities import WorkerStatus
from render_manager.gui import icons, text
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark


class WorkersStrip(QWidget):
    def __init__(self, start: QAction, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workers_strip")
        self._workers: Sequence[WorkerStatus] = ()
        self._local = 0
        self._mark = QLabel()
        self._text = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 4, 0)
        layout.setSpacing(6)
        layout.addWidget(self._mark)
        layout.addWidget(self._text)
        for action in (start, stop):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setProperty("flat", True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            layout.addWidget(button)
        self.retint()

    def show_workers(self, workers: Sequence[WorkerStatus], local: int) -> None:
        self._workers, self._local = workers, local
        self.retint()

    def retint(self) -> None:
        alive = [worker for worker in self._workers if worker.alive]
        words = self.tr("Workers online: {0}").format(len(alive)) if alive else self.tr("No worker online")
        if self._local:
            words += self.tr(" · on this computer: {0}").format(self._local)
        self._text.setText(words)
        colour = tone(Tone.GOOD if alive else Tone.WARNING, is_dark(self.palette()))
        self._mark.setPixmap(icons.pixmap("worker", 16, colour, self.devicePixelRatioF()))
        self.setAccessibleName(words)
        self.setToolTip("\n".join(map(self._describe, self._workers)) or self.tr("Start a worker to render here."))

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
