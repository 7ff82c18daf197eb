"""Every command of the window in one list, and where it is found: menus, toolbar, context menus."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.frames import FRAME_COMMANDS
from render_manager.gui.declarations.help import HELP_COMMANDS
from render_manager.gui.declarations.logs import LOG_COMMANDS
from render_manager.gui.declarations.objects import OBJECT_COMMANDS
from render_manager.gui.declarations.tasks import TASK_COMMANDS
from render_manager.gui.declarations.view import VIEW_COMMANDS
from render_manager.gui.declarations.workers import WORKER_COMMANDS

COMMANDS = (
    *TASK_COMMANDS, *FRAME_COMMANDS, *LOG_COMMANDS, *WORKER_COMMANDS, *OBJECT_COMMANDS, *VIEW_COMMANDS,
    *HELP_COMMANDS,
)  # fmt: skip

TASK_MENU = (
    "task.pause", "task.resume", "task.release", "task.choose", "task.cancel", "", "task.retry", "task.priority", "",
    "task.download", "task.cleanup", "", "task.duplicate", "task.open_workspace", "task.copy_id",
)  # fmt: skip
FRAME_MENU = (
    "frame.retry", "frame.skip", "", "frame.view", "frame.log", "frame.open_image", "frame.open_folder",
    "frame.download", "frame.show_worker", "", "frame.copy_path", "frame.copy_log_path",
)  # fmt: skip
LOG_MENU = (
    "log.copy", "log.copy_all", "log.save", "log.open", "frame.copy_log_path", "", "log.find", "log.next_error",
    "log.previous_error", "", "log.compare",
)  # fmt: skip
WORKER_MENU = (
    "worker.go", "", "worker.enable", "worker.disable", "worker.drain", "worker.forget", "", "worker.history",
    "worker.copy_host",
)  # fmt: skip
OBJECT_MENU = (
    "object.open", "object.submit", "", "object.download", "object.copy_path", "", "object.upload", "object.refresh",
)  # fmt: skip
MENU_BAR = (
    (QT_TRANSLATE_NOOP("Commands", "&Task"), (
        "task.submit", "task.paste", "", *TASK_MENU[:8], "task.priority_up", "task.priority_down", "",
        *TASK_MENU[9:], "task.cleanup_finished", "", "window.close",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&Frame"), (
        *FRAME_MENU[:3], "frame.jump", "frame.next_failed", "frame.previous_failed", "frame.select_failed", "",
        *FRAME_MENU[3:],
    )),
    (QT_TRANSLATE_NOOP("Commands", "&Log"), ("frame.log", "", *LOG_MENU)),
    (QT_TRANSLATE_NOOP("Commands", "&Worker"), (
        "worker.show", "", *WORKER_MENU, "", "worker.start", "worker.start_several", "worker.stop",
        "worker.on_quit",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&Objects"), (
        "object.show", "", *OBJECT_MENU, "", "object.back", "object.forward", "object.up",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&View"), (
        "view.palette", "",
        "view.refresh", "view.filter", "", "view.history", "worker.show", "object.show", "", "view.zoom_in",
        "view.zoom_out", "view.zoom_fit", "view.frame_list", "view.frame_card", "", "view.notices",
        "view.notice_settings", "", "view.layout", "view.theme", "view.density", "view.language",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&Help"), ("help.check_up",)),
)  # fmt: skip
TOOLBAR = (
    "task.submit", "", "task.pause", "task.resume", "task.cancel", "", "task.retry", "task.priority", "",
    "task.download", "task.cleanup",
)  # fmt: skip
GRID_BAR = (
    "frame.view", "frame.next_failed", "frame.retry", "frame.skip", "", "view.frame_list", "", "view.zoom_out",
    "view.zoom_in",
)  # fmt: skip
WORKER_BAR = ("worker.enable", "worker.disable", "worker.drain", "worker.forget", "", "worker.history")
OBJECT_WAY = ("object.back", "object.forward", "object.up", "object.refresh")
OBJECT_BAR = ("object.upload", "object.submit")
