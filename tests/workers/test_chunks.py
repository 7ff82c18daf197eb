"""How many frames a process renders, and which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.chunks import ChunkSize, runs, step_of


@given(st.sets(st.integers(0, 200), min_size=1))
def test_runs_hold_each_frame_once_and_have_one_step(frames: set[int]) -> None:
    parts = runs(sorted(frames))
    assert sorted(number for part in parts for number in part) == sorted(frames)
    for part in parts:
        assert part == list(range(part[0], part[-1] + 1, step_of(part)))


@pytest.mark.parametrize(("frames", "count"), [(range(1, 101), 1), (range(1, 100, 3), 1), ([1, 2, 3, 50], 2), ([7], 1)])
def test_what_has_one_step_is_one_run(frames: list[int], count: int) -> None:
    assert len(runs(list(frames))) == count


def test_starting_takes_a_twentieth_of_a_chunk_at_most() -> None:
    size = ChunkSize(None, first=5, most_seconds=1800)
    assert size.frames == 5
    size.measured(startup=10.0, frame=2.0)
    assert 10.0 / (10.0 + 2.0 * size.frames) <= 0.05
    assert size.frames == 95


def test_no_more_is_risked_than_can_be_borne() -> None:
    size = ChunkSize(None, first=5, most_seconds=1800)
    size.measured(startup=60.0, frame=300.0)
    assert size.frames == 4
    size.measured(startup=60.0, frame=4000.0)
    assert size.frames == 1


def test_what_the_task_asks_for_counts() -> None:
    size = ChunkSize(7, first=5, most_seconds=1800)
    size.measured(startup=10.0, frame=2.0)
    assert size.frames == 7


@pytest.mark.parametrize("asked", [None, 7])
def test_what_a_process_can_render_at_most_counts_more(asked: int | None) -> None:
    size = ChunkSize(asked, first=5, most_seconds=1800, largest=1)
    assert size.frames == 1
    size.measured(startup=10.0, frame=2.0)
    assert size.frames == 1
