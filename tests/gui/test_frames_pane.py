"""The frames of a task in the window: going to one, selecting by state, the list, images in the grid, the card."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from render_manager.domain.entities import RenderFrame, RenderTask
from render_manager.domain.failures import FailureClass
from render_manager.domain.states import FrameStatus
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.frame_table import Column
from render_manager.gui.views.grid_layout import LEVELS, Kind
from render_manager.services.endings import Outcome
from render_manager.services.queries import Queries
from render_manager.store.tables import render_frames
from tests.gui.farm import WORKER, Farm
from tests.support.pictures import write

Open = Callable[..., MainWindow]
_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
#: An image that is red.
RED = np.zeros((90, 160, 4), np.uint8) + np.array([200, 0, 0, 255], np.uint8)


def _show(window: MainWindow, qtbot: QtBot, task: RenderTask) -> None:
    qtbot.waitUntil(lambda: window.tasks.position(task.id) is not None)
    window.table.select([task.id])
    qtbot.waitUntil(lambda: window.frames.task_id == task.id)


@pytest.fixture
def mixed(farm: Farm, window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Shows a task of 240 frames: 3 and 6 failed, the others up to 8 completed."""
    task = farm.submit("mixed", "1-240")
    for _ in range(2):
        farm.render(2)
        farm.fail()
    farm.render(2)
    _show(window, qtbot, task)
    qtbot.waitUntil(lambda: window.frames.status(7) is FrameStatus.COMPLETED)
    window.frames_pane.grid.setFocus()
    return window


def _numbers(window: MainWindow) -> list[int]:
    return [window.frames.numbers[position] for position in window.frames_pane.selection]


def _child(window: MainWindow, kind: type[QWidget], name: str) -> QWidget:
    found = window.findChild(kind, name)
    assert found is not None
    return found


# -- going to frames ---------------------------------------------------------------------------------------------


def test_a_number_typed_goes_to_that_frame(mixed: MainWindow, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    qtbot.keyClick(pane.grid, Qt.Key.Key_2)
    field = pane.jump.field
    assert field.isVisible()
    assert field.hasFocus()
    qtbot.keyClicks(field, "31")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert _numbers(mixed) == [231]
    assert mixed.current_frame().frame_number == 231
    assert not field.isVisible()
    assert pane.grid.hasFocus()


def test_a_range_is_selected(mixed: MainWindow, qtbot: QtBot) -> None:
    mixed.actions_["frame.jump"].trigger()
    field = mixed.frames_pane.jump.field
    qtbot.keyClicks(field, "100-120x5, 7 400")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert _numbers(mixed) == [7, 100, 105, 110, 115, 120]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("300-400", "The task has no frame 300-400. It has 240 frames from 1 to 240."),
        ("12a", '"12a" in frames "12a" can\'t be read'),
    ],
)
def test_a_frame_that_is_not_there_is_said(mixed: MainWindow, qtbot: QtBot, typed: str, said: str) -> None:
    jump = mixed.frames_pane.jump
    mixed.actions_["frame.jump"].trigger()
    qtbot.keyClicks(jump.field, typed)
    qtbot.keyClick(jump.field, Qt.Key.Key_Return)
    assert jump.isVisible()
    assert said in jump.problem
    assert _numbers(mixed) == []
    qtbot.keyClick(jump.field, Qt.Key.Key_Escape)
    assert not jump.isVisible()
    assert mixed.frames_pane.grid.hasFocus()


def test_the_next_and_the_previous_failed_frame(mixed: MainWindow) -> None:
    gone: list[list[int]] = []
    for command in ("next", "next", "next", "previous", "previous"):
        mixed.actions_[f"frame.{command}_failed"].trigger()
        gone.append(_numbers(mixed))
    assert gone == [[3], [6], [3], [6], [3]]


def test_all_of_a_state_are_selected_by_its_chip_or_command(mixed: MainWindow, qtbot: QtBot) -> None:
    chip = _child(mixed, QToolButton, "legend_completed")
    qtbot.waitUntil(lambda: chip.accessibleName() == "Completed: 6")
    qtbot.mouseClick(chip, _LEFT)
    assert _numbers(mixed) == [1, 2, 4, 5, 7, 8]
    assert mixed.current_frame().frame_number == 1
    mixed.actions_["frame.select_failed"].trigger()
    assert _numbers(mixed) == [3, 6]
    assert not _child(mixed, QToolButton, "legend_skipped").isVisible()
    mixed.actions_["frame.retry"].trigger()
    qtbot.waitUntil(lambda: mixed.frames.status(2) is mixed.frames.status(5) is FrameStatus.PENDING)


# -- zoom --------------------------------------------------------------------------------------------------------


def test_zoom_by_keys_and_slider_is_remembered(mixed: MainWindow, open_window: Open, farm: Farm, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    fitted = pane.grid.layout_.level
    assert pane.slider.value() == fitted
    mixed.actions_["view.zoom_out"].trigger()
    assert pane.slider.value() == pane.grid.layout_.level == fitted - 1
    mixed.actions_["view.zoom_fit"].trigger()
    assert pane.grid.level is None
    qtbot.keyClick(pane.slider, Qt.Key.Key_End)
    assert pane.grid.layout_.kind is Kind.THUMBNAIL
    qtbot.keyClick(pane.slider, Qt.Key.Key_Left)
    mixed.actions_["view.frame_list"].trigger()
    mixed.close()
    qtbot.waitUntil(lambda: not mixed.isVisible())
    again = open_window()
    assert again.frames_pane.grid.level == LEVELS - 2
    assert again.frames_pane.is_list
    assert again.actions_["view.frame_list"].isChecked()


# -- list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_the_same_frames_and_selection(mixed: MainWindow, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    QAbstractItemModelTester(pane.table, QAbstractItemModelTester.FailureReportingMode.QtTest, pane)
    pane.go_to(2)
    mixed.actions_["view.frame_list"].trigger()
    assert pane.list.isVisible()
    assert pane.list.currentIndex().row() == 2
    row = [pane.table.index(2, column).data() for column in Column]
    assert row[: Column.STARTED] == ["3", "Failed", "", "1", WORKER.name]
    assert row[Column.CAUSE] == "Texture wood.tx is missing."
    assert pane.table.index(0, Column.IMAGE).data() == "0001.png"
    qtbot.mouseClick(pane.list.viewport(), _LEFT, _CTRL, pane.list.place_of(4).center())
    assert _numbers(mixed) == [3, 5]
    qtbot.keyClick(pane.list, Qt.Key.Key_Down, _SHIFT)
    assert _numbers(mixed) == [5, 6]
    qtbot.keyClick(pane.list, Qt.Key.Key_End)
    assert _numbers(mixed) == [240]
    assert pane.list.rect().contains(pane.list.place_of(239))
    qtbot.keyClick(pane.list, Qt.Key.Key_A, _CTRL)
    assert len(pane.selection) == 240
    mixed.actions_["view.frame_list"].trigger()
    assert pane.grid.isVisible()
    assert len(pane.grid.selection) == 240


def test_the_list_is_sorted_and_ranges_follow_its_order(farm: Farm, mixed: MainWindow, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    QAbstractItemModelTester(pane.table, QAbstractItemModelTester.FailureReportingMode.QtTest, pane)

    def shown(count: int) -> list[int]:
        return [int(pane.table.index(row, Column.FRAME).data()) for row in range(count)]

    pane.show_list(True)
    pane.list.sortByColumn(Column.CAUSE, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: shown(3) == [3, 6, 1])
    qtbot.mouseClick(pane.list.viewport(), _LEFT, _NONE, pane.list.place_of(5).center())
    qtbot.keyClick(pane.list, Qt.Key.Key_Down, _SHIFT)
    assert _numbers(mixed) == [1, 6], "the row below is frame 1"
    farm.fail()
    qtbot.waitUntil(lambda: shown(4) == [3, 6, 9, 1])
    assert _numbers(mixed) == [1, 6]
    pane.list.sortByColumn(Column.FRAME, Qt.SortOrder.DescendingOrder)
    assert shown(2) == [240, 239]
    pane.list.sortByColumn(Column.STATE, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: shown(3) == [3, 6, 9])


def test_a_right_click_in_the_list_opens_the_menu_of_that_frame(mixed: MainWindow, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    pane.show_list(True)
    asked: list[QPoint] = []
    pane.menu_asked.disconnect()
    pane.menu_asked.connect(asked.append)
    place = pane.list.place_of(5).center()
    qtbot.mouseClick(pane.list.viewport(), Qt.MouseButton.RightButton, pos=place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, pane.list.viewport().mapToGlobal(place))
    QApplication.sendEvent(pane.list.viewport(), event)
    assert _numbers(mixed) == [6]
    assert len(asked) == 1
    activated: list[int] = []
    pane.activated.connect(activated.append)
    qtbot.mouseDClick(pane.list.viewport(), _LEFT, pos=place)
    assert activated == [5]


# -- a million ---------------------------------------------------------------------------------------------------


@pytest.fixture
def million(farm: Farm, window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Shows a task of a million completed frames, some of which failed."""
    task = farm.submit("million", "1-1000000")
    frames = render_frames.c
    done = {"status": "completed", "attempt": 1, "worker": "node-07", "output_path": "/srv/r.png"}
    with farm.engine.begin() as connection:
        connection.execute(update(render_frames).where(frames.task_id == task.id).values(done))
        failed = update(render_frames).where(frames.task_id == task.id, frames.frame_number % 200_000 == 7)
        connection.execute(failed.values(status="failed", error_message="No light"))
    _show(window, qtbot, task)
    return window


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames were read each time."""
    counts: list[int] = []
    real = Queries.frames

    def counted(self: Queries, *args: object, **more: object) -> list[RenderFrame]:
        frames = real(self, *args, **more)  # type: ignore[arg-type]
        counts.append(len(frames))
        return frames

    monkeypatch.setattr(Queries, "frames", counted)
    return counts


def test_of_a_million_frames_those_are_read_that_are_looked_at(
    read: list[int], million: MainWindow, qtbot: QtBot
) -> None:
    pane = million.frames_pane
    states = np.frombuffer(million.frames.states, np.uint8)
    assert len(states) == 1_000_000
    assert million.frames.status(200_006) is FrameStatus.FAILED
    pane.select_state(FrameStatus.FAILED)
    assert _numbers(million) == [7, 200_007, 400_007, 600_007, 800_007]
    qtbot.waitUntil(lambda: million.current_frame().error_message == "No light")
    pane.show_list(True)
    pane.list.scrollToBottom()
    last = pane.table.index(999_999, Column.WORKER)
    qtbot.waitUntil(lambda: last.data() == "node-07")
    qtbot.keyClick(pane.list, Qt.Key.Key_A, _CTRL)
    assert len(pane.selection) == 1_000_000
    assert 0 < sum(read) < 1_000, "what is in view, not a million"


def test_a_million_frames_are_sorted(million: MainWindow, qtbot: QtBot) -> None:
    pane = million.frames_pane
    pane.show_list(True)
    pane.list.sortByColumn(Column.STATE, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: pane.table.position(4) == 800_006, timeout=60_000)
    assert [pane.table.position(row) for row in range(6)] == [6, 200_006, 400_006, 600_006, 800_006, 0]
    assert pane.table.row_of(999_999) == 999_999


# -- images ------------------------------------------------------------------------------------------------------


def _red_at(window: MainWindow, position: int) -> bool:
    grid = window.frames_pane.grid
    image = grid.viewport().grab().toImage()
    colour = image.pixelColor(grid.place_of(position).center() - QPoint(0, 12))
    return colour.red() > 120 and colour.green() < 60


@pytest.mark.parametrize("suffix", ["png", "exr"])
def test_images_are_shown_in_the_grid(
    farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    task = farm.submit("shot", "1-40")
    for number in (1, 2):
        values = RED if suffix == "png" else np.float32(RED) / 255
        farm.complete(farm.start(), write(tmp_path / f"shot.{number}.{suffix}", values))
    farm.complete(farm.start(), tmp_path / "gone.png")
    _show(window, qtbot, task)
    window.frames_pane.grid.set_level(LEVELS - 3)
    qtbot.waitUntil(lambda: _red_at(window, 0) and _red_at(window, 1))
    assert not _red_at(window, 2)
    assert not _red_at(window, 3)
    images = window.frames_pane.grid.thumbnails
    assert images is not None
    qtbot.waitUntil(lambda: images.failure(window.frames.frame(2)) is not None)
    assert window.frames_pane.grid.note(window.frames.frame(2)) == "No image here"


def test_an_image_in_the_object_store_is_fetched(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    task = farm.submit("shot", "1-2")
    farm.complete(farm.start(), Path("/elsewhere/shot.0001.png"))
    write(farm.objects.root / "results/shot.0001.png", RED)
    with farm.store.transaction() as tx:
        tx.set_uploaded(task.id, 1, "results/shot.0001.png")
    _show(window, qtbot, task)
    window.frames_pane.grid.set_level(LEVELS - 2)
    qtbot.waitUntil(lambda: _red_at(window, 0))
    assert farm.objects.downloads == ["results/shot.0001.png"]


def test_what_was_scrolled_past_is_not_read(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    """The last place wins, however far the bar was drawn on the way."""
    task = farm.submit("long", "1-900")
    frames = render_frames.c
    image = write(tmp_path / "one.png", RED)
    (tmp_path / "log").touch()
    done = {"status": "completed", "attempt": 1, "output_path": str(image), "log_path": str(tmp_path / "log")}
    with farm.engine.begin() as connection:
        connection.execute(update(render_frames).where(frames.task_id == task.id).values(done))
    read: list[str] = []
    images = window.frames_pane.grid.thumbnails
    assert images is not None
    real = images._read

    def noted(path: Path, side: int, wanted: Callable[[], object]) -> QImage:
        read.append(str(path))
        return real(path, side, wanted)

    images._read = noted
    _show(window, qtbot, task)
    grid = window.frames_pane.grid
    grid.set_level(LEVELS - 1)
    bar = grid.verticalScrollBar()
    for share in range(101):
        bar.setValue(bar.maximum() * share // 100)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: _red_at(window, 899))
    qtbot.waitUntil(lambda: not images._reading)
    assert len(read) < 100
    assert images.image(window.frames.frame(450)) is None


def test_images_are_kept_within_bounds(
    farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("render_manager.gui.views.thumbnails.KEPT_BYTES", 200_000)
    task = farm.submit("shot", "1-12")
    for number in range(1, 13):
        farm.complete(farm.start(), write(tmp_path / f"shot.{number}.png", RED))
    _show(window, qtbot, task)
    images = window.frames_pane.grid.thumbnails
    assert images is not None
    for position in range(12):
        frame = window.frames.frame(position)
        images.want("test", [frame], 160)
        qtbot.waitUntil(lambda frame=frame: images.image(frame) is not None)
    kept = [position for position in range(12) if images.image(window.frames.frame(position))]
    assert kept
    assert kept[-1] == 11
    assert 0 not in kept
    assert images._bytes <= 200_000


# -- card --------------------------------------------------------------------------------------------------------


def _text(window: MainWindow, name: str) -> str:
    label = window.frames_pane.card.findChild(QLabel, name)
    assert label is not None
    return label.text() if not label.isHidden() else ""


def _all_text(window: MainWindow) -> list[str]:
    return [label.text() for label in window.frames_pane.card.findChildren(QLabel) if label.isVisible()]


def _move(view: QWidget, place: QPoint) -> None:
    """The pointer goes there."""
    there = QPointF(view.mapToGlobal(place))
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), there, Qt.MouseButton(0), Qt.MouseButton(0), _NONE)
    QApplication.sendEvent(view, event)


def test_the_card_tells_of_the_frame_under_the_pointer(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-20")
    farm.beat()
    farm.render(1)
    failed = farm.start()
    outcome = Outcome(error="Texture wood.tx is missing.", failure=FailureClass.ASSET, evidence="Error: wood.tx?")
    assert farm.lifecycle.end_frame(failed, outcome)
    running = farm.start()
    farm.lifecycle.frame_progress(running, 0.42)
    _show(window, qtbot, task)
    pane = window.frames_pane
    view, card = pane.grid.viewport(), pane.card
    _move(view, pane.grid.place_of(1).center())
    assert not card.isVisible(), "not before the pointer rests"
    qtbot.waitUntil(card.isVisible)
    assert _text(window, "frame_card_title") == "Frame 2 · Failed"
    assert _text(window, "frame_card_cause") == "Texture wood.tx is missing."
    assert _text(window, "frame_card_evidence") == "Error: wood.tx?"
    assert {"A texture or library is missing", WORKER.name, "Attempt", "Took"} <= set(_all_text(window))
    _move(view, pane.grid.place_of(2).center())
    qtbot.waitUntil(lambda: _text(window, "frame_card_title") == "Frame 3 · Rendering")
    assert _text(window, "frame_card_cause") == ""
    assert {"Running for", "42 %"} <= set(_all_text(window))
    farm.complete(running)
    qtbot.waitUntil(lambda: _text(window, "frame_card_title") == "Frame 3 · Completed")
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert not card.isVisible()


def test_the_card_by_keys_goes_with_the_focus(mixed: MainWindow, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    pane.go_to(0)
    mixed.actions_["view.frame_card"].trigger()
    assert pane.card.isVisible()
    assert _text(mixed, "frame_card_title") == "Frame 1 · Completed"
    qtbot.keyClick(pane.grid, Qt.Key.Key_Right)
    qtbot.keyClick(pane.grid, Qt.Key.Key_Right)
    assert _text(mixed, "frame_card_title") == "Frame 3 · Failed"
    mixed.actions_["view.frame_card"].trigger()
    assert not pane.card.isVisible()


def test_the_card_shows_the_image(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    task = farm.submit("shot", "1-2")
    farm.complete(farm.start(), write(tmp_path / "shot.png", RED))
    _show(window, qtbot, task)
    window.frames_pane.go_to(0)
    window.frames_pane.show_card()
    card = window.frames_pane.card

    def red() -> bool:
        colour = card.grab().toImage().pixelColor(card.width() // 2, 100)
        return colour.red() > 120 and colour.green() < 60

    qtbot.waitUntil(red)


# -- menu --------------------------------------------------------------------------------------------------------


def test_images_of_selected_frames_are_downloaded(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    task = farm.submit("shot", "1-5")
    for number in range(1, 4):
        image = tmp_path / f"shot.{number}.png"
        image.write_bytes(b"image")
        farm.complete(farm.start(), image)
    _show(window, qtbot, task)
    window.frames_pane.selection.take([1, 2, 4], 1)
    window.actions_["frame.download"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QFileDialog, "download_folder") is not None)
    picker = window.findChild(QFileDialog, "download_folder")
    assert isinstance(picker, QFileDialog)
    picker.fileSelected.emit(str(tmp_path / "got"))
    picker.close()
    qtbot.waitUntil(lambda: "Copied to" in window.statusBar().currentMessage())
    assert {path.name for path in (tmp_path / "got").iterdir()} == {"shot.2.png", "shot.3.png"}
    window.frames_pane.selection.only(4)
    assert not window.actions_["frame.download"].isEnabled()


def test_the_worker_of_a_frame_is_shown(farm: Farm, mixed: MainWindow, qtbot: QtBot) -> None:
    pane = mixed.frames_pane
    pane.go_to(200)
    assert not mixed.actions_["frame.show_worker"].isEnabled()
    pane.go_to(2)
    mixed.actions_["frame.show_worker"].trigger()
    assert "not on the farm any more" in mixed.statusBar().currentMessage()
    farm.beat()
    mixed.live.refresh()
    qtbot.waitUntil(lambda: mixed.workers.row(WORKER.name) is not None)
    mixed.actions_["frame.show_worker"].trigger()
    assert mixed.workers_dock.isVisible()
    assert mixed.workers_dock.table.selected_keys() == [WORKER.name]
