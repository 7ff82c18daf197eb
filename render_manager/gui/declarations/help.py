"""The commands for when something is wrong."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.command import Command

HELP_COMMANDS = (
    Command(
        id="help.check_up",
        text=QT_TRANSLATE_NOOP("Commands", "Check-up…"),
        tip=QT_TRANSLATE_NOOP(
            "Commands", "Look at settings, Redis, database, object store, disks and renderers, and how to mend them"
        ),
        icon="check-up",
        shortcut="Ctrl+Shift+K",
        run=lambda window: window.check_up_commands.open(),
    ),
)
