"""The window as a whole: full, empty, failing, small, large, in another language or density."""

import asyncio
import random

from PySide6.QtWidgets import QLineEdit, QWidget

from render_manager.domain.states import FrameStatus
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled, states
from tests.screenshots.crowds import spread, waiting_for_all
from tests.screenshots.registry import CHINESE, COMPACT, DARK, LIGHT, scene
from tests.screenshots.taking import until


@scene("light", LIGHT)
@scene("dark", DARK)
@scene("zh", LIGHT, language=CHINESE)
@scene("compact", LIGHT, density=COMPACT)
@scene("hidpi", DARK, scale=1.5)
async def full(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    return window


@scene("error", DARK)
@scene("error-light", LIGHT)
@scene("zh-dark", DARK, language=CHINESE)
@scene("hidpi-2", LIGHT, scale=2)
async def error(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await filled(farm, window)
    window.table.select([tasks["street_040"]])
    await until(lambda: window.frames.task_id == tasks["street_040"] and FrameStatus.FAILED in states(window))
    window.actions_["frame.next_failed"].trigger()
    return window


@scene("empty", LIGHT)
@scene("empty-dark", DARK)
@scene("zh-empty", LIGHT, language=CHINESE)
async def empty(farm: Farm, window: MainWindow) -> QWidget:
    await asyncio.sleep(0.4)
    return window


@scene("large", DARK)
async def large(farm: Farm, window: MainWindow) -> QWidget:
    random.seed(5)
    big = farm.submit("city_flythrough", "1-100000", unionid="chen", priority=9)
    spread(farm, big.id, 100_000)
    for number in range(1999):
        engine = ("blender", "maya", "unreal")[number % 3]
        farm.submit(f"seq{number // 40:02}_shot{number % 40:03}", "1-48", engine, unionid=f"artist{number % 7}")
    window.live.refresh()
    await until(lambda: window.tasks.rowCount() == 2000)
    window.table.select([big.id])
    await until(lambda: window.frames.task_id == big.id)
    await asyncio.sleep(3)
    return window


@scene("small", DARK)
@scene("zh-small", DARK, language=CHINESE)
async def small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await full(farm, window)


@scene("broker", LIGHT)
@scene("broker-dark", DARK)
@scene("zh-broker", LIGHT, language=CHINESE)
async def broker(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.feed.lost.emit("Redis can't be reached (Error 111 connecting to farm:6379. Connection refused).")
    await asyncio.sleep(0.3)
    return window


@scene("away", LIGHT)
@scene("away-dark", DARK)
async def away(farm: Farm, window: MainWindow) -> QWidget:
    """Database and Redis away, in a small window."""
    window.resize(1280, 720)
    await filled(farm, window)
    farm.bus.take_away()
    farm.store.down = True
    window.live.refresh()
    await until(window.parts.store_banner.isVisible)
    await until(lambda: "away" in window.feedback.strip.store.text())
    return window


@scene("quitting", DARK)
async def quitting(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.close()
    await asyncio.sleep(0.2)
    return window.findChild(QWidget, "leave")


@scene("no-results", LIGHT)
async def no_results(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    window.findChild(QLineEdit, "filter_words").setText("kitchen engine:unreal")
    await until(window.parts.no_results.isVisible)
    return window


@scene("waiting", DARK)
async def waiting(farm: Farm, window: MainWindow) -> QWidget:
    tasks = await filled(farm, window)
    task = await window.background.call(waiting_for_all, farm, tasks)
    window.live.refresh()
    await until(lambda: window.tasks.row(task) is not None)
    window.table.select([task])
    await asyncio.sleep(0.8)
    return window
