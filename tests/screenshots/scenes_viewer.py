"""The frame viewer."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from render_manager.domain.states import FrameStatus
from render_manager.gui.main_window import MainWindow
from render_manager.gui.viewer.window import ViewerWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import WORKERS, filled
from tests.screenshots.pictures import canyon
from tests.screenshots.registry import DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("viewer", LIGHT)
@scene("viewer-dark", DARK)
async def viewer(farm: Farm, window: MainWindow) -> QWidget:
    shown = await _viewer(farm, window)
    shown.player.toggle()
    await until(lambda: len(shown.proxies) > 60)
    shown.player.stop()
    shown.go_to(48)
    shown.tone_bar.exposure.set_value(-0.5)
    await until(lambda: shown.canvas.image.width() == 1920)
    _point(shown, 1120, 600)
    return shown


@scene("viewer-layer", DARK)
async def viewer_layer(farm: Farm, window: MainWindow) -> QWidget:
    """Smaller, at another layer, with its pixels to be seen."""
    shown = await _viewer(farm, window)
    shown.resize(1000, 640)
    shown.tone_bar.step_layer(1)
    await until(lambda: shown.canvas.image.width() == 1920)
    shown.canvas.zoom_to(0.9)
    _point(shown, 900, 620)
    return shown


@scene("viewer-slate", DARK)
@scene("viewer-slate-light", LIGHT)
async def viewer_slate(farm: Farm, window: MainWindow) -> QWidget:
    shown = await _viewer(farm, window)
    shown.next_failed()
    return shown


async def _viewer(farm: Farm, window: MainWindow) -> ViewerWindow:
    """On a task whose images are EXR with layers."""
    tasks = await filled(farm, window)
    pictures = [await window.background.call(canyon, farm, number) for number in range(4)]
    task = farm.submit("canyon_dusk_020", "1001-1120", unionid="mei", priority=10)
    for number in range(1001, 1100):
        if number in (1047, 1071):
            claim = farm.start(WORKERS[number % 3])
            farm.failed(claim, "Texture //textures/canyon_rock_04.<UDIM>.tx is missing: tile 1012.")
        else:
            farm.complete(farm.start(WORKERS[number % 3]), pictures[number % 4])
    farm.lifecycle.frame_progress(farm.start(WORKERS[0]), 0.4)
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == len(tasks) + 1)
    window.table.select([task.id])
    await until(lambda: window.frames.task_id == task.id and window.frames.status(0) is FrameStatus.COMPLETED)
    window.grid.go_to(0)
    window.actions_["frame.view"].trigger()
    await until(lambda: window.viewer_commands.viewer is not None)
    shown = window.viewer_commands.viewer
    await until(lambda: not shown.canvas.image.isNull() and not shown.ahead.under_way)
    shown.resize(1280, 800)
    return shown


def _point(shown: ViewerWindow, x: int, y: int) -> None:
    shown.transport.readout.show_pixel(QPoint(x, y))
