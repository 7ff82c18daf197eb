"""The window on a real farm: real Redis, real worker, real Blender."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from tests.support.farm import Farm, open_farm

RENDER_TIME = 60_000  # ms


def drop(window: MainWindow, path: Path) -> SubmitDialog:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(99, 99), Qt.DropAction.CopyAction, mime, buttons, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(99, 99), Qt.DropAction.CopyAction, mime, buttons, keys))
    form = window.findChild(SubmitDialog)
    assert isinstance(form, SubmitDialog)
    return form


def test_a_dropped_file_is_rendered_watched_and_retried(
    tmp_path: Path, scenes: Path, blender: Path, open_window: Callable[[Farm], MainWindow], qtbot: QtBot
) -> None:
    with open_farm(tmp_path / "home") as farm:
        window = open_window(farm)
        form = drop(window, scenes / "anim_cycles.blend")
        form.findChild(QLineEdit, "frames").setText("1-4")
        submit = form.findChild(QAbstractButton, "submit_button")
        qtbot.waitUntil(submit.isEnabled, timeout=RENDER_TIME)  # the fields are checked a moment after the last key
        submit.click()

        qtbot.waitUntil(lambda: len(window.frames.numbers) == 4, timeout=RENDER_TIME)

        def states() -> list[FrameStatus]:
            return [window.frames.status(position) for position in range(4)]

        qtbot.waitUntil(lambda: states() == [FrameStatus.COMPLETED] * 4, timeout=RENDER_TIME)
        task_id = window.frames.task_id
        assert task_id is not None
        assert farm.services.queries.task(task_id).task.unionid == "mei"

        window.grid.go_to(2)
        qtbot.waitUntil(lambda: not window.details.preview.pixmap().isNull(), timeout=RENDER_TIME)
        qtbot.waitUntil(lambda: "Saved:" in window.log.text.in_view, timeout=RENDER_TIME)

        window.actions_["frame.retry"].trigger()
        window.findChild(QAbstractButton, "yes").click()  # it asks, since the image is good

        def attempts() -> list[int]:
            return [window.frames.frame(position).attempt for position in range(4)]

        qtbot.waitUntil(
            lambda: attempts() == [1, 1, 2, 1] and states() == [FrameStatus.COMPLETED] * 4, timeout=RENDER_TIME
        )


def test_a_broken_project_shows_its_reason(
    tmp_path: Path, scenes: Path, blender: Path, open_window: Callable[[Farm], MainWindow], qtbot: QtBot
) -> None:
    with open_farm(tmp_path / "home") as farm:
        window = open_window(farm)
        task = farm.submit(scenes / "nocam_cycles.blend", "1-2")

        def failed() -> bool:
            row = window.tasks.row(task.id)
            return row is not None and row.task.status is TaskStatus.FAILED and "no camera" in row.note

        qtbot.waitUntil(failed, timeout=RENDER_TIME)
