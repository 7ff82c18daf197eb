"""Logs as bytes: encodings, escapes, the index of lines, and two of them compared."""

from hypothesis import given
from hypothesis import strategies as st

from render_manager.services import log_blocks
from render_manager.services.log_blocks import BLOCK, blocks_of, is_error, is_warning
from render_manager.services.log_compare import compare
from render_manager.services.log_text import lines_of


def test_each_line_has_its_own_encoding() -> None:
    data = "渲染完成\n".encode() + "贴图丢失\n".encode("gb18030") + b"plain\r\n"
    assert lines_of(data) == ["渲染完成", "贴图丢失", "plain"]
    assert lines_of(b"\xff\xff\n") == ["\ufffd\ufffd"]


def test_escapes_go_and_the_number_of_lines_stays() -> None:
    assert lines_of(b"\x1b[1;31mred\x1b[0m\n\x1b]0;title\nnext\x07\n") == ["red", "", "next\ufffd"]
    assert lines_of(b"a\tb\n10 %\r20 %\n\x00") == ["a       b", "10 % 20 %", "\ufffd"]


@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), max_size=80), st.booleans())
def test_every_line_of_a_block_is_counted_as_it_is_shown(lines: list[bytes], ended: bool) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    shown = [lines_of(data[block.start : block.end]) for block in blocks_of(data, 0)]
    for block, page in zip(blocks_of(data, 0), shown, strict=True):
        assert block.lines - 1 <= len(page) <= block.lines
    assert b"".join(data[block.start : block.end] for block in blocks_of(data, 0)) == data


def test_blocks_end_with_lines_and_know_which_speak_of_trouble() -> None:
    lines = [f"{number:07d} all is well with this sample" for number in range(10_000)]
    lines[0], lines[5000], lines[9999] = "Error: first", "WARNING: slow", "Traceback (most recent call last):"
    data = "\n".join(lines).encode()
    blocks = blocks_of(data, 1000)
    assert blocks[0].start == 1000
    assert blocks[-1].end == 1000 + len(data)
    assert all(data[block.end - 1001 : block.end - 1000] == b"\n" for block in blocks[:-1])
    assert all(block.end - block.start <= BLOCK for block in blocks)
    errors, warnings, first = [], [], 0
    for block in blocks:
        errors += [first + line for line in block.errors]
        warnings += [first + line for line in block.warnings]
        first += block.lines
    assert (first, errors, warnings) == (10_000, [0, 9999], [5000])


def test_what_is_an_error() -> None:
    for bad in (
        b"RuntimeError: no light",
        b"ERROR | texture missing",
        b"LogCore: Fatal: out of video memory",
        b"Segmentation fault (core dumped)",
        b"Render can't start",
        b"[ERR] licence",
    ):
        assert is_error(bad), bad
    for fine in (
        b"0 errors, 3 warnings",
        b"Errors: 0",
        b"mirror terrorbyte",
        b"Saved: 'failed_take.png.0001'",
        b"no error",
    ):
        assert not is_error(fine), fine
    assert is_warning(b"Warning: slow")
    assert not is_warning(b"warnings: 0")


def test_a_block_looks_at_few_lines_only() -> None:
    looked: list[bytes] = []
    data = b"fine\n" * 50 + b"err, not one\n" + b"fine\n" * 50
    found = log_blocks._lines_with(data, data.lower(), (b"err", b"not"), lambda line: bool(looked.append(line)) or True)
    assert (found, looked) == ([50], [b"err, not one"])


def test_compared_logs_have_the_same_rows() -> None:
    left = ["Blender 4.2", "Time: 00:01.84 | 12.5M", "loading at 0x7f3a", "Error: no light", "end"]
    right = ["Blender 4.2", "Time: 00:09.02 | 99.1M", "loading at 0x8b1c", "end", "saved"]
    both = compare(left, right)
    assert both.left == [*left, None]
    assert both.right == [*right[:3], None, "end", "saved"]
    assert both.different == [3, 5], "times, sizes and addresses are no difference"
