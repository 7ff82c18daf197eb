"""The commands on what the window shows."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.command import Command

VIEW_COMMANDS = (
    Command(
        id="view.refresh",
        text=QT_TRANSLATE_NOOP("Commands", "Refresh"),
        icon="refresh",
        shortcut="F5",
        run=lambda window: window.live.refresh(),
    ),
    Command(
        id="view.palette",
        text=QT_TRANSLATE_NOOP("Commands", "Find a command…"),
        tip=QT_TRANSLATE_NOOP("Commands", "Find a command, a task or a frame by a few letters"),
        icon="command",
        shortcut="Ctrl+K",
        run=lambda window: window.command_palette.open(),
    ),
    Command(
        id="view.filter",
        text=QT_TRANSLATE_NOOP("Commands", "Filter tasks"),
        icon="search",
        shortcut="Ctrl+F",
        run=lambda window: window.filter_bar.focus(),
    ),
    Command(
        id="view.history",
        text=QT_TRANSLATE_NOOP("Commands", "History"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show who changed what of the selected task, or its details again"),
        icon="history",
        shortcut="H",
        checked=lambda chosen: chosen.history_shown,
        run=lambda window: window.parts.side.show_history(),
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
        id="view.notices",
        text=QT_TRANSLATE_NOOP("Commands", "Show notices"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show which tasks were finished or failed lately"),
        icon="bell",
        shortcut="Ctrl+Shift+N",
        run=lambda window: window.feedback.show_list(),
    ),
    Command(
        id="view.notice_settings",
        text=QT_TRANSLATE_NOOP("Commands", "Notices"),
        icon="bell",
        menu=True,
        run=lambda window: None,
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
