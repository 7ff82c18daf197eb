"""The one door for reading images in the window: EXR, PNG, JPEG, TIFF and whatever else OpenImageIO knows.

Never called on the Qt thread: a large EXR takes half a second. OpenImageIO and numpy are loaded with the first image,
not with the window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt
from PySide6.QtGui import QImage

from render_manager.gui.imaging.errors import ImageIncomplete, ImageMissing, NotAnImage
from render_manager.gui.imaging.layers import Layer, layers_of, main_layer
from render_manager.gui.sentences import say

if TYPE_CHECKING:
    import numpy

#: Lines that are read at once; between them is asked whether the image is still wanted.
_LINES = 256
#: What is kept as it is in the file; anything else is read as 32-bit floats.
_KEPT = ("uint8", "uint16", "uint", "half", "float")
#: A picture's own numbers are shown, not what programs note about how they wrote it.
_LEFT_OUT = ("oiio:", "openexr:", "png:", "jpeg:", "tiff:", "exif:", "screenwindow", "icc")


@dataclass(frozen=True)
class Picture:
    """One layer of an image, with the values that are in the file."""

    pixels: "numpy.ndarray[Any, Any]"  #: height × width × channels of ``layer``; uint8/16/32, float16 or float32
    layer: Layer
    layers: tuple[Layer, ...]  #: all that the file has
    data: QRect  #: where the pixels are; an EXR may have them beside or around what is shown
    display: QRect  #: what is shown
    linear: bool  #: the values are light; else they are made for a screen (sRGB)
    metadata: dict[str, str]

    @property
    def size(self) -> QSize:
        return self.display.size()

    @property
    def bytes(self) -> int:
        return self.pixels.nbytes

    def values(self, x: int, y: int) -> tuple[float, ...] | None:
        """What the channels are at a place of the display window, its upper left pixel being 0, 0.

        Whole numbers of 8 and 16 bits are given as shares of the largest one, as compositing programs do. None: the
        image has no pixel there.
        """
        column, row = x + self.display.x() - self.data.x(), y + self.display.y() - self.data.y()
        height, width = self.pixels.shape[:2]
        if not (0 <= column < width and 0 <= row < height):
            return None
        largest = {"uint8": 255, "uint16": 65535}.get(self.pixels.dtype.name)
        found = self.pixels[row, column]
        return tuple(int(value) / largest if largest else float(value) for value in found)


def read_picture(
    path: Path,
    layer: tuple[int, str] | None = None,
    *,
    largest: int | None = None,
    wanted: Callable[[], object] = lambda: None,
) -> Picture:
    """Read one layer of an image.

    Args:
        layer: its ``Layer.key``; None, or one that the file has not: the picture itself.
        largest: with it only every n-th pixel and line is kept, so that neither side has more than this.
        wanted: called now and then; what it raises ends the reading and reaches the caller.

    Raises:
        ImageMissing, ImageIncomplete, NotAnImage: as named.
    """
    import OpenImageIO

    wanted()
    _check_there(path)
    source: Any = OpenImageIO.ImageInput.open(str(path))
    if source is None:
        raise NotAnImage.of(path, _reason(OpenImageIO.geterror()))
    try:
        layers = _all_layers(source)
        chosen = next((one for one in layers if one.key == layer), None) or main_layer(layers)
        source.seek_subimage(chosen.part, 0)
        spec = source.spec()
        every = max(-(-max(spec.width, spec.height) // largest), 1) if largest else 1
        pixels = _Reader(path, source, chosen, wanted).read(every)
        return Picture(
            pixels,
            chosen,
            tuple(layers),
            QRect(spec.x, spec.y, spec.width, spec.height),
            QRect(spec.full_x, spec.full_y, spec.full_width, spec.full_height),
            _is_linear(spec),
            _metadata(spec),
        )
    finally:
        source.close()


def read_thumbnail(path: Path, largest: int, wanted: Callable[[], object] = lambda: None) -> QImage:
    """The image as it is looked at, neither side longer than ``largest``; transparency shows a neutral grey.

    Raises:
        ImageMissing, ImageIncomplete, NotAnImage: as named.
    """
    from render_manager.gui.imaging.tone import thumbnail

    picture = read_picture(path, largest=2 * largest, wanted=wanted)
    wanted()
    image = thumbnail(picture)
    if max(image.width(), image.height()) <= largest:
        return image
    return image.scaled(
        largest, largest, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


class _Reader:
    """Decodes the channels of one layer, some lines at a time."""

    def __init__(self, path: Path, source: Any, layer: Layer, wanted: Callable[[], object]) -> None:
        self._path = path
        self._source = source
        self._wanted = wanted
        self._part = layer.part
        self._first, self._end = min(layer.places), max(layer.places) + 1
        self._columns = [place - self._first for place in layer.places]
        spec = source.spec()
        formats = {str(spec.channelformat(place)) for place in layer.places}
        (kind,) = formats if len(formats) == 1 else (str(spec.format),)
        self._kind = kind if kind in _KEPT else "float"

    def read(self, every: int) -> "numpy.ndarray[Any, Any]":
        """Keeps every n-th pixel of every n-th line, those in the middle of what they stand for."""
        import numpy

        spec = self._source.spec()
        if spec.depth > 1 or spec.deep:
            raise NotAnImage.of(self._path, "deep and volume images have no picture")
        if spec.tile_width:
            return self._picked(self._decoded(self._source.read_image, ()), every, every // 2)
        blocks: list[numpy.ndarray[Any, Any]] = []
        phase = every // 2  # of the next line that is kept
        for top in range(0, spec.height, _LINES):
            self._wanted()
            lines = (spec.y + top, min(spec.y + top + _LINES, spec.y + spec.height), 0)
            block = self._decoded(self._source.read_scanlines, lines)
            blocks.append(self._picked(block, every, phase))
            phase = (phase - block.shape[0]) % every
        return numpy.concatenate(blocks) if len(blocks) > 1 else blocks[0]

    def _decoded(self, read: Any, lines: tuple[int, ...]) -> Any:
        pixels = read(self._part, 0, *lines, self._first, self._end, self._kind)
        if pixels is None:
            raise ImageIncomplete.of(self._path, _reason(self._source.geterror()))
        return pixels

    def _picked(self, block: Any, every: int, phase: int) -> Any:
        import numpy

        columns = slice(None) if self._columns == list(range(block.shape[2])) else self._columns
        kept = block[phase::every, min(every // 2, block.shape[1] - 1) :: every][..., columns]
        return numpy.ascontiguousarray(kept)


def _check_there(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ImageMissing.of(path, say(str(error.strerror or error))) from error
    if not size:
        raise ImageIncomplete.of(path, QCoreApplication.translate("Imaging", "the file is empty"))


def _all_layers(source: Any) -> list[Layer]:
    layers: list[Layer] = []
    part = 0
    while source.seek_subimage(part, 0):
        spec = source.spec()
        layers += layers_of(part, spec.get_string_attribute("oiio:subimagename"), spec.channelnames)
        part += 1
    return layers


def _is_linear(spec: Any) -> bool:
    space = spec.get_string_attribute("oiio:ColorSpace").lower()
    if "srgb" in space or ("rec709" in space and not space.startswith("lin")):
        return False
    return space.startswith(("lin", "scene_linear")) or str(spec.format) in ("half", "float", "double")


def _metadata(spec: Any) -> dict[str, str]:
    return {
        each.name: str(each.value)
        for each in spec.extra_attribs
        if isinstance(each.value, str | int | float) and not each.name.lower().startswith(_LEFT_OUT)
    }


def _reason(text: str) -> str:
    """The first line of what OpenImageIO says, as part of a sentence."""
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else "no reason given"
