"""Taking text out of a log: a part of it onto the clipboard, or all of it into a file."""

from collections.abc import Sequence
from pathlib import Path

from render_manager.domain.errors import LogUnavailable, NotEnoughSpace
from render_manager.services.log_blocks import Block
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_text import lines_of

#: Bytes that are copied at once; desktops grow slow with more.
MOST_COPIED = 64 * 1024 * 1024

#: A line of a block, and a character of it.
Spot = tuple[int, int]


def text_between(source: LogBytes, blocks: Sequence[Block], first: Spot, last: Spot) -> str:
    """From a place in the first block to one in the last.

    Raises:
        LogUnavailable: it can't be read, or is too much.
    """
    check_size(blocks[-1].end - blocks[0].start)
    pages = [lines_of(source.read(block.start, block.end)) for block in blocks]
    pages[-1] = pages[-1][: last[0] + 1]
    if pages[-1]:
        pages[-1][-1] = pages[-1][-1][: last[1]]
    pages[0] = pages[0][first[0] :]
    if pages[0]:
        pages[0][0] = pages[0][0][first[1] :]
    return "\n".join(line for page in pages for line in page)


def whole_text(source: LogBytes) -> str:
    """Raises LogUnavailable: it can't be read, or is too much."""
    check_size(source.size())
    return text_of(source)


def text_of(source: LogBytes) -> str:
    """However much it is. Raises LogUnavailable, BrokerUnavailable: it can't be read."""
    return "\n".join(lines_of(source.read(0, source.size())))


def check_size(size: int) -> None:
    if size > MOST_COPIED:
        raise LogUnavailable(
            f"{size // (1024 * 1024):,} MB are too much for the clipboard (at most "
            f"{MOST_COPIED // (1024 * 1024)} MB): save the log to a file instead."
        )


def save(source: LogBytes, target: Path) -> Path:
    """Write the log as it is, byte by byte. The file is there whole or not at all.

    Raises:
        LogUnavailable: it can't be read.
        NotEnoughSpace: the file can't be written.
    """
    size, part = source.size(), target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            for start in range(0, size, source.step):
                file.write(source.read(start, min(start + source.step, size)))
        part.replace(target)
    except OSError as error:
        raise NotEnoughSpace(f"{target} can't be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return target
