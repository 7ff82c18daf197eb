"""Every command of the window, declared once: menus, toolbar, context menus and shortcuts read this list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.domain.entities import RenderFrame
from render_manager.domain.priority import HIGHEST, LOWEST
from render_manager.domain.states import FINAL, RUNNABLE, FrameStatus, TaskStatus
from render_manager.services.queries import TaskRow

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


@dataclass(frozen=True)
class Selection:
    """What decides which commands make sense now."""

    tasks: tuple[TaskRow, ...] = ()
    frame_states: frozenset[FrameStatus] = frozenset()  #: of the selected frames
    frame: RenderFrame | None = None  #: the one with the focus
    failed_shown: bool = False  #: the task whose frames are shown has failed ones
    local_workers: int = 0

    def any_task(self, test: Callable[[TaskRow], bool]) -> bool:
        return any(test(row) for row in self.tasks)


@dataclass(frozen=True)
class Command:
    id: str
    text: object  #: as QT_TRANSLATE_NOOP gives it; ``tr`` of ``action_set.py`` makes words of it
    icon: str
    run: "Callable[[MainWindow], object]"
    enabled: Callable[[Selection], bool] = lambda _: True
    shortcut: str = ""
    tip: object = ""
    menu: bool = False  #: opens a menu that the window fills
    short: object = ""  #: the text in the toolbar, where room is scarce


RETRIED = {FrameStatus.FAILED, FrameStatus.CANCELLED, FrameStatus.COMPLETED, FrameStatus.SKIPPED}
SKIPPED = {FrameStatus.PENDING, FrameStatus.FAILED}

COMMANDS = (
    Command(
        id="task.submit",
        text=QT_TRANSLATE_NOOP("Commands", "Submit a task…"),
        short=QT_TRANSLATE_NOOP("Commands", "Submit"),
        icon="submit",
        shortcut="Ctrl+N",
        run=lambda window: window.submit([]),
    ),
    Command(
        id="task.paste",
        text=QT_TRANSLATE_NOOP("Commands", "Submit the copied paths…"),
        icon="copy",
        shortcut="Ctrl+V",
        run=lambda window: window.submit_copied(),
    ),
    Command(
        id="task.pause",
        text=QT_TRANSLATE_NOOP("Commands", "Pause"),
        tip=QT_TRANSLATE_NOOP("Commands", "Hand out no more frames; those being rendered finish"),
        icon="pause",
        shortcut="Ctrl+P",
        enabled=lambda chosen: chosen.any_task(lambda row: row.task.status in RUNNABLE),
        run=lambda window: window.task_commands.pause(),
    ),
    Command(
        id="task.resume",
        text=QT_TRANSLATE_NOOP("Commands", "Resume"),
        icon="resume",
        shortcut="Ctrl+Shift+P",
        enabled=lambda chosen: chosen.any_task(lambda row: row.task.status is TaskStatus.PAUSED),
        run=lambda window: window.task_commands.resume(),
    ),
    Command(
        id="task.cancel",
        text=QT_TRANSLATE_NOOP("Commands", "Cancel…"),
        short=QT_TRANSLATE_NOOP("Commands", "Cancel"),
        tip=QT_TRANSLATE_NOOP("Commands", "Stop for good: running renderers are stopped, waiting frames cancelled"),
        icon="cancel",
        shortcut="Del",
        enabled=lambda chosen: chosen.any_task(lambda row: row.task.status not in FINAL),
        run=lambda window: window.task_commands.cancel(),
    ),
    Command(
        id="task.retry",
        text=QT_TRANSLATE_NOOP("Commands", "Retry failed frames"),
        short=QT_TRANSLATE_NOOP("Commands", "Retry failed"),
        tip=QT_TRANSLATE_NOOP("Commands", "Render the failed and cancelled frames of the selected tasks again"),
        icon="retry",
        shortcut="Ctrl+R",
        enabled=lambda chosen: chosen.any_task(lambda row: bool(row.task.counts.failed or row.task.counts.cancelled)),
        run=lambda window: window.task_commands.retry(),
    ),
    Command(
        id="task.priority",
        text=QT_TRANSLATE_NOOP("Commands", "Priority"),
        icon="priority",
        enabled=lambda chosen: bool(chosen.tasks),
        menu=True,
        run=lambda window: None,
    ),
    Command(
        id="task.priority_up",
        text=QT_TRANSLATE_NOOP("Commands", "Raise priority"),
        icon="priority-up",
        shortcut="Ctrl+Up",
        enabled=lambda chosen: chosen.any_task(lambda row: row.task.priority < HIGHEST),
        run=lambda window: window.task_commands.shift_priority(1),
    ),
    Command(
        id="task.priority_down",
        text=QT_TRANSLATE_NOOP("Commands", "Lower priority"),
        icon="priority-down",
        shortcut="Ctrl+Down",
        enabled=lambda chosen: chosen.any_task(lambda row: row.task.priority > LOWEST),
        run=lambda window: window.task_commands.shift_priority(-1),
    ),
    Command(
        id="task.cleanup",
        text=QT_TRANSLATE_NOOP("Commands", "Clean up…"),
        short=QT_TRANSLATE_NOOP("Commands", "Clean up"),
        tip=QT_TRANSLATE_NOOP("Commands", "Remove the selected tasks' workspaces from the hosts' disks"),
        icon="cleanup",
        shortcut="Ctrl+Shift+Del",
        enabled=lambda chosen: bool(chosen.tasks),
        run=lambda window: window.task_commands.clean_up(),
    ),
    Command(
        id="task.cleanup_finished",
        text=QT_TRANSLATE_NOOP("Commands", "Clean up finished tasks…"),
        icon="cleanup",
        run=lambda window: window.task_commands.clean_up_finished(),
    ),
    Command(
        id="task.download",
        text=QT_TRANSLATE_NOOP("Commands", "Download results…"),
        short=QT_TRANSLATE_NOOP("Commands", "Download"),
        icon="download",
        shortcut="Ctrl+D",
        enabled=lambda chosen: len(chosen.tasks) == 1 and chosen.tasks[0].task.counts.completed > 0,
        run=lambda window: window.task_commands.download(),
    ),
    Command(
        id="task.copy_id",
        text=QT_TRANSLATE_NOOP("Commands", "Copy task id"),
        icon="copy",
        enabled=lambda chosen: bool(chosen.tasks),
        run=lambda window: window.task_commands.copy_ids(),
    ),
    Command(
        id="frame.retry",
        text=QT_TRANSLATE_NOOP("Commands", "Retry frames"),
        tip=QT_TRANSLATE_NOOP("Commands", "Render the selected frames again, completed ones too"),
        icon="retry-frame",
        shortcut="R",
        enabled=lambda chosen: bool(chosen.frame_states & RETRIED),
        run=lambda window: window.frame_commands.retry(),
    ),
    Command(
        id="frame.skip",
        text=QT_TRANSLATE_NOOP("Commands", "Skip frames"),
        tip=QT_TRANSLATE_NOOP("Commands", "Leave the selected waiting or failed frames out"),
        icon="skip",
        shortcut="S",
        enabled=lambda chosen: bool(chosen.frame_states & SKIPPED),
        run=lambda window: window.frame_commands.skip(),
    ),
    Command(
        id="frame.next_failed",
        text=QT_TRANSLATE_NOOP("Commands", "Next failed frame"),
        icon="next-failed",
        shortcut="N",
        enabled=lambda chosen: chosen.failed_shown,
        run=lambda window: window.frame_commands.next_failed(),
    ),
    Command(
        id="frame.log",
        text=QT_TRANSLATE_NOOP("Commands", "Read log"),
        icon="log",
        shortcut="L",
        enabled=lambda chosen: chosen.frame is not None,
        run=lambda window: window.frame_commands.read_log(),
    ),
    Command(
        id="frame.open_image",
        text=QT_TRANSLATE_NOOP("Commands", "Open image"),
        icon="image",
        shortcut="O",
        enabled=lambda chosen: bool(chosen.frame and chosen.frame.output_path),
        run=lambda window: window.frame_commands.open_image(),
    ),
    Command(
        id="frame.open_folder",
        text=QT_TRANSLATE_NOOP("Commands", "Open folder"),
        icon="folder",
        enabled=lambda chosen: bool(chosen.frame and (chosen.frame.output_path or chosen.frame.log_path)),
        run=lambda window: window.frame_commands.open_folder(),
    ),
    Command(
        id="frame.copy_path",
        text=QT_TRANSLATE_NOOP("Commands", "Copy image path"),
        icon="copy",
        enabled=lambda chosen: bool(chosen.frame and chosen.frame.output_path),
        run=lambda window: window.frame_commands.copy_image_path(),
    ),
    Command(
        id="frame.copy_log_path",
        text=QT_TRANSLATE_NOOP("Commands", "Copy log path"),
        icon="copy",
        enabled=lambda chosen: bool(chosen.frame and chosen.frame.log_path),
        run=lambda window: window.frame_commands.copy_log_path(),
    ),
    Command(
        id="worker.start",
        text=QT_TRANSLATE_NOOP("Commands", "Start a worker on this computer"),
        short=QT_TRANSLATE_NOOP("Commands", "Start worker"),
        icon="worker-start",
        run=lambda window: window.worker_commands.start(),
    ),
    Command(
        id="worker.stop",
        text=QT_TRANSLATE_NOOP("Commands", "Stop this computer's workers"),
        short=QT_TRANSLATE_NOOP("Commands", "Stop"),
        tip=QT_TRANSLATE_NOOP("Commands", "Stop the workers started here; their frames go back to the queue"),
        icon="worker-stop",
        enabled=lambda chosen: chosen.local_workers > 0,
        run=lambda window: window.worker_commands.stop(),
    ),
    Command(
        id="view.refresh",
        text=QT_TRANSLATE_NOOP("Commands", "Refresh"),
        icon="refresh",
        shortcut="F5",
        run=lambda window: window.live.refresh(),
    ),
    Command(
        id="view.filter",
        text=QT_TRANSLATE_NOOP("Commands", "Filter tasks"),
        icon="search",
        shortcut="Ctrl+F",
        run=lambda window: window.filter_bar.focus(),
    ),
    Command(
        id="view.zoom_in",
        text=QT_TRANSLATE_NOOP("Commands", "Larger frame cells"),
        icon="zoom-in",
        shortcut="Ctrl++",
        run=lambda window: window.grid.zoom(1),
    ),
    Command(
        id="view.zoom_out",
        text=QT_TRANSLATE_NOOP("Commands", "Smaller frame cells"),
        icon="zoom-out",
        shortcut="Ctrl+-",
        run=lambda window: window.grid.zoom(-1),
    ),
    Command(
        id="view.zoom_fit",
        text=QT_TRANSLATE_NOOP("Commands", "Fit all frames"),
        icon="search",
        shortcut="Ctrl+0",
        run=lambda window: window.grid.zoom(0),
    ),
    Command(
        id="view.theme",
        text=QT_TRANSLATE_NOOP("Commands", "Theme"),
        icon="theme",
        menu=True,
        run=lambda window: None,
    ),
    Command(
        id="window.close",
        text=QT_TRANSLATE_NOOP("Commands", "Quit"),
        icon="quit",
        shortcut="Ctrl+Q",
        run=lambda window: window.close(),
    ),
)

TASK_MENU = (
    "task.pause", "task.resume", "task.cancel", "", "task.retry", "task.priority", "", "task.download",
    "task.cleanup", "", "task.copy_id",
)  # fmt: skip
FRAME_MENU = (
    "frame.retry", "frame.skip", "", "frame.log", "frame.open_image", "frame.open_folder", "", "frame.copy_path",
    "frame.copy_log_path",
)  # fmt: skip
MENU_BAR = (
    (QT_TRANSLATE_NOOP("Commands", "&Task"), (
        "task.submit", "task.paste", "", *TASK_MENU[:5], "task.priority", "task.priority_up", "task.priority_down", "",
        *TASK_MENU[7:], "task.cleanup_finished", "", "window.close",
    )),
    (QT_TRANSLATE_NOOP("Commands", "&Frame"), (*FRAME_MENU[:3], "frame.next_failed", "", *FRAME_MENU[3:])),
    (QT_TRANSLATE_NOOP("Commands", "&Worker"), ("worker.start", "worker.stop")),
    (QT_TRANSLATE_NOOP("Commands", "&View"), (
        "view.refresh", "view.filter", "", "view.zoom_in", "view.zoom_out", "view.zoom_fit", "", "view.theme",
    )),
)  # fmt: skip
TOOLBAR = (
    "task.submit", "", "task.pause", "task.resume", "task.cancel", "", "task.retry", "task.priority", "",
    "task.download", "task.cleanup",
)  # fmt: skip
GRID_BAR = ("frame.next_failed", "frame.retry", "frame.skip", "", "view.zoom_out", "view.zoom_in")
