"""The commands on workers."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.command import Command

WORKER_COMMANDS = (
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
)
