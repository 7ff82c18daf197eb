"""From the values of an image to the 8 bits of a screen, by a table: exposure and gamma cost one look-up a value."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from render_manager.gui.imaging.reading import Picture

Pixels = numpy.ndarray[Any, Any]

#: What is seen through a transparent pixel of a thumbnail: neither black nor white would do for all images.
GROUND = 58


@dataclass(frozen=True)
class Tone:
    exposure: float = 0.0  #: in stops: one more is twice the light
    gamma: float = 1.0  #: on top of what the screen needs; more is brighter in the shadows


NEUTRAL = Tone()


@lru_cache(16)
def table(kind: str, linear: bool, tone: Tone = NEUTRAL) -> Pixels:
    """For each of the values of float16, uint16 or uint8, read as a whole number, what the screen is given."""
    if kind == "float16":
        values = numpy.arange(65536, dtype=numpy.uint16).view(numpy.float16).astype(numpy.float32)
    else:
        largest = 255 if kind == "uint8" else 65535
        values = numpy.arange(largest + 1, dtype=numpy.float32) / largest
    values = numpy.nan_to_num(values, nan=0.0, posinf=65504.0, neginf=0.0)
    values = numpy.maximum(values, 0.0)
    if not linear:
        if tone == NEUTRAL:
            return (values * 255 + 0.5).astype(numpy.uint8)
        values = decode(values)
    shown = numpy.minimum(encode(values * 2.0**tone.exposure), 1.0) ** (1 / tone.gamma)
    result = (shown * 255 + 0.5).astype(numpy.uint8)
    result.setflags(write=False)
    return result


def encode(light: Pixels) -> Pixels:
    """sRGB: light to screen."""
    return numpy.where(light <= 0.0031308, light * 12.92, 1.055 * numpy.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def decode(screen: Pixels) -> Pixels:
    """sRGB: screen to light."""
    return numpy.where(screen <= 0.04045, screen / 12.92, ((screen + 0.055) / 1.055) ** 2.4)


def codes(pixels: Pixels) -> Pixels:
    """Values as whole numbers that ``table`` has an entry for; floats of 32 bits lose what no screen shows."""
    if pixels.dtype.name in ("uint8", "uint16"):
        return pixels
    if pixels.dtype != numpy.float16:
        with numpy.errstate(over="ignore"):  # brighter than 65504 is white in any case
            pixels = pixels.astype(numpy.float16)
    return pixels.view(numpy.uint16)


def table_kind(pixels: Pixels) -> str:
    return pixels.dtype.name if pixels.dtype.name in ("uint8", "uint16") else "float16"


def colour_places(picture: Picture) -> tuple[int, int, int]:
    """Which channels are red, green and blue; a layer without has its first one three times, or its first three."""
    if picture.layer.colours:
        return picture.layer.colours
    last = len(picture.layer.channels) - 1
    return (0, 1, 2) if last >= 2 and picture.layer.alpha is None else (0, 0, 0)


def thumbnail(picture: Picture) -> QImage:
    """The picture at its neutral tone, over grey where it is transparent, within its display window."""
    found = codes(picture.pixels)
    kind = table_kind(picture.pixels)
    height, width = found.shape[:2]
    colours = table(kind, picture.linear)[found[..., list(colour_places(picture))]]
    if picture.layer.alpha is not None:
        through = 255 - table(kind, False)[found[..., picture.layer.alpha]].astype(numpy.uint16)
        if through.any():
            under = (through * GROUND // 255)[..., None]
            colours = numpy.minimum(colours + under, 255).astype(numpy.uint8)
    image = QImage(numpy.ascontiguousarray(colours).data, width, height, width * 3, QImage.Format.Format_RGB888)
    image = image.convertToFormat(QImage.Format.Format_RGB32)  # a copy, too: the bytes go with the array
    return image if picture.data == picture.display else _in_window(image, picture.data, picture.display)


def _in_window(image: QImage, data: QRect, display: QRect) -> QImage:
    scale = image.width() / max(data.width(), 1)
    shown = QImage(
        max(round(display.width() * scale), 1), max(round(display.height() * scale), 1), QImage.Format.Format_RGB32
    )
    shown.fill(QColor(0, 0, 0))
    painter = QPainter(shown)
    painter.drawImage(round((data.x() - display.x()) * scale), round((data.y() - display.y()) * scale), image)
    painter.end()
    return shown
