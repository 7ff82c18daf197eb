"""The workers: their table, what can be asked of them, their history."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSettings, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import HostLoad, WorkerProfile, WorkerState, WorkerStatus
from render_manager.domain.priority import Band
from render_manager.domain.task_search import TaskSearch
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.table import Role
from render_manager.gui.models.worker_table import Column, WorkerTableModel
from render_manager.gui.state_style import WORKER_STYLES
from tests.gui.farm import WORKER, Farm

Open = Callable[..., MainWindow]
OTHER = WorkerProfile("node-02", "rack-b", (Band.LOW,), {}, problems=("Blender was not found.",), tags=("gpu",))


def _press(window: MainWindow, command: str) -> None:
    assert window.actions_[command].isEnabled(), command
    window.actions_[command].trigger()


def _open(open_window: Open, qtbot: QtBot, *names: str) -> MainWindow:
    """A window with the workers shown and these selected."""
    window = open_window()
    _press(window, "worker.show")
    qtbot.waitUntil(lambda: all(window.workers.position(name) is not None for name in names))
    window.workers_dock.table.select(list(names))
    return window


def _status(farm: Farm, name: str) -> WorkerStatus:
    return next(worker for worker in farm.services.queries.workers() if worker.profile.name == name)


def _state(farm: Farm, name: str) -> WorkerState:
    return _status(farm, name).state


def _shown(window: MainWindow, name: str, column: Column) -> str:
    return window.workers.index(window.workers.position(name) or 0, column).data()


def _yes(parent: QWidget, qtbot: QtBot) -> None:
    button = parent.findChild(QWidget, "yes")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


# -- the model -------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(qapp: QApplication) -> Iterator[WorkerTableModel]:
    model = WorkerTableModel({"blender": "Blender"}, {"task": "kitchen_010"}.get)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    tester.deleteLater()


def _worker(name: str = "node-01", **more: object) -> WorkerStatus:
    values = {"started_at": 900.0, "last_seen_at": 995.0, "alive": True, **more}
    return WorkerStatus(replace(WORKER, name=name), **values)  # type: ignore[arg-type]


def test_columns_say_what_a_worker_says(farm: Farm, model: WorkerTableModel) -> None:
    task = farm.submit("shot", "1-9")
    farm.beat(replace(OTHER, engines={"blender": "4.2"}), cpu_percent=91.4, memory_percent=47.0, disk_free=3 * 2**30)
    farm.claim(replace(OTHER, engines={"blender": "4.2"}, bands=tuple(Band)))
    model.show(farm.services.queries.workers(), farm.services.queries.now())
    said = {column.name: model.index(0, column).data() for column in Column}
    assert said == {
        "NAME": "node-02",
        "HOST": "rack-b",
        "STATE": "Rendering",
        "RENDERING": f"{task.id} 1",
        "CPU": "91 %",
        "MEMORY": "47 %",
        "GPU": "",
        "DISK": "3.0 GB",
        "SEEN": "now",
        "ENGINES": "Blender 4.2",
        "QUEUES": "low_priority",
        "TAGS": "gpu",
        "RELEASE": "",
    }
    assert model.index(0, Column.CPU).data(Role.ROW).load.cpu_percent == 91.4
    tips = [model.index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in Column]
    assert "Blender was not found." in tips[Column.NAME]
    assert "Blender was not found." in tips[Column.ENGINES]
    assert "process 0" in tips[Column.STATE]
    assert tips[Column.SEEN].startswith("Last seen 20")
    assert not model.index(0, Column.ENGINES).data(Qt.ItemDataRole.DecorationRole).isNull()


def test_a_heartbeat_repaints_exactly_what_differs(model: WorkerTableModel) -> None:
    workers = [_worker(f"node-0{number}", load=HostLoad(20.0, 30.0, 5)) for number in range(3)]
    model.show(workers, 1000.0)
    changed: list[tuple[int, int, int]] = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), first.column(), last.column())))
    beaten = [replace(worker, last_seen_at=999.0) for worker in workers]
    model.show(beaten, 1000.0)
    assert changed == [], "that it lives is no news"
    beaten[1] = replace(beaten[1], load=HostLoad(20.4, 31.0, 5))
    model.show(beaten, 1000.0)
    assert changed == [(1, Column.MEMORY, Column.MEMORY)]
    changed.clear()
    model.show([replace(beaten[0], alive=False), *beaten[1:]], 1030.0)
    assert changed == [(0, 0, len(Column) - 1)], "all of an offline worker is grey"
    assert model.index(0, Column.SEEN).data() == "31 s"


def test_order_filter_and_forgetting(model: WorkerTableModel) -> None:
    workers = [_worker("c"), _worker("a", enabled=False), _worker("b", alive=False)]
    model.show(workers, 1000.0)

    def names() -> list[str]:
        return [model.row_at(row).profile.name for row in range(model.rowCount())]

    assert names() == ["a", "b", "c"]
    model.sort(Column.STATE)
    assert names() == ["c", "a", "b"], "who works comes first, who is away last"
    model.filter_by("disabled")
    assert names() == ["a"]
    model.filter_by("blender render-01")
    assert len(names()) == 3
    selection = QItemSelectionModel(model)
    selection.select(model.index(2, 0), QItemSelectionModel.SelectionFlag.SelectCurrent)
    model.show(workers[:2], 1000.0)
    assert names() == ["c", "a"]
    assert list(model.tally()) == [WorkerState.IDLE, WorkerState.DISABLED]


def test_every_state_has_a_style() -> None:
    assert set(WORKER_STYLES) == set(WorkerState)


def test_a_task_is_named_as_soon_as_it_is_known(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.beat()
    qtbot.waitUntil(lambda: window.workers.rowCount() == 1)
    task = farm.submit("kitchen_010", "1-9")
    farm.claim()
    window.live.refresh()
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.RENDERING) == "kitchen_010 1")
    window.tasks.update([], [task.id])
    cells: list[QModelIndex] = []
    window.workers.dataChanged.connect(lambda first, last: cells.append(first))
    assert _shown(window, WORKER.name, Column.RENDERING) == f"{task.id} 1"
    window.live.refresh()
    qtbot.waitUntil(lambda: [cell.column() for cell in cells] == [Column.RENDERING])


# -- the dock --------------------------------------------------------------------------------------------------------


def test_shown_and_hidden_by_menu_key_and_strip(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    dock, action = window.workers_dock, window.actions_["worker.show"]
    assert not dock.isVisible()
    assert action in [each for menu in window.menuBar().findChildren(QMenu) for each in menu.actions()]
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.waitUntil(window.isActiveWindow)  # before, no key is a shortcut
    qtbot.keyClick(window, Qt.Key.Key_W, keys)
    assert dock.isVisible()
    assert action.isChecked()
    qtbot.mouseClick(window.findChild(QToolButton, "workers_online"), Qt.MouseButton.LeftButton)
    assert not dock.isVisible()
    assert not action.isChecked()
    action.trigger()
    qtbot.mouseClick(window.findChild(QToolButton, "workers_close"), Qt.MouseButton.LeftButton)
    assert not dock.isVisible()


def test_it_floats_and_is_remembered(farm: Farm, open_window: Open, settings: QSettings, qtbot: QtBot) -> None:
    farm.beat()
    first = _open(open_window, qtbot, WORKER.name)
    first.workers_dock.table.horizontalHeader().resizeSection(Column.NAME, 222)
    first.actions_["worker.history"].trigger()
    assert first.workers_dock.history.isHidden()
    button = first.findChild(QToolButton, "workers_float")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert first.workers_dock.isFloating()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not first.workers_dock.isFloating()
    with qtbot.waitSignal(first.closed):
        first.close()
    second = open_window()
    assert second.workers_dock.isVisible()
    assert second.workers_dock.table.columnWidth(Column.NAME) == 222


def test_no_workers_says_what_to_do(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = _open(open_window, qtbot)
    texts = [label.text() for label in window.workers_dock.findChildren(QLabel) if label.isVisible()]
    assert "No workers yet" in texts
    farm.beat()
    qtbot.waitUntil(window.workers_dock.table.isVisible)
    assert window.findChild(QLabel, "workers_tally").text() == "Idle 1"


def test_filter(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    farm.beat(OTHER)
    window = _open(open_window, qtbot, WORKER.name, OTHER.name)
    window.findChild(QLineEdit, "workers_words").setText("gpu")
    qtbot.waitUntil(lambda: window.workers.rowCount() == 1)
    assert window.workers.row_at(0).profile.name == OTHER.name
    assert window.findChild(QLabel, "workers_tally").text() == "Idle 2", "the farm is all of them"


def test_workers_are_kept_up_to_date(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("shot", "1-5")
    farm.beat()
    window = _open(open_window, qtbot, WORKER.name)
    assert _shown(window, WORKER.name, Column.STATE) == "Idle"
    claim = farm.claim()
    farm.beat_again()
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.RENDERING) == "shot 1")
    farm.services.workers.disable(WORKER.name)
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.STATE) == "Disabled, finishing")
    farm.complete(claim)
    farm.services.workers.drain(WORKER.name)
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.STATE) == "Draining")
    farm.services.workers.sign_off(WORKER)
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.STATE) == "Offline, disabled")
    farm.services.workers.forget(WORKER.name)
    qtbot.waitUntil(lambda: window.workers.rowCount() == 0)


def test_many_heartbeats_are_few_readings(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.beat()
    qtbot.waitUntil(lambda: window.workers.rowCount() == 1)
    readings: list[object] = []
    window.live.workers.connect(lambda *read: readings.append(read))
    for _ in range(20):
        farm.beat_again()
        qtbot.wait(20)
    farm.beat(OTHER)
    qtbot.waitUntil(lambda: window.workers.rowCount() == 2)
    assert len(readings) <= 4


# -- what is asked of them -------------------------------------------------------------------------------------------


def _enabled(window: MainWindow) -> set[str]:
    names = ("enable", "disable", "drain", "forget", "go", "copy_host", "history")
    return {name for name in names if window.actions_[f"worker.{name}"].isEnabled()}


def test_enabled_when(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("shot", "1-5")
    farm.beat()
    farm.claim()
    farm.beat(OTHER)
    farm.services.workers.disable(OTHER.name)
    farm.services.workers.sign_off(OTHER)
    window = _open(open_window, qtbot, WORKER.name)
    assert _enabled(window) == {"disable", "drain", "go", "copy_host", "history"}
    window.workers_dock.table.select([OTHER.name])
    assert _enabled(window) == {"enable", "forget", "copy_host", "history"}
    window.workers_dock.table.select([WORKER.name, OTHER.name])
    assert _enabled(window) == {"enable", "disable", "drain", "forget", "copy_host", "history"}
    window.actions_["worker.show"].trigger()
    assert _enabled(window) == set(), "what can't be seen is not acted on"


def test_disable_asks_for_a_reason_and_enable_takes_it_back(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    farm.beat(OTHER)
    window = _open(open_window, qtbot, WORKER.name, OTHER.name)
    _press(window, "worker.disable")
    dialog = window.findChild(QWidget, "reason_dialog")
    assert "Disable 2 workers?" in [label.text() for label in dialog.findChildren(QLabel)]
    assert _state(farm, WORKER.name) is WorkerState.IDLE
    qtbot.keyClicks(dialog.findChild(QLineEdit, "reason"), "new driver")
    _yes(dialog, qtbot)
    qtbot.waitUntil(lambda: _state(farm, OTHER.name) is _state(farm, WORKER.name) is WorkerState.DISABLED)
    qtbot.waitUntil(lambda: "disabled: 2" in window.parts.workers.accessibleName())
    assert farm.services.queries.worker_history(WORKER.name)[0].why == "new driver"
    qtbot.waitUntil(lambda: "enable" in _enabled(window))
    window.workers_dock.table.select([WORKER.name])
    _press(window, "worker.enable")
    qtbot.waitUntil(lambda: _state(farm, WORKER.name) is WorkerState.IDLE)
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.STATE) == "Idle")
    assert f"Enabled: {WORKER.name}" in window.statusBar().currentMessage()


def test_without_a_reason_and_without_a_change_of_mind(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    window = _open(open_window, qtbot, WORKER.name)
    _press(window, "worker.disable")
    window.findChild(QWidget, "reason_dialog").close()
    assert _state(farm, WORKER.name) is WorkerState.IDLE
    qtbot.waitUntil(lambda: window.findChild(QWidget, "reason_dialog") is None)
    _press(window, "worker.disable")
    qtbot.keyClick(window.findChild(QLineEdit, "reason"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _state(farm, WORKER.name) is WorkerState.DISABLED)
    assert farm.services.queries.worker_history(WORKER.name)[0].why is None


def test_drain_asks_with_numbers(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("shot", "1-5")
    farm.beat()
    farm.claim()
    window = _open(open_window, qtbot, WORKER.name)
    _press(window, "worker.drain")
    box = window.findChild(QMessageBox, "question")
    assert box.informativeText().splitlines()[0] == "Frames finished first: 1"
    _yes(box, qtbot)
    qtbot.waitUntil(lambda: _state(farm, WORKER.name) is WorkerState.DRAINING)


def test_del_forgets_offline_workers_and_cancels_no_task(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-5")
    farm.beat()
    farm.beat(OTHER)
    farm.services.workers.sign_off(OTHER)
    window = _open(open_window, qtbot, WORKER.name, OTHER.name)
    window.table.select([task.id])
    assert window.actions_["task.cancel"].isEnabled()
    qtbot.keyClick(window.workers_dock.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.workers.rowCount() == 1)
    assert window.workers.row_at(0).profile.name == WORKER.name, "one that is online stays"
    assert window.findChild(QMessageBox, "question") is None


def test_a_refusal_is_said_and_keeps_no_other_from_it(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    farm.beat(OTHER)
    window = _open(open_window, qtbot, WORKER.name, OTHER.name)
    farm.bus.down = True  # nobody tells the window
    farm.services.workers.sign_off(WORKER)
    farm.bus.down = False
    _press(window, "worker.drain")
    _yes(window.findChild(QMessageBox, "question"), qtbot)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    assert f"Worker {WORKER.name} is offline" in window.findChild(QMessageBox, "error").text()
    assert _state(farm, OTHER.name) is WorkerState.DRAINING
    window.findChild(QMessageBox, "error").close()


def test_a_worker_forgotten_meanwhile_is_said(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    window = _open(open_window, qtbot, WORKER.name)
    farm.bus.down = True
    farm.services.workers.release(WORKER.name)
    farm.bus.down = False
    _press(window, "worker.disable")
    _yes(window.findChild(QWidget, "reason_dialog"), qtbot)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    assert "no worker" in window.findChild(QMessageBox, "error").text()
    window.findChild(QMessageBox, "error").close()
    qtbot.waitUntil(lambda: window.workers.rowCount() == 0)


def test_to_the_frame_that_it_renders(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    first, second = farm.submit("first", "1-5"), farm.submit("second", "1-50", priority=9)
    farm.beat()
    farm.render(6)
    farm.start()
    window = _open(open_window, qtbot, WORKER.name)
    window.table.select([first.id])
    qtbot.waitUntil(lambda: window.frames.task_id == first.id)
    qtbot.keyClick(window.workers_dock.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.frames.task_id == second.id and window.grid.selection.current == 6)
    assert [row.task.id for row in window.table.selected_rows()] == [second.id]
    window.grid.go_to(0)
    window.actions_["worker.go"].trigger()
    assert window.grid.selection.current == 6
    window.tasks.search_for(TaskSearch.parse("first"))
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1)
    window.actions_["worker.go"].trigger()
    assert "filter" in window.statusBar().currentMessage()


def test_context_menu_and_copying(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    farm.beat(OTHER)
    window = _open(open_window, qtbot, WORKER.name, OTHER.name)
    table = window.workers_dock.table
    middle = QPoint(20, 20)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, table.viewport().mapToGlobal(middle))
    QApplication.sendEvent(table.viewport(), asked)
    menu = next(menu for menu in window.findChildren(QMenu) if menu.isVisible())
    assert window.actions_["worker.drain"] in menu.actions()
    menu.close()
    _press(window, "worker.copy_host")
    assert QGuiApplication.clipboard().text().split() == ["rack-b", "render-01"]


def test_why_tasks_wait_follows_what_workers_may(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit("shot")
    farm.beat()
    window = _open(open_window, qtbot, WORKER.name)
    assert window.tasks.row_at(0).note == f"It is next in default; worker {WORKER.name} is free and takes it."
    farm.services.workers.disable(WORKER.name)
    qtbot.waitUntil(lambda: window.tasks.row_at(0).note == "Every online worker is disabled: enable one.")


# -- history ---------------------------------------------------------------------------------------------------------


def test_history_of_the_selected_worker(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.beat()
    farm.beat(OTHER)
    window = _open(open_window, qtbot, WORKER.name)
    history = window.workers_dock.history

    def titles() -> list[str]:
        return [history.entries.index(row).data() for row in range(history.entries.rowCount())]

    qtbot.waitUntil(lambda: titles() == ["Came online"])
    farm.services.workers.disable(WORKER.name, "too hot")
    qtbot.waitUntil(lambda: titles() == ["Disabled", "Came online"])
    assert "too hot" in history.entries.index(0).data(Qt.ItemDataRole.ToolTipRole)
    window.workers_dock.table.select([WORKER.name, OTHER.name])
    assert history.hint == "Select one worker to see its history."
    window.workers_dock.table.select([OTHER.name])
    qtbot.waitUntil(lambda: titles() == ["Came online"])


def test_nothing_of_it_is_asked_on_the_qt_thread(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("second", after=(farm.submit("first").id,))
    farm.beat()
    farm.beat(OTHER)
    farm.services.workers.sign_off(OTHER)
    window = _open(open_window, qtbot, WORKER.name, OTHER.name)
    farm.store.barred = threading.current_thread()
    _press(window, "worker.forget")
    qtbot.waitUntil(lambda: window.workers.rowCount() == 1)
    window.workers_dock.table.select([WORKER.name])
    _press(window, "worker.disable")
    _yes(window.findChild(QWidget, "reason_dialog"), qtbot)
    qtbot.waitUntil(lambda: _shown(window, WORKER.name, Column.STATE) == "Disabled")
    _press(window, "worker.enable")
    qtbot.waitUntil(lambda: window.workers_dock.history.entries.rowCount() == 3)
    window.table.select([task.id])
    _press(window, "view.history")
    qtbot.mouseClick(window.findChild(QWidget, "history_people"), Qt.MouseButton.LeftButton)
    _press(window, "task.release")
    qtbot.waitUntil(lambda: window.parts.history.list.entries.rowCount() == 2)
    assert farm.store.calls_on_barred == []


# -- this computer's own ---------------------------------------------------------------------------------------------


def _with_local_worker(farm: Farm, open_window: Open, qtbot: QtBot) -> MainWindow:
    window = open_window()
    _press(window, "worker.start")
    qtbot.waitUntil(window.actions_["worker.stop"].isEnabled)
    return window


@pytest.mark.parametrize(("button", "staying"), [("stay", 1), ("stop", 0)])
def test_quitting_asks_what_becomes_of_local_workers(
    farm: Farm, open_window: Open, qtbot: QtBot, button: str, staying: int
) -> None:
    window = _with_local_worker(farm, open_window, qtbot)
    window.close()
    question = window.findChild(QMessageBox, "leave")
    assert question.isVisible()
    assert window.isVisible(), "nothing is done before it is answered"
    assert "running here: 1" in question.informativeText()
    window.close()
    assert len(window.findChildren(QMessageBox, "leave")) == 1, "asked once"
    with qtbot.waitSignal(window.closed):
        qtbot.mouseClick(question.findChild(QWidget, button), Qt.MouseButton.LeftButton)
    assert (farm.local.count, farm.local.staying) == (staying, staying)


def test_quitting_can_be_thought_better_of(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = _with_local_worker(farm, open_window, qtbot)
    window.close()
    question = window.findChild(QMessageBox, "leave")
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert not window.leaving.begun
    assert window.isEnabled()
    assert farm.local.count == 1


def test_the_answer_is_remembered_and_can_be_changed(
    farm: Farm, open_window: Open, settings: QSettings, qtbot: QtBot
) -> None:
    first = _with_local_worker(farm, open_window, qtbot)
    first.close()
    question = first.findChild(QMessageBox, "leave")
    question.checkBox().setChecked(True)
    with qtbot.waitSignal(first.closed):
        qtbot.mouseClick(question.findChild(QWidget, "stay"), Qt.MouseButton.LeftButton)
    second = open_window()
    qtbot.waitUntil(second.actions_["worker.stop"].isEnabled)  # it finds the worker
    chosen = {action.objectName(): action for action in second.actions_.menus["worker.on_quit"].actions()}
    assert chosen["on_quit.stay"].isChecked()
    chosen["on_quit.stop"].trigger()
    with qtbot.waitSignal(second.closed):
        second.close()
    assert second.findChild(QMessageBox, "leave") is None
    assert farm.local.count == 0


def test_start_several_that_stay(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    _press(window, "worker.start_several")
    form = window.findChild(QDialog, "start_workers")
    form.findChild(QSpinBox, "worker_count").setValue(3)
    form.findChild(QCheckBox, "worker_stay").setChecked(True)
    _yes(form, qtbot)
    qtbot.waitUntil(lambda: farm.local.staying == 3)
    qtbot.waitUntil(lambda: "on this computer: 3" in window.parts.workers.accessibleName())
    with qtbot.waitSignal(window.closed):
        window.close()
    assert farm.local.count == 3


def test_graphics_and_version_are_columns(farm: Farm, model: WorkerTableModel) -> None:
    load = HostLoad(gpu_percent=83.6, gpu_memory_percent=40.2)
    away = _worker("node-02", alive=False, last_seen_at=1000.0)
    model.show([replace(_worker(load=load), profile=replace(WORKER, name="node-01", release="0.1.0")), away], 1000.0)
    assert model.index(0, Column.GPU).data() == "84 %"
    assert "40 %" in model.index(0, Column.GPU).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0, Column.RELEASE).data() == "0.1.0"
    assert model.index(1, Column.GPU).data() == "", "it has no card, or one that can't be read"
    assert model.index(1, Column.STATE).data(Qt.ItemDataRole.ToolTipRole).startswith("Offline since 1970")
    model.show([_worker(load=replace(load, gpu_percent=10.0))], 1000.0)
    model.sort(Column.GPU)
