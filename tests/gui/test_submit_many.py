"""Several projects in one form: the table, what rows say for themselves, what comes of the good and the bad."""

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.projects import Column, Project, ProjectsModel, Shared
from render_manager.gui.views.drop import DropHint
from render_manager.gui.views.project_table import ProjectTable
from tests.gui.dropping import drop, enter, files, leave, links, text
from tests.gui.farm import Farm


def _form(window: MainWindow, mime: QMimeData) -> SubmitDialog:
    drop(window, mime)
    form = window.findChild(SubmitDialog)
    assert isinstance(form, SubmitDialog)
    return form


def _table(form: SubmitDialog) -> ProjectTable:
    table = form.findChild(ProjectTable)
    assert isinstance(table, ProjectTable)
    return table


def _rows(form: SubmitDialog) -> list[Project]:
    model = _table(form).model()
    assert isinstance(model, ProjectsModel)
    return model.rows


def _cell(form: SubmitDialog, row: int, column: Column) -> str:
    return str(_table(form).model().index(row, column).data())


def _set(form: SubmitDialog, row: int, column: Column, value: object) -> None:
    model = _table(form).model()
    assert model.setData(model.index(row, column), value)


def _button(form: SubmitDialog) -> QAbstractButton:
    button = form.findChild(QAbstractButton, "submit_button")
    assert isinstance(button, QAbstractButton)
    return button


def _submit(form: SubmitDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(_button(form).isEnabled)
    qtbot.mouseClick(_button(form), Qt.MouseButton.LeftButton)


def _frames(form: SubmitDialog, words: str) -> None:
    line = form.findChild(QLineEdit, "frames")
    assert isinstance(line, QLineEdit)
    line.setText(words)


def test_several_paths_are_one_table_and_several_tasks(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, text(farm.put("a.blend.zip"), farm.put("b.blend.zip")))
    assert _table(form).isVisible()
    assert _button(form).text() == "Submit 2 tasks"
    drop(window, text(farm.put("c.ma"), "a.blend.zip"))
    assert form.paths() == ["a.blend.zip", "b.blend.zip", "c.ma"], "a further drop joins the open form, once each"
    _frames(form, "1-10")
    _set(form, 1, Column.FRAMES, "1-4")
    _set(form, 1, Column.PRIORITY, 9)
    _set(form, 1, Column.NAME, "close-up")
    qtbot.waitUntil(lambda: form.findChild(QLabel, "projects_message").text() == "3 projects  ·  24 frames in all")
    assert [_cell(form, row, Column.ENGINE) for row in range(3)] == ["Blender", "Blender", "Maya"], "each by its name"
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 3)
    tasks = {row.task.oss_file_path: row.task for row in window.table.selected_rows()}
    said = {key: (task.name, task.render_engine, task.frames, task.priority) for key, task in tasks.items()}
    assert said == {
        "a.blend.zip": ("a.blend", "blender", "1-10", 5),
        "b.blend.zip": ("close-up", "blender", "1-4", 9),
        "c.ma": ("c.ma", "maya", "1-10", 5),
    }
    qtbot.waitUntil(lambda: not window.findChildren(SubmitDialog))


def test_of_several_the_good_ones_go_and_the_bad_ones_stay(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, text(farm.put("good.blend"), "lost.blend", "ftp://nowhere/c.zip", farm.put("too.blend")))
    qtbot.waitUntil(lambda: _button(form).text() == "Submit 2 of 4")
    assert "no object oss://films/lost.blend" in _cell(form, 1, Column.STATE)
    assert "ftp://nowhere" in _cell(form, 2, Column.STATE)
    _table(form).selectRow(1)
    assert "no object oss://films/lost.blend" in form.findChild(QLabel, "project_problem").text()
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: form.paths() == ["lost.blend", "ftp://nowhere/c.zip"])
    qtbot.waitUntil(lambda: sorted(r.task.name for r in window.table.selected_rows()) == ["good.blend", "too.blend"])
    assert not _button(form).isEnabled()
    _table(form).selectRow(1)
    qtbot.keyClick(_table(form), Qt.Key.Key_Delete)
    assert form.paths() == ["lost.blend"]
    assert form.findChild(QLineEdit, "path").text() == "lost.blend", "one is left: it has its own line again"
    farm.put("lost.blend")
    QApplication.sendEvent(form, QEvent(QEvent.Type.WindowActivate))
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: [row.task.name for row in window.table.selected_rows()] == ["lost.blend"])


def test_what_fails_when_it_is_submitted_says_why_in_its_row(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, text(*[farm.put(f"{name}.blend") for name in "abc"]))
    qtbot.waitUntil(lambda: all(row.found for row in _rows(form)))
    (farm.objects.root / "b.blend").unlink()
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: form.paths() == ["b.blend"])
    qtbot.waitUntil(lambda: "no object oss://films/b.blend" in form.findChild(QLabel, "path_message").text())
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 2)
    farm.put("b.blend")
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: window.tasks.rowCount() == 3)


def test_rows_follow_the_form_until_they_say_something_themselves(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, text(*[farm.put(f"{name}.zip") for name in "ab"]))
    _frames(form, "1-3")
    form.findChild(QSpinBox, "priority").setValue(7)
    _set(form, 0, Column.FRAMES, "8")
    box = form.findChild(QComboBox, "engine")
    box.setCurrentIndex(box.findData("unreal"))
    box.activated.emit(box.currentIndex())
    assert [_cell(form, row, Column.FRAMES) for row in (0, 1)] == ["8", "1-3"]
    assert [_cell(form, row, Column.PRIORITY) for row in (0, 1)] == ["7", "7"]
    assert [_cell(form, row, Column.ENGINE) for row in (0, 1)] == ["Unreal", "Unreal"]
    form.findChild(QAbstractButton, "apply_to_all").click()
    assert [_cell(form, row, Column.FRAMES) for row in (0, 1)] == ["1-3", "1-3"]
    form.reject()


def test_a_row_with_frames_that_can_t_be_read(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, text(farm.put("a.blend"), farm.put("b.blend")))
    _set(form, 0, Column.FRAMES, "5-")
    qtbot.waitUntil(lambda: "can't be read" in _cell(form, 0, Column.STATE))
    assert _button(form).text() == "Submit 1 of 2"
    _frames(form, "9-")
    qtbot.waitUntil(lambda: "can't be read" in form.findChild(QLabel, "frames_message").text())
    assert not _button(form).isEnabled(), "the form's own field is wrong"
    qtbot.waitUntil(lambda: not _rows(form)[1].problem)
    form.reject()


def test_the_options_are_those_of_the_row_looked_at(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, text(farm.put("a.blend"), farm.put("b.ma")))
    form.findChild(QAbstractButton, "more").setChecked(True)
    _table(form).selectRow(0)
    form.findChild(QLineEdit, "option_samples").setText("64")
    _table(form).selectRow(1)
    form.findChild(QLineEdit, "option_camera").setText("cam2")
    _table(form).selectRow(0)
    assert form.findChild(QLineEdit, "option_samples").text() == "64", "kept while another engine was shown"
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 2)
    info = {row.task.render_engine: row.task.task_info for row in window.table.selected_rows()}
    assert info == {"blender": {"samples": 64}, "maya": {"camera": "cam2"}}


def test_a_folder_is_packed_and_uploaded(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "kitchen"
    (folder / "textures").mkdir(parents=True)
    (folder / "shot.ma").write_bytes(b"scene")
    (folder / "textures" / "wood.tx").write_bytes(b"texture")
    form = _form(window, files(folder))
    qtbot.waitUntil(lambda: "2 files" in form.findChild(QLabel, "path_message").text())
    assert "packed and uploaded" in form.findChild(QLabel, "path_message").text()
    qtbot.waitUntil(lambda: form.findChild(QComboBox, "engine").currentData() == "maya")  # by what is in it
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 1)
    task = window.table.selected_rows()[0].task
    assert (task.name, task.render_engine, task.is_compressed) == ("kitchen", "maya", True)
    with zipfile.ZipFile(farm.objects.root / task.oss_file_path) as packed:
        assert packed.namelist() == ["shot.ma", "textures/wood.tx"]


def test_stopped_in_the_middle_of_many(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    scenes = [tmp_path / f"{name}.blend" for name in "abc"]
    for scene in scenes:
        scene.write_bytes(b"x" * 4096)
    form = _form(window, files(*scenes))
    qtbot.waitUntil(lambda: all(row.found for row in _rows(form)))
    farm.objects.pause.clear()
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: _cell(form, 0, Column.STATE) == "Uploading, 50 %")
    bar = form.findChild(QProgressBar, "upload")
    assert bar.value() == 166, "half of the first of three"
    assert form.findChild(QLabel, "doing").text().endswith("(1 of 3)")
    assert not _table(form).model().flags(_table(form).model().index(1, Column.PATH)) & Qt.ItemFlag.ItemIsEditable
    form.reject()
    farm.objects.pause.set()
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert form.isVisible()
    assert len(form.paths()) == 3
    assert window.tasks.rowCount() == 0
    form.reject()


def test_with_the_keyboard_alone(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("\n".join([farm.put("a.blend"), farm.put("b.blend")]))
    window.actions_["task.paste"].trigger()
    form = window.findChild(SubmitDialog)
    qtbot.waitUntil(form.isVisible)
    frames = form.findChild(QLineEdit, "frames")
    assert form.focusWidget() is frames
    qtbot.keyClicks(frames, "1-6")
    for _ in range(30):
        if form.focusWidget() is _table(form):
            break
        qtbot.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    assert form.focusWidget() is _table(form), "the table can be reached by Tab"
    table = _table(form)
    table.setCurrentIndex(table.model().index(1, Column.FRAMES))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    qtbot.keyClicks(editor, "7")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _cell(form, 1, Column.FRAMES) == "7")
    QGuiApplication.clipboard().setText(farm.put("c.blend"))
    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(form.paths()) == 3
    qtbot.keyClick(table, Qt.Key.Key_Return)  # at once: the checks are not through yet
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 3)
    assert sorted(row.task.frames for row in window.table.selected_rows()) == ["1-6", "1-6", "7"]


def test_several_pasted_into_the_line_for_one(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["task.submit"].trigger()
    form = window.findChild(SubmitDialog)
    line = form.findChild(QLineEdit, "path")
    assert form.focusWidget() is line
    QGuiApplication.clipboard().setText("a.blend\nb.blend\n")
    qtbot.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert form.paths() == ["a.blend", "b.blend"]
    assert _table(form).isVisible()
    form.reject()


SIGNED = "https://farm.oss-cn-hangzhou.aliyuncs.com/a%20b/shot.blend?OSSAccessKeyId=X&Expires=1&Signature=s%2Bx%3D"


@pytest.mark.parametrize(
    ("mime", "paths"),
    [
        (text("oss://bucket/a.blend"), ["oss://bucket/a.blend"]),
        (text(" one.zip ", "", "two.zip", "one.zip"), ["one.zip", "two.zip"]),
        (links([SIGNED]), [SIGNED]),
        (links(["oss://bucket/片 场/shot.zip"]), ["oss://bucket/片 场/shot.zip"]),
        (files(Path("/tmp/a b.zip"), Path("/tmp/folder")), ["/tmp/a b.zip", "/tmp/folder"]),
    ],
)
def test_every_kind_of_drop(window: MainWindow, mime: QMimeData, paths: list[str]) -> None:
    form = _form(window, mime)
    assert form.paths() == paths
    assert "Signature" not in form.findChild(QLabel, "path_message").text()
    form.reject()


def test_a_signed_url_is_submitted(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.put("a b/shot.blend")
    form = _form(window, links([SIGNED]))
    _submit(form, qtbot)
    qtbot.waitUntil(lambda: [r.task.oss_file_path for r in window.table.selected_rows()] == ["a b/shot.blend"])


def test_the_highlight_says_what_will_happen(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    hint = next(hint for hint in window.findChildren(DropHint) if hint.parent() is window)
    scene = tmp_path / "a.blend"
    scene.write_bytes(b"")
    assert enter(window, text("oss://b/a.zip", str(scene), str(tmp_path), "ftp://x/y"))
    assert hint.isVisible()
    assert hint.geometry() == window.rect()
    assert hint.title == "Drop to submit 4 projects"
    qtbot.waitUntil(lambda: bool(hint.details))
    assert hint.details.split("  ·  ") == [
        "1 from the object store",
        "1 uploaded first",
        "1 folder packed and uploaded first",
        "1 that can't be submitted; the form says why",
    ]
    leave(window)
    assert not hint.isVisible()
    assert not enter(window, QMimeData()), "nothing in it"


def test_dragged_text_is_for_the_window_wherever_it_is_dropped(window: MainWindow) -> None:
    takers = [w for w in window.findChildren(QWidget) if w.acceptDrops() and isinstance(w, QLineEdit)]
    assert takers == []


def test_the_model(qtbot: QtBot) -> None:
    model = ProjectsModel(Shared("blender", False, "1", 5, "mei"), {"blender": "Blender"}, lambda path: None)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.add(["a", "b", "a", "c"]) == 3
    with qtbot.waitSignal(model.dataChanged):
        model.setData(model.index(1, Column.FRAMES), "2-3")
    assert model.spec(model.rows[1]).frames == "2-3"
    with qtbot.waitSignal(model.edited):
        model.share(Shared("blender", True, "9", 1, "li"))
    assert [model.spec(row).frames for row in model.rows] == ["9", "2-3", "9"]
    assert not model.setData(model.index(1, Column.STATE), "x")
    model.remove([model.rows[0], model.rows[2]])
    assert [row.path for row in model.rows] == ["b"]
    model.set_path("")
    assert model.rowCount(QModelIndex()) == 0
    tester.deleteLater()
