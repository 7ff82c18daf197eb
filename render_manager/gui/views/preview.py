"""The rendered image of a frame, small; decoded off the Qt thread."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background

_LARGEST = QSize(640, 640)


class Preview(QLabel):
    """Signals: clicked: the image is wanted large."""

    clicked = Signal()

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setObjectName("preview")
        self.setProperty("role", "muted")
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._background = background
        self._shown: object = None
        self._image = QImage()
        self.hide()

    def show_frame(self, frame: RenderFrame | None) -> None:
        """Show the frame's image if it has one."""
        has_one = frame is not None and frame.status is FrameStatus.COMPLETED and frame.output_path
        key = (frame.output_path, frame.attempt) if frame and has_one else None
        if key == self._shown:
            return
        self._shown = key
        self._image = QImage()
        self.clear()
        self.setVisible(key is not None)
        if frame is not None and key is not None:
            path = str(frame.output_path)
            self.setText(self.tr("Reading…"))
            self.setAccessibleName(self.tr("Image of frame {0}").format(frame.frame_number))
            self._background.run(
                lambda: _read(path),
                done=lambda image: self._take(key, path, image),
                failed=lambda error: self._take(key, path, QImage()),
                owner=self,
            )

    def _take(self, key: object, path: str, image: QImage) -> None:
        if key != self._shown:
            return
        self._image = image
        if image.isNull():
            suffix = Path(path).suffix or path
            self.setText(self.tr("No preview of {0} files here; open the image instead.").format(suffix))
        self._scale()

    def _scale(self) -> None:
        if self._image.isNull():
            self.setFixedHeight(48)
            return
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


def _read(path: str) -> QImage:
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and (size.width() > _LARGEST.width() or size.height() > _LARGEST.height()):
        reader.setScaledSize(size.scaled(_LARGEST, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
