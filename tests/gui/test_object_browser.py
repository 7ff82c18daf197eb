"""The object store in the window: over HTTP against the stand-in of OSS, and as the embedded default's folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QLineEdit, QMessageBox, QProgressBar, QToolButton
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import ObjectInfo
from render_manager.domain.object_listing import ObjectPage
from render_manager.gui.background import Background
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.objects import Column, ObjectTable
from render_manager.gui.text import number, size
from render_manager.gui.views.drop import DropHint
from render_manager.gui.views.object_browser import ObjectBrowserDock
from render_manager.storage.oss import OssStore
from tests.gui.dropping import drop, enter, files
from tests.gui.farm import Farm
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, OssServer, oss_server

__all__ = ["oss_server"]
PART = 256 * 1024


@pytest.fixture
def oss(oss_server: OssServer, farm: Farm, tmp_path: Path) -> Iterator[OssServer]:
    """The farm's object store is OSS."""
    store = OssStore(
        endpoint=oss_server.url,
        access_key_id=ACCESS_KEY_ID,
        access_key_secret=ACCESS_KEY_SECRET,
        bucket_name=BUCKET,
        region=REGION,
        checkpoint_dir=tmp_path / "checkpoints",
        attempts=1,
        part_size=PART,
    )
    for service in (farm.services.browsing, farm.services.uploading, farm.services.submission):
        service._objects = store
    farm.services.browsing._browser = store
    yield oss_server
    store.close()


def _open(window: MainWindow, qtbot: QtBot) -> ObjectBrowserDock:
    window.actions_["object.show"].trigger()
    dock = window.objects_dock
    qtbot.waitUntil(lambda: not dock.reader.reading)
    return dock


def _names(dock: ObjectBrowserDock) -> list[str]:
    return [str(dock.model.index(row, Column.NAME).data()) for row in range(dock.model.rowCount())]


def _go(dock: ObjectBrowserDock, folder: str, qtbot: QtBot) -> None:
    dock.go_to(folder)
    qtbot.waitUntil(lambda: dock.reader.folder == folder and not dock.reader.reading)


def _lists(server: OssServer) -> int:
    return sum(request.method == "GET" and "list-type" in request.params for request in server.requests)


def _words(window: MainWindow, name: str) -> str:
    label = window.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def test_walking(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    for key in ("films/a/shot.zip", "films/b/镜头.blend", "films/readme.txt", "films/x.ma", "top.zip"):
        oss.put(key, b"12345")
    assert not oss.requests, "nothing is asked before it is looked at"
    dock = _open(window, qtbot)
    qtbot.waitUntil(lambda: _names(dock) == ["films", "top.zip"])
    dock.list.select(["films/"])
    qtbot.keyClick(dock.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _names(dock) == ["a", "b", "readme.txt", "x.ma"])
    buttons = [button.text() for button in dock.way.findChildren(QToolButton) if button.text()]
    assert buttons[-2:] == [f"oss://{BUCKET}", "films"]
    window.actions_["object.back"].trigger()
    qtbot.waitUntil(lambda: _names(dock) == ["films", "top.zip"])
    assert not window.actions_["object.up"].isEnabled()
    window.actions_["object.forward"].trigger()
    qtbot.waitUntil(lambda: "x.ma" in _names(dock))
    qtbot.keyClick(dock.list, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: _names(dock) == ["films", "top.zip"])
    qtbot.keyClick(dock.list, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    line = dock.findChild(QLineEdit, "objects_path")
    line.setText(f"oss://{BUCKET}/films/b")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _names(dock) == ["镜头.blend"])
    dock.go_to("oss://elsewhere/x/")
    assert "the configured bucket is 'renders'" in dock.banner.text


def test_what_can_be_a_project_stands_out(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    oss.put("a.zip", b"")
    oss.put("b.txt", b"")
    dock = _open(window, qtbot)
    qtbot.waitUntil(lambda: dock.model.rowCount() == 2)
    colours = [dock.model.index(row, Column.NAME).data(Qt.ItemDataRole.ForegroundRole) for row in (0, 1)]
    assert colours[0] is None
    assert colours[1] is not None


def test_a_large_folder_is_read_as_far_as_it_is_looked_at(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    for place in range(4300):
        oss.put(f"shots/{place:05}.zip", b"1")
    dock = _open(window, qtbot)
    before = _lists(oss)
    _go(dock, "shots/", qtbot)
    qtbot.waitUntil(lambda: dock.model.read_count == 200)
    assert _lists(oss) - before == 1
    assert _words(window, "objects_tally") == "200+ entries"
    bar = dock.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: dock.model.read_count == 1200)
    assert _lists(oss) - before == 2
    while not dock.reader.complete:
        read = dock.model.read_count
        bar.setValue(bar.maximum())
        qtbot.waitUntil(lambda read=read: dock.model.read_count > read or dock.reader.complete)
    assert _names(dock) == [f"{place:05}.zip" for place in range(4300)], "each once, in order"


def test_filter_and_sort_are_about_the_whole_folder(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    for place in range(2500):
        oss.put(f"shots/{place:05}.zip", b"1" * (place % 7))
    oss.put("shots/zz_last.blend", b"1" * 99)
    oss.put("shots/old/a.zip", b"")
    dock = _open(window, qtbot)
    _go(dock, "shots/", qtbot)
    dock.words.setText("LAST blend")
    qtbot.waitUntil(lambda: _names(dock) == ["zz_last.blend"])
    qtbot.waitUntil(lambda: _words(window, "objects_tally") == f"1 of {number(2502)} found")
    dock.words.setText("nothing like it")
    qtbot.waitUntil(lambda: _words(window, "objects_nothing") == "Nothing here has that in its name.")
    dock.words.clear()
    qtbot.waitUntil(lambda: dock.model.rowCount() == 2502)
    dock.list.select(["shots/zz_last.blend"])
    dock.list.sortByColumn(Column.SIZE, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: _names(dock)[:3] == ["old", "zz_last.blend", "00006.zip"])
    assert dock.list.selected_keys() == ["shots/zz_last.blend"], "what was selected stays so"
    _go(dock, "shots/old/", qtbot)
    _go(dock, "shots/", qtbot)
    qtbot.waitUntil(lambda: dock.reader.complete and _names(dock)[:2] == ["old", "zz_last.blend"])


def test_refused_says_so_in_the_panel_and_can_be_tried_again(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    oss.put("a.zip", b"")
    oss.fail(method="GET", status=403, code="AccessDenied")
    dock = _open(window, qtbot)
    qtbot.waitUntil(dock.banner.isVisible)
    assert dock.banner.text.startswith("The access key was refused for bucket 'renders' (AccessDenied")
    assert not window.findChildren(QMessageBox)
    dock.banner.retry.click()
    qtbot.waitUntil(lambda: _names(dock) == ["a.zip"])
    assert not dock.banner.isVisible()


def test_the_network_is_gone_in_the_middle(
    farm: Farm, window: MainWindow, qtbot: QtBot, oss: OssServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(1500):
        oss.put(f"{place:05}.zip", b"")
    dock = _open(window, qtbot)
    qtbot.waitUntil(lambda: dock.model.read_count == 200)
    bucket = farm.services.browsing._browser.oss.client  # type: ignore[attr-defined]
    there = bucket._make_url
    nowhere = "http://127.0.0.1:1"
    monkeypatch.setattr(bucket, "_make_url", lambda *args: there(*args).replace(oss.url, nowhere))
    bar = dock.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(dock.banner.isVisible)
    assert "can't be reached" in dock.banner.text
    assert dock.model.read_count == 200, "what was read stays in view"
    monkeypatch.undo()
    dock.banner.retry.click()
    qtbot.waitUntil(lambda: dock.model.read_count > 200)
    assert not dock.banner.isVisible()


def test_submit_what_is_selected(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    for name in ("a.blend", "b.blend", "c.txt"):
        oss.put(f"p/{name}", b"x")
    dock = _open(window, qtbot)
    _go(dock, "p/", qtbot)
    assert window.actions_["object.submit"].isEnabled()
    dock.list.select(["p/a.blend", "p/b.blend"])
    qtbot.keyClick(dock.list, Qt.Key.Key_Return)
    form = window.findChild(SubmitDialog)
    assert form.paths() == [f"oss://{BUCKET}/p/a.blend", f"oss://{BUCKET}/p/b.blend"]
    button = form.findChild(QAbstractButton, "submit_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 2)
    dock.list.select(["p/c.txt"])
    window.actions_["object.copy_path"].trigger()
    assert QGuiApplication.clipboard().text() == f"oss://{BUCKET}/p/c.txt"


def test_dragged_onto_the_window(oss: OssServer, window: MainWindow, qtbot: QtBot) -> None:
    oss.put("片 场/a #1.blend", b"x")
    dock = _open(window, qtbot)
    _go(dock, "片 场/", qtbot)
    index = dock.model.index(0, 0)
    assert dock.model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    mime = dock.model.mimeData([index])
    hints = {hint.parent(): hint for hint in window.findChildren(DropHint)}
    assert enter(dock.widget(), mime)
    assert hints[window].isVisible(), "also above the panel, which takes local files only"
    assert not hints[dock.widget()].isVisible()
    drop(window, mime)
    assert window.findChild(SubmitDialog).paths() == [f"oss://{BUCKET}/片 场/a #1.blend"]
    window.findChild(SubmitDialog).reject()


def test_dropped_files_are_uploaded_to_the_folder(
    oss: OssServer, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    oss.put("in/a.zip", b"")
    scene = tmp_path / "scene 1.blend"
    scene.write_bytes(b"x" * 1000)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "p.ma").write_bytes(b"y")
    dock = _open(window, qtbot)
    _go(dock, "in/", qtbot)
    hint = next(hint for hint in window.findChildren(DropHint) if hint.parent() is dock.widget())
    assert not enter(dock.widget(), QMimeData())
    assert enter(dock.widget(), files(scene, folder))
    assert (hint.title, hint.details) == (f"Drop to upload to oss://{BUCKET}/in/", "scene 1.blend, project")
    assert hint.isVisible()
    drop(dock.widget(), files(scene, folder))
    qtbot.waitUntil(lambda: _names(dock) == ["a.zip", "project.zip", "scene 1.blend"])
    assert oss.objects["in/scene 1.blend"].data == b"x" * 1000
    assert window.findChild(SubmitDialog) is None


def test_what_is_there_is_replaced_only_after_a_question(
    oss: OssServer, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    oss.put("a.zip", b"old")
    for name in ("a.zip", "b.zip"):
        (tmp_path / name).write_bytes(b"new")
    dock = _open(window, qtbot)
    window.object_commands.upload([str(tmp_path / "a.zip"), str(tmp_path / "b.zip")])
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)))
    box = window.findChild(QMessageBox)
    assert box.text() == "Replace a.zip, which is there already?"
    qtbot.waitUntil(lambda: "b.zip" in _names(dock))
    assert oss.objects["a.zip"].data == b"old"
    box.findChild(QAbstractButton, "yes").click()
    qtbot.waitUntil(lambda: oss.objects["a.zip"].data == b"new")
    qtbot.waitUntil(lambda: not dock.transfers.running)


def test_an_upload_shows_how_far_it_is_can_be_cancelled_and_goes_on(
    oss: OssServer, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    scene = tmp_path / "big.blend"
    scene.write_bytes(bytes(range(256)) * 12 * 1024)
    dock = _open(window, qtbot)
    # One part arrives, the next ones break off.
    oss.fail(method="PUT", status=500, times=50, skip=4)
    window.object_commands.upload([str(scene)])
    again = dock.findChild(QAbstractButton, "transfer_again")
    qtbot.waitUntil(again.isVisible, timeout=20_000)
    assert "can't serve bucket" in _words(window, "transfer_words")
    sent = sum(request.method == "PUT" and request.status == 200 for request in oss.requests)
    assert sent == 4
    oss.faults.clear()
    before = len(oss.requests)
    again.click()
    qtbot.waitUntil(lambda: "big.blend" in _names(dock), timeout=20_000)
    parts = sum(request.method == "PUT" and request.status == 200 for request in oss.requests[before:])
    assert parts == 12 - sent, "what had arrived is not sent again"
    assert oss.objects["big.blend"].data == scene.read_bytes()


def test_cancel(farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        (tmp_path / name).write_bytes(b"x" * 4096)
    dock = _open(window, qtbot)
    farm.objects.pause.clear()
    window.object_commands.upload([str(tmp_path / "a.zip"), str(tmp_path / "b.zip")])
    bar = dock.findChild(QProgressBar, "transfer_bar")
    qtbot.waitUntil(lambda: bar.value() == 500)
    assert _words(window, "transfer_words") == f"Uploading a.zip: {size(2048)} of {size(4096)} (1 more)"
    dock.findChild(QAbstractButton, "transfer_stop").click()
    farm.objects.pause.set()
    qtbot.waitUntil(lambda: not dock.transfers.running)
    assert not bar.isVisible()
    assert not list(farm.objects.root.glob("*.zip"))


def test_the_embedded_folder_download_and_empty(
    farm: Farm, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.objects.root.mkdir()
    dock = _open(window, qtbot)
    qtbot.waitUntil(lambda: "This folder is empty" in _words(window, "objects_nothing"))
    farm.put("in/a.blend")
    qtbot.keyClick(dock.list, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: _names(dock) == ["in"])
    _go(dock, "in/", qtbot)
    dock.list.select(["in/a.blend"])
    window.actions_["object.download"].trigger()
    picker = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    to = tmp_path / "to"
    to.mkdir()
    picker.filesSelected.emit([str(to)])
    picker.reject()
    qtbot.waitUntil(lambda: (to / "a.blend").exists() and not dock.transfers.running)
    qtbot.keyClick(dock.list, Qt.Key.Key_Return)
    assert window.findChild(SubmitDialog).paths() == ["in/a.blend"]
    window.findChild(SubmitDialog).reject()


def test_shown_hidden_and_its_keys(window: MainWindow, qtbot: QtBot) -> None:
    dock = _open(window, qtbot)
    assert window.actions_["object.show"].isChecked()
    assert window.actions_["object.upload"].isEnabled()
    assert dock.list.hasFocus()
    menus: list[QPoint] = []
    dock.list.menu_asked.connect(menus.append)
    window.actions_["object.show"].trigger()
    assert not dock.isVisible()
    assert not window.actions_["object.upload"].isEnabled()


def _page(*keys: str, following: str = "") -> ObjectPage:
    folders = tuple(key for key in keys if key.endswith("/"))
    infos = tuple(ObjectInfo(key, len(key), "", 0.0) for key in keys if not key.endswith("/"))
    return ObjectPage(folders, infos, following)


def test_the_model(background: Background, qtbot: QtBot) -> None:
    model = ObjectTable(background, lambda key: f"oss://b/{key}", lambda key: key.endswith(".zip"))
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    shown: Callable[[], list[str]] = lambda: [model.key_at(row) for row in range(model.rowCount(QModelIndex()))]  # noqa: E731
    model.append("", _page("b/", "a.zip", "c"))
    model.append("", _page("d/", "e.zip"))
    assert shown() == ["b/", "d/", "a.zip", "c", "e.zip"], "folders of later pages come to the others"
    assert all(model.position(key) == row for row, key in enumerate(shown()))
    model.append("", _page("e.zip"))
    assert len(shown()) == 5, "no row twice"
    model.filter_by("ZIP e")
    assert shown() == ["e.zip"]
    model.append("", _page("f_e.zip", "g"))
    assert shown() == ["e.zip", "f_e.zip"]
    model.filter_by("")
    model.sort(Column.NAME, Qt.SortOrder.DescendingOrder)
    assert shown() == ["d/", "b/", "g", "f_e.zip", "e.zip", "c", "a.zip"]
    model.clear()
    assert shown() == []
    model.sort(Column.NAME, Qt.SortOrder.AscendingOrder)
    model.append("x/", ObjectPage((), tuple(ObjectInfo(f"x/{n:05}", n, "", 0.0) for n in range(3000))))
    model.sort(Column.SIZE, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: model.key_at(0) == "x/02999")  # in the background
    tester.deleteLater()
