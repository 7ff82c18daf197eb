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
        text=QT_TRANSLATE_NOOP("Commands", "Larger frames"),
        icon="zoom-in",
        shortcut="Ctrl++",
        run=lambda window: window.frames_pane.zoom(1),
    ),
    Command(
        id="view.zoom_out",
        text=QT_TRANSLATE_NOOP("Commands", "Smaller frames"),
        icon="zoom-out",
        shortcut="Ctrl+-",
        run=lambda window: window.frames_pane.zoom(-1),
    ),
    Command(
        id="view.zoom_fit",
        text=QT_TRANSLATE_NOOP("Commands", "Fit all frames"),
        icon="zoom-fit",
        shortcut="Ctrl+0",
        run=lambda window: window.frames_pane.zoom(0),
    ),
    Command(
        id="view.frame_list",
        text=QT_TRANSLATE_NOOP("Commands", "Frames as a list"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show the frames as a list with columns, or as a grid again"),
        icon="list",
        shortcut="Ctrl+L",
        checked=lambda chosen: chosen.frames_listed,
        run=lambda window: window.frames_pane.show_list(not window.frames_pane.is_list),
    ),
    Command(
        id="view.frame_card",
        text=QT_TRANSLATE_NOOP("Commands", "Frame card"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show what is known of the frame with the focus beside it"),
        icon="info",
        shortcut="Ctrl+I",
        enabled=lambda chosen: chosen.frame is not None,
        run=lambda window: window.frames_pane.show_card(),
    ),
    Command(
        id="view.layout",
        text=QT_TRANSLATE_NOOP("Commands", "Layout"),
        icon="layout",
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
        id="view.density",
        text=QT_TRANSLATE_NOOP("Commands", "Density"),
        icon="density",
        menu=True,
        run=lambda window: None,
    ),
    Command(
        id="view.language",
        text=QT_TRANSLATE_NOOP("Commands", "Language"),
        icon="language",
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
