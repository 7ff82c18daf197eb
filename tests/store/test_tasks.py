"""Tasks and frames: written, looked up, listed, paged."""

import time

import pytest

from render_manager.domain.entities import new_task_id
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameCounts, FrameStatus, TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import add, make_task, rows_counted, take


def test_a_task_comes_back_as_it_was_added(store: SqlTaskStore) -> None:
    given = make_task(
        "1-10x3,20",
        name="镜头 01",
        unionid="王小明",
        is_compressed=True,
        project_file="场景/shot.blend",
        task_info={"samples": 8, "scene": "场景", "allow_missing": True},
        priority=9,
    )
    before = store.now()
    with store.transaction() as tx:
        tx.add_task(given, list(FrameRange.parse(given.frames)))
    found = store.task(given.id)
    assert before <= found.submitted_at <= store.now()
    assert found.updated_at == pytest.approx(found.submitted_at, abs=1)
    assert found == make_task(**{**vars(given), "submitted_at": found.submitted_at, "updated_at": found.updated_at})
    assert [frame.frame_number for frame in store.frames(given.id)] == [1, 4, 7, 10, 20]
    assert {(frame.status, frame.attempt) for frame in store.frames(given.id)} == {(FrameStatus.PENDING, 0)}


def test_negative_and_backward_frames(store: SqlTaskStore) -> None:
    task = add(store, "-5--1,24-1x5,1000000000")
    numbers = [frame.frame_number for frame in store.frames(task.id)]
    assert numbers == [-5, -4, -3, -2, -1, 4, 9, 14, 19, 24, 1000000000]


def test_a_task_is_found_by_the_beginning_of_its_id(store: SqlTaskStore) -> None:
    add(store, id="abcdefgh01")
    add(store, id="abcdefgh02")
    add(store, id="xyz1234567")
    assert store.task("xyz").id == "xyz1234567"
    assert store.task(" XYZ ").id == "xyz1234567"
    assert store.task("abcdefgh02").id == "abcdefgh02"
    with pytest.raises(TaskNotFound, match="Several tasks begin with 'abc'"):
        store.task("abc")


@pytest.mark.parametrize("asked", ["", " ", "q", "%", "_", "a%", "abcdefgh_1", "abcdefgh011", "' OR 1=1 --", "\\"])
def test_what_begins_no_id_is_not_found(store: SqlTaskStore, asked: str) -> None:
    add(store, id="abcdefgh01")
    with pytest.raises(TaskNotFound, match="does not exist"):
        store.task(asked)


def test_a_transaction_asks_for_the_whole_id(store: SqlTaskStore) -> None:
    task = add(store)
    with store.transaction() as tx, pytest.raises(TaskNotFound):
        tx.lock_task(task.id[:5])


def test_lists_are_newest_first_and_narrowed(store: SqlTaskStore) -> None:
    tasks = []
    for unionid in ("li", "wang", "li"):
        tasks.append(add(store, unionid=unionid))
        time.sleep(0.002)
    first, second, third = (task.id for task in tasks)
    with store.transaction() as tx:
        tx.save_task(make_task(**{**vars(tasks[0]), "status": TaskStatus.CANCELLED}))

    def ids(**narrowed: object) -> list[str]:
        return [task.id for task in store.tasks(**narrowed)]

    assert ids() == [third, second, first]
    assert ids(limit=2) == [third, second]
    assert ids(unionid="li") == [third, first]
    assert ids(ids=[first, second]) == [second, first]
    assert ids(ids=[]) == ids(statuses=[]) == [third, second, first]
    assert ids(statuses=[TaskStatus.CANCELLED]) == [first]
    assert ids(finished_before=store.now() + 1) == [first]
    assert ids(finished_before=store.now() - 60) == []


def test_more_tasks_are_named_than_a_statement_takes(store: SqlTaskStore) -> None:
    tasks = [add(store, "1") for _ in range(3)]
    others = [new_task_id() for _ in range(70_000)]
    asked = [tasks[0].id, *others[:40_000], tasks[2].id, *others[40_000:], tasks[1].id]
    assert store.tasks(ids=asked) == tasks[::-1]
    assert store.tasks(ids=asked, limit=2) == tasks[:0:-1]


def test_frames_are_paged_and_narrowed(store: SqlTaskStore) -> None:
    task = add(store, "1-100x3")  # 1, 4, … 100
    for _ in range(3):
        take(store, task)

    def numbers(**narrowed: object) -> list[int]:
        return [frame.frame_number for frame in store.frames(task.id, **narrowed)]

    assert numbers(first=0, limit=3) == [1, 4, 7]
    assert numbers(first=3, limit=3) == [10, 13, 16]
    assert numbers(first=33) == [100]
    assert numbers(first=34) == []
    assert numbers(limit=0) == []
    assert numbers(statuses=[FrameStatus.RENDERING]) == [1, 4, 7]
    assert numbers(statuses=[FrameStatus.PENDING], limit=1) == [10]
    assert numbers(numbers=FrameRange.parse("2-10x2,100")) == [4, 10, 100]
    assert numbers(numbers=FrameRange.parse("90-120"), statuses=[FrameStatus.PENDING]) == [91, 94, 97, 100]
    assert store.frames("nosuchtask") == []


def test_many_single_frames_are_found_in_order(store: SqlTaskStore) -> None:
    odd = FrameRange.of(number * number for number in range(500))  # runs of one frame, more than a statement takes
    task = add(store, str(odd))
    assert [frame.frame_number for frame in store.frames(task.id, numbers=odd)] == list(odd)


def test_saving_a_final_status_keeps_the_time_it_was_reached(store: SqlTaskStore) -> None:
    task = add(store)
    for status, finished in [
        (TaskStatus.FAILED, True),
        (TaskStatus.COMPLETED, True),
        (TaskStatus.RUNNING, False),
        (TaskStatus.CANCELLED, True),
    ]:
        before = store.task(task.id).finished_at
        with store.transaction() as tx:
            tx.save_task(make_task(**{**vars(task), "status": status, "counts": task.counts}))
        after = store.task(task.id)
        assert after.status is status
        assert (after.finished_at is not None) is finished
        if before and finished:
            assert after.finished_at == before


def test_words_that_no_database_takes_are_replaced_not_refused(store: SqlTaskStore) -> None:
    task = add(store, "1")
    claim = take(store, task)
    with store.transaction() as tx:
        said = {"error_message": "a\0b 镜头", "log_path": "/log/\udcff.txt"}
        assert tx.move_frames(task.id, FrameStatus.RENDERING, FrameStatus.FAILED, claim=claim, values=said) == 1
    frame = store.frames(task.id)[0]
    assert (frame.error_message, frame.log_path) == ("a\ufffdb 镜头", "/log/?.txt")


def test_a_failed_transaction_leaves_nothing(store: SqlTaskStore) -> None:
    task = make_task()

    def add_and_fail() -> None:
        with store.transaction() as tx:
            tx.add_task(task, [1, 2, 3, 4])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert store.tasks() == []
    assert store.frames(task.id) == []


def test_a_million_frames_are_added_at_once(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'big.sqlite3'}")
    upgrade(engine)
    store = SqlTaskStore(engine)
    began = time.monotonic()
    task = add(store, "1-1000000")
    took = time.monotonic() - began
    assert task.total_frames == 1_000_000
    assert [frame.frame_number for frame in store.frames(task.id, first=999_999, limit=5)] == [1_000_000]
    assert took < 20, "a row at a time takes a minute"
    store.close()


def test_counters_are_those_of_the_rows(store: SqlTaskStore) -> None:
    task = add(store, "1-10")
    take(store, task)
    assert store.task(task.id).counts == rows_counted(store, task.id) == FrameCounts(pending=9, rendering=1)
