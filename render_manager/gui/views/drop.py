"""Dropping projects: what a drop holds, the hint while something is dragged over the window, and the empty table."""

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from render_manager.gui import icons


def dropped_paths(mime: QMimeData) -> list[str]:
    """The paths in a drop or on the clipboard: files, links, or text with one path a line."""
    if mime.hasUrls():
        paths = [_path(url) for url in mime.urls()]
    elif mime.hasText():
        paths = [line.strip() for line in mime.text().splitlines()]
    else:
        paths = []
    return list(dict.fromkeys(path for path in paths if path))


def _path(url: QUrl) -> str:
    if url.isLocalFile():
        return url.toLocalFile()
    if url.scheme() == "oss":  # a key is written as it is, not percent-encoded
        return f"oss://{url.host()}{url.path(QUrl.ComponentFormattingOption.FullyDecoded)}"
    return url.toEncoded().toStdString()


class DropHint(QWidget):
    """Laid over the window while something that can be submitted is dragged above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over = parent
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._cover()
        return False

    def appear(self) -> None:
        self._cover()
        self.show()
        self.raise_()

    def _cover(self) -> None:
        self.setGeometry(self._over.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = palette.color(QPalette.ColorRole.Window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        accent = palette.color(QPalette.ColorRole.Accent)
        painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(14, 14, -14, -14), 12, 12)
        middle = self.rect().center()
        mark = icons.pixmap("drop", 48, accent, self.devicePixelRatioF())
        painter.drawPixmap(middle.x() - 24, middle.y() - 56, mark)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(
            self.rect().adjusted(0, 30, 0, 30), Qt.AlignmentFlag.AlignCenter, self.tr("Drop to submit a render task")
        )
        painter.end()


class EmptyView(QWidget):
    """Stands in for the table while there is no task: says what to do."""

    submit = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._mark = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        title = QLabel(self.tr("Drop a project here"), alignment=Qt.AlignmentFlag.AlignCenter)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        title.setFont(font)
        forms = QLabel(
            self.tr("oss://bucket/shot.zip, an object's URL or key, or a file from this computer.\n"
                    "Archives may be .zip, .tar.gz or .gz."),
            alignment=Qt.AlignmentFlag.AlignCenter,
        )  # fmt: skip
        forms.setProperty("role", "muted")
        self._button = QPushButton(self.tr("Submit a task…"))
        self._button.clicked.connect(self.submit)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addStretch(1)
        layout.addWidget(self._mark)
        layout.addWidget(title)
        layout.addWidget(forms)
        layout.addSpacing(6)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.retint()

    def retint(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._mark.setPixmap(icons.pixmap("drop", 56, colour, self.devicePixelRatioF()))
