"""The commands on frames."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.domain.states import FrameStatus
from render_manager.gui.declarations.command import Command

RETRIED = {FrameStatus.FAILED, FrameStatus.CANCELLED, FrameStatus.COMPLETED, FrameStatus.SKIPPED}
SKIPPED = {FrameStatus.PENDING, FrameStatus.FAILED}

FRAME_COMMANDS = (
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
        id="frame.previous_failed",
        text=QT_TRANSLATE_NOOP("Commands", "Previous failed frame"),
        icon="previous-failed",
        shortcut="Shift+N",
        enabled=lambda chosen: chosen.failed_shown,
        run=lambda window: window.frame_commands.next_failed(back=True),
    ),
    Command(
        id="frame.select_failed",
        text=QT_TRANSLATE_NOOP("Commands", "Select failed frames"),
        icon="select-failed",
        shortcut="Shift+F",
        enabled=lambda chosen: chosen.failed_shown,
        run=lambda window: window.frames_pane.select_state(FrameStatus.FAILED),
    ),
    Command(
        id="frame.jump",
        text=QT_TRANSLATE_NOOP("Commands", "Go to frame…"),
        tip=QT_TRANSLATE_NOOP("Commands", "Select a frame by its number, or several by a range"),
        icon="jump",
        shortcut="G",
        enabled=lambda chosen: chosen.frames_shown,
        run=lambda window: window.frames_pane.go_to_typed(),
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
        id="frame.view",
        text=QT_TRANSLATE_NOOP("Commands", "View frames"),
        tip=QT_TRANSLATE_NOOP("Commands", "Look at the images, play what is finished"),
        icon="view",
        shortcut="V",
        enabled=lambda chosen: chosen.frame is not None,
        run=lambda window: window.viewer_commands.open(),
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
        id="frame.download",
        text=QT_TRANSLATE_NOOP("Commands", "Download images…"),
        tip=QT_TRANSLATE_NOOP("Commands", "Copy the files of the selected completed frames into a folder"),
        icon="download",
        enabled=lambda chosen: FrameStatus.COMPLETED in chosen.frame_states,
        run=lambda window: window.frame_commands.download(),
    ),
    Command(
        id="frame.show_worker",
        text=QT_TRANSLATE_NOOP("Commands", "Show worker"),
        tip=QT_TRANSLATE_NOOP("Commands", "Select the worker that rendered the frame, or is at it, among the workers"),
        icon="worker",
        enabled=lambda chosen: bool(chosen.frame and chosen.frame.worker),
        run=lambda window: window.frame_commands.show_worker(),
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
)
