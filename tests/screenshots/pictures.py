"""Pictures that look like frames."""

from pathlib import Path

import numpy
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QRadialGradient

from tests.gui.farm import Farm
from tests.support.pictures import write_layers


def dusk(farm: Farm, number: int) -> Path:
    """Something that looks like a frame."""
    image = QImage(960, 540, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, 0, 540)
    sky.setColorAt(0, QColor("#1b2a4a"))
    sky.setColorAt(0.6, QColor("#c9704f"))
    sky.setColorAt(1, QColor("#2a1c22"))
    painter.fillRect(image.rect(), sky)
    sun = QRadialGradient(150 + number * 4, 250, 120)
    sun.setColorAt(0, QColor(255, 232, 180))
    sun.setColorAt(1, QColor(255, 200, 140, 0))
    painter.fillRect(image.rect(), sun)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for hill in range(4):
        painter.setBrush(QColor(40 - hill * 8, 34 - hill * 6, 48 - hill * 8))
        painter.setPen(QColor(0, 0, 0, 0))
        for step in range(-1, 6):
            painter.drawEllipse(step * 230 + hill * 70 - number % 40, 330 + hill * 45, 360, 300)
    painter.end()
    path = farm.folder / f"kitchen.{number:04}.png"
    image.save(str(path))
    return path


def canyon(farm: Farm, number: int) -> Path:
    """A canyon at dusk, computed: ranges of hills one behind the other in the haze, with layers as renderers write."""
    random_ = numpy.random.default_rng(7)
    height, width = 1080, 1920
    x, y = numpy.linspace(0, 1, width, dtype=numpy.float32), numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None]
    sun = numpy.hypot((x - 0.66) * 16 / 9, y - 0.46)
    sky = numpy.stack([0.9 * y**2 + 0.05, 0.42 * y**2 + 0.07, 0.22 + 0.06 * (1 - y) + 0 * y], axis=-1)
    light = sky + numpy.stack([share * numpy.exp(-sun * fall) for share, fall in ((1.5, 5), (0.75, 6), (0.3, 8))], -1)
    light = numpy.where((sun < 0.045)[..., None], (14.0, 8.5, 4.2), light).astype(numpy.float32)
    depth = numpy.full((height, width), 5000, numpy.float32)
    albedo = numpy.zeros_like(light)
    normal = numpy.zeros_like(light)
    for place in range(7):
        near = place / 6
        ridge = numpy.full(width, 0.52 + 0.42 * near**1.3, numpy.float32)
        for octave in range(1, 7):
            phase, slope = random_.random() * 6.28 + number * 0.01 * near, (0.05 + 0.03 * near) / octave**1.15
            ridge += slope * numpy.sin(x * 6.28 * (0.7 + 0.55 * octave**1.45) + phase).astype(numpy.float32)
        inside = y > ridge
        rock = numpy.array([0.34, 0.17, 0.10], numpy.float32) * (1 - 0.55 * near)
        grain = (
            1
            + 0.18 * numpy.sin((y - ridge) * 190 + 3 * numpy.sin(x * 21 + place))
            + 0.1 * random_.random((height, width), dtype=numpy.float32)
        )
        haze = numpy.array([0.95, 0.46, 0.26], numpy.float32) * (1 - near) ** 1.6 * 0.8
        rim = (
            0.7
            * numpy.exp(-numpy.maximum(y - ridge, 0) * 90)
            * numpy.exp(-numpy.abs(x - 0.66) * 3.2)
            * (1 - 0.4 * near)
        )
        colour = (0.22 * rock * grain[..., None]) + haze + rim[..., None] * numpy.array([1.0, 0.55, 0.28])
        light = numpy.where(inside[..., None], colour, light).astype(numpy.float32)
        albedo = numpy.where(inside[..., None], rock * grain[..., None], albedo).astype(numpy.float32)
        tilt = numpy.gradient(ridge) * width / 3
        facing = numpy.stack(
            [0.5 + 0.45 * numpy.tanh(tilt) + 0 * y, 0.75 + 0 * x + 0 * y, 0.35 + 0.5 * grain - 0.3], -1
        )
        normal = numpy.where(inside[..., None], facing, normal).astype(numpy.float32)
        depth = numpy.where(inside, 12 + 900 * (1 - near) ** 2, depth)
    beauty = numpy.concatenate([light, numpy.ones((height, width, 1), numpy.float32)], axis=2)
    layers = {"": beauty, "albedo": albedo, "normal": normal, "depth": depth[..., None]}
    return write_layers(farm.folder / f"canyon.{number}.exr", layers)
