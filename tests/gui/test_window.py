"""The window as a whole: what it remembers, how it looks, how it ends."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderTask
from render_manager.domain.errors import RenderManagerError
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.states import FrameStatus
from render_manager.gui import icons, text
from render_manager.gui.app import run_window
from render_manager.gui.background import Background
from render_manager.gui.dialogs.messages import explain
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.task_table import Column
from render_manager.gui.state_style import FRAME_STYLES, TASK_STYLES, WORKER_STYLES
from render_manager.gui.theme import Theme, ThemeChoice, is_dark
from render_manager.gui.views.details import Fields
from render_manager.gui.window_state import WindowState
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]


def test_empty_says_what_to_do(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    assert window.parts.empty.isVisible()
    assert not window.table.isVisible()
    farm.submit()
    qtbot.waitUntil(window.table.isVisible)


def test_details_of_the_selected_task(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    task = farm.submit("kitchen", "1-10", task_info={"samples": 32})
    window = open_window(task.id[:6])
    texts = {label.text() for label in window.details.findChildren(QLabel)}
    assert {"kitchen", task.id, "mei", "5 · default", "samples = 32", "1-10 (10 in all)"} <= texts
    assert window.details.findChild(QLabel, "details_note").text() == "No worker is online: start one."


def _fields(window: MainWindow) -> dict[str, str]:
    """What the details say, by name."""
    labels = [label.text() for label in window.details.findChildren(QLabel) if not label.isHidden()]
    return dict(itertools.pairwise(labels))


def test_details_say_how_the_farm_goes_at_it(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    done, open_ = farm.submit("done", "1", priority=10), farm.submit("still_open", "1")
    farm.render(1)
    task = farm.submit(
        "kitchen",
        "1-10",
        frame_order=FrameOrder.SPREAD,
        max_attempts=3,
        max_workers=12,
        after=(done.id, open_.id),
        task_info={"samples": 32, "requires": {"version": ">=4.2", "tags": ["gpu", "linux"], "memory_gb": 32}},
    )
    window = open_window(task.id)
    said = _fields(window)
    assert said["Order"] == "Spread over the range"
    assert said["Attempts"] == "3 per frame"
    assert said["Workers"] == "12 at most"
    assert said["Waits for"] == "still_open · Waiting"
    assert said["After"] == "done · Completed"
    assert said["Requires"] == "version >=4.2\ntags gpu, linux\n32 GB of memory"
    assert said["Options"] == "samples = 32"
    farm.render(1)
    qtbot.waitUntil(lambda: "Waits for" not in _fields(window))
    assert _fields(window)["After"] == "done · Completed\nstill_open · Completed"


def test_a_value_of_several_lines_gets_the_room_it_needs(qapp: QApplication, theme: Theme, qtbot: QtBot) -> None:
    fields = Fields()
    qtbot.addWidget(fields)
    fields.resize(270, 400)
    fields.show()
    fields.show_all([("Status", "Running"), ("Frames", "1-240"), ("Source", "kitchen.zip"), ("Archive", "Detected")])
    qtbot.wait(20)
    fields.show_all([("Status", "Running"), ("Requires", "version\ntags\nmemory"), ("Source", "kitchen.zip")])
    qtbot.wait(20)
    shown = [label for label in fields.findChildren(QLabel) if label.isVisible()]
    assert all(label.height() >= label.heightForWidth(label.width()) for label in shown)


def test_several_selected_tasks_are_summed(farm: Farm, open_window: Open) -> None:
    farm.submit("a", "1-10")
    farm.submit("b", "1-5")
    window = open_window()
    window.table.selectAll()
    texts = {label.text() for label in window.details.findChildren(QLabel) if not label.isHidden()}
    assert {"2 tasks selected", "15"} <= texts


def test_the_image_of_a_completed_frame(farm: Farm, open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    task = farm.submit("shot", "1-2")
    picture = QImage(320, 180, QImage.Format.Format_RGB32)
    picture.fill(QColor("#336699"))
    picture.save(str(tmp_path / "one.png"))
    (tmp_path / "two.exr").write_bytes(b"exr")
    farm.complete(farm.start(), tmp_path / "one.png")
    farm.complete(farm.start(), tmp_path / "two.exr")
    window = open_window(task.id)
    qtbot.waitUntil(lambda: window.frames.task_id == task.id and window.frames.status(1) is FrameStatus.COMPLETED)
    window.grid.go_to(0)
    preview = window.details.preview
    qtbot.waitUntil(lambda: not preview.pixmap().isNull())
    assert preview.isVisible()
    window.grid.go_to(1)
    qtbot.waitUntil(lambda: ".exr" in preview.text())
    window.grid.selection.clear()
    assert not preview.isVisible()


def test_layout_is_remembered(farm: Farm, open_window: Open, settings: QSettings, qtbot: QtBot) -> None:
    farm.submit()
    first = open_window()
    first.resize(790, 700)  # the screen that is none is 800 pixels wide
    header = first.table.horizontalHeader()
    header.resizeSection(Column.NAME, 333)
    header.setSectionHidden(Column.USER, True)
    with qtbot.waitSignal(first.closed):
        first.close()
    second = open_window()
    assert (second.width(), second.height()) == (790, 700)
    assert second.table.columnWidth(Column.NAME) == 333
    assert second.table.isColumnHidden(Column.USER)


def test_a_layout_of_another_version_is_left_alone(settings: QSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    state = WindowState(settings)
    state.save_layout("geometry", b"old")  # type: ignore[arg-type]
    monkeypatch.setattr("render_manager.gui.window_state.VERSION", 999)
    assert state.layout("geometry") is None


def test_theme_switches_live(farm: Farm, window: MainWindow, theme: Theme, qapp: QApplication) -> None:
    def ground() -> QColor:
        return window.grab().toImage().pixelColor(4, window.height() - 4)

    assert is_dark(qapp.palette())
    dark, before = ground(), window.actions_["task.submit"].icon().pixmap(24).toImage()
    light = next(action for action in window.actions_.menus["view.theme"].actions() if "light" in action.objectName())
    light.trigger()
    assert not is_dark(qapp.palette())
    assert ground().lightness() > dark.lightness() + 100
    assert window.actions_["task.submit"].icon().pixmap(24).toImage() != before, "icons are tinted anew"
    assert window.state.value("theme") == "light"


def test_theme_follows_the_system_only_if_told_to(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = Qt.ColorScheme.Dark
    monkeypatch.setattr(type(qapp.styleHints()), "colorScheme", lambda self: scheme)
    theme = Theme(qapp, ThemeChoice.SYSTEM)
    assert is_dark(qapp.palette())
    scheme = Qt.ColorScheme.Light
    theme._system_changed()
    assert not is_dark(qapp.palette())
    theme.choose(ThemeChoice.LIGHT)
    scheme = Qt.ColorScheme.Dark
    theme._system_changed()
    assert not is_dark(qapp.palette())


def _luminance(colour: QColor) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_colours_are_readable(choice: ThemeChoice, qapp: QApplication) -> None:
    Theme(qapp, choice)
    palette = qapp.palette()

    def contrast(one: QColor, other: QColor) -> float:
        low, high = sorted((_luminance(one), _luminance(other)))
        return (high + 0.05) / (low + 0.05)

    base = palette.color(QPalette.ColorRole.Base)
    assert contrast(palette.color(QPalette.ColorRole.Text), base) > 7
    assert contrast(palette.color(QPalette.ColorRole.PlaceholderText), base) > 4.5
    for style in {*TASK_STYLES.values(), *FRAME_STYLES.values(), *WORKER_STYLES.values()}:
        assert contrast(style.colour(is_dark(palette)), base) > 2.6, style.word


def test_every_icon_is_drawn(qapp: QApplication, theme: Theme) -> None:
    for style in {*TASK_STYLES.values(), *FRAME_STYLES.values(), *WORKER_STYLES.values()}:
        image = icons.pixmap(style.mark, 16, QColor("red")).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16)), style.mark
    assert not icons.app_icon().isNull()


def test_closing_stops_this_computers_workers_first(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.local.count = 2
    farm.local.may_stop.clear()
    window = open_window()
    qtbot.waitUntil(window.actions_["worker.stop"].isEnabled)
    window.quit_unasked()
    qtbot.waitUntil(lambda: "Stopping" in window.statusBar().currentMessage())
    assert window.isVisible()
    with qtbot.waitSignal(window.closed):
        farm.local.may_stop.set()
    assert farm.local.count == 0
    assert not window.isVisible()


def test_run_window_shows_fills_pictures_and_ends(
    farm: Farm, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: QSettings
) -> None:
    monkeypatch.setattr("render_manager.gui.app._SETTLE", 0.3)
    monkeypatch.setattr("render_manager.gui.start.WindowState", lambda: WindowState(settings))
    task: RenderTask = farm.submit()
    picture = tmp_path / "window.png"
    code = run_window(
        farm.services, title="Render Manager", default_user="mei", select_task=task.id, theme="dark", screenshot=picture
    )
    assert code == 0
    assert QImage(str(picture)).width() > 600
    QCoreApplication.processEvents()


def test_background_gives_results_and_errors_back(background: Background, qtbot: QtBot) -> None:
    got: list[object] = []
    background.run(lambda: 7, done=got.append)

    def refuse() -> None:
        raise RenderManagerError("No.")

    background.run(refuse, failed=got.append)
    qtbot.waitUntil(lambda: len(got) == 2)
    assert 7 in got
    assert any(isinstance(each, RenderManagerError) for each in got)


def test_a_fault_of_the_program_is_no_sentence_about_the_user(
    background: Background, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[Exception] = []
    background.run(lambda: 1 / 0, failed=got.append)
    qtbot.waitUntil(lambda: bool(got))
    sentence, details = explain(got[0])
    assert "inside Render Manager" in sentence
    assert "ZeroDivisionError" in details
    assert "Work in the background failed." in caplog.text


def test_jobs_end_with_the_window(open_window: Open, qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    window = open_window()
    with qtbot.waitSignal(window.closed):
        window.close()
    qtbot.waitUntil(lambda: not [task for task in asyncio.all_tasks(loop) if not task.done()])


def test_numbers_as_people_read_them() -> None:
    assert [text.duration(value) for value in (None, 5, 65, 3_700, 100_000)] == [
        "", "5 s", "1 min", "1 h 01", "1 d 3 h",
    ]  # fmt: skip
    assert text.size(3_221_225_472).startswith("3.0")


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, ""), (0.94, "0.9 s"), (42.7, "42 s"), (425, "7 min 05 s"), (7500, "2 h 05")]
)
def test_what_a_frame_took_is_said_precisely(qapp: QApplication, seconds: float | None, said: str) -> None:
    assert text.precise_duration(seconds) == said


def test_layouts_under_names(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    farm.submit()
    window = open_window()

    def choose(name: str) -> None:
        menu = window.actions_.menus["view.layout"]
        menu.aboutToShow.emit()
        next(action for action in menu.actions() if action.objectName() == name).trigger()

    def answer(dialog: str) -> QDialog:
        qtbot.waitUntil(lambda: window.findChild(QDialog, dialog) is not None)
        return window.findChild(QDialog, dialog)

    window.table.setColumnHidden(Column.USER, True)
    window.workers_dock.show()
    choose("layout_save")
    dialog = answer("layout_name_dialog")
    dialog.findChild(QLineEdit, "layout_name").setText("Night / 夜班")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    choose("layout_standard")
    assert not window.table.isColumnHidden(Column.USER)
    assert window.table.isColumnHidden(Column.SUBMITTED)
    assert window.workers_dock.isHidden()
    again = open_window()
    menu = again.actions_.menus["view.layout"]
    next(action for action in menu.actions() if action.text() == "Night / 夜班").trigger()
    assert again.table.isColumnHidden(Column.USER)
    assert not again.workers_dock.isHidden()
    choose("layout_delete")
    qtbot.keyClick(answer("choice_dialog"), Qt.Key.Key_Return)
    menu = window.actions_.menus["view.layout"]
    menu.aboutToShow.emit()
    assert "Night / 夜班" not in [action.text() for action in menu.actions()]
