"""The commands on tasks."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.domain.priority import HIGHEST, LOWEST
from render_manager.domain.states import FINAL, RUNNABLE, TaskStatus
from render_manager.gui.declarations.command import Command

TASK_COMMANDS = (
    Command(
        id="task.submit",
        text=QT_TRANSLATE_NOOP("Commands", "Submit a task…"),
        short=QT_TRANSLATE_NOOP("Commands", "Submit"),
        icon="submit",
        shortcut="Ctrl+N",
        run=lambda window: window.submit_commands.open([]),
    ),
    Command(
        id="task.paste",
        text=QT_TRANSLATE_NOOP("Commands", "Submit the copied paths…"),
        icon="copy",
        shortcut="Ctrl+V",
        run=lambda window: window.submit_commands.open_copied(),
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
)
