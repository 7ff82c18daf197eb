"""What lists show: the one sentence that matters."""

import pytest

from render_manager.domain.errors import FrameNotFound, FrameRangeError, TaskNotFound
from render_manager.domain.estimate import Estimate
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.domain.task_search import TaskOrder, TaskSearch
from tests.services.conftest import House
from tests.store.samples import worker


def note(house: House, task_id: str) -> str:
    return house.queries.task(task_id).note


def test_a_task_says_what_goes_on(house: House) -> None:
    task = house.submit("1-2")
    house.claim()
    assert note(house, task.id) == ""
    house.lifecycle.set_activity(task.id, "Unpacking")
    assert note(house, task.id) == "Unpacking"
    house.control.pause(task.id)
    house.lifecycle.set_activity(task.id, None)
    assert note(house, task.id) == "", "a frame is being rendered"
    assert house.queries.task(task.id).waiting == "Paused: resume it."


def test_times_of_a_task(house: House) -> None:
    task = house.submit("1")
    row = house.queries.task(task.id)
    assert 0 <= row.age < 60
    assert row.elapsed is None
    house.render(task, "c")
    first, second = house.queries.task(task.id), house.queries.task(task.id)
    assert first.elapsed is not None
    assert first.elapsed == second.elapsed, "a settled task's time stands still"


def test_how_long_it_will_still_take(any_house: House) -> None:
    house = any_house
    task, other = house.submit("1-20"), house.submit("1-2", priority=1)
    assert house.queries.task(task.id).estimate is None
    for seconds in (10, 10, 10, 40):
        claim = house.claim()
        house.lifecycle.frame_started(claim, "/log")
        house.completed(claim, "/renders/a.png")
        house.took(claim, seconds)
    assert house.queries.task(task.id).estimate is None, "nobody is at it"
    house.claim(worker("w1"))
    house.claim(worker("w2"))
    row = house.queries.task(task.id)
    assert row.workers == 2
    # 14 wait, two are half done, two render at once.
    assert row.estimate == Estimate(likely=75.0, at_most=300.0, sample=4)
    assert house.queries.task_ids(TaskSearch(), TaskOrder.ETA) == [task.id, other.id]
    assert house.queries.task_ids(TaskSearch(), TaskOrder.WORKERS, descending=True) == [task.id, other.id]
    assert house.queries.task_ids(TaskSearch(), TaskOrder.ELAPSED, descending=True) == [task.id, other.id]


def test_lists_and_lookups(any_house: House) -> None:
    house = any_house
    task = house.submit("1-5", unionid="wang")
    house.submit("1")
    assert [row.task.id for row in house.queries.tasks(unionid="wang")] == [task.id]
    assert house.queries.tasks(statuses=[TaskStatus.FAILED]) == []
    assert len(house.queries.tasks(limit=1)) == 1
    assert house.queries.task(task.id[:9]).task.id == task.id
    with pytest.raises(TaskNotFound):
        house.queries.task("nosuchtask")
    pending = house.queries.frames(task.id, frames="2-9", statuses=[FrameStatus.PENDING], first=1, limit=2)
    assert [frame.frame_number for frame in pending] == [3, 4]
    with pytest.raises(FrameRangeError):
        house.queries.frames(task.id, frames="two")
    with pytest.raises(FrameNotFound, match="has no frame 6"):
        house.queries.frame(task.id, 6)


def test_what_a_task_waits_for(house: House) -> None:
    first = house.submit("1", name="first")
    second = house.submit("1", name="second", after=(first.id,))
    row = house.queries.task(second.id)
    assert [other.id for other in row.after] == [first.id]
    assert row.awaits == row.after
    house.control.pause(second.id)
    assert house.queries.task(second.id).awaits, "a paused one waits as well"
    house.control.cancel(second.id)
    assert not house.queries.task(second.id).awaits
    house.control.retry(second.id)
    house.render(first, "c")
    row = house.queries.task(second.id)
    assert (len(row.after), row.awaits) == (1, ())
    house.control.release(second.id)
    assert not house.queries.task(second.id).after
