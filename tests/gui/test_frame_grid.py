"""The frame grid: geometry, selection, keys, and that only what is visible is painted."""

import time

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.theme import Theme
from render_manager.gui.views.cell_painter import CellPainter
from render_manager.gui.views.frame_grid import FrameGrid
from render_manager.gui.views.grid_layout import SIZES, GridLayout

_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def grid(theme: Theme, qtbot: QtBot) -> FrameGrid:
    grid = FrameGrid(FrameModel())
    qtbot.addWidget(grid)
    grid.resize(700, 400)
    grid.show()
    grid.model.show("task", range(1, 201))
    return grid


def _at(grid: FrameGrid, position: int) -> QPoint:
    return grid.layout_.cell(position).center() - QPoint(0, grid.verticalScrollBar().value())


def _click(qtbot: QtBot, grid: FrameGrid, position: int, keys: Qt.KeyboardModifier = _NONE) -> None:
    qtbot.mouseClick(grid.viewport(), _LEFT, keys, _at(grid, position))


@pytest.mark.parametrize("count", [1, 24, 250, 5_000, 100_000])
@pytest.mark.parametrize("level", [None, 0, 3, 6])
def test_every_cell_is_found_where_it_is_painted(count: int, level: int | None) -> None:
    layout = GridLayout.fit(count, 900, 500, label=(60, 24), gutter=40, level=level)
    for position in {0, count // 3, count - 1}:
        assert layout.at(layout.cell(position).center()) == position
        assert position in layout.row(position // layout.columns)
    assert layout.at(QPoint(2, 20)) is None
    assert layout.cell(count - 1).bottom() < layout.height


def test_the_largest_cells_that_show_all_frames() -> None:
    def fit(count: int) -> GridLayout:
        return GridLayout.fit(count, 900, 400, label=(60, 24), gutter=40, level=None)

    assert fit(24).labelled
    assert not fit(600).labelled
    assert fit(600).height <= 400
    assert fit(600).cell_height > fit(2_000).cell_height
    assert (fit(100_000).cell_width, fit(100_000).cell_height) in SIZES


def test_click_ctrl_and_shift(grid: FrameGrid, qtbot: QtBot) -> None:
    _click(qtbot, grid, 5)
    assert grid.selection.positions == {5}
    _click(qtbot, grid, 9, _CTRL)
    assert grid.selection.positions == {5, 9}
    _click(qtbot, grid, 5, _CTRL)
    assert grid.selection.positions == {9}
    _click(qtbot, grid, 3)
    _click(qtbot, grid, 7, _SHIFT)
    assert grid.selection.positions == {3, 4, 5, 6, 7}
    assert str(grid.range_of(grid.selection.positions)) == "4-8"


def test_rubber_band_takes_a_block(grid: FrameGrid, qtbot: QtBot) -> None:
    columns = grid.layout_.columns
    qtbot.mousePress(grid.viewport(), _LEFT, pos=_at(grid, 1))
    qtbot.mouseMove(grid.viewport(), _at(grid, columns + 2))
    qtbot.mouseMove(grid.viewport(), _at(grid, 2 * columns + 3))
    qtbot.mouseRelease(grid.viewport(), _LEFT, pos=_at(grid, 2 * columns + 3))
    expected = {row * columns + column for row in range(3) for column in (1, 2, 3)}
    assert grid.selection.positions == expected


def test_keys(grid: FrameGrid, qtbot: QtBot) -> None:
    columns = grid.layout_.columns
    grid.setFocus()
    for key, place in (
        (Qt.Key.Key_Right, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Left, columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, 199),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(grid, key)
        assert grid.selection.current == place
    qtbot.keyClick(grid, Qt.Key.Key_Right, _SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_Right, _SHIFT)
    assert grid.selection.positions == {0, 1, 2}
    qtbot.keyClick(grid, Qt.Key.Key_A, _CTRL)
    assert len(grid.selection.positions) == 200
    activated = QSignalSpy(grid.activated)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.mouseDClick(grid.viewport(), _LEFT, pos=_at(grid, 4))
    assert [activated.at(place)[0] for place in range(activated.count())] == [2, 4]


def test_the_next_failed_frame_comes_into_view(grid: FrameGrid) -> None:
    grid.model.show("task", range(1, 100_001))
    grid.model.update([RenderFrame("task", 90_000, FrameStatus.FAILED, attempt=1)])
    assert grid.go_to_next(FrameStatus.FAILED)
    assert grid.selection.current == 89_999
    assert 89_999 // grid.layout_.columns in grid.visible_rows()
    assert not grid.go_to_next(FrameStatus.SKIPPED)
    assert grid.accessibleDescription().startswith("Frame 90000: Failed")


def test_a_hundred_thousand_frames_paint_only_what_is_visible(grid: FrameGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    paint = FrameGrid._paint_cell

    def counted(self: FrameGrid, painter: QPainter, cells: CellPainter, position: int, rect: QRect) -> None:
        painted.append(position)
        paint(self, painter, cells, position, rect)

    monkeypatch.setattr(FrameGrid, "_paint_cell", counted)
    begin = time.perf_counter()
    grid.model.show("task", range(1, 100_001))
    grid.grab()
    assert time.perf_counter() - begin < 1.0
    visible = len(grid.visible_rows()) * grid.layout_.columns
    assert 0 < len(painted) <= visible < 10_000
    QApplication.processEvents()
    painted.clear()
    grid.model.update([RenderFrame("task", 50, FrameStatus.COMPLETED, attempt=1)])
    QApplication.processEvents()
    assert 49 in painted
    assert len(painted) < 10, "a change of one frame repaints that cell and at most its neighbours"
    painted.clear()
    grid.model.update([RenderFrame("task", 99_000, FrameStatus.COMPLETED, attempt=1)])
    QApplication.processEvents()
    assert painted == [], "what is not in view is not painted"


def test_zoom(grid: FrameGrid) -> None:
    fitted = grid.layout_

    def wheel(delta: int) -> None:
        place = QPointF(50, 50)
        event = QWheelEvent(
            place, place, QPoint(), QPoint(0, delta), Qt.MouseButton(0), _CTRL, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(grid.viewport(), event)

    wheel(-120)
    assert grid.layout_.cell_height < fitted.cell_height
    wheel(120)
    wheel(120)
    assert grid.layout_.cell_height > fitted.cell_height
    for _ in range(10):
        grid.zoom(1)
    assert grid.layout_.labelled
    for _ in range(10):
        grid.zoom(-1)
    assert grid.layout_.cell_height == SIZES[0][1]
    grid.zoom(0)
    assert grid.layout_ == fitted


def test_every_state_differs_in_shape_at_every_size(theme: Theme, grid: FrameGrid) -> None:
    """Seen without colour, no two states look the same."""
    for width, height in (*SIZES, (60, 24)):
        cells = CellPainter(grid.palette(), width, height, 1.0, labelled=width == 60).cells
        seen = set()
        for cell in cells:
            image = cell.toImage()
            middle = image.pixelColor(image.width() // 2, image.height() // 2).alpha()
            seen.add(bytes(image.constBits()))
            assert middle >= 0
        assert len(seen) == len(FrameStatus)


def test_another_task_clears_the_selection(grid: FrameGrid) -> None:
    grid.go_to(20)
    grid.model.show("other", range(5))
    assert grid.selection.current is None
    assert not grid.selection.positions


def test_no_frames_say_what_to_do(grid: FrameGrid) -> None:
    grid.model.show(None)
    assert not grid.grab().isNull()
