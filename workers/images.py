"""Looking at images: is this really one, and what do they look like side by side."""

import math
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import OpenImageIO

from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from render_manager.storage.disk import readable

OUTPUT = FailureClass.OUTPUT
#: Bytes; with less a disk counts as full: what no longer fits are the renderer's last few writes.
FULL_BELOW = 8 << 20
#: Bytes of pixels that are decoded at a time, about. A large image with many passes has gigabytes, and its renderer,
#: which holds them too, is at the next frame already.
PIECE = 64 << 20
#: Rows that formats compress together, but for few.
_ROWS = 32


def check_image(path: Path | str, *, not_before: float, size: tuple[int, int] | None = None) -> bool:
    """Make sure that an image is there, is new, is whole and has the right size; whether it is black all over, as
    images are that were rendered without a graphics card.

    Args:
        not_before: the oldest time of change it may have, by the clock of its disk, in seconds since 1970.
        size: width and height in pixels it should have; None: any.

    Raises:
        RenderFailed: it is not so; the message says what is wrong.
    """
    file = os.fspath(path)
    name = os.path.basename(file)
    try:
        status = os.stat(file)
    except OSError:
        raise _not_whole(file, f"The renderer reported success but wrote no file {name}.") from None
    if status.st_size == 0:
        raise _not_whole(file, f"The renderer reported success but left an empty file {name}.")
    if status.st_mtime < not_before:
        raise RenderFailed(f"The file {name} is older than this attempt: the renderer did not write it.", OUTPUT)
    width, height, black = _read_whole(file, name)
    if size is not None and (width, height) != size:
        raise RenderFailed(f"The image {name} is {width}×{height} pixels instead of {size[0]}×{size[1]}.", OUTPUT)
    return black


def _not_whole(file: str, reason: str) -> RenderFailed:
    """A full disk explains it: renderers have been seen to say that they saved a file that did not fit."""
    folder = os.path.dirname(file)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return RenderFailed(reason, OUTPUT)
    if free >= FULL_BELOW:
        return RenderFailed(reason, OUTPUT)
    why = f"The disk of {folder} is full ({readable(free)} left): clean up finished tasks or choose another disk."
    return RenderFailed(f"{why} {reason}", FailureClass.STORAGE)


def _read_whole(file: str, name: str) -> tuple[int, int, bool]:
    """Decode every pixel of every part; width and height of the first one's full frame, and whether all its colours
    are black."""
    image: Any = OpenImageIO.ImageInput.open(file)
    if image is None:
        reason = _reason(OpenImageIO.geterror())
        raise _not_whole(file, f"The file {name} can't be read as an image: {reason}.")
    try:
        spec = image.spec()
        part, black = 0, False
        while image.seek_subimage(part, 0):
            coloured = False
            for pixels in _pieces(image, part):
                if pixels is None:
                    reason = _reason(image.geterror())
                    raise _not_whole(file, f"The image {name} is cut short or damaged: {reason}.")
                coloured = coloured or (part == 0 and bool(pixels[..., :3].any()))
            black = not coloured if part == 0 else black
            part += 1
        return spec.full_width, spec.full_height, black
    finally:
        image.close()


def _pieces(image: Any, part: int) -> Iterator[Any]:
    """The pixels of a part, some rows at a time; None in the place of those that can't be read."""
    spec = image.spec()
    channels, kind = spec.nchannels, spec.format  # to the last channel: -1 would mean the first one alone
    if spec.image_bytes() <= PIECE or spec.deep or spec.depth > 1:
        yield image.read_image(part, 0, 0, channels, kind)
        return
    block = spec.tile_height or _ROWS
    rows = max(PIECE // spec.scanline_bytes() // block, 1) * block
    for top in range(spec.y, spec.y + spec.height, rows):
        below = min(top + rows, spec.y + spec.height)
        if spec.tile_width:
            columns = spec.x, spec.x + spec.width
            yield image.read_tiles(part, 0, *columns, top, below, spec.z, spec.z + 1, 0, channels, kind)
        else:
            yield image.read_scanlines(part, 0, top, below, spec.z, 0, channels, kind)


def _reason(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no reason given"


def contact_sheet(images: Sequence[Path], target: Path, *, cell_width: int = 320, gap: int = 6) -> None:
    """Write all images, made small, side by side into one PNG.

    Raises:
        RenderFailed: an image can't be read, or the sheet can't be written.
    """
    first = _open(images[0])
    cell_height = max(round(cell_width * first.spec().full_height / max(first.spec().full_width, 1)), 1)
    columns = min(math.ceil(math.sqrt(len(images) * 1.5)), len(images))
    rows = math.ceil(len(images) / columns)
    width, height = columns * (cell_width + gap) + gap, rows * (cell_height + gap) + gap
    sheet: Any = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, "uint8"))
    OpenImageIO.ImageBufAlgo.fill(sheet, (0.09, 0.09, 0.10))
    for position, path in enumerate(images):
        row, column = divmod(position, columns)
        cell: Any = OpenImageIO.ImageBufAlgo.fit(
            _in_colour(_open(path)), filtername="triangle", roi=OpenImageIO.ROI(0, cell_width, 0, cell_height)
        )
        OpenImageIO.ImageBufAlgo.paste(
            sheet, gap + column * (cell_width + gap), gap + row * (cell_height + gap), 0, 0, cell
        )
    if not sheet.write(str(target)):
        raise RenderFailed(f"The contact sheet {target} can't be written: {_reason(sheet.geterror())}.")


def _open(path: Path) -> Any:
    image: Any = OpenImageIO.ImageBuf(str(path))
    if not image.read(0, 0, True, "float"):
        raise RenderFailed(f"The image {path.name} can't be read: {_reason(image.geterror())}.")
    return image


def _in_colour(image: Any) -> Any:
    """Three channels, for the display: the first three, or a grey one thrice; linear formats are encoded."""
    channels = image.spec().nchannels
    algorithms: Any = OpenImageIO.ImageBufAlgo
    image = algorithms.channels(image, (0, 1, 2) if channels >= 3 else (0, 0, 0))
    if image.spec().format != OpenImageIO.UINT8 and str(image.spec().getattribute("oiio:ColorSpace") or "").startswith(
        "lin"
    ):
        return OpenImageIO.ImageBufAlgo.colorconvert(image, "linear", "sRGB")
    return image
