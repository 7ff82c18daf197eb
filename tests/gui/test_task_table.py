"""What the table of tasks, and what stands around it, shows in little room."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QLabel, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from render_manager.domain.states import FrameCounts
from render_manager.gui.delegates.progress_bar import FramesDelegate
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.task_table import Column
from render_manager.gui.views.toasts import Toast
from render_manager.gui.views.word_label import WordLabel
from tests.gui.farm import Farm


class _Counted:
    def __init__(self, completed: int) -> None:
        self.counts = FrameCounts(completed=completed, pending=100_000 - completed)

    @property
    def task(self) -> "_Counted":
        return self


def _painted(completed: int, width: int) -> QImage:
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, width, 28)  # type: ignore[attr-defined]
    image = QImage(option.rect.size(), QImage.Format.Format_RGB32)  # type: ignore[attr-defined]
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    FramesDelegate().draw(painter, option, _Counted(completed))  # type: ignore[arg-type]
    painter.end()
    return image


@pytest.mark.parametrize("width", [60, 80, 100, 300])
def test_a_number_of_frames_does_not_lose_its_first_digits(qapp: object, width: int) -> None:
    """49,801 whose left is cut off is 9,801."""
    assert _painted(49_801, width) != _painted(19_801, width)


def test_why_a_task_waits_is_told_by_its_status_where_the_note_is_out_of_sight(
    farm: Farm, window: MainWindow, qtbot: QtBot
) -> None:
    task = farm.submit("kitchen", "1-3")
    qtbot.waitUntil(lambda: window.tasks.row(task.id) is not None)
    status = window.tasks.index(window.tasks.position(task.id) or 0, Column.STATUS)
    assert status.data(Qt.ItemDataRole.ToolTipRole) == "No worker is online: start one."


def test_a_long_name_is_shortened_where_it_does_not_fit(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.beat()
    name = "a_name_that_nobody_should_give_to_a_shot_" + "but_everybody_does_" * 4 + "v0123"
    task = farm.submit(name, "1")
    qtbot.waitUntil(lambda: window.tasks.row(task.id) is not None)
    window.table.select([task.id])
    farm.render(1)
    qtbot.waitUntil(lambda: window.findChild(Toast) is not None)
    for part in (window.details, window.findChild(Toast)):
        assert isinstance(part, QWidget)
        title = next(label for label in part.findChildren(WordLabel) if label.property("role") == "title")
        qtbot.waitUntil(lambda title=title: "…" in title.text())
        wide = title.fontMetrics().horizontalAdvance
        assert max(map(wide, title.text().split())) <= title.width()
        assert name in title.toolTip()


def test_beside_the_object_store_all_parts_of_a_small_window_keep_the_room_they_need(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1024, 640)
    window.parts.objects_dock.show()
    side, title = window.findChild(QWidget, "side"), _title(window.frames_pane)
    assert side is not None
    qtbot.waitUntil(lambda: window.parts.objects_dock.isVisible() and window.parts.objects_dock.width() > 100)
    assert window.width() == 1024
    assert side.width() >= 200
    assert title.width() >= title.sizeHint().width()


def _title(pane: QWidget) -> QLabel:
    return next(label for label in pane.findChildren(QLabel) if label.property("role") == "title")
