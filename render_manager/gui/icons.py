"""The icons: one line style, drawn as SVG in ``currentColor``, tinted when they are loaded."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from render_manager.resource_files import resources

_SIZES = (16, 20, 24, 32)
_RATIOS = (1, 2)


@cache
def _svg(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _pixmap(name: str, size: int, ratio: float, colour: str) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def pixmap(name: str, size: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
    """The icon in one size and colour."""
    return _pixmap(name, size, ratio, colour.name(QColor.NameFormat.HexRgb))


@cache
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    icon = QIcon()
    for size in _SIZES:
        for ratio in _RATIOS:
            icon.addPixmap(_pixmap(name, size, ratio, colour), QIcon.Mode.Normal)
            icon.addPixmap(_pixmap(name, size, ratio, disabled), QIcon.Mode.Disabled)
    return icon


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """The icon in the palette's text colour, or in ``colour``."""
    palette = QGuiApplication.palette()
    normal = colour or palette.color(QPalette.ColorRole.WindowText)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    return _icon(name, normal.name(), disabled.name())


def app_icon() -> QIcon:
    """The program's own mark; it keeps its colours."""
    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(_pixmap("app", size, 1, "#000000"))
    return icon


def forget() -> None:
    """Drop what was tinted for the palette before."""
    _pixmap.cache_clear()
    _icon.cache_clear()
