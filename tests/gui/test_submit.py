"""From a drop to a task: the form, its checks, its progress."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from render_manager.gui.dialogs.guess import suggest_engine
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from render_manager.gui.views.drop import dropped_paths
from tests.gui.farm import ENGINES, Farm

Open = Callable[..., MainWindow]


def _drop(window: MainWindow, mime: QMimeData) -> SubmitDialog:
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    form = window.findChild(SubmitDialog)
    assert isinstance(form, SubmitDialog)
    return form


def _text(*lines: str) -> QMimeData:
    mime = QMimeData()
    mime.setText("\n".join(lines))
    return mime


def _type(form: SubmitDialog, name: str, text: str) -> None:
    form.findChild(QLineEdit, name).setText(text)


def _says(form: SubmitDialog, name: str) -> str:
    return form.findChild(QLabel, f"{name}_message").text()


def _button(form: SubmitDialog) -> QAbstractButton:
    return form.findChild(QAbstractButton, "submit_button")


def test_drop_fill_in_and_the_task_appears_selected(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    key = farm.put("projects/kitchen.blend.zip")
    form = _drop(window, _text(key))
    assert form.findChild(QComboBox, "engine").currentData() == "blender"
    _type(form, "frames", "1-100x2, 120")
    qtbot.waitUntil(lambda: _says(form, "frames") == "51 frames: 1-99x2,120")
    form.findChild(QSpinBox, "priority").setValue(9)
    assert form.findChild(QLabel, "queue").text() == "high_priority"
    form.findChild(QComboBox, "option_engine").setCurrentText("CYCLES")
    _type(form, "option_samples", "64")
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 1)
    task = window.table.selected_rows()[0].task
    assert (task.name, task.unionid, task.render_engine, task.priority) == ("kitchen.blend", "mei", "blender", 9)
    assert task.task_info == {"engine": "CYCLES", "samples": 64}
    assert task.total_frames == 51
    qtbot.waitUntil(lambda: len(window.frames.numbers) == 51)
    assert farm.queue.bands[next(iter(farm.queue.bands))], "the queue of its priority was rung"


def test_a_local_file_is_uploaded_with_progress(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    project = tmp_path / "shot one.ma"
    project.write_bytes(b"x" * 4096)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(project))])
    form = _drop(window, mime)
    assert form.paths() == [str(project)]
    assert form.findChild(QComboBox, "engine").currentData() == "maya"
    qtbot.waitUntil(_button(form).isEnabled)
    farm.objects.pause.clear()
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    bar = form.findChild(QProgressBar, "upload")
    qtbot.waitUntil(lambda: bar.value() == 500)
    assert not _button(form).isEnabled(), "one submission at a time"
    farm.objects.pause.set()
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1 and window.tasks.row_at(0) is not None)
    assert window.tasks.row_at(0).task.oss_file_path.endswith("/shot one.ma")


def test_an_upload_can_be_stopped(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    project = tmp_path / "shot.blend"
    project.write_bytes(b"x" * 4096)
    form = _drop(window, _text(str(project)))
    qtbot.waitUntil(_button(form).isEnabled)
    farm.objects.pause.clear()
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: form.findChild(QProgressBar, "upload").value() == 500)
    form.reject()
    farm.objects.pause.set()
    qtbot.waitUntil(lambda: form.findChild(QLabel, "problem").isVisible())
    assert form.findChild(QLabel, "problem").text() == "The upload was stopped."
    assert window.tasks.rowCount() == 0
    form.reject()


def test_what_is_wrong_is_said_beside_its_field(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _drop(window, _text("ftp://nowhere/shot.zip"))
    qtbot.waitUntil(lambda: "ftp://nowhere" in _says(form, "path"))
    _type(form, "frames", "1-")
    qtbot.waitUntil(lambda: "can't be read" in _says(form, "frames"))
    _type(form, "user", "../etc")
    assert "folder name" in _says(form, "user")
    assert not _button(form).isEnabled()
    path = form.findChild(QLineEdit, "path")
    path.selectAll()
    qtbot.keyClicks(path, "missing.blend.zip")
    _type(form, "frames", "1-5")
    _type(form, "user", "mei")
    qtbot.waitUntil(lambda: "no object oss://films/missing.blend.zip" in _says(form, "path"))
    assert not _button(form).isEnabled()
    farm.put("missing.blend.zip")
    QApplication.sendEvent(form, QEvent(QEvent.Type.WindowActivate))  # back from where it was put there
    qtbot.waitUntil(_button(form).isEnabled)
    assert form.isVisible()
    form.reject()


def test_an_option_that_does_not_fit_opens_its_part_of_the_form(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _drop(window, _text(farm.put("a.blend")))
    _type(form, "option_samples", "many")
    assert "whole number" in _says(form, "option_samples"), "said while it is typed"
    qtbot.waitUntil(_button(form).isEnabled)
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    assert "whole number" in _says(form, "option_samples")
    qtbot.waitUntil(form.findChild(QAbstractButton, "more").isChecked)
    assert window.tasks.rowCount() == 0
    form.reject()


def _choose(qtbot: QtBot, form: SubmitDialog, *names: str) -> list[str]:
    """Tick tasks to wait for; what there is to choose from."""
    picker = form.findChild(QAbstractButton, "after")
    picker.click()
    popup = picker.findChild(QWidget, "task_picker")
    qtbot.waitUntil(popup.isVisible)
    choice = popup.findChild(QListWidget)
    items = [choice.item(row) for row in range(choice.count())]
    for item in items:
        if item.text().startswith(names):
            item.setCheckState(Qt.CheckState.Checked)
    popup.close()
    return [item.text() for item in items if not item.isHidden()]


def test_order_limits_and_requirements(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    first, second = farm.submit("layout_010"), farm.submit("layout_020")
    over = farm.submit("over")
    farm.services.control.cancel(over.id)
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 3)
    form = _drop(window, _text(farm.put("a.blend"), farm.put("b.blend")))
    _type(form, "option_samples", "64")
    form.findChild(QAbstractButton, "farm").setChecked(True)
    box = form.findChild(QComboBox, "order")
    assert box.isVisible()
    box.setCurrentIndex(box.findData("spread"))
    offered = _choose(qtbot, form, "layout_010", "layout_020")
    assert offered == ["layout_020  ·  mei  ·  Waiting", "layout_010  ·  mei  ·  Waiting"], "what is over is no choice"
    assert form.findChild(QAbstractButton, "after").text() == "layout_020, layout_010"
    form.findChild(QSpinBox, "max_attempts").setValue(5)
    form.findChild(QSpinBox, "max_workers").setValue(12)
    form.findChild(QSpinBox, "memory").setValue(32)
    _type(form, "tags", "GPU, linux")
    _type(form, "version", ">=4.2")
    qtbot.waitUntil(_button(form).isEnabled)
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 2)
    for row in window.table.selected_rows():
        task = farm.task(row.task.id)
        assert (task.frame_order, task.max_attempts, task.max_workers) == ("spread", 5, 12)
        requires = {"version": ">=4.2", "tags": ["gpu", "linux"], "memory_gb": 32}
        assert task.task_info == {"samples": 64, "requires": requires}
        assert {other.id for other in row.awaits} == {first.id, second.id}


def test_left_alone_the_farm_decides(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _drop(window, _text(farm.put("a.blend")))
    assert form.findChild(QSpinBox, "max_attempts").text() == "1 (default)"
    assert not form.findChild(QSpinBox, "max_attempts").isVisible()
    qtbot.waitUntil(_button(form).isEnabled)
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 1)
    task = window.table.selected_rows()[0].task
    assert (task.frame_order, task.max_attempts, task.max_workers, task.task_info) == ("forward", 1, None, {})


def test_a_requirement_that_can_t_be_read(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _drop(window, _text(farm.put("a.blend")))
    _type(form, "version", ">=4.x")
    assert _says(form, "version").startswith("Required version '>=4.x' can't be read: write 4.2")
    _type(form, "tags", "gpu, über/alles")
    assert "'über/alles'" in _says(form, "tags")
    qtbot.waitUntil(_button(form).isEnabled)
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(form.findChild(QAbstractButton, "farm").isChecked)  # its part of the form is unfolded
    assert window.tasks.rowCount() == 0
    _type(form, "version", "")
    assert _says(form, "version") == ""
    form.findChild(QAbstractButton, "more").setChecked(True)
    assert not form.findChild(QAbstractButton, "farm").isChecked(), "one part at a time"
    form.reject()


def test_choosing_among_many_tasks(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _drop(window, _text(farm.put("a.blend")))
    assert _choose(qtbot, form) == []
    tasks = [farm.submit(f"shot_{number:02}") for number in range(12)]
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 12)
    picker = form.findChild(QAbstractButton, "after")
    assert len(_choose(qtbot, form, "shot_0")) == 12
    assert picker.text() == "10 tasks"
    picker.click()
    popup = picker.findChild(QWidget, "task_picker")
    qtbot.waitUntil(popup.isVisible)
    choice = popup.findChild(QListWidget)
    popup.findChild(QLineEdit, "task_picker_words").setText(tasks[3].id)
    qtbot.waitUntil(lambda: sum(not choice.item(row).isHidden() for row in range(12)) == 1)
    qtbot.keyClick(popup.findChild(QLineEdit, "task_picker_words"), Qt.Key.Key_Down)
    assert choice.hasFocus()
    assert choice.currentItem().text().startswith("shot_03"), "the first one shown"
    qtbot.keyClick(choice, Qt.Key.Key_Space)
    assert picker.text() == "9 tasks"
    qtbot.keyClick(choice, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert form.isVisible()
    form.reject()


def test_the_form_remembers_what_was_used_last(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _drop(window, _text(farm.put("first.zip")))
    form.findChild(QComboBox, "engine").setCurrentIndex(2)
    _type(form, "user", "chen")
    _type(form, "frames", "5-9")
    qtbot.waitUntil(_button(form).isEnabled)
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 1 and not window.findChildren(SubmitDialog))
    form = _drop(window, _text("second.zip"))
    assert form.findChild(QComboBox, "engine").currentData() == "unreal"
    assert form.findChild(QLineEdit, "user").text() == "chen"
    assert form.findChild(QLineEdit, "frames").text() == "5-9"
    form.reject()


def test_copied_paths(farm: Farm, window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("oss://bucket/a.zip\noss://bucket/b.zip")
    window.actions_["task.paste"].trigger()
    form = window.findChild(SubmitDialog)
    assert form.paths() == ["oss://bucket/a.zip", "oss://bucket/b.zip"]
    form.reject()


def test_what_a_drop_holds() -> None:
    mime = QMimeData()
    mime.setUrls(
        [QUrl("oss://bucket/片 场/shot.zip"), QUrl.fromLocalFile("/tmp/a b.zip"), QUrl("https://b.c/a%20b.zip")]
    )
    assert dropped_paths(mime) == ["oss://bucket/片 场/shot.zip", "/tmp/a b.zip", "https://b.c/a%20b.zip"]
    assert dropped_paths(_text(" one.zip ", "", "one.zip", "two.zip")) == ["one.zip", "two.zip"]
    assert dropped_paths(QMimeData()) == []


@pytest.mark.parametrize(
    ("path", "engine"),
    [
        ("oss://b/x/shot.blend", "blender"),
        ("shot.ma.gz", "maya"),
        ("shot.blend.zip", "blender"),
        ("city_unreal_v2.zip", "unreal"),
        ("https://b.oss-cn-hangzhou.aliyuncs.com/maya-shot.zip?Expires=1", "maya"),
        ("shot.zip", None),
    ],
)
def test_the_engine_is_told_from_the_name(path: str, engine: str | None) -> None:
    guessed = suggest_engine(ENGINES, path)
    assert (guessed and guessed.name) == engine
