"""States, the moves between them, and a task's status rolled up from its frames; priorities and their queues."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.errors import IllegalMove, InvalidTask
from render_manager.domain.priority import Band, band_of, check_priority
from render_manager.domain.states import FINAL, FRAME_MOVES, RUNNABLE, FrameCounts, FrameStatus, TaskStatus, roll_up

P, R, C, F, S, X = FrameStatus
ALLOWED = {
    *[(P, R), (P, F), (P, S), (P, X)],
    *[(R, C), (R, F), (R, P), (R, X)],
    *[(C, P), (F, P), (F, S), (S, P), (X, P)],
}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(FrameStatus, repeat=2)))
def test_a_frame_makes_the_allowed_moves_and_no_other(source: FrameStatus, target: FrameStatus) -> None:
    counts = FrameCounts(2, 2, 2, 2, 2, 2)
    if (source, target) not in ALLOWED:
        with pytest.raises(IllegalMove, match=f"{source} to {target}"):
            counts.moved(source, target, 1)
        return
    moved = counts.moved(source, target, 2)
    assert moved.of(source) == 0
    assert moved.of(target) == 4
    assert {status for status in FrameStatus if moved.of(status) != 2} == {source, target}


@given(
    st.tuples(*[st.integers(0, 10_000)] * 6),
    st.lists(st.tuples(st.sampled_from(sorted(ALLOWED)), st.integers(0, 100))),
)
def test_moves_keep_the_total(
    numbers: tuple[int, ...], moves: list[tuple[tuple[FrameStatus, FrameStatus], int]]
) -> None:
    counts = FrameCounts(*numbers)
    assert counts.total == sum(numbers)
    for (source, target), count in moves:
        counts = counts.moved(source, target, count)
    assert counts.total == sum(numbers) == sum(counts.of(status) for status in FrameStatus)


def test_every_state_has_its_moves_and_tasks_are_runnable_final_or_paused() -> None:
    assert set(FRAME_MOVES) == set(FrameStatus)
    assert not RUNNABLE & FINAL
    assert set(TaskStatus) - RUNNABLE - FINAL == {TaskStatus.PAUSED}


T = TaskStatus


@pytest.mark.parametrize(
    ("current", "counts", "expected"),
    [
        (T.PENDING, FrameCounts(pending=3), T.PENDING),
        (T.PENDING, FrameCounts(pending=2, rendering=1), T.PREPARING),
        (T.PREPARING, FrameCounts(pending=2, rendering=1), T.PREPARING),
        (T.PREPARING, FrameCounts(pending=3), T.PENDING),
        (T.RUNNING, FrameCounts(pending=2, rendering=1), T.RUNNING),
        (T.RUNNING, FrameCounts(rendering=1, failed=2), T.RUNNING),
        (T.RUNNING, FrameCounts(pending=2, completed=1), T.RUNNING),
        (T.PREPARING, FrameCounts(pending=2, failed=1), T.RUNNING),
        (T.PENDING, FrameCounts(pending=2, skipped=1), T.PENDING),
        (T.RUNNING, FrameCounts(pending=1, cancelled=2), T.PENDING),
        (T.RUNNING, FrameCounts(completed=3), T.COMPLETED),
        (T.RUNNING, FrameCounts(completed=2, skipped=1), T.COMPLETED),
        (T.PENDING, FrameCounts(skipped=3), T.COMPLETED),
        (T.RUNNING, FrameCounts(completed=2, failed=1), T.FAILED),
        (T.RUNNING, FrameCounts(completed=2, failed=1, cancelled=1), T.FAILED),
        (T.RUNNING, FrameCounts(completed=2, cancelled=1), T.CANCELLED),
        (T.PAUSED, FrameCounts(pending=3), T.PAUSED),
        (T.PAUSED, FrameCounts(pending=2, rendering=1), T.PAUSED),
        (T.PAUSED, FrameCounts(completed=3), T.COMPLETED),
        (T.PAUSED, FrameCounts(completed=2, failed=1), T.FAILED),
        (T.CANCELLED, FrameCounts(cancelled=3), T.CANCELLED),
        (T.CANCELLED, FrameCounts(completed=3), T.CANCELLED),
        (T.CANCELLED, FrameCounts(pending=1, cancelled=2), T.CANCELLED),
        (T.FAILED, FrameCounts(completed=2, skipped=1), T.COMPLETED),
        (T.COMPLETED, FrameCounts(completed=2, pending=1), T.RUNNING),
    ],
)
def test_a_task_has_the_status_its_frames_give_it(current: T, counts: FrameCounts, expected: T) -> None:
    assert roll_up(current, counts) is expected


@given(st.sampled_from(TaskStatus), st.tuples(*[st.integers(0, 3)] * 6).filter(any))
def test_rolling_up_twice_is_rolling_up_once(current: TaskStatus, numbers: tuple[int, ...]) -> None:
    counts = FrameCounts(*numbers)
    status = roll_up(current, counts)
    assert roll_up(status, counts) is status
    if status in FINAL and current is not TaskStatus.CANCELLED:
        assert counts.pending + counts.rendering == 0


@pytest.mark.parametrize(
    ("priority", "band"),
    [*[(n, Band.LOW) for n in range(4)], *[(n, Band.DEFAULT) for n in range(4, 8)], (8, Band.HIGH), (10, Band.HIGH)],
)
def test_a_priority_rings_the_queue_of_its_band(priority: int, band: Band) -> None:
    assert band_of(priority) is band
    assert check_priority(priority) == priority


@pytest.mark.parametrize("priority", [-1, 11, 1000])
def test_a_priority_out_of_range_is_refused(priority: int) -> None:
    with pytest.raises(InvalidTask, match=r"0 \(lowest\) to 10 \(highest\)"):
        band_of(priority)


def test_bands_share_no_priority_and_leave_none_out() -> None:
    assert sorted(itertools.chain.from_iterable(band.priorities for band in Band)) == list(range(11))
    assert [band.value for band in Band] == ["high_priority", "default", "low_priority"]
