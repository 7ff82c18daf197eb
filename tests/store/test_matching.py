"""Which tasks a worker is given: the database's answer, which must agree with what people are told."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render_manager.domain.entities import RenderTask, WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.errors import TaskNotFound
from render_manager.domain.frame_order import FrameOrder, in_order
from render_manager.domain.matching import can_serve
from render_manager.domain.priority import Band
from render_manager.domain.requirements import GIBIBYTE
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import add, make_task, save_worker, take, worker

TAGS = st.lists(st.sampled_from(["gpu", "big", "linux", "it's"[:2]]), unique=True).map(tuple)
VERSIONS = st.sampled_from(["3.6.5", "4.2.0", "4.2.1", "5.0"])
WORKERS = st.builds(
    worker,
    bands=st.sets(st.sampled_from(Band)).map(tuple),
    engines=st.dictionaries(st.sampled_from(["blender", "maya"]), VERSIONS),
    tags=TAGS,
    memory=st.sampled_from([None, 8 * GIBIBYTE, 64 * GIBIBYTE]),
)
REQUIRES = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from(["4.2", ">=4.2.1", "3.6-4.2", "<4"]),
        "tags": TAGS.map(list),
        "memory_gb": st.sampled_from([4, 32]),
    },
)
TASKS = st.builds(
    lambda requires, **fields: make_task("1", task_info={"requires": requires}, **fields),
    requires=REQUIRES,
    priority=st.integers(0, 10),
    render_engine=st.sampled_from(["blender", "maya"]),
)


def next_for(store: SqlTaskStore, profile: WorkerProfile, *, fair: bool = False) -> str | None:
    with store.transaction() as tx:
        return tx.next_task(profile, fair=fair)


def put(store: SqlTaskStore, task: RenderTask, numbers: list[int], after: tuple[str, ...] = ()) -> RenderTask:
    with store.transaction() as tx:
        tx.add_task(task, numbers, after)
    return store.task(task.id)


def settle(store: SqlTaskStore, task: RenderTask, status: TaskStatus) -> None:
    with store.transaction() as tx:
        tx.save_task(replace(tx.lock_task(task.id), status=status))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(task=TASKS, profile=WORKERS)
def test_the_database_and_the_domain_agree_on_who_can_serve(
    store: SqlTaskStore, task: RenderTask, profile: WorkerProfile
) -> None:
    added = put(store, task, [1])
    assert (next_for(store, profile) == added.id) is can_serve(added, profile)
    settle(store, added, TaskStatus.CANCELLED)  # out of the next example's way


def test_a_task_waits_until_all_it_is_after_are_completed(store: SqlTaskStore) -> None:
    first, second = add(store, "1"), add(store, "1")
    waiting = put(store, make_task("1", priority=10), [1], after=(first.id, second.id))
    free = put(store, make_task("1", priority=9), [1])
    assert next_for(store, worker()) == free.id
    assert [task.id for task in store.dependencies([waiting.id, free.id])[waiting.id]] == [first.id, second.id]
    assert store.dependencies([free.id]) == {}
    assert store.dependents(first.id) == [waiting.id]
    settle(store, first, TaskStatus.COMPLETED)
    settle(store, second, TaskStatus.FAILED)
    assert next_for(store, worker()) == free.id
    with store.transaction() as tx:
        assert not tx.may_start(waiting.id)
    settle(store, second, TaskStatus.COMPLETED)
    assert next_for(store, worker()) == waiting.id
    with store.transaction() as tx:
        assert tx.may_start(waiting.id)
        assert tx.forget_dependencies(waiting.id) == 2
        assert tx.forget_dependencies(waiting.id) == 0


def test_a_task_after_one_that_is_none_is_not_written(store: SqlTaskStore) -> None:
    task = make_task("1")
    with pytest.raises(TaskNotFound, match="nosuchtask"):
        put(store, task, [1], after=("nosuchtask",))
    assert store.tasks() == []


def test_at_most_so_many_workers_at_once(store: SqlTaskStore) -> None:
    limited = put(store, make_task("1-9", priority=9, max_workers=2), list(range(1, 10)))
    other = add(store, "1", priority=1)
    take(store, limited, "w1")
    take(store, limited, "w1")
    assert next_for(store, worker("w2")) == limited.id
    claim = take(store, limited, "w2")
    assert next_for(store, worker("w3")) == other.id
    assert next_for(store, worker("w1")) == limited.id, "one that is at it may go on"
    with store.transaction() as tx:
        tx.move_frames(limited.id, FrameStatus.RENDERING, FrameStatus.COMPLETED, claim=claim)
    assert next_for(store, worker("w3")) == limited.id


def test_fair_shares_go_to_the_user_who_has_least(store: SqlTaskStore) -> None:
    li = [add(store, "1-4", unionid="li") for _ in range(2)]
    mei = add(store, "1-4", unionid="mei")
    urgent = add(store, "1", unionid="li", priority=8)
    assert next_for(store, worker(), fair=True) == urgent.id, "priority comes before shares"
    take(store, urgent)
    for expected in (mei, li[0], mei, li[1]):
        assert next_for(store, worker(), fair=True) == expected.id
        take(store, expected)
    assert next_for(store, worker()) == li[0].id, "without the setting, who submitted first"


@pytest.mark.parametrize("order", FrameOrder)
def test_frames_are_taken_in_the_order_they_were_added(store: SqlTaskStore, order: FrameOrder) -> None:
    numbers = list(in_order([1, 2, 3, 7, 8], order))
    task = put(store, make_task("1-3,7,8", frame_order=order), numbers)
    assert task.frame_order is order
    assert [claim.frame_number for _ in numbers if (claim := take(store, task))] == numbers
    assert [frame.frame_number for frame in store.frames(task.id)] == [1, 2, 3, 7, 8]


def test_a_frame_that_was_tried_comes_after_those_that_were_not(store: SqlTaskStore) -> None:
    task = add(store, "1-3")
    claim = take(store, task)
    with store.transaction() as tx:
        tx.move_frames(task.id, FrameStatus.RENDERING, FrameStatus.PENDING, claim=claim)
        assert [tx.take_frames(task.id, "w1", 60.0, count) for count in (1, 5, 5)] == [[(2, 1)], [(3, 1), (1, 2)], []]


def test_taking_a_frame_whose_renderer_stands_ready_begins_it(store: SqlTaskStore) -> None:
    task = add(store, "7")
    with store.transaction() as tx:
        assert tx.take_frames(task.id, "w1", 60.0, 1, lambda number, attempt: f"/log/{number}.{attempt}") == [(7, 1)]
    frame = store.frames(task.id)[0]
    assert frame.log_path == "/log/7.1"
    assert frame.started_at == pytest.approx(store.now(), abs=5)


@pytest.mark.parametrize("order", [{"enabled": False}, {"draining": True}])
def test_a_worker_that_is_to_take_nothing_is_given_nothing(store: SqlTaskStore, order: dict[str, bool]) -> None:
    task = add(store)
    save_worker(store, worker("w1"))
    assert next_for(store, worker("w1")) == task.id
    with store.transaction() as tx:
        assert tx.order_worker("w1", **order)
        assert not tx.order_worker("nobody", **order)
    assert next_for(store, worker("w1")) is None
    assert next_for(store, worker("w2")) == task.id


def test_a_worker_whose_name_another_has_now_is_given_nothing(store: SqlTaskStore) -> None:
    task = add(store)
    save_worker(store, worker("w1", instance="later"))
    assert next_for(store, worker("w1", instance="earlier")) is None
    assert next_for(store, worker("w1", instance="later")) == task.id


def test_who_was_first_stays_first_however_quickly_they_came(store: SqlTaskStore) -> None:
    added = [add(store, "1") for _ in range(30)]
    served = []
    while found := next_for(store, worker()):
        served.append(found)
        take(store, store.task(found))
    assert served == [task.id for task in added]


def test_a_million_frames_are_one_statement_per_hundred_thousand(store: SqlTaskStore) -> None:
    numbers = list(range(1, 250_001))
    task = put(store, make_task("1-250000"), numbers)
    page = store.frames(task.id, first=199_999, limit=2)
    assert [frame.frame_number for frame in page] == [200_000, 200_001]
    assert take(store, task).frame_number == 1


def test_a_worker_low_on_disk_takes_only_what_its_host_has(store: SqlTaskStore) -> None:
    first, second = add(store, "1", priority=9), add(store, "1")
    save_worker(store, worker(), disk_free=10)
    assert next_for(store, worker()) == first.id
    save_worker(store, worker(), disk_free=1, disk_low=True)
    assert next_for(store, worker()) is None
    with store.transaction() as tx:
        tx.save_workspace(Workspace(second.id, "h1", "/w", 1, WorkspaceState.READY))
        tx.save_workspace(Workspace(first.id, "elsewhere", "/w", 1, WorkspaceState.READY))
    assert next_for(store, worker()) == second.id
    assert next_for(store, worker("w2", "h2")) == first.id


@pytest.mark.parametrize("fair", [False, True])
def test_what_comes_next_is_told_in_the_order_in_which_it_is_given(store: SqlTaskStore, fair: bool) -> None:
    for number in range(12):
        add(
            store,
            "1",
            priority=(number * 5) % 11,
            unionid=f"u{number % 3}",
            render_engine=("blender", "maya")[number % 2],
        )
    paused = add(store, "1", priority=9)
    settle(store, paused, TaskStatus.PAUSED)
    told = store.next_tasks(worker(), 99, fair=fair)
    assert len(told) == 6
    assert store.next_tasks(worker(), 4, fair=fair) == told[:4]
    served = []
    while found := next_for(store, worker(), fair=fair):
        served.append((found, store.task(found).priority))
        settle(store, store.task(found), TaskStatus.CANCELLED)
    assert served == told
