"""Real images of one colour, whole and decodable, made with the standard library alone."""

import struct
import zlib

Colour = tuple[int, int, int]


def encode(kind: str, width: int, height: int, colour: Colour) -> bytes:
    """An image file.

    Args:
        kind: exr, png, tif or jpeg; a jpeg is always grey.
        colour: red, green and blue from 0 to 255; in an exr they become 0 to 1.
    """
    return {"exr": _exr, "png": _png, "tif": _tif, "jpeg": _jpeg}[kind](width, height, colour)


def _exr(width: int, height: int, colour: Colour) -> bytes:
    """Single part, scan lines, not compressed, 32 bits a channel."""
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    channels = b"".join(name + struct.pack("<BiB3xii", 0, 2, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    attributes = (
        (b"channels", b"chlist", channels),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", struct.pack("<ff", 0, 0)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    )
    header = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    header += b"".join(
        name + b"\0" + kind + b"\0" + struct.pack("<I", len(data)) + data for name, kind, data in attributes
    )
    header += b"\0"
    red, green, blue = (struct.pack("<f", part / 255) * width for part in colour)
    line = blue + green + red  # in the alphabetical order of their names
    size = 8 + len(line)
    first = len(header) + 8 * height
    offsets = struct.pack(f"<{height}Q", *range(first, first + height * size, size))
    return header + offsets + b"".join(struct.pack("<iI", row, len(line)) + line for row in range(height))


def _png(width: int, height: int, colour: Colour) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def _tif(width: int, height: int, colour: Colour) -> bytes:
    """Little-endian, one strip, not compressed."""
    pixels = bytes(colour) * (width * height)
    short, long = 3, 4
    entries = [
        (256, long, 1, width),
        (257, long, 1, height),
        (258, short, 3, 0),  # where the three bit depths lie; filled in below
        (259, short, 1, 1),
        (262, short, 1, 2),
        (273, long, 1, 8),
        (277, short, 1, 3),
        (278, long, 1, height),
        (279, long, 1, len(pixels)),
        (284, short, 1, 1),
    ]
    directory = 8 + len(pixels) + len(pixels) % 2
    depths = directory + 2 + 12 * len(entries) + 4
    packed = b"".join(
        struct.pack("<HHI", tag, kind, count) + struct.pack("<I", depths if tag == 258 else value)
        for tag, kind, count, value in entries
    )
    return (
        b"II*\0"
        + struct.pack("<I", directory)
        + pixels.ljust(directory - 8, b"\0")
        + struct.pack("<H", len(entries))
        + packed
        + struct.pack("<I", 0)
        + struct.pack("<HHH", 8, 8, 8)
    )


def _jpeg(width: int, height: int, colour: Colour) -> bytes:
    """Baseline, mid-grey: then each block of 8 by 8 pixels is two zero bits, "as the one before" and "nothing else"."""
    del colour

    def segment(mark: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data

    one_code = bytes([1, *[0] * 15, 0])  # one code, of one bit, for the symbol 0
    blocks = -(-width // 8) * -(-height // 8)
    full, left = divmod(2 * blocks, 8)
    scan = b"\0" * full + (bytes([0xFF >> left]) if left else b"")
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + segment(0xDB, b"\0" + b"\x10" * 64)
        + segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
        + segment(0xC4, b"\x00" + one_code)
        + segment(0xC4, b"\x10" + one_code)
        + segment(0xDA, b"\1\1\0\0\x3f\0")
        + scan
        + b"\xff\xd9"
    )
