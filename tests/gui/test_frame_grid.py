"""The frame grid: geometry, selection, keys, zoom from points to images, and that only what is visible is painted."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frame_numbers import CODES, range_of
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.theme import Theme
from render_manager.gui.views.cell_painter import CellPainter
from render_manager.gui.views.frame_grid import FrameGrid
from render_manager.gui.views.grid_layout import CELLS, LEVELS, STRIPS, THUMBNAILS, GridLayout, Kind
from render_manager.gui.views.grid_painter import GridPainter
from render_manager.gui.views.strip_painter import REACH
from render_manager.gui.views.tile_painter import TilePainter

_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def grid(theme: Theme, qtbot: QtBot) -> FrameGrid:
    grid = FrameGrid(FrameModel())
    grid.model.setParent(grid)  # they go together, in this thread
    grid.selection.setParent(grid)
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
@pytest.mark.parametrize("level", [None, 0, 2, 3, 6, 9, 11])
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
    assert fit(100_000).kind is Kind.STRIP
    assert fit(100_000).height <= 400
    assert (fit(1_000_000).cell_width, fit(1_000_000).level) == (1, 0), "the smallest, where nothing shows all"
    assert fit(3).kind is Kind.LABELLED, "images are shown when they are asked for"


def test_click_ctrl_and_shift(grid: FrameGrid, qtbot: QtBot) -> None:
    _click(qtbot, grid, 5)
    assert set(grid.selection) == {5}
    _click(qtbot, grid, 9, _CTRL)
    assert set(grid.selection) == {5, 9}
    _click(qtbot, grid, 5, _CTRL)
    assert set(grid.selection) == {9}
    _click(qtbot, grid, 3)
    _click(qtbot, grid, 7, _SHIFT)
    assert set(grid.selection) == {3, 4, 5, 6, 7}
    assert str(range_of(grid.model.numbers, np.array(list(grid.selection)))) == "4-8"


def test_rubber_band_takes_a_block(grid: FrameGrid, qtbot: QtBot) -> None:
    columns = grid.layout_.columns
    qtbot.mousePress(grid.viewport(), _LEFT, pos=_at(grid, 1))
    qtbot.mouseMove(grid.viewport(), _at(grid, columns + 2))
    qtbot.mouseMove(grid.viewport(), _at(grid, 2 * columns + 3))
    qtbot.mouseRelease(grid.viewport(), _LEFT, pos=_at(grid, 2 * columns + 3))
    expected = {row * columns + column for row in range(3) for column in (1, 2, 3)}
    assert set(grid.selection) == expected


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
    assert set(grid.selection) == {0, 1, 2}
    qtbot.keyClick(grid, Qt.Key.Key_A, _CTRL)
    assert len(grid.selection) == 200
    activated = QSignalSpy(grid.activated)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.mouseDClick(grid.viewport(), _LEFT, pos=_at(grid, 4))
    assert [activated.at(place)[0] for place in range(activated.count())] == [2, 4]


def test_a_hundred_thousand_frames_paint_only_what_is_visible(grid: FrameGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[range] = []
    paint = TilePainter.paint

    def counted(self: TilePainter, painter: QPainter, layout: GridLayout, rows: range, *more: object) -> None:
        painted.append(rows)
        paint(self, painter, layout, rows, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(TilePainter, "paint", counted)
    grid.set_level(4)
    grid.model.show("task", range(1, 100_001))
    grid.grab()
    assert painted
    assert all(0 < len(rows) <= len(grid.visible_rows()) < 100 for rows in painted)
    QApplication.processEvents()
    painted.clear()
    grid.model.update([RenderFrame("task", 50, FrameStatus.COMPLETED, attempt=1)])
    QApplication.processEvents()
    row = 49 // grid.layout_.columns
    assert painted
    assert all(row in rows and len(rows) <= 3 for rows in painted), "that row and at most its neighbours"
    painted.clear()
    grid.model.update([RenderFrame("task", 99_000, FrameStatus.COMPLETED, attempt=1)])
    QApplication.processEvents()
    assert painted == [], "what is not in view is not painted"


def _pixels(grid: FrameGrid) -> QImage:
    return grid.viewport().grab().toImage()


def _shown_in(grid: FrameGrid, image: QImage, colour: QColor) -> list[tuple[int, int]]:
    wanted = colour.rgb()
    return [(x, y) for y in range(image.height()) for x in range(image.width()) if image.pixel(x, y) == wanted]


@pytest.mark.parametrize("level", range(len(STRIPS)))
def test_one_failed_frame_is_seen_among_thousands(grid: FrameGrid, level: int) -> None:
    states = bytearray([CODES[FrameStatus.COMPLETED]]) * 50_000
    states[5_000] = CODES[FrameStatus.FAILED]
    grid.set_level(level)
    grid.model.show("task", range(1, 50_001), states)
    image = _pixels(grid)
    red = _shown_in(grid, image, FRAME_STYLES[FrameStatus.FAILED].colour(True))
    white = _shown_in(grid, image, QColor("#ffffff"))
    assert len(red) >= 8, "larger than the point it would be"
    assert white, "and told without seeing colours"
    place = grid.place_of(5_000)
    reach = place.adjusted(-3, -3, 3, 3)
    assert all(reach.contains(QPoint(*point)) for point in (*red, *white)), "where it is, and nowhere else"


def test_all_that_an_enlarged_point_covers_is_painted_anew(grid: FrameGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would stay when it goes away; and no more than that."""
    grid.set_level(0)
    grid.model.show("task", range(1, 50_001), bytearray([CODES[FrameStatus.COMPLETED]]) * 50_000)
    QApplication.processEvents()
    painted: list[QRect] = []
    paint = GridPainter.paint

    def noted(self: GridPainter, painter: QPainter, exposed: QRect) -> None:
        painted.append(exposed)
        paint(self, painter, exposed)

    monkeypatch.setattr(GridPainter, "paint", noted)
    grid.model.update([RenderFrame("task", 9_001, FrameStatus.FAILED, attempt=1)])
    QApplication.processEvents()
    (exposed,) = painted
    reach = grid.layout_.cell(9_000).adjusted(-REACH, -REACH, REACH, REACH)
    assert exposed.contains(reach)
    assert exposed.height() < 20


def test_selected_points_are_seen(grid: FrameGrid) -> None:
    grid.set_level(1)
    grid.model.show("task", range(1, 20_001), bytearray([CODES[FrameStatus.COMPLETED]]) * 20_000)
    before = _pixels(grid)
    grid.selection.take([range(100, 400)], None)
    after = _pixels(grid)
    differing = [
        position
        for position in range(600)
        if before.pixel(grid.place_of(position).topLeft()) != after.pixel(grid.place_of(position).topLeft())
    ]
    assert differing == list(range(100, 400))


def test_a_million_frames_are_points_that_can_be_chosen(grid: FrameGrid, qtbot: QtBot) -> None:
    grid.model.show("task", range(1, 1_000_001))
    assert grid.layout_.kind is Kind.STRIP
    grid.ensure_visible(765_432)
    qtbot.mouseClick(grid.viewport(), _LEFT, pos=grid.place_of(765_432).center())
    assert list(grid.selection) == [765_432]
    qtbot.keyClick(grid, Qt.Key.Key_A, _CTRL)
    assert len(grid.selection) == 1_000_000
    qtbot.keyClick(grid, Qt.Key.Key_Home, _SHIFT)
    assert len(grid.selection) == 765_433
    assert grid.selection.current == 0


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
    wheel(60)
    assert grid.layout_.level == fitted.level - 1, "touch pads send less than a click at a time"
    wheel(60)
    wheel(120)
    assert grid.layout_.cell_height > fitted.cell_height
    for _ in range(LEVELS):
        grid.zoom(1)
    assert grid.layout_.kind is Kind.THUMBNAIL
    assert grid.layout_.cell_height == THUMBNAILS[-1][1]
    for _ in range(LEVELS):
        grid.zoom(-1)
    assert (grid.layout_.cell_width, grid.layout_.cell_height) == (1, 1)
    grid.zoom(0)
    assert grid.layout_ == fitted


def test_what_is_under_the_pointer_stays_there(grid: FrameGrid) -> None:
    grid.model.show("task", range(1, 10_001))
    grid.set_level(5)
    grid.verticalScrollBar().setValue(900)
    point = QPoint(300, 200)
    held = grid.position_at(point)
    assert held is not None
    grid.zoom(2, point)
    assert abs(grid.place_of(held).center().y() - point.y()) <= 1


def test_every_state_differs_in_shape_at_every_size(theme: Theme, grid: FrameGrid) -> None:
    """Seen without colour, no two states look the same."""
    for width, height in (*CELLS, (60, 24)):
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
    assert not grid.selection


def test_no_frames_say_what_to_do(grid: FrameGrid) -> None:
    grid.model.show(None)
    assert not grid.grab().isNull()
