"""The commands on the log of a frame."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.command import Command, Selection


def _has_log(chosen: Selection) -> bool:
    return bool(chosen.frame and chosen.frame.attempt)


LOG_COMMANDS = (
    Command(
        id="log.copy",
        text=QT_TRANSLATE_NOOP("Commands", "Copy selection"),
        icon="copy",
        enabled=_has_log,
        run=lambda window: window.log.text.copy(),
    ),
    Command(
        id="log.copy_all",
        text=QT_TRANSLATE_NOOP("Commands", "Copy whole log"),
        icon="copy",
        enabled=_has_log,
        run=lambda window: window.log_commands.copy_all(),
    ),
    Command(
        id="log.save",
        text=QT_TRANSLATE_NOOP("Commands", "Save log as…"),
        icon="save",
        enabled=_has_log,
        run=lambda window: window.log_commands.save(),
    ),
    Command(
        id="log.open",
        text=QT_TRANSLATE_NOOP("Commands", "Open log in editor"),
        tip=QT_TRANSLATE_NOOP("Commands", "Open the log with the program this computer has for it"),
        icon="log",
        enabled=_has_log,
        run=lambda window: window.log_commands.open(),
    ),
    Command(
        id="log.find",
        text=QT_TRANSLATE_NOOP("Commands", "Find in log"),
        icon="search",
        shortcut="Ctrl+Shift+F",
        enabled=_has_log,
        run=lambda window: window.log.open_find(),
    ),
    Command(
        id="log.next_error",
        text=QT_TRANSLATE_NOOP("Commands", "Next error in log"),
        tip=QT_TRANSLATE_NOOP("Commands", "Go to the first error of the log, then to the next"),
        icon="error-next",
        shortcut="E",
        enabled=_has_log,
        run=lambda window: window.log.go_to_error(forward=True),
    ),
    Command(
        id="log.previous_error",
        text=QT_TRANSLATE_NOOP("Commands", "Previous error in log"),
        icon="error-previous",
        shortcut="Shift+E",
        enabled=_has_log,
        run=lambda window: window.log.go_to_error(forward=False),
    ),
    Command(
        id="log.compare",
        text=QT_TRANSLATE_NOOP("Commands", "Compare attempts…"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show the logs of two attempts side by side"),
        icon="compare",
        enabled=lambda chosen: bool(chosen.frame and chosen.frame.attempt > 1),
        run=lambda window: window.log_commands.compare(),
    ),
)
