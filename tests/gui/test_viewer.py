"""The frame viewer through its real widgets, on real images and real services."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMessageBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FrameStatus
from render_manager.gui.declarations.viewer import CANVAS_MENU, VIEWER_COMMANDS
from render_manager.gui.imaging import reading
from render_manager.gui.imaging.errors import NotWanted
from render_manager.gui.main_window import MainWindow
from render_manager.gui.viewer import loading
from render_manager.gui.viewer.window import ViewerWindow
from render_manager.resource_files import resources
from tests.gui.farm import Farm
from tests.support.pictures import Values, ramp, write, write_layers

Open = Callable[..., MainWindow]
Key = Qt.Key


def _flat(value: float, alpha: float = 1.0) -> Values:
    values = numpy.full((90, 160, 4), value, numpy.float32)
    values[..., 3] = alpha
    return values


def _completed(farm: Farm, values: Values | Path, number: int, suffix: str = "exr") -> Path:
    folder = farm.folder / "renders"
    path = values if isinstance(values, Path) else write(folder / f"shot.{number:04}.{suffix}", values, kind="half")
    farm.complete(farm.start(), path)
    return path


def _view(open_window: Open, qtbot: QtBot, task: RenderTask, position: int = 0) -> tuple[MainWindow, ViewerWindow]:
    window = open_window(task.id)
    states = [frame.status for frame in window.services.queries.frames(task.id)]
    qtbot.waitUntil(
        lambda: (
            window.frames.task_id == task.id and [window.frames.status(place) for place in range(len(states))] == states
        )
    )
    window.grid.go_to(position)
    window.actions_["frame.view"].trigger()
    qtbot.waitUntil(lambda: window.viewer_commands.viewer is not None)
    viewer = window.viewer_commands.viewer
    assert viewer is not None
    qtbot.waitExposed(viewer)
    return window, viewer


def _image_shown(viewer: ViewerWindow) -> Callable[[], bool]:
    return lambda: not viewer.canvas.image.isNull() and bool(viewer.findChild(QLabel, "viewer_readout").text())


def _colour(viewer: ViewerWindow, x: int = 20, y: int = 20) -> tuple[int, int, int]:
    colour = viewer.canvas.image.pixelColor(x, y)
    return colour.red(), colour.green(), colour.blue()


def _words(viewer: ViewerWindow) -> str:
    return viewer.canvas.slate.words if viewer.canvas.slate else ""


def _press(viewer: ViewerWindow, key: Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(viewer.canvas, key, modifier)


def _point(viewer: ViewerWindow, place: QPointF) -> None:
    """Move the pointer there; the platform of the tests would give the event to the window behind."""
    nothing, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    there = viewer.canvas.mapToGlobal(place)
    QApplication.sendEvent(viewer.canvas, QMouseEvent(QEvent.Type.MouseMove, place, there, nothing, nothing, none))


def test_commands_of_the_viewer_are_declared_once_and_can_all_be_found() -> None:
    ids = [command.id for command in VIEWER_COMMANDS]
    shortcuts = [command.shortcut for command in VIEWER_COMMANDS]
    assert len(ids) == len(set(ids))
    assert len(shortcuts) == len(set(shortcuts))
    assert all(shortcuts), "the viewer can be used without a mouse"
    entries = [entry for one in CANVAS_MENU for entry in ([one] if isinstance(one, str) else one[1])]
    assert {entry for entry in entries if entry} | {"viewer.loop"} == set(ids)
    assert all((resources() / "icons" / f"{command.icon}.svg").is_file() for command in VIEWER_COMMANDS if command.icon)


def test_an_image_is_exposed_as_computed(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-2")
    _completed(farm, _flat(0.18), 1)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    assert _colour(viewer) == (118, 118, 118)
    for _ in range(4):
        _press(viewer, Key.Key_BracketRight)
    assert viewer.tone_bar.tone.exposure == 1.0
    # 0.36 of light: 255 × (1.055 × 0.36 ^ (1 / 2.4) − 0.055), rounded
    qtbot.waitUntil(lambda: _colour(viewer) == (162, 162, 162))
    viewer.tone_bar.gamma.set_value(2.0)
    qtbot.waitUntil(lambda: _colour(viewer) == (203, 203, 203))
    _press(viewer, Key.Key_0)
    qtbot.waitUntil(lambda: _colour(viewer) == (118, 118, 118))


def test_a_png_is_shown_as_it_is_and_exposed_in_light(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    values = numpy.zeros((90, 160, 3), numpy.uint8)
    values[:] = (51, 102, 153)
    _completed(farm, write(farm.folder / "a.png", values), 1)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    assert _colour(viewer) == (51, 102, 153)
    viewer.tone_bar.exposure.set_value(1.0)
    qtbot.waitUntil(lambda: _colour(viewer) == (73, 141, 209))


def test_layers_and_channels(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-2")
    beauty, albedo = _flat(0.18, 0.5), _flat(0.0)[..., :3]
    albedo[..., 0], albedo[..., 1], albedo[..., 2] = 0.18, 1.0, 0.0
    layers = {"": beauty, "albedo": albedo, "depth": _flat(20.0)[..., :1]}
    for number in (1, 2):
        _completed(farm, write_layers(farm.folder / f"a{number}.exr", layers), number)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    choice = viewer.findChild(QComboBox, "viewer_layers")
    assert [choice.itemText(row) for row in range(choice.count())] == ["Image", "albedo", "depth"]
    _press(viewer, Key.Key_A)
    qtbot.waitUntil(lambda: _colour(viewer) == (128, 128, 128))  # alpha is no light
    _press(viewer, Key.Key_C)
    _press(viewer, Key.Key_PageDown)
    qtbot.waitUntil(lambda: _colour(viewer) == (118, 255, 0))
    assert choice.currentText() == "albedo"
    _press(viewer, Key.Key_R)
    qtbot.waitUntil(lambda: _colour(viewer) == (118, 118, 118))
    _press(viewer, Key.Key_Y)
    # 0.2126 × 0.18 + 0.7152 of light
    qtbot.waitUntil(lambda: _colour(viewer) == (225, 225, 225))
    _press(viewer, Key.Key_C)
    _press(viewer, Key.Key_Right)
    qtbot.waitUntil(lambda: viewer.frame is not None and viewer.frame.frame_number == 2)
    qtbot.waitUntil(lambda: _image_shown(viewer)() and _colour(viewer) == (118, 255, 0))  # the layer stays
    _press(viewer, Key.Key_PageDown)
    viewer.tone_bar.exposure.set_value(-10)
    # 20 / 1024 of light
    qtbot.waitUntil(lambda: _colour(viewer) == (38, 38, 38))


def test_the_readout_tells_the_exact_values(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    values = ramp(160, 90)
    values[3, 7] = (1234.0, -0.25, 0.0009765625, 1.0)
    _completed(farm, values, 1)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    readout = viewer.findChild(QLabel, "viewer_readout")
    assert readout.text() == "160 × 90  16 bit float"
    viewer.canvas.zoom_to(16.0, viewer.canvas.place_of(QPoint(7, 3)))
    _point(viewer, viewer.canvas.place_of(QPoint(7, 3)))
    qtbot.waitUntil(lambda: readout.text() == "7, 3  R 1234  G -0.25  B 0.00097656  A 1")


def test_zoom_keeps_the_pixel_under_the_pointer(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    _completed(farm, ramp(640, 360), 1)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    canvas = viewer.canvas
    assert canvas.fits
    at = canvas.place_of(QPoint(100, 50))
    for notches in (1, 5, -3, 8):
        canvas.zoom_by(notches, at)
        assert canvas.pixel_at(at) == QPoint(100, 50)
    assert not canvas.fits
    _press(viewer, Key.Key_1)
    assert canvas.zoom == 1.0
    before = canvas.place_of(QPoint(0, 0))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(canvas, QPoint(130, 90))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(130, 90))
    assert canvas.place_of(QPoint(0, 0)) - before == QPointF(30, -10)
    _press(viewer, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.place_of(QPoint(0, 0)).x() < before.x() + 30
    _press(viewer, Key.Key_F)
    assert canvas.fits
    top, bottom = canvas.place_of(QPoint(0, 0)), canvas.place_of(QPoint(639, 359))
    assert canvas.rect().contains(top.toPoint())
    assert canvas.rect().contains(bottom.toPoint())


def test_slates_tell_the_state_and_the_cause(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-4")
    _completed(farm, _flat(0.5), 1)
    farm.fail("Texture wood.tx is missing.")
    farm.lifecycle.frame_progress(farm.start(), 0.4)
    window, viewer = _view(open_window, qtbot, task, 1)
    assert "Frame 2. Failed. Texture wood.tx is missing. " in _words(viewer)
    assert "On render-01, attempt 1" in _words(viewer)
    _press(viewer, Key.Key_Right)
    assert "Frame 3. Rendering. 40 % on render-01" in _words(viewer)
    _press(viewer, Key.Key_Right)
    assert "Frame 4. Waiting" in _words(viewer)
    assert window.grid.selection.current == 3, "the main window follows"
    assert viewer.windowTitle() == "shot – frame 4"
    _press(viewer, Key.Key_N)
    assert "Frame 2. Failed" in _words(viewer)
    window.grid.go_to(0)
    qtbot.waitUntil(_image_shown(viewer))


def test_a_frame_that_becomes_completed_appears_by_itself(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    claim = farm.start()
    _, viewer = _view(open_window, qtbot, task)
    assert "Rendering" in _words(viewer)
    farm.complete(claim, write(farm.folder / "a.exr", _flat(0.18), kind="half"))
    qtbot.waitUntil(_image_shown(viewer))
    assert _colour(viewer) == (118, 118, 118)


def test_a_file_that_is_still_being_written_is_read_again(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    whole = write(farm.folder / "whole.exr", ramp(400, 300), kind="half")
    path = farm.folder / "a.exr"
    path.write_bytes(whole.read_bytes()[:5000])
    _completed(farm, path, 1)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(lambda: "Not whole" in _words(viewer))
    shutil.copy(whole, path)
    qtbot.waitUntil(_image_shown(viewer))


def test_what_can_not_be_fetched_is_told_and_fetching_can_be_stopped(
    farm: Farm, open_window: Open, qtbot: QtBot
) -> None:
    task = farm.submit("shot", "1-2")
    images = [
        write(farm.folder / "renders" / task.id / f"shot_{number:04}.exr", _flat(0.18), kind="half")
        for number in (1, 2)
    ]
    for number, image in enumerate(images, 1):
        _completed(farm, image, number)
    assert farm.services.give_back.send(task, farm.services.queries.frame(task.id, 1), "render-01")
    shutil.rmtree(farm.folder / "renders")
    shutil.rmtree(farm.folder / "logs" / task.id)
    farm.objects.pause.clear()
    _, viewer = _view(open_window, qtbot, task)
    stop = viewer.fetch_bar.findChild(QPushButton)
    qtbot.waitUntil(stop.isVisible)
    assert "Fetching the image" in viewer.fetch_bar.findChild(QLabel).text()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert "not fetched" in _words(viewer)
    assert not stop.isVisible()
    qtbot.waitUntil(lambda: not list((farm.folder / "images").glob("*.exr")))
    farm.objects.pause.set()
    _press(viewer, Key.Key_F5)
    qtbot.waitUntil(_image_shown(viewer))
    assert len(farm.objects.downloads) == 1
    _press(viewer, Key.Key_Right)
    qtbot.waitUntil(lambda: "Frame 2: not in the object store" in _words(viewer))


def test_the_finished_range_is_played_with_its_gaps(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-6")
    for number in (1, 2):
        _completed(farm, _flat(0.1 * number), number)
    farm.fail()
    for number in (4, 5):
        _completed(farm, _flat(0.1 * number), number)
    window, viewer = _view(open_window, qtbot, task, 5)
    viewer.findChild(QSpinBox, "viewer_rate").setValue(20)
    seen: list[tuple[int, bool]] = []
    viewer.player.moved.connect(lambda position: seen.append((position, viewer.canvas.slate is not None)))
    _press(viewer, Key.Key_Space)
    assert viewer.player.playing
    assert viewer.frame is not None
    assert viewer.frame.frame_number == 1, "from the first finished one, as the chosen one is not among them"
    qtbot.waitUntil(lambda: len(viewer.proxies) == 4)
    seen.clear()
    qtbot.waitUntil(lambda: {position for position, _ in seen} == {0, 1, 2, 3, 4})
    qtbot.waitUntil(lambda: viewer.canvas.slate is not None and "Frame 3. Failed" in _words(viewer))
    # Each image has its own brightness: what is shown is the frame of the moment.
    qtbot.waitUntil(lambda: not viewer.canvas.image.isNull() and _colour(viewer)[0] == 188)
    assert 5 not in {position for position, _ in seen}
    _press(viewer, Key.Key_Space)
    assert not viewer.player.playing
    shown = viewer.frame
    assert shown is not None
    assert window.current_frame() == shown


def test_playing_ends_at_the_end_without_loop(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-4")
    for number in (1, 2, 3):
        _completed(farm, _flat(0.1), number)
    _, viewer = _view(open_window, qtbot, task)
    _press(viewer, Key.Key_L)
    viewer.player.playback.set_rate(60)
    _press(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: not viewer.player.playing)
    assert viewer.frame is not None
    assert viewer.frame.frame_number == 3
    assert viewer.isVisible()
    qtbot.waitUntil(lambda: not viewer.ahead.under_way)


def test_what_is_kept_to_be_played_stays_within_bounds(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    frame_bytes = 90 * 160 * 4 * 2
    task = farm.submit("shot", "1-8")
    for number in range(1, 9):
        _completed(farm, _flat(0.1), number)
    _, viewer = _view(open_window, qtbot, task)
    viewer.proxies.most_bytes = 3 * frame_bytes
    viewer.player.playback.set_rate(60)
    most: list[int] = []
    came: set[int] = set()
    viewer.ahead.came.connect(lambda key: (most.append(viewer.proxies.bytes), came.add(key.number)))
    _press(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: len(came) == 8)
    assert max(most) <= 3 * frame_bytes


def test_large_images_are_played_small(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    _completed(farm, ramp(2000, 1000, 3), 1)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    assert viewer.canvas.image.width() == 2000
    _press(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: viewer.canvas.image.width() == 1000)
    _press(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: viewer.canvas.image.width() == 2000)


def test_images_are_never_read_on_the_qt_thread(
    farm: Farm, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[tuple[str, bool]] = []

    def told(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def read(*args: object, **more: object) -> object:
            readers.append((name, threading.current_thread() is threading.main_thread()))
            return real(*args, **more)

        return read

    monkeypatch.setattr(loading, "read_picture", told("read", reading.read_picture))
    from render_manager.gui.viewer import developing

    monkeypatch.setattr(developing, "plate", told("plate", developing.plate))
    task = farm.submit("shot", "1-3")
    for number in (1, 2, 3):
        _completed(farm, _flat(0.1), number)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(_image_shown(viewer))
    _press(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: len(viewer.proxies) == 3)
    assert {name for name, _ in readers} == {"read", "plate"}
    assert not any(on_qt_thread for _, on_qt_thread in readers)


def test_a_read_that_was_overtaken_ends_and_is_not_shown(
    farm: Farm, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on, ended = threading.Event(), threading.Event(), []

    def slow(path: Path, *args: object, **more: object) -> object:
        if path.name == "shot.0001.exr":
            begun.set()
            may_go_on.wait(30)
            try:
                return reading.read_picture(path, *args, **more)
            except NotWanted as error:
                ended.append(type(error).__name__)
                raise
        return reading.read_picture(path, *args, **more)

    monkeypatch.setattr(loading, "read_picture", slow)
    task = farm.submit("shot", "1-2")
    _completed(farm, _flat(0.18), 1)
    _completed(farm, _flat(1.0), 2)
    _, viewer = _view(open_window, qtbot, task)
    qtbot.waitUntil(begun.is_set)
    qtbot.waitUntil(lambda: "Reading" in _words(viewer))
    _press(viewer, Key.Key_Right)
    qtbot.waitUntil(_image_shown(viewer))
    may_go_on.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == ["NotWanted"]
    assert _colour(viewer) == (255, 255, 255)


def test_the_scrubber_has_every_frame_and_its_state(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1001-1100")
    _completed(farm, _flat(0.18), 1001)
    farm.fail()
    window, viewer = _view(open_window, qtbot, task)
    scrubber = viewer.scrubber
    assert (scrubber.minimum(), scrubber.maximum(), scrubber.value()) == (0, 99, 0)
    picture = scrubber.grab().toImage()
    strip = scrubber.rect().adjusted(10, 0, -10, 0)

    def colour(position: int) -> QColor:
        return picture.pixelColor(strip.left() + int((position + 0.5) * strip.width() / 100), 15)

    assert colour(1) != colour(50)
    assert colour(50) == colour(80)
    x = strip.left() + int(60.5 * strip.width() / 100)
    QTest.mousePress(scrubber, Qt.MouseButton.LeftButton, pos=QPoint(x, 15))
    assert viewer.frame is not None
    assert viewer.frame.frame_number == 1061
    QTest.mouseRelease(scrubber, Qt.MouseButton.LeftButton, pos=QPoint(x, 15))
    qtbot.waitUntil(lambda: window.grid.selection.current == 60)
    _press(viewer, Key.Key_End)
    assert viewer.frame.frame_number == 1100
    _press(viewer, Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(viewer.transport.number, "1002")
    QTest.keyClick(viewer.transport.number, Key.Key_Return)
    assert "Frame 1002. Failed" in _words(viewer)
    assert QApplication.focusWidget() in (viewer.canvas, None)


def test_retry_from_the_viewer_asks_there(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-3")
    for number in (1, 2, 3):
        _completed(farm, _flat(0.1), number)
    window, viewer = _view(open_window, qtbot, task, 1)
    window.grid.selection.take({0, 1, 2}, 1)
    _press(viewer, Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    box = viewer.findChild(QMessageBox)
    assert box is not None
    qtbot.mouseClick(box.findChild(QPushButton, "yes"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Frame 2. Waiting" in _words(viewer))
    states = [frame.status for frame in window.services.queries.frames(task.id)]
    assert states == [FrameStatus.COMPLETED, FrameStatus.PENDING, FrameStatus.COMPLETED]


def test_the_window_remembers_and_closes(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1-3")
    _completed(farm, _flat(0.1), 1)
    window, viewer = _view(open_window, qtbot, task)
    viewer.resize(900, 560)
    viewer.findChild(QSpinBox, "viewer_rate").setValue(30)
    _press(viewer, Key.Key_F11)
    assert viewer.isFullScreen()
    _press(viewer, Key.Key_Escape)
    assert viewer.isVisible()
    assert not viewer.isFullScreen()
    viewer.resize(900, 560)
    _press(viewer, Key.Key_Escape)
    assert not viewer.isVisible()
    assert window.isVisible()
    again = ViewerWindow(window, window.background)
    assert again.height() == 560  # the screen of the test is too narrow for the width
    assert again.transport.rate.value() == 30
    again.close()
    again.deleteLater()


def test_a_double_click_on_the_preview_opens_the_viewer(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("shot", "1")
    _completed(farm, _flat(0.18), 1)
    window = open_window(task.id)
    qtbot.waitUntil(lambda: window.frames.task_id == task.id)
    window.grid.go_to(0)
    preview = window.details.preview
    qtbot.waitUntil(lambda: not preview.pixmap().isNull())
    qtbot.mouseDClick(preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.viewer_commands.viewer is not None and window.viewer_commands.viewer.isVisible())


def test_another_task_in_the_main_window_is_another_task_here(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    first, second = farm.submit("one", "1-2"), farm.submit("two", "5-6")
    window, viewer = _view(open_window, qtbot, first)
    window.table.select([second.id])
    qtbot.waitUntil(lambda: "Frame 5. Waiting" in _words(viewer))
    assert viewer.windowTitle() == "two – frame 5"
