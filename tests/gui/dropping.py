"""Dragging and dropping as the system does it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

_BUTTON, _KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def text(*lines: str) -> QMimeData:
    mime = QMimeData()
    mime.setText("\n".join(lines))
    return mime


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def links(urls: Sequence[str]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(url) for url in urls])
    return mime


def enter(widget: QWidget, mime: QMimeData) -> bool:
    """Drag over the widget; whether it would take it. Others at the point are asked as Qt does: upwards."""
    event = QDragEnterEvent(QPoint(30, 30), Qt.DropAction.CopyAction, mime, _BUTTON, _KEYS)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QDragLeaveEvent())


def drop(widget: QWidget, mime: QMimeData) -> None:
    assert enter(widget, mime)
    QApplication.sendEvent(widget, QDropEvent(QPointF(30, 30), Qt.DropAction.CopyAction, mime, _BUTTON, _KEYS))
