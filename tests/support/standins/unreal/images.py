"""Small but real images, with the standard library only: PNG, JPEG, BMP and multi-layer EXR."""

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

Size = tuple[int, int]


def image(extension: str, size: Size, frame: int, *, black: bool = False, layers: Sequence[str] = ()) -> bytes:
    """An image of ``frame``: frames differ in colour.

    Args:
        extension: png, jpeg, bmp or exr.
        layers: for EXR, passes beside the main one.
    """
    colour = (0, 0, 0) if black else (60 + frame * 37 % 180, 60 + frame * 61 % 180, 60 + frame * 89 % 180)
    match extension:
        case "png":
            return _png(size, colour)
        case "bmp":
            return _bmp(size, colour)
        case "jpeg":
            return _jpeg(size, colour[1])
        case _:
            return _exr(size, colour, tuple(layers))


def _palette(colour: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """From black to the colour: the image is a ramp, and only this table has to be made anew for a frame."""
    red, green, blue = colour
    return [(red * step // 255, green * step // 255, blue * step // 255) for step in range(256)]


def _ramp(width: int) -> bytes:
    return bytes(x * 255 // max(width - 1, 1) for x in range(width))


@lru_cache(maxsize=4)
def _png_pixels(size: Size) -> bytes:
    width, height = size
    return zlib.compress((b"\0" + _ramp(width)) * height, 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(size: Size, colour: tuple[int, int, int]) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 3, 0, 0, 0))
    palette = _chunk(b"PLTE", b"".join(bytes(entry) for entry in _palette(colour)))
    return b"\x89PNG\r\n\x1a\n" + header + palette + _chunk(b"IDAT", _png_pixels(size)) + _chunk(b"IEND", b"")


def _bmp(size: Size, colour: tuple[int, int, int]) -> bytes:
    width, height = size
    row = _ramp(width) + b"\0" * (-width % 4)
    palette = b"".join(bytes((blue, green, red, 0)) for red, green, blue in _palette(colour))
    start = 14 + 40 + len(palette)
    head = struct.pack("<2sIHHI", b"BM", start + len(row) * height, 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, len(row) * height, 2835, 2835, 256, 0)
    return head + info + palette + row * height


def _jpeg(size: Size, grey: int) -> bytes:
    """One grey level: a block is its difference to the one before, which is nothing from the second on."""
    width, height = size
    level = grey - 128  # with a quantisation of 8, the mean of a block of 8 by 8
    bits_of_level = abs(level).bit_length()
    amplitude = level if level >= 0 else level + (1 << bits_of_level) - 1
    # All code lengths are 4: twelve differences by their number, and of the rest only "end of block".
    first = f"{bits_of_level:04b}" + (f"{amplitude:0{bits_of_level}b}" if bits_of_level else "") + "0000"
    bits = first + "00000000" * (-(-width // 8) * -(-height // 8) - 1)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")

    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content

    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xDB, b"\0" + b"\x08" * 64),
            segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
            segment(0xC4, b"\x00" + bytes((0, 0, 0, 12, *[0] * 12)) + bytes(range(12))),
            segment(0xC4, b"\x10" + bytes((0, 0, 0, 1, *[0] * 12)) + b"\0"),
            segment(0xDA, bytes((1, 1, 0, 0, 63, 0))),
            data,
            b"\xff\xd9",
        )
    )


def _exr(size: Size, colour: tuple[int, int, int], layers: tuple[str, ...]) -> bytes:
    """Half floats, one line to a ZIP block; all lines are alike, so one is compressed."""
    width, height = size
    prefixes = ("", *(f"{layer}." for layer in layers))
    values = dict(zip("RGB", (part / 255 for part in colour), strict=True)) | {"A": 1.0}
    channels = sorted(prefix + name for prefix in prefixes for name in "RGBA")

    def attribute(name: str, kind: str, data: bytes) -> bytes:
        return f"{name}\0{kind}\0".encode() + struct.pack("<I", len(data)) + data

    listed = b"".join(channel.encode() + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for channel in channels) + b"\0"
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    header = b"".join(
        (
            b"\x76\x2f\x31\x01\x02\0\0\0",
            attribute("channels", "chlist", listed),
            attribute("compression", "compression", b"\x02"),
            attribute("dataWindow", "box2i", window),
            attribute("displayWindow", "box2i", window),
            attribute("lineOrder", "lineOrder", b"\0"),
            attribute("pixelAspectRatio", "float", struct.pack("<f", 1)),
            attribute("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
            attribute("screenWindowWidth", "float", struct.pack("<f", 1)),
            b"\0",
        )
    )
    line = b"".join(struct.pack("<e", values[channel[-1]]) * width for channel in channels)
    packed = _exr_packed(line)
    start, step = len(header) + 8 * height, 8 + len(packed)
    table = b"".join(struct.pack("<Q", start + step * y) for y in range(height))
    return header + table + b"".join(struct.pack("<iI", y, len(packed)) + packed for y in range(height))


def _exr_packed(line: bytes) -> bytes:
    halves = line[0::2] + line[1::2]
    moved = bytes([halves[0]]) + bytes((b - a + 128) & 255 for a, b in pairwise(halves))
    packed = zlib.compress(moved, 4)
    return packed if len(packed) < len(line) else line  # a reader takes a block of full length as it is
