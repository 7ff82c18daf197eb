"""Every command of the window in one list, and where it is found: menus, toolbar, context menus."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.frames import FRAME_COMMANDS
from render_manager.gui.declarations.tasks import TASK_COMMANDS
from render_manager.gui.declarations.view import VIEW_COMMANDS
from render_manager.gui.declarations.workers import WORKER_COMMANDS

COMMANDS = (*TASK_COMMANDS, *FRAME_COMMANDS, *WORKER_COMMANDS, *VIEW_COMMANDS)

TASK_MENU = (
    "task.pause", "task.resume", "task.release", "task.choose", "task.cancel", "", "task.retry", "task.priority", "",
    "task.download", "task.cleanup", "", "task.copy_id",
)  # fmt: skip
FRAME_MENU = (
    "frame.retry", "frame.skip", "", "frame.view", "frame.log", "frame.open_image", "frame.open_folder", "",
    "frame.copy_path", "frame.copy_log_path",
)  # fmt: skip
WORKER_MENU = (
    "worker.go", "", "worker.enable", "worker.disable", "worker.drain", "worker.forget", "", "worker.history",
    "worker.copy_host",
)  # fmt: skip
MENU_BAR = (
    (QT_TRANSLATE_NOOP("Commands", "&Task"), (
        "task.submit", "task.paste", "", *TASK_MENU[:8], "task.priority_up", "task.priority_down", "",
        *TASK_MENU[9:], "task.cleanup_finished", "", "window.close",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&Frame"), (*FRAME_MENU[:3], "frame.next_failed", "", *FRAME_MENU[3:])),
    (QT_TRANSLATE_NOOP("Commands", "&Worker"), (
        "worker.show", "", *WORKER_MENU, "", "worker.start", "worker.stop",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&View"), (
        "view.refresh", "view.filter", "", "view.history", "worker.show", "", "view.zoom_in", "view.zoom_out",
        "view.zoom_fit", "", "view.theme",
    )),
)  # fmt: skip
TOOLBAR = (
    "task.submit", "", "task.pause", "task.resume", "task.cancel", "", "task.retry", "task.priority", "",
    "task.download", "task.cleanup",
)  # fmt: skip
GRID_BAR = ("frame.view", "frame.next_failed", "frame.retry", "frame.skip", "", "view.zoom_out", "view.zoom_in")
WORKER_BAR = ("worker.enable", "worker.disable", "worker.drain", "worker.forget", "", "worker.history")
