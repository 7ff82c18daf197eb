"""What of a layer is looked at: its colours, one channel, or how bright it is."""

from dataclasses import dataclass

import numpy
from PySide6.QtGui import QImage

from render_manager.gui.imaging.reading import Picture
from render_manager.gui.imaging.tone import Pixels, Tone, codes, colour_places, table, table_kind
from render_manager.gui.imaging.view import View

#: Rec. 709.
_LUMA = numpy.array([0.2126, 0.7152, 0.0722], dtype=numpy.float32)


@dataclass(frozen=True)
class Plate:
    """A picture arranged for one view, so that another exposure costs one look-up a value and nothing else."""

    codes: Pixels  #: height × width × (blue, green, red, unused), or height × width
    kind: str
    linear: bool

    def develop(self, tone: Tone) -> QImage:
        """As a screen shows it. Runs in a thread."""
        found = table(self.kind, self.linear, tone)[self.codes]
        height, width = found.shape[:2]
        if found.ndim == 2:
            grey = QImage(found.data, width, height, width, QImage.Format.Format_Grayscale8)
            return grey.convertToFormat(QImage.Format.Format_RGB32)
        found[..., 3] = 255
        # A copy, as the bytes go with the array.
        return QImage(found.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def plate(picture: Picture, view: View) -> Plate:
    """Arrange a picture; a view that its layer has not is answered with its colours. Runs in a thread."""
    kind, colours, alpha = table_kind(picture.pixels), colour_places(picture), picture.layer.alpha
    if view is View.ALPHA and alpha is not None:
        return Plate(codes(numpy.ascontiguousarray(picture.pixels[..., alpha])), kind, False)
    if view is View.LUMA:
        return Plate(codes(_luma(picture.pixels, colours)), kind, picture.linear)
    single = {View.RED: 0, View.GREEN: 1, View.BLUE: 2}.get(view)
    if single is not None or len(set(colours)) == 1:
        place = colours[single or 0]
        return Plate(codes(numpy.ascontiguousarray(picture.pixels[..., place])), kind, picture.linear)
    found = codes(picture.pixels)
    arranged = numpy.empty((*found.shape[:2], 4), found.dtype)
    for target, source in enumerate((colours[2], colours[1], colours[0])):
        arranged[..., target] = found[..., source]
    arranged[..., 3] = 0
    return Plate(arranged, kind, picture.linear)


def _luma(pixels: Pixels, colours: tuple[int, int, int]) -> Pixels:
    light = pixels[..., list(colours)].astype(numpy.float32) @ _LUMA
    return numpy.rint(light).astype(pixels.dtype) if pixels.dtype.kind == "u" else light
