"""The models: exact signals, order, filter, and Qt's own checks of both."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderFrame
from render_manager.domain.frame_lists import FrameStates
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.domain.task_search import TaskOrder, TaskSearch
from render_manager.gui.models import table
from render_manager.gui.models.frame_numbers import STATUSES, numbers_of, positions_of, range_of, states_of
from render_manager.gui.models.frames import KEPT, WANTED, FrameModel, Role
from render_manager.gui.models.task_table import Column, TaskTableModel
from render_manager.gui.state_style import FRAME_STYLES, TASK_STYLES
from tests.gui.farm import Farm

pytestmark = pytest.mark.usefixtures("qapp")
_FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


class Changed(list[tuple[int, int, int, int]]):
    """What dataChanged said: first row, first column, last row, last column."""

    def __call__(self, first: QModelIndex, last: QModelIndex, roles: object = None) -> None:
        self.append((first.row(), first.column(), last.row(), last.column()))


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[TaskTableModel]:
    model = TaskTableModel({"blender": "Blender"})
    tester = QAbstractItemModelTester(model, _FATAL)
    yield model
    tester.deleteLater()
    model.deleteLater()


@pytest.fixture
def frames(qapp: QApplication) -> Iterator[FrameModel]:
    model = FrameModel()
    tester = QAbstractItemModelTester(model, _FATAL)
    yield model
    tester.deleteLater()
    model.deleteLater()


def _names(model: TaskTableModel) -> list[str]:
    return [row.task.name for key in model.shown() if (row := model.row(key))]


def _read(farm: Farm, model: TaskTableModel) -> None:
    """As the window does it."""
    queries = farm.services.queries
    model.show(model.plan(queries.task_ids(model.search, model.order, descending=model.descending)))
    model.update(queries.tasks(ids=model.shown()), model.shown())


def test_columns_say_what_a_row_says(farm: Farm, tasks: TaskTableModel) -> None:
    farm.submit("shot_010", "1-100", priority=9)
    farm.render(3)
    farm.fail()
    _read(farm, tasks)
    text = [tasks.index(0, column).data() for column in Column]
    assert text[:8] == ["shot_010", "mei", "Blender", "Running", "9", "3 %", "3 / 100", "1"]
    assert tasks.index(0, Column.NOTE).data() == "No worker is online: start one."
    assert tasks.index(0, Column.PRIORITY).data(table.Role.ROW).task.priority == 9


def test_an_update_repaints_exactly_the_cells_that_differ(farm: Farm, tasks: TaskTableModel) -> None:
    two = farm.submit("two")  # next before and after, so that why it waits stays the same
    farm.submit("one")
    farm.submit("three")
    farm.beat()
    _read(farm, tasks)
    changed = Changed()
    tasks.dataChanged.connect(changed)
    _read(farm, tasks)
    assert changed == []
    farm.services.control.set_priority(two.id, 6)
    tasks.update(farm.services.queries.tasks(ids=[two.id]), [two.id])
    row = tasks.position(two.id)
    assert changed == [(row, Column.PRIORITY, row, Column.PRIORITY)]


def test_newest_first_and_new_ones_slide_in_on_top(farm: Farm, tasks: TaskTableModel) -> None:
    farm.submit("one")
    farm.submit("two")
    _read(farm, tasks)
    farm.submit("three")
    resets: list[object] = []
    tasks.modelReset.connect(lambda: resets.append(1))
    _read(farm, tasks)
    assert _names(tasks) == ["three", "two", "one"]
    assert not resets


def test_another_order_keeps_hold_of_rows(farm: Farm, tasks: TaskTableModel) -> None:
    for name, priority in (("b", 5), ("c", 9), ("a", 1)):
        farm.submit(name, priority=priority)
    _read(farm, tasks)
    held = QPersistentModelIndex(tasks.index(1, Column.NAME))
    name = held.data()
    asked: list[object] = []
    tasks.asked.connect(lambda: asked.append((tasks.order, tasks.descending)))
    tasks.sort(Column.NAME)
    _read(farm, tasks)
    assert _names(tasks) == ["a", "b", "c"]
    assert held.data() == name
    tasks.sort(Column.PRIORITY, Qt.SortOrder.DescendingOrder)
    tasks.sort(Column.PRIORITY, Qt.SortOrder.DescendingOrder)
    _read(farm, tasks)
    assert _names(tasks) == ["c", "b", "a"]
    assert held.data() == name
    assert asked == [(TaskOrder.NAME, False), (TaskOrder.PRIORITY, True)], "the same again asks for nothing"


def test_rows_come_go_and_move_at_once(farm: Farm, tasks: TaskTableModel) -> None:
    """As seen by a view, which is told of each step and may look at any row in between."""
    for number in range(8):
        farm.submit(f"t{number}")
    _read(farm, tasks)
    keys = list(tasks.shown())
    order = random.Random(3)
    for _ in range(30):
        chosen = order.sample(keys, order.randrange(1, 9))
        tasks.show(tasks.plan(chosen))
        assert list(tasks.shown()) == chosen
        assert [tasks.position(key) for key in chosen] == list(range(len(chosen)))
        assert tasks.position("another") is None


def test_a_search_is_the_databases(farm: Farm, tasks: TaskTableModel) -> None:
    for name, user in (("kitchen_010", "mei"), ("kitchen_020", "chen"), ("street", "mei")):
        farm.submit(name, unionid=user)
    tasks.search_for(TaskSearch.parse("KITCHEN user:mei"))
    _read(farm, tasks)
    assert _names(tasks) == ["kitchen_010"]


def test_a_task_that_is_gone_leaves(farm: Farm, tasks: TaskTableModel) -> None:
    one, two = farm.submit("one"), farm.submit("two")
    _read(farm, tasks)
    selection = QItemSelectionModel(tasks)
    selection.select(tasks.index(0, 0), QItemSelectionModel.SelectionFlag.SelectCurrent)
    tasks.update([], [two.id])
    assert _names(tasks) == ["one"]
    assert tasks.row(two.id) is None
    assert tasks.row(one.id) is not None


def test_rows_are_wanted_when_they_are_looked_at(farm: Farm, tasks: TaskTableModel, qtbot: QtBot) -> None:
    keys = [f"{number:06}" for number in range(5_000)]
    tasks.show(tasks.plan(keys))
    assert tasks.rowCount() == 5_000
    assert tasks.missing() == keys[:100], "what is seen at first"
    with qtbot.waitSignal(tasks.wanted):
        assert tasks.index(4_000, Column.NAME).data() == "…"
        assert tasks.index(4_000, Column.NOTE).data() is None
    assert tasks.missing() == ["004000"]
    assert tasks.missing() == []
    one = farm.services.queries.task(farm.submit("one").id)
    tasks.update([replace(one, task=replace(one.task, id="004000"))], ["004000"])
    assert tasks.index(4_000, Column.NAME).data() == "one"


def test_of_a_list_scrolled_through_only_the_end_is_wanted() -> None:
    tasks = TaskTableModel({})
    tasks.show(tasks.plan([f"{number:06}" for number in range(5_000)]))
    tasks.missing()
    for row in range(1_000, 3_000):
        tasks.index(row, Column.NAME).data()
    missing = tasks.missing()
    assert missing[0] == "002999"
    assert len(missing) == 400


def test_what_is_selected_is_read_and_kept(farm: Farm) -> None:
    tasks = TaskTableModel({"blender": "Blender"})  # not watched by Qt's tester, which takes longer than the model
    one = farm.services.queries.task(farm.submit("one").id)
    keys = [f"{number:06}" for number in range(12_000)]
    tasks.show(tasks.plan(keys))
    tasks.pin(keys[500:600])
    assert set(keys[500:600]) <= set(tasks.missing())
    for first in range(0, 12_000, 500):
        page = keys[first : first + 500]
        tasks.update([replace(one, task=replace(one.task, id=key)) for key in page], page)
    assert tasks.row(keys[550]) is not None
    assert tasks.row(keys[700]) is None, "read long ago, and nobody looks"
    assert tasks.row(keys[-1]) is not None


def _frame(number: int, status: FrameStatus = FrameStatus.COMPLETED, **more: object) -> RenderFrame:
    return RenderFrame("task", number, status, attempt=1, **more)  # type: ignore[arg-type]


def test_frames_repaint_exactly_what_differs(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-100"))
    changed = Changed()
    frames.dataChanged.connect(changed)
    frames.update([_frame(5), _frame(6), _frame(7), _frame(50, FrameStatus.FAILED)])
    assert changed == [(4, 0, 6, 0), (49, 0, 49, 0)]
    frames.update([_frame(5), _frame(6, lease_until=99.0), RenderFrame("task", 70)])
    assert len(changed) == 2, "nothing that can be seen changed"
    assert frames.status(49) is FrameStatus.FAILED
    assert frames.index(4).data(Role.STATUS) == FrameStatus.COMPLETED


def test_frames_of_another_task_are_not_taken(frames: FrameModel) -> None:
    frames.show("other", numbers_of("1-10"))
    frames.update([_frame(5)])
    assert frames.status(4) is FrameStatus.PENDING


def test_odd_frame_sets(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-9x2,20,-5"))
    assert list(frames.numbers) == [-5, 1, 3, 5, 7, 9, 20]
    assert [frames.position(number) for number in (-5, 3, 20, 2)] == [0, 2, 6, None]
    assert frames.index(6).data() == "20"


def test_next_in_a_state_goes_round(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-10"))
    assert frames.next_in(FrameStatus.FAILED, -1) is None
    frames.update([_frame(3, FrameStatus.FAILED), _frame(8, FrameStatus.FAILED)])
    assert [frames.next_in(FrameStatus.FAILED, after) for after in (-1, 2, 7)] == [2, 7, 2]


def test_a_frame_goes_back_to_waiting(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-3"))
    frames.update([_frame(2, FrameStatus.FAILED, error_message="no light")])
    assert "no light" in frames.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    frames.update([_frame(2, FrameStatus.PENDING)])
    assert frames.status(1) is FrameStatus.PENDING


def test_states_of_all_frames_repaint_exactly_what_differs(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-100"), states_of(range(1, 101), FrameStates(FrameStatus.COMPLETED)))
    frames.update([_frame(7), _frame(50, worker="node-01")])
    changed = Changed()
    frames.dataChanged.connect(changed)
    named = {FrameStatus.FAILED: [50, 51], FrameStatus.PENDING: [90]}
    frames.take_states(states_of(frames.numbers, FrameStates(FrameStatus.COMPLETED, named)))
    assert changed == [(49, 0, 50, 0), (89, 0, 89, 0)]
    assert frames.status(49) is FrameStatus.FAILED
    assert frames.known(6) is not None
    assert frames.known(49) is None, "what was known of it is no longer true"
    frames.take_states(bytearray(frames.states))
    assert len(changed) == 2


def test_many_changes_are_repainted_as_one(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-1000"))
    changed = Changed()
    frames.dataChanged.connect(changed)
    frames.take_states(states_of(frames.numbers, FrameStates(named={FrameStatus.FAILED: list(range(3, 900, 2))})))
    assert changed == [(2, 0, 898, 0)]


def test_states_of_odd_frames() -> None:
    numbers = numbers_of("1-9x2,20,-5")
    states = states_of(numbers, FrameStates(named={FrameStatus.FAILED: [-5, 4, 9], FrameStatus.COMPLETED: [20]}))
    assert [STATUSES[code] for code in states] == [
        FrameStatus.FAILED, *[FrameStatus.PENDING] * 4, FrameStatus.FAILED, FrameStatus.COMPLETED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted", "positions"),
    [
        ("1-1000000", range(999_999, 2_000_000, 1), [999_998, 999_999]),
        ("1-100x3", range(1, 20, 2), [0, 2, 4, 6]),
        ("10-20", range(-100, 12, 3), [1]),
        ("10-20", range(500, 600), []),
        ("1-9x2,20,-5", range(-5, 30, 5), [0, 3, 6]),
        ("1-9x2,20,-5", [20, 3, 4], [6, 2]),
    ],
)
def test_where_numbers_are(text: str, wanted: Sequence[int], positions: list[int]) -> None:
    assert positions_of(numbers_of(text), wanted).tolist() == positions


@pytest.mark.parametrize(
    ("text", "positions", "named"),
    [
        ("1-1000000", range(1_000_000), "1-1000000"),
        ("10-50x10", [0, 1, 2, 4], "10-30x10,50"),
        ("1-100", range(0, 100, 2), "1-99x2"),
        ("1-9x2,20,-5", [0, 1, 6], "-5,1,20"),
    ],
)
def test_frames_at_positions_are_named(text: str, positions: Sequence[int], named: str) -> None:
    assert FrameRange.parse(named) == FrameRange.parse(str(range_of(numbers_of(text), np.array(positions))))


@pytest.fixture
def unwatched(qapp: QApplication) -> Iterator[FrameModel]:
    """By Qt's tester, which looks at frames, too, and takes longer than the model."""
    model = FrameModel()
    yield model
    model.deleteLater()


def test_frames_are_wanted_when_they_are_looked_at(unwatched: FrameModel, qtbot: QtBot) -> None:
    frames = unwatched
    frames.show("task", numbers_of("1-100000"))
    with qtbot.waitSignal(frames.wanted):
        assert frames.frame(500).status is FrameStatus.PENDING
    assert frames.missing() == [501]
    assert frames.missing() == []
    frames.update([_frame(501, worker="node-01")])
    assert frames.frame(500).worker == "node-01"
    for position in range(2_000, 4_000):
        frames.known(position)
    missing = frames.missing()
    assert (len(missing), missing[-1]) == (WANTED, 4_000), "of a list scrolled through only the end"


def test_of_frames_looked_at_once_not_all_are_kept(unwatched: FrameModel) -> None:
    frames = unwatched
    frames.show("task", numbers_of("1-100000"))
    for first in range(1, KEPT + 1001, 500):
        frames.update([_frame(number) for number in range(first, first + 500)])
    assert frames.known(KEPT) is not None
    assert frames.known(1) is None
    assert frames.status(1) is FrameStatus.COMPLETED, "its state is always known"


def test_previous_in_a_state_goes_round(frames: FrameModel) -> None:
    frames.show("task", numbers_of("1-10"))
    assert frames.previous_in(FrameStatus.FAILED, 5) is None
    frames.update([_frame(3, FrameStatus.FAILED), _frame(8, FrameStatus.FAILED)])
    assert [frames.previous_in(FrameStatus.FAILED, before) for before in (9, 7, 2, 0)] == [7, 2, 7, 7]


def test_every_status_has_a_style() -> None:
    assert set(TASK_STYLES) == set(TaskStatus)
    assert set(FRAME_STYLES) == set(FrameStatus)
