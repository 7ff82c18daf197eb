"""Frame numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.errors import FrameRangeError
from render_manager.domain.frame_range import LARGEST_FRAME, FrameRange

NUMBERS = st.sets(st.integers(-2000, 2000), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("7", [7]),
        ("1-4", [1, 2, 3, 4]),
        ("1-10x3", [1, 4, 7, 10]),
        ("4-1", [1, 2, 3, 4]),
        ("24-1x5", [4, 9, 14, 19, 24]),
        ("1-9x-4", [1, 5, 9]),
        ("1,5,10-12", [1, 5, 10, 11, 12]),
        (" 1 - 3 ,  7 ", [1, 2, 3, 7]),
        ("1 5 9", [1, 5, 9]),
        ("1-5,3-7,5", [1, 2, 3, 4, 5, 6, 7]),
        ("9,1,5", [1, 5, 9]),
        ("-3--1", [-3, -2, -1]),
        ("-2-1", [-2, -1, 0, 1]),
        ("+5", [5]),
        ("007", [7]),
        ("1-3,,5,", [1, 2, 3, 5]),
        ("１－３，３０", [1, 2, 3, 30]),
        ("1–3", [1, 2, 3]),
        ("1—3", [1, 2, 3]),
        ("1〜3；7", [1, 2, 3, 7]),
        ("1~3、7", [1, 2, 3, 7]),
        ("1-9×4", [1, 5, 9]),
        ("1-9X4", [1, 5, 9]),
    ],
)
def test_forms_that_are_understood(text: str, frames: list[int]) -> None:
    assert list(FrameRange.parse(text)) == frames


def test_full_width_text_of_a_chinese_keyboard() -> None:
    assert FrameRange.parse("１－２４，３０") == FrameRange.parse("1-24,30")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No frames given"),
        ("  ,", "No frames given"),
        ("abc", '"abc"'),
        ("1-", '"1-"'),
        ("1..5", '"1..5"'),
        ("1.5", '"1.5"'),
        ("1-5x", '"1-5x"'),
        ("x2", '"x2"'),
        ("10-1x0", "step of 0"),
        ("1-5y2", '"1-5y2"'),
        (f"{LARGEST_FRAME + 1}", "beyond"),
        (f"1-{10**12}", "beyond"),
        ("9" * 5000, "beyond"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(FrameRangeError, match=said.replace(".", r"\.")):
        FrameRange.parse(text)


def test_more_frames_than_the_limit_are_refused_without_being_counted_out() -> None:
    with pytest.raises(FrameRangeError, match="1,000,000,000 frames; the limit is 1,000,000"):
        FrameRange.parse("1-1000000000")
    assert len(FrameRange.parse("1-10", limit=10)) == 10
    with pytest.raises(FrameRangeError, match="11 frames; the limit is 10"):
        FrameRange.parse("1-11", limit=10)


def test_a_frame_named_twice_counts_once_against_the_limit() -> None:
    assert len(FrameRange.parse("1-10,1-10,5-10,10", limit=10)) == 10
    with pytest.raises(FrameRangeError, match="names 11 frames"):
        FrameRange.parse("1-8,4-11", limit=10)


def test_a_million_frames_are_one_run() -> None:
    frames = FrameRange.parse("1-1000000")
    assert len(frames.runs) == 1
    assert len(frames) == 1_000_000
    assert 1_000_000 in frames
    assert 1_000_001 not in frames


@given(NUMBERS)
def test_text_of_a_set_reads_back_as_the_same_set(numbers: set[int]) -> None:
    frames = FrameRange.of(numbers)
    again = FrameRange.parse(str(frames))
    assert list(frames) == sorted(numbers)
    assert again == frames
    assert len(again) == len(numbers)


@given(NUMBERS, st.integers(-2001, 2001))
def test_membership_is_that_of_the_set(numbers: set[int], asked: int) -> None:
    assert (asked in FrameRange.of(numbers)) == (asked in numbers)


@given(st.integers(-500, 500), st.integers(-500, 500), st.integers(1, 40))
def test_a_typed_range_is_canonical_after_one_reading(first: int, last: int, step: int) -> None:
    frames = FrameRange.parse(f"{first}-{last}x{step}")
    assert FrameRange.parse(str(frames)) == frames
    assert first in frames
    assert set(frames) == set(range(first, last + (1 if last >= first else -1), step if last >= first else -step))


@given(st.text(max_size=30))
def test_any_text_gives_frames_or_the_one_error(text: str) -> None:
    try:
        frames = FrameRange.parse(text, limit=1000)
    except FrameRangeError:
        return  # any other error fails the test
    assert 0 < len(frames) <= 1000


def test_nothing_of_nothing() -> None:
    assert list(FrameRange.of([])) == []
    assert 1 not in FrameRange.of([])
    assert "1" not in FrameRange.of([1])
