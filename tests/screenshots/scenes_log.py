"""The log of a frame."""

import asyncio
import random

from PySide6.QtWidgets import QWidget

from render_manager.gui.dialogs.log_compare import LogCompare
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import LOG, WORKERS, filled
from tests.screenshots.registry import DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("log", LIGHT)
@scene("log-dark", DARK)
async def log(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    task = await window.background.call(_tried_twice, farm)
    window.live.refresh()
    await until(lambda: window.tasks.row(task) is not None)
    window.table.select([task])
    await until(lambda: window.frames.task_id == task)
    window.grid.go_to(0)
    await until(lambda: window.log.document is not None and window.log.document.whole)
    window.parts._left.setSizes([220, 480])
    window.parts._bottom.setSizes([330, 800])
    window.actions_["log.find"].trigger()
    window.log.find_bar.field.setText("texture")
    await until(lambda: " of " in window.log.find_bar.count.text())
    window.log.find_bar.step.emit(True)
    await asyncio.sleep(0.5)
    return window


@scene("log-error", DARK)
async def log_error(farm: Farm, window: MainWindow) -> QWidget:
    await log(farm, window)
    window.log.find_bar.close_bar()
    window.log.go_to_error()
    await asyncio.sleep(0.5)
    return window


@scene("log-small", DARK)
async def log_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    await log(farm, window)
    window.parts._bottom.setSizes([540, 460])
    return window


@scene("log-compare", LIGHT)
@scene("log-compare-dark", DARK)
async def log_compare(farm: Farm, window: MainWindow) -> QWidget:
    await log(farm, window)
    window.actions_["log.compare"].trigger()
    dialog = window.findChild(LogCompare)
    await until(lambda: dialog.sides[0].lines.count > 0)
    await asyncio.sleep(0.5)
    return dialog


def _tried_twice(farm: Farm) -> str:
    """A frame that failed on two hosts, each with much to say."""
    task = farm.submit("kitchen_night", "1", unionid="mei", priority=10, max_attempts=2)
    for worker, message in zip(WORKERS, ("Texture wood_planks.tx is missing.", "CUDA out of memory"), strict=False):
        random.seed(worker.name)
        farm.lifecycle.actor = f"worker {worker.name}"
        lines = LOG.format(task=task.id, frame=1).splitlines()
        for number in range(3000):
            lines.append(
                f"Fra:1 Mem:{1204 + number % 90}.{number % 99:02}M (Peak 1310.02M) | Time:00:{number // 60:02}."
                f"{number % 60:02} | Sample {number}/3000"
            )
            if number % 400 == 150:
                lines.append(f'Warning: texture cache miss for "planks_{number}.tx" 贴图缓存未命中, reading from disk')
            if worker is WORKERS[0] and number in (900, 2990):
                lines.append(f"Error: texture planks_{number}.tx can't be read")
        lines += [f"Error: {message}", "Traceback (most recent call last):", "RuntimeError: render aborted"]
        claim = farm.start(worker, "\n".join(lines) + "\n")
        path = farm.log_path(claim)
        path = path.rename(path.with_name(f"frame_0001.{claim.attempt}.log"))
        farm.lifecycle.frame_started(claim, str(path))
        farm.failed(claim, message)
    farm.lifecycle.actor = "mei@desk"
    return task.id
