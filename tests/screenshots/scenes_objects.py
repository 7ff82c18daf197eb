"""The browser of the object store."""

import asyncio

from PySide6.QtWidgets import QWidget

from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.screenshots.afternoon import filled
from tests.screenshots.registry import DARK, LIGHT, scene
from tests.screenshots.taking import until


def _objects(farm: Farm) -> None:
    for number in range(10, 200, 10):
        farm.objects.put_size(f"projects/kitchen/kitchen_{number:03}.blend.zip", 41_000_000 + number * 77_777)
    for name in ("textures/wood.tx", "refs/board.png", "old/kitchen_010.zip"):
        farm.objects.put_size(f"projects/kitchen/{name}", 2_000_000)
    for name in ("readme.txt", "street_040.ma", "lookdev.exr", "城市_010.zip", "hero.uproject", "notes.pdf"):
        farm.objects.put_size(f"projects/kitchen/{name}", 1_234_567)


@scene("oss-browser", LIGHT)
@scene("oss-browser-dark", DARK)
async def oss_browser(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    _objects(farm)
    farm.objects.bucket = "studio-projects"
    window.actions_["object.show"].trigger()
    window.objects_dock.reader.go("projects/kitchen/")
    await until(lambda: window.objects_dock.model.rowCount() > 10)
    window.objects_dock.list.select([f"projects/kitchen/kitchen_{number:03}.blend.zip" for number in (20, 30)])
    await asyncio.sleep(0.4)
    return window


@scene("oss-browser-small", DARK)
async def oss_browser_small(farm: Farm, window: MainWindow) -> QWidget:
    window.resize(1280, 720)
    return await oss_browser(farm, window)


@scene("oss-browser-upload", LIGHT)
async def oss_browser_upload(farm: Farm, window: MainWindow) -> QWidget:
    await oss_browser(farm, window)
    scene = farm.folder / "hallway_030.blend"
    scene.write_bytes(b"x" * 30_000_000)
    farm.objects.pause.clear()
    window.object_commands.upload([str(scene)])
    await asyncio.sleep(0.8)
    return window


@scene("oss-browser-drop", DARK)
async def oss_browser_drop(farm: Farm, window: MainWindow) -> QWidget:
    await oss_browser(farm, window)
    window.objects_dock.announce([str(farm.folder / "hallway_030.blend")])
    return window


@scene("oss-browser-error", DARK)
async def oss_browser_error(farm: Farm, window: MainWindow) -> QWidget:
    await filled(farm, window)
    farm.objects.bucket = "studio-projects"
    farm.objects.refuses = (
        "The access key was refused for bucket 'studio-projects' (AccessDenied): check OSS_ACCESS_KEY_ID."
    )
    window.actions_["object.show"].trigger()
    await asyncio.sleep(0.6)
    return window
