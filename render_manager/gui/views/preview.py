"""The rendered image of a frame, small; found, fetched if it must be, and decoded off the Qt thread."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.gui.imaging.errors import NotWanted
from render_manager.gui.imaging.reading import read_thumbnail
from render_manager.services.results import Results

_LARGEST = 640


class Preview(QLabel):
    """Signals: clicked: the image is wanted large."""

    clicked = Signal()

    def __init__(self, results: Results, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setObjectName("preview")
        self.setProperty("role", "muted")
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._results = results
        self._background = background
        self._shown: object = None
        self._image = QImage()
        self.hide()

    def show_frame(self, frame: RenderFrame | None) -> None:
        """Show the frame's image if it has one."""
        has_one = frame is not None and frame.status is FrameStatus.COMPLETED and frame.output_path
        # Also by its key: what could not be had may be there once it is uploaded.
        key = (frame.task_id, frame.frame_number, frame.attempt, frame.uploaded_key) if frame and has_one else None
        if key == self._shown:
            return
        self._shown = key
        self._image = QImage()
        self.clear()
        self.setVisible(key is not None)
        if frame is not None and key is not None:
            self.setAccessibleName(self.tr("Image of frame {0}").format(frame.frame_number))
            self._say(key, self.tr("Reading…"))
            self._background.run(
                lambda: self._read(key, frame),
                done=lambda image: self._take(key, image),
                failed=lambda error: self._say(key, str(error)),
                owner=self,
            )

    def _read(self, key: object, frame: RenderFrame) -> QImage:
        """Runs in a thread."""

        def wanted(done: int = 0, total: int | None = None) -> None:
            if key != self._shown:
                raise NotWanted("Another frame was chosen.")

        wanted()
        return read_thumbnail(self._results.image(frame, wanted), _LARGEST, wanted)

    def _take(self, key: object, image: QImage) -> None:
        if key == self._shown:
            self._image = image
            self._scale()

    def _say(self, key: object, sentence: str) -> None:
        if key == self._shown:
            self.setText(sentence)
            room = QRect(0, 0, max(self.width(), 160), 10_000)
            lines = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, sentence)
            self.setFixedHeight(max(48, lines.height() + 16))

    def _scale(self) -> None:
        ratio = self.devicePixelRatioF()
        height = round(self.width() * self._image.height() / self._image.width())
        self.setFixedHeight(max(min(height, 320), 1))
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        scaled = self._image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(ratio)
        self.setPixmap(QPixmap.fromImage(scaled))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._shown is not None and not self._image.isNull():
            self._scale()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
