"""The order in which frames are handed out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.frame_order import FrameOrder, in_order

NUMBERS = st.lists(st.integers(-1000, 100_000), unique=True, max_size=300).map(sorted)


@given(NUMBERS, st.sampled_from(FrameOrder))
def test_every_frame_is_handed_out_once(numbers: list[int], order: FrameOrder) -> None:
    assert sorted(in_order(numbers, order)) == numbers


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (FrameOrder.FORWARD, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (FrameOrder.REVERSE, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (FrameOrder.SPREAD, [1, 9, 5, 3, 7, 2, 4, 6, 8]),
    ],
)
def test_what_each_order_means(order: FrameOrder, expected: list[int]) -> None:
    assert list(in_order(range(1, 10), order)) == expected


@given(st.integers(3, 2000))
def test_spread_shows_the_whole_shot_early(count: int) -> None:
    """After any number of frames, no gap between two of them is much wider than twice an even share."""
    spread = list(in_order(range(count), FrameOrder.SPREAD))
    assert spread[:3] == [0, count - 1, spread[2]]
    assert abs(spread[2] - (count - 1) / 2) <= 1
    for rendered in (5, 9, 17):
        if rendered < count:
            shown = sorted(spread[:rendered])
            widest = max(after - before for before, after in pairwise(shown))
            assert widest <= 2 * (count - 1) / (rendered - 1) + 2


def test_frames_with_steps_are_spread_by_their_place_not_their_number() -> None:
    assert list(in_order([1, 2, 3, 1000, 2000], FrameOrder.SPREAD)) == [1, 2000, 3, 2, 1000]
