"""Dropping projects: what a drop holds, the hint while something is dragged over the window, and the empty table."""

import os
from collections import Counter
from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from render_manager.domain.errors import ObjectPathError
from render_manager.domain.object_path import LocalPath, parse_object_path
from render_manager.gui import icons


def dropped_paths(mime: QMimeData) -> list[str]:
    """The paths in a drop or on the clipboard: files, links, or text with one path a line."""
    if mime.hasUrls():
        return list(dict.fromkeys(path for path in map(_path, mime.urls()) if path))
    return paths_in(mime.text()) if mime.hasText() else []


def paths_in(words: str) -> list[str]:
    """One path a line, in the order given, each once."""
    return list(dict.fromkeys(line.strip() for line in words.splitlines() if line.strip()))


def _path(url: QUrl) -> str:
    if url.isLocalFile():
        return url.toLocalFile()
    if url.scheme() == "oss":  # a key is written as it is, not percent-encoded
        return f"oss://{url.host()}{url.path(QUrl.ComponentFormattingOption.FullyDecoded)}"
    return url.toEncoded().toStdString()


class Kind(Enum):
    """What will be done with a dropped path."""

    OBJECT = auto()
    FILE = auto()
    FOLDER = auto()
    WRONG = auto()


def kinds_of(paths: Sequence[str]) -> Counter[Kind]:
    """Asks the disk: not for the Qt thread."""
    return Counter(map(_kind, paths))


def _kind(path: str) -> Kind:
    try:
        source = parse_object_path(path)
    except ObjectPathError:
        return Kind.WRONG
    local = source.path if isinstance(source, LocalPath) else path
    if os.path.isdir(local):
        return Kind.FOLDER
    if os.path.isfile(local):
        return Kind.FILE
    return Kind.WRONG if isinstance(source, LocalPath) else Kind.OBJECT


_MARK = 48
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class DropHint(QWidget):
    """Laid over a widget while something that it takes is dragged above it: says what will happen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("drop_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over = parent
        self.title = ""
        self.details = ""
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._cover()
        return False

    def appear(self, title: str, details: str = "") -> None:
        self.title = title
        self._cover()
        self.tell(details)
        self.show()
        self.raise_()

    def tell(self, details: str) -> None:
        """Say more about it."""
        self.details = details
        self.setAccessibleName(f"{self.title}. {details}" if details else self.title)
        self.update()

    def _cover(self) -> None:
        self.setGeometry(self._over.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = palette.color(QPalette.ColorRole.Window)
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        accent = palette.color(QPalette.ColorRole.Accent)
        painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8, 8, -8, -8), 10, 10)
        self._say(painter)
        painter.end()

    def _say(self, painter: QPainter) -> None:
        """The mark, the title and what is known so far, on a plate: a table shimmers through the veil."""
        palette, middle = self.palette(), self.rect().center()
        large = QFont(self.font())
        large.setPointSizeF(large.pointSizeF() * 1.35)
        large.setBold(True)
        room = self.rect().adjusted(48, 0, -48, 0)
        room.setTop(middle.y())
        title = QFontMetrics(large).boundingRect(room, _CENTRED, self.title)
        room.setTop(title.bottom() + self.fontMetrics().height() // 2)
        details = self.fontMetrics().boundingRect(room, _CENTRED, self.details)
        mark = QRect(middle.x() - _MARK // 2, title.top() - _MARK - 16, _MARK, _MARK)
        edge = palette.color(QPalette.ColorRole.PlaceholderText)
        edge.setAlpha(70)
        painter.setPen(edge)
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(mark.united(title).united(details).adjusted(-28, -20, 28, 24), 10, 10)
        accent = palette.color(QPalette.ColorRole.Accent)
        painter.drawPixmap(mark, icons.pixmap("drop", _MARK, accent, self.devicePixelRatioF()))
        painter.setFont(large)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(title, _CENTRED, self.title)
        painter.setFont(self.font())
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(details, _CENTRED, self.details)


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
            self.tr("oss://bucket/shot.zip, an object's URL, a file or folder of this computer; several at once, too.\n"
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
