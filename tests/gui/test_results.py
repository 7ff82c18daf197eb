"""Images that no disk of this computer has: downloaded, shown and opened from the object store."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QProgressBar
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FrameStatus
from render_manager.gui.dialogs.download import DownloadDialog
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm
from tests.support.pictures import write

Open = Callable[..., MainWindow]


def _rendered(farm: Farm, number: int, suffix: str = "png") -> tuple[RenderTask, list[Path]]:
    """A task and its images on the disk of its host."""
    task = farm.submit("shot", f"1-{number}")
    folder = farm.folder / "renders" / task.id
    folder.mkdir(parents=True)
    images: list[Path] = []
    for each in range(1, number + 1):
        image = folder / f"shot_{each:04}.{suffix}"
        picture = QImage(320, 180, QImage.Format.Format_RGB32)
        picture.fill(QColor("#336699"))
        picture.save(str(image), "PNG")
        farm.complete(farm.start(), image)
        images.append(image)
    return task, images


def _send(farm: Farm, task: RenderTask, *numbers: int) -> None:
    for number in numbers:
        assert farm.services.give_back.send(task, farm.services.queries.frame(task.id, number), "render-01")


def _elsewhere(farm: Farm, task: RenderTask) -> None:
    """That disk can't be read any more."""
    shutil.rmtree(farm.folder / "renders" / task.id)
    shutil.rmtree(farm.folder / "logs" / task.id)


def _shown(open_window: Open, qtbot: QtBot, task: RenderTask, frames: int) -> MainWindow:
    window = open_window(task.id)
    qtbot.waitUntil(
        lambda: (
            window.frames.task_id == task.id
            and all(window.frames.status(place) is FrameStatus.COMPLETED for place in range(frames))
        )
    )
    return window


def test_results_come_from_the_object_store(farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    task, _ = _rendered(farm, 3)
    _send(farm, task, 1, 2, 3)
    _elsewhere(farm, task)
    window = _shown(open_window, qtbot, task, 3)
    window.task_commands.download_to(task, str(tmp_path / "results"))
    qtbot.waitUntil(lambda: "3 files" in window.statusBar().currentMessage())
    assert len(list((tmp_path / "results").iterdir())) == 3
    qtbot.waitUntil(lambda: window.findChild(DownloadDialog) is None)


def test_a_download_shows_bytes_can_be_cancelled_and_goes_on(
    farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    task, _ = _rendered(farm, 3)
    _send(farm, task, 1, 2, 3)
    _elsewhere(farm, task)
    window = _shown(open_window, qtbot, task, 3)
    for key in [key for key in farm.objects.root.rglob("*.json") if "manifests" in key.parts]:
        key.unlink()  # so that nothing but the images is fetched
    farm.objects.pause.clear()
    window.task_commands.download_to(task, str(tmp_path / "results"))
    dialog = window.findChild(DownloadDialog)
    qtbot.waitUntil(lambda: dialog.findChild(QProgressBar).value() > 0)
    assert "bytes of" in dialog.findChild(QLabel, "download_doing").text()
    (cancel,) = dialog.findChildren(QAbstractButton)
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.findChild(DownloadDialog) is None)
    assert window.findChild(QMessageBox, "error") is None, "nobody has to be told what they did"
    assert list((tmp_path / "results").iterdir()) == []
    farm.objects.pause.set()
    window.task_commands.download_to(task, str(tmp_path / "results"))
    qtbot.waitUntil(lambda: "3 files" in window.statusBar().currentMessage())


def test_closing_the_window_ends_a_download(farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    task, _ = _rendered(farm, 1)
    _send(farm, task, 1)
    _elsewhere(farm, task)
    window = _shown(open_window, qtbot, task, 1)
    farm.objects.pause.clear()
    window.task_commands.download_to(task, str(tmp_path / "results"))
    with qtbot.waitSignal(window.closed):
        window.close()
    assert list((tmp_path / "results").iterdir()) == []


def test_several_problems_are_listed(farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    task, _ = _rendered(farm, 2)
    _send(farm, task, 1, 2)
    _elsewhere(farm, task)
    for key in farm.objects.root.rglob("shot_000?.png"):
        key.unlink()
    window = _shown(open_window, qtbot, task, 2)
    window.task_commands.download_to(task, str(tmp_path / "results"))
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error") is not None)
    box = window.findChild(QMessageBox, "error")
    assert box.text() == "Not everything could be downloaded; 2 problems."
    assert "Frame 2: There is no object" in box.detailedText()
    box.close()


def test_the_preview_comes_from_the_object_store_once(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task, _ = _rendered(farm, 2)
    _send(farm, task, 1)
    _elsewhere(farm, task)
    window = _shown(open_window, qtbot, task, 2)
    preview = window.details.preview
    window.grid.go_to(0)
    qtbot.waitUntil(lambda: not preview.pixmap().isNull())
    assert len(farm.objects.downloads) == 1
    window.grid.go_to(1)
    qtbot.waitUntil(lambda: "Frame 2: not in the object store" in preview.text())
    window.grid.go_to(0)
    qtbot.waitUntil(lambda: not preview.pixmap().isNull())
    assert len(farm.objects.downloads) == 1, "it is kept on this computer"


def test_the_preview_comes_as_soon_as_the_image_is_uploaded(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task, images = _rendered(farm, 1)
    folder, hidden = images[0].parent, images[0].parent.with_name("disk of another host")
    folder.rename(hidden)
    window = _shown(open_window, qtbot, task, 1)
    window.grid.go_to(0)
    preview = window.details.preview
    qtbot.waitUntil(lambda: "Frame 1: not in the object store" in preview.text())
    hidden.rename(folder)
    _send(farm, task, 1)
    folder.rename(hidden)
    qtbot.waitUntil(lambda: not preview.pixmap().isNull())


def test_a_preview_nobody_waits_for_any_more_is_not_fetched(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task, _ = _rendered(farm, 2)
    _send(farm, task, 1, 2)
    _elsewhere(farm, task)
    window = _shown(open_window, qtbot, task, 2)
    farm.objects.pause.clear()
    window.grid.go_to(0)
    qtbot.waitUntil(lambda: "Reading" in window.details.preview.text())
    window.grid.go_to(1)
    farm.objects.pause.set()
    qtbot.waitUntil(lambda: not window.details.preview.pixmap().isNull())
    assert [key.rpartition("/")[2] for key in farm.objects.downloads][-1] == "shot_0002.png"


def test_the_preview_of_an_exr(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-2")
    image = write(farm.folder / "shot_0001.exr", numpy.full((90, 160, 3), 0.18, numpy.float32), kind="half")
    farm.complete(farm.start(), image)
    cut = farm.folder / "shot_0002.exr"
    cut.write_bytes(image.read_bytes()[:300])
    farm.complete(farm.start(), cut)
    window = _shown(open_window, qtbot, task, 2)
    preview = window.details.preview
    window.grid.go_to(0)
    qtbot.waitUntil(lambda: not preview.pixmap().isNull())
    assert preview.pixmap().toImage().pixelColor(20, 20) == QColor(118, 118, 118)
    window.grid.go_to(1)
    qtbot.waitUntil(lambda: "shot_0002.exr" in preview.text())


def test_opening_an_image_fetches_it(
    farm: Farm, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        "render_manager.gui.frame_commands.QDesktopServices.openUrl", lambda url: opened.append(Path(url.toLocalFile()))
    )
    task, _ = _rendered(farm, 1, "exr")
    _send(farm, task, 1)
    _elsewhere(farm, task)
    window = _shown(open_window, qtbot, task, 1)
    window.grid.go_to(0)
    window.actions_["frame.open_image"].trigger()
    qtbot.waitUntil(lambda: bool(opened))
    assert opened[0].name.endswith("shot_0001.exr")
    assert opened[0].parent == farm.folder / "images"
    assert opened[0].is_file()
