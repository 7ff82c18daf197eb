"""The frames of a task by status and in an order, as numbers alone: asked of both databases."""

import pytest
from sqlalchemy import update

from render_manager.domain.frame_lists import FrameSort, FrameStates
from render_manager.domain.states import FrameStatus
from render_manager.store import frame_lists
from render_manager.store.repository import SqlTaskStore
from render_manager.store.tables import render_frames
from tests.store.samples import add


def _set(store: SqlTaskStore, task_id: str, number: int, **values: object) -> None:
    frames = render_frames.c
    with store.engine.begin() as connection:
        connection.execute(
            update(render_frames).where(frames.task_id == task_id, frames.frame_number == number).values(values)
        )


def test_the_commonest_state_is_told_once(store: SqlTaskStore) -> None:
    task = add(store, "1-20")
    add(store, "1-5")
    assert store.frame_states(task.id) == FrameStates(FrameStatus.PENDING, {})
    _set(store, task.id, 7, status="failed")
    _set(store, task.id, 12, status="completed")
    _set(store, task.id, 3, status="completed")
    states = store.frame_states(task.id)
    assert states.most is FrameStatus.PENDING
    assert {status: list(numbers) for status, numbers in states.named.items()} == {
        FrameStatus.FAILED: [7],
        FrameStatus.COMPLETED: [3, 12],
    }


def test_a_task_that_is_gone_has_no_states(store: SqlTaskStore) -> None:
    assert store.frame_states("0" * 10) == FrameStates()


def test_more_numbers_than_one_portion(store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_lists, "PORTION", 11)
    task = add(store, "-20-200x3")
    numbers = store.frame_numbers(task.id, FrameSort.STATUS)
    assert list(numbers) == list(range(-20, 201, 3))


@pytest.mark.parametrize(
    ("by", "ascending", "descending"),
    [
        (FrameSort.STATUS, [2, 4, 3, 1], [1, 3, 2, 4]),
        (FrameSort.PROGRESS, [1, 2, 4, 3], [3, 4, 1, 2]),
        (FrameSort.ATTEMPT, [2, 3, 4, 1], [1, 3, 4, 2]),
        (FrameSort.WORKER, [3, 1, 4, 2], [1, 4, 3, 2]),
        (FrameSort.TOOK, [3, 1, 2, 4], [1, 3, 2, 4]),
        (FrameSort.STARTED, [1, 3, 2, 4], [3, 1, 2, 4]),
        (FrameSort.CAUSE, [1, 2, 3, 4], [1, 2, 3, 4]),
        (FrameSort.IMAGE, [3, 1, 2, 4], [3, 1, 2, 4]),
    ],
)
def test_orders(store: SqlTaskStore, by: FrameSort, ascending: list[int], descending: list[int]) -> None:
    """Of equals the lowest number first; what has no value is last, whichever way."""
    task = add(store, "1-4")
    times = {"started_at": 10.0, "finished_at": 19.0}
    _set(store, task.id, 1, status="failed", attempt=3, worker="node-b", error_message="No light", **times)
    _set(
        store,
        task.id,
        3,
        status="completed",
        attempt=1,
        worker="Node-a",
        output_path="/r/3.png",
        started_at=20.0,
        finished_at=21.0,
    )
    _set(store, task.id, 4, progress=0.5, attempt=1, worker="node-b")
    assert list(store.frame_numbers(task.id, by)) == ascending
    assert list(store.frame_numbers(task.id, by, descending=True)) == descending


def test_how_many_frames_come_before_one(store: SqlTaskStore) -> None:
    task = add(store, "1-5")
    add(store, "1-5")
    _set(store, task.id, 2, attempts_used=1)
    _set(store, task.id, 3, attempts_used=2)
    _set(store, task.id, 1, status="rendering")
    before = {number: store.frames_before(task.id, number) for number in (2, 3, 4, 5)}
    assert before == {4: 0, 5: 1, 2: 2, 3: 3}
    with store.transaction() as tx:
        taken = [number for number, _ in tx.take_frames(task.id, "w1", 60.0, 9)]
    assert taken == sorted(before, key=lambda number: before[number]), "as they are handed out"
    assert store.frames_before("0" * 10, 1) == 0
