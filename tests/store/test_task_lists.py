"""Which tasks are listed, in what order, and how many there are of each kind: asked of both databases."""

from dataclasses import replace

import pytest

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FrameCounts, TaskStatus
from render_manager.domain.task_search import TaskGroup, TaskOrder, TaskSearch
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import add


@pytest.fixture
def tasks(store: SqlTaskStore) -> dict[str, RenderTask]:
    """Four, the last one submitted last."""
    kitchen = add(store, "1-10", name="Kitchen_010", unionid="li", priority=3)
    street = add(store, "1-2", name="street", unionid="li na", priority=9, render_engine="maya")
    forest = add(store, "1-4", name="forest 50%", unionid="mei")
    harbour = add(store, "1-4", name="海港", unionid="mei")
    _save(store, kitchen, TaskStatus.RUNNING, FrameCounts(pending=4, completed=5, failed=1), activity="Unpacking")
    _save(store, street, TaskStatus.FAILED, FrameCounts(completed=1, failed=1), error_message="Texture wood missing")
    _save(store, forest, TaskStatus.COMPLETED, FrameCounts(completed=4))
    return {"kitchen": kitchen, "street": street, "forest": forest, "harbour": harbour}


def _save(store: SqlTaskStore, task: RenderTask, status: TaskStatus, counts: FrameCounts, **more: str) -> None:
    with store.transaction() as tx:
        tx.save_task(replace(tx.lock_task(task.id), status=status, counts=counts, **more))


def found(store: SqlTaskStore, tasks: dict[str, RenderTask], text: str, group: TaskGroup = TaskGroup.ALL) -> list[str]:
    names = {task.id: name for name, task in tasks.items()}
    return [names[key] for key in store.task_ids(TaskSearch.parse(text, group), TaskOrder.AGE)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["harbour", "forest", "street", "kitchen"]),
        ("KITCHEN", ["kitchen"]),
        ("海", ["harbour"]),
        ("50%", ["forest"]),
        ("%", ["forest"]),
        ("_", ["kitchen"]),
        ("wood", ["street"]),
        ("unpack", ["kitchen"]),
        ("user:li", ["street", "kitchen"]),
        ("user:mei status:completed", ["forest"]),
        ("engine:maya", ["street"]),
        ("maya", ["street"]),
        ("status:failed status:running", ["street", "kitchen"]),
        ("status:nonsense", []),
        ("kitchen street", []),
    ],
)
def test_what_is_found(store: SqlTaskStore, tasks: dict[str, RenderTask], text: str, names: list[str]) -> None:
    assert found(store, tasks, text) == names


def test_an_id_is_found(store: SqlTaskStore, tasks: dict[str, RenderTask]) -> None:
    assert found(store, tasks, tasks["street"].id) == ["street"]


def test_groups_and_their_numbers(store: SqlTaskStore, tasks: dict[str, RenderTask]) -> None:
    groups = {group: found(store, tasks, "", group) for group in TaskGroup}
    assert groups[TaskGroup.ACTIVE] == ["harbour", "kitchen"]
    assert groups[TaskGroup.FAILED] == ["street", "kitchen"]
    assert groups[TaskGroup.FINISHED] == ["forest", "street"]
    for text in ("", "user:li", "user:nobody"):
        tally = store.tally(TaskSearch.parse(text))
        assert {group: tally.of(group) for group in TaskGroup} == {
            group: len(found(store, tasks, text, group)) for group in TaskGroup
        }


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (TaskOrder.NAME, ["forest", "kitchen", "street", "harbour"]),
        (TaskOrder.USER, ["kitchen", "street", "harbour", "forest"]),
        (TaskOrder.ENGINE, ["harbour", "forest", "kitchen", "street"]),
        (TaskOrder.STATUS, ["harbour", "kitchen", "forest", "street"]),
        (TaskOrder.PRIORITY, ["kitchen", "harbour", "forest", "street"]),
        (TaskOrder.PROGRESS, ["harbour", "street", "kitchen", "forest"]),
        (TaskOrder.FRAMES, ["street", "harbour", "forest", "kitchen"]),
        (TaskOrder.AGE, ["harbour", "forest", "street", "kitchen"]),
        (TaskOrder.FAILED, ["harbour", "forest", "street", "kitchen"]),
        (TaskOrder.WORKERS, ["harbour", "forest", "street", "kitchen"]),
        (TaskOrder.ELAPSED, ["harbour", "forest", "street", "kitchen"]),
        (TaskOrder.ETA, ["harbour", "forest", "street", "kitchen"]),
        (TaskOrder.NOTE, ["harbour", "forest", "street", "kitchen"]),
    ],
)
def test_orders(store: SqlTaskStore, tasks: dict[str, RenderTask], order: TaskOrder, names: list[str]) -> None:
    ids = {task.id: name for name, task in tasks.items()}
    assert [ids[key] for key in store.task_ids(TaskSearch(), order)] == names
    descending = [ids[key] for key in store.task_ids(TaskSearch(), order, descending=True)]
    equals = {
        TaskOrder.USER: "harbour",
        TaskOrder.FAILED: "street",
        TaskOrder.WORKERS: "harbour",
        TaskOrder.ELAPSED: "harbour",
        TaskOrder.ETA: "harbour",
    }
    assert descending[0] == equals.get(order, names[-1]), "of equals the newest comes first"
    assert sorted(descending) == sorted(names)
