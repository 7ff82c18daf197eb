"""The commands on the object store."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.declarations.command import Command

OBJECT_COMMANDS = (
    Command(
        id="object.show",
        text=QT_TRANSLATE_NOOP("Commands", "OSS browser"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show or hide the object store"),
        icon="bucket",
        shortcut="Ctrl+Shift+O",
        checked=lambda chosen: chosen.objects.shown,
        run=lambda window: window.object_commands.show(),
    ),
    Command(
        id="object.open",
        text=QT_TRANSLATE_NOOP("Commands", "Open folder"),
        icon="folder",
        enabled=lambda chosen: chosen.objects.folders == 1 and not chosen.objects.files,
        run=lambda window: window.object_commands.open(),
    ),
    Command(
        id="object.submit",
        text=QT_TRANSLATE_NOOP("Commands", "Submit selected objects…"),
        short=QT_TRANSLATE_NOOP("Commands", "Submit"),
        tip=QT_TRANSLATE_NOOP("Commands", "Submit a render task of each selected object"),
        icon="submit",
        enabled=lambda chosen: chosen.objects.files > 0,
        run=lambda window: window.object_commands.submit(),
    ),
    Command(
        id="object.upload",
        text=QT_TRANSLATE_NOOP("Commands", "Upload files here…"),
        short=QT_TRANSLATE_NOOP("Commands", "Upload"),
        tip=QT_TRANSLATE_NOOP("Commands", "Upload files of this computer to the folder that is shown"),
        icon="upload",
        shortcut="Ctrl+U",
        enabled=lambda chosen: chosen.objects.shown,
        run=lambda window: window.object_commands.ask_files(),
    ),
    Command(
        id="object.download",
        text=QT_TRANSLATE_NOOP("Commands", "Download objects…"),
        icon="download",
        enabled=lambda chosen: chosen.objects.files > 0,
        run=lambda window: window.object_commands.ask_target(),
    ),
    Command(
        id="object.copy_path",
        text=QT_TRANSLATE_NOOP("Commands", "Copy object path"),
        icon="copy",
        enabled=lambda chosen: chosen.objects.files + chosen.objects.folders > 0,
        run=lambda window: window.object_commands.copy_paths(),
    ),
    Command(
        id="object.back",
        text=QT_TRANSLATE_NOOP("Commands", "Back"),
        tip=QT_TRANSLATE_NOOP("Commands", "The folder that was shown before"),
        icon="back",
        shortcut="Alt+Left",
        enabled=lambda chosen: chosen.objects.back,
        run=lambda window: window.object_commands.back(),
    ),
    Command(
        id="object.forward",
        text=QT_TRANSLATE_NOOP("Commands", "Forward"),
        icon="forward",
        shortcut="Alt+Right",
        enabled=lambda chosen: chosen.objects.forward,
        run=lambda window: window.object_commands.forward(),
    ),
    Command(
        id="object.up",
        text=QT_TRANSLATE_NOOP("Commands", "Folder above"),
        icon="up",
        shortcut="Alt+Up",
        enabled=lambda chosen: chosen.objects.above,
        run=lambda window: window.object_commands.up(),
    ),
    Command(
        id="object.refresh",
        text=QT_TRANSLATE_NOOP("Commands", "Read the folder anew"),
        icon="refresh",
        shortcut="Shift+F5",
        enabled=lambda chosen: chosen.objects.shown,
        run=lambda window: window.object_commands.refresh(),
    ),
)
