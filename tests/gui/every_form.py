"""The window with something of everything in it, and every dialog it can open, for tests of what all have in common."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QDialog, QMessageBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

import render_manager.gui
from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.states import FrameStatus
from render_manager.gui.dialogs.choice import ChoiceDialog
from render_manager.gui.dialogs.cleanup import CleanupDialog
from render_manager.gui.dialogs.download import DownloadDialog
from render_manager.gui.dialogs.log_compare import LogCompare
from render_manager.gui.dialogs.messages import show_error
from render_manager.gui.dialogs.preset_bar import PresetBar, _SavePreset
from render_manager.gui.dialogs.reason import ReasonDialog
from render_manager.gui.dialogs.start_failure import StartFailureDialog
from render_manager.gui.dialogs.start_workers import StartWorkersDialog
from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from tests.gui.farm import Farm

Opener = Callable[[Farm, MainWindow, QtBot], QWidget]
#: A name, a user and a project without a Latin letter in them: what is Latin is the window's then.
NAME, USER = "镜头", "陈雨"
#: Milliseconds that the doctor may take: its own limit, and a little.
EXAMINED = 90_000


def fill(farm: Farm) -> str:
    """Tasks in several states, a worker, a workspace; the id of the task with frames of all kinds."""
    farm.beat(cpu_percent=40.0, memory_percent=30.0, disk_free=5e11)
    ended = farm.submit("旧", "1-2", unionid=USER)
    farm.services.control.cancel(ended.id)
    farm.workspace(farm.task(ended.id))
    task = farm.submit(NAME, "1-8", unionid=USER, priority=10)
    farm.workspace(farm.task(task.id))
    farm.render(2)
    farm.failed(farm.start(), "The renderer reported success but saved no file.")
    farm.services.control.skip(task.id, "8")
    farm.start()
    held = farm.submit("停", "1-4", unionid=USER)
    farm.services.control.pause(held.id)
    farm.submit("等", "1-4", unionid=USER, after=(task.id,))
    return task.id


def show(farm: Farm, window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with a task, a frame and a worker selected, and all its panes in view."""
    task_id = fill(farm)
    window.live.refresh()
    qtbot.waitUntil(lambda: window.tasks.row(task_id) is not None)
    window.table.select([task_id])
    qtbot.waitUntil(lambda: window.frames.task_id == task_id)
    qtbot.waitUntil(lambda: window.frames.next_in(FrameStatus.FAILED, -1) is not None)
    window.frames_pane.go_to_next(FrameStatus.FAILED)
    window.actions_["worker.show"].trigger()
    qtbot.waitUntil(lambda: bool(window.workers.rows()))
    window.workers_dock.table.selectAll()
    window.actions_["view.history"].trigger()
    qtbot.waitUntil(lambda: bool(window.parts.history.list.entries.entries))
    return window


def _submit(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.submit_commands.open(["镜.blend.zip"])
    form = _form(window, qtbot, SubmitDialog)
    for fold in ("more", "farm"):
        form.findChild(QAbstractButton, fold).setChecked(True)
    return form


def _cleanup(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.actions_["task.cleanup_finished"].trigger()
    return _form(window, qtbot, CleanupDialog)


def _download(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    row = window.tasks.row(window.frames.task_id or "")
    assert row is not None
    dialog = DownloadDialog(window.services.results, window.background, row.task, farm.folder / "下", window)
    dialog.show()
    return dialog


def _disable(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.actions_["worker.disable"].trigger()
    return _form(window, qtbot, ReasonDialog)


def _choose(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    farm.services.control.pause(window.frames.task_id or "")
    task = farm.submit("选", "1-4", unionid=USER, priority=10)
    farm.lifecycle.project_unclear(farm.claim(), ["甲", "乙"])
    window.live.refresh()
    qtbot.waitUntil(lambda: window.tasks.row(task.id) is not None)
    window.table.select([task.id])
    window.actions_["task.choose"].trigger()
    return _form(window, qtbot, ChoiceDialog)


def _cancel(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.actions_["task.cancel"].trigger()
    return _form(window, qtbot, QMessageBox)


def _error(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    show_error(window, f"Task {NAME} does not exist.", "Every online worker is disabled: enable one.")
    return _form(window, qtbot, QMessageBox)


def _start_workers(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.actions_["worker.start_several"].trigger()
    return _form(window, qtbot, StartWorkersDialog)


def _compare_logs(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    frame = window.log.frame
    assert frame is not None
    dialog = LogCompare(window.services.logs, window.background, frame, (1, 2), window)
    dialog.show()
    return dialog


def _save_preset(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    form = _submit(farm, window, qtbot)
    bar = form.findChild(PresetBar)
    button = form.findChild(QToolButton, "preset_menu")
    button.menu().aboutToShow.emit()
    bar.findChild(QAction, "preset.save_as").trigger()
    return _form(window, qtbot, _SavePreset)


def _check_up(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.actions_["help.check_up"].trigger()
    dialog = window.check_up_commands.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.page.examination.running, timeout=EXAMINED)
    return dialog


def _start_failure(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    error = StoreUnavailable("It has no tables of Render Manager yet.")
    dialog = StartFailureDialog(error, farm.services.doctor, window.background, window)
    dialog.setWindowTitle("Render Manager")
    dialog.show()
    dialog.page.examine()
    qtbot.waitUntil(lambda: not dialog.page.examination.running, timeout=EXAMINED)
    return dialog


def _view(farm: Farm, window: MainWindow, qtbot: QtBot) -> QWidget:
    window.actions_["frame.view"].trigger()
    qtbot.waitUntil(lambda: window.viewer_commands.viewer is not None and window.viewer_commands.viewer.isVisible())
    return window.viewer_commands.viewer


FORMS: dict[str, Opener] = {
    "submit": _submit,
    "cleanup": _cleanup,
    "download": _download,
    "disable": _disable,
    "compare_logs": _compare_logs,
    "view": _view,
    "check_up": _check_up,
    "start_failure": _start_failure,
    "choose": _choose,  # selects another task
    "cancel": _cancel,
    "error": _error,
    "start_workers": _start_workers,
    "save_preset": _save_preset,
}


def _form(window: MainWindow, qtbot: QtBot, kind: type[QWidget]) -> QWidget:
    qtbot.waitUntil(lambda: any(form.isVisible() for form in window.findChildren(kind)))
    return next(form for form in window.findChildren(kind) if form.isVisible())


def dialog_classes() -> set[type[QDialog]]:
    """Every dialog that the program has, save those that are only what others are made of."""
    for module in pkgutil.walk_packages(render_manager.gui.__path__, "render_manager.gui."):
        importlib.import_module(module.name)
    return set(_leaves(QDialog))


def _leaves(kind: type[QDialog]) -> Iterator[type[QDialog]]:
    own = [each for each in kind.__subclasses__() if each.__module__.startswith("render_manager.gui")]
    for each in own:
        below = list(_leaves(each))
        yield from below or [each]
