"""The grid and the list of frames, the card, the jump."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QWidget

from render_manager.domain.states import FrameStatus
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import WORKERS, filled
from tests.screenshots.crowds import million
from tests.screenshots.registry import CHINESE, DARK, LIGHT, scene
from tests.screenshots.scenes_window import large
from tests.screenshots.taking import until


@scene("grid-thumbnails", LIGHT)
@scene("grid-thumbnails-dark", DARK)
async def grid_thumbnails(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.parts._left.setSizes([150, 560])
    window.frames_pane.grid.set_level(10)
    window.frames_pane.go_to(124)
    await asyncio.sleep(2.5)
    return window


@scene("grid-small", DARK)
async def grid_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    await filled(farm, window)
    window.frames_pane.grid.set_level(11)
    window.frames_pane.go_to(133)
    await asyncio.sleep(1.5)
    return window


@scene("grid-strip", LIGHT)
@scene("grid-strip-dark", DARK)
async def grid_strip(farm: Farm, window: MainWindow) -> QWidget:
    """A million frames; of the half that is done one in some thousands failed."""
    await window.background.call(million, farm)
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == 1)
    window.table.selectRow(0)
    await until(lambda: len(window.frames.numbers) == 1_000_000)
    await asyncio.sleep(1)
    window.actions_["frame.next_failed"].trigger()
    return window


@scene("grid-selected", DARK)
async def grid_selected(farm: Farm, window: MainWindow) -> QWidget:
    await large(farm, window)
    window.frames_pane.grid.set_level(4)
    window.frames_pane.grid.verticalScrollBar().setValue(0)
    window.grid.selection.take([range(300, 500), range(1100, 1300)], 310)
    return window


@scene("grid-list", LIGHT)
@scene("grid-list-dark", DARK)
async def grid_list(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.actions_["view.frame_list"].trigger()
    window.frames_pane.list.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    await asyncio.sleep(0.8)
    window.frames_pane.select_state(FrameStatus.FAILED)
    await asyncio.sleep(0.3)
    return window


@scene("hover-card", LIGHT)
async def hover_card(farm: Farm, window: MainWindow) -> QWidget:
    """The window with the card where it is on the screen."""
    await filled(farm, window)
    return await _with_card(window, 41)


@scene("hover-card-failed", DARK)
async def hover_card_failed(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.actions_["frame.next_failed"].trigger()
    return await _with_card(window, window.grid.selection.current or 0)


@scene("why", DARK)
@scene("why-light", LIGHT)
@scene("zh-why", DARK, language=CHINESE)
async def why(farm: Farm, window: MainWindow) -> QWidget:
    """A frame that waits, in its card and in the details, and a list of tasks that wait for several reasons."""
    await filled(farm, window)
    farm.services.workers.disable(WORKERS[2].name)
    farm.submit("turntable_a", "1-40", priority=2)
    farm.submit("turntable_b", "1-40", task_info={"requires": {"tags": ["gpu"]}})
    farm.submit("turntable_c", "1-40", "maya", task_info={"requires": {"version": "2026"}})
    window.live.refresh()
    frames = window.frames_pane
    frames.select_state(FrameStatus.PENDING)
    frames.show_card()
    await until(lambda: bool(frames.card.findChild(QLabel, "frame_card_why").text()))
    frames.card.leave()
    await asyncio.sleep(2.5)
    return await _with_card(window, frames.selection.current or 0)


@scene("frame-jump", LIGHT)
async def frame_jump(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.frames_pane.go_to_typed("300")
    window.frames_pane.jump.field.returnPressed.emit()
    return window


async def _with_card(window: MainWindow, position: int) -> QWidget:
    window.frames_pane.go_to(position)
    window.frames_pane.show_card()
    await asyncio.sleep(1)
    card = window.frames_pane.card
    whole = QLabel(window)
    picture = window.grab()
    painter = QPainter(picture)
    painter.drawPixmap(window.mapFromGlobal(card.pos()), card.grab())
    painter.end()
    whole.setPixmap(picture)
    whole.resize(picture.size())
    return whole
