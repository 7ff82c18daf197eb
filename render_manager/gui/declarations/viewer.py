"""The commands of the frame viewer. Keys are those of the programs people look at images with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.gui.imaging.view import View

if TYPE_CHECKING:
    from render_manager.gui.viewer.window import ViewerWindow


@dataclass(frozen=True)
class ViewerCommand:
    id: str
    text: object  #: as QT_TRANSLATE_NOOP gives it
    run: "Callable[[ViewerWindow], object]"
    shortcut: str = ""
    icon: str = ""
    short: object = ""  #: on a button, where it has no icon
    view: View | None = None  #: it is checked while this is looked at


VIEWER_COMMANDS = (
    ViewerCommand(
        id="viewer.play",
        text=QT_TRANSLATE_NOOP("Commands", "Play or stop"),
        icon="resume",
        shortcut="Space",
        run=lambda viewer: viewer.player.toggle(),
    ),
    ViewerCommand(
        id="viewer.loop",
        text=QT_TRANSLATE_NOOP("Commands", "Play again and again"),
        icon="loop",
        shortcut="L",
        run=lambda viewer: viewer.player.toggle_loop(),
    ),
    ViewerCommand(
        id="viewer.first",
        text=QT_TRANSLATE_NOOP("Commands", "First frame"),
        icon="frame-first",
        shortcut="Home",
        run=lambda viewer: viewer.go_to(0),
    ),
    ViewerCommand(
        id="viewer.previous",
        text=QT_TRANSLATE_NOOP("Commands", "Previous frame"),
        icon="frame-previous",
        shortcut="Left",
        run=lambda viewer: viewer.step(-1),
    ),
    ViewerCommand(
        id="viewer.next",
        text=QT_TRANSLATE_NOOP("Commands", "Next frame"),
        icon="frame-next",
        shortcut="Right",
        run=lambda viewer: viewer.step(1),
    ),
    ViewerCommand(
        id="viewer.last",
        text=QT_TRANSLATE_NOOP("Commands", "Last frame"),
        icon="frame-last",
        shortcut="End",
        run=lambda viewer: viewer.go_to(-1),
    ),
    ViewerCommand(
        id="viewer.next_failed",
        text=QT_TRANSLATE_NOOP("Commands", "Next failed frame"),
        icon="next-failed",
        shortcut="N",
        run=lambda viewer: viewer.next_failed(),
    ),
    ViewerCommand(
        id="viewer.jump",
        text=QT_TRANSLATE_NOOP("Commands", "Go to frame…"),
        icon="go",
        shortcut="Ctrl+G",
        run=lambda viewer: viewer.transport.jump(),
    ),
    ViewerCommand(
        id="viewer.colour",
        text=QT_TRANSLATE_NOOP("Commands", "Colour"),
        short=QT_TRANSLATE_NOOP("Commands", "RGB"),
        shortcut="C",
        view=View.COLOUR,
        run=lambda viewer: viewer.look_at(View.COLOUR),
    ),
    ViewerCommand(
        id="viewer.red",
        text=QT_TRANSLATE_NOOP("Commands", "Red channel"),
        short=QT_TRANSLATE_NOOP("Commands", "R"),
        shortcut="R",
        view=View.RED,
        run=lambda viewer: viewer.look_at(View.RED),
    ),
    ViewerCommand(
        id="viewer.green",
        text=QT_TRANSLATE_NOOP("Commands", "Green channel"),
        short=QT_TRANSLATE_NOOP("Commands", "G"),
        shortcut="G",
        view=View.GREEN,
        run=lambda viewer: viewer.look_at(View.GREEN),
    ),
    ViewerCommand(
        id="viewer.blue",
        text=QT_TRANSLATE_NOOP("Commands", "Blue channel"),
        short=QT_TRANSLATE_NOOP("Commands", "B"),
        shortcut="B",
        view=View.BLUE,
        run=lambda viewer: viewer.look_at(View.BLUE),
    ),
    ViewerCommand(
        id="viewer.alpha",
        text=QT_TRANSLATE_NOOP("Commands", "Alpha channel"),
        short=QT_TRANSLATE_NOOP("Commands", "A"),
        shortcut="A",
        view=View.ALPHA,
        run=lambda viewer: viewer.look_at(View.ALPHA),
    ),
    ViewerCommand(
        id="viewer.luma",
        text=QT_TRANSLATE_NOOP("Commands", "Brightness"),
        short=QT_TRANSLATE_NOOP("Commands", "Y"),
        shortcut="Y",
        view=View.LUMA,
        run=lambda viewer: viewer.look_at(View.LUMA),
    ),
    ViewerCommand(
        id="viewer.layer_before",
        text=QT_TRANSLATE_NOOP("Commands", "Previous layer"),
        shortcut="PgUp",
        run=lambda viewer: viewer.tone_bar.step_layer(-1),
    ),
    ViewerCommand(
        id="viewer.layer_after",
        text=QT_TRANSLATE_NOOP("Commands", "Next layer"),
        shortcut="PgDown",
        run=lambda viewer: viewer.tone_bar.step_layer(1),
    ),
    ViewerCommand(
        id="viewer.darker",
        text=QT_TRANSLATE_NOOP("Commands", "Exposure down a quarter stop"),
        shortcut="[",
        run=lambda viewer: viewer.tone_bar.exposure.step(-1),
    ),
    ViewerCommand(
        id="viewer.brighter",
        text=QT_TRANSLATE_NOOP("Commands", "Exposure up a quarter stop"),
        shortcut="]",
        run=lambda viewer: viewer.tone_bar.exposure.step(1),
    ),
    ViewerCommand(
        id="viewer.gamma_down",
        text=QT_TRANSLATE_NOOP("Commands", "Less gamma"),
        shortcut="{",
        run=lambda viewer: viewer.tone_bar.gamma.step(-1),
    ),
    ViewerCommand(
        id="viewer.gamma_up",
        text=QT_TRANSLATE_NOOP("Commands", "More gamma"),
        shortcut="}",
        run=lambda viewer: viewer.tone_bar.gamma.step(1),
    ),
    ViewerCommand(
        id="viewer.neutral",
        text=QT_TRANSLATE_NOOP("Commands", "Neutral exposure and gamma"),
        icon="tone",
        shortcut="0",
        run=lambda viewer: viewer.tone_bar.reset(),
    ),
    ViewerCommand(
        id="viewer.fit",
        text=QT_TRANSLATE_NOOP("Commands", "Fit the window"),
        icon="fit",
        shortcut="F",
        run=lambda viewer: viewer.canvas.fit(),
    ),
    ViewerCommand(
        id="viewer.actual",
        text=QT_TRANSLATE_NOOP("Commands", "Pixel by pixel"),
        icon="actual-size",
        shortcut="1",
        run=lambda viewer: viewer.canvas.zoom_to(1.0),
    ),
    ViewerCommand(
        id="viewer.zoom_in",
        text=QT_TRANSLATE_NOOP("Commands", "Zoom in"),
        shortcut="+",
        run=lambda viewer: viewer.canvas.zoom_by(1),
    ),
    ViewerCommand(
        id="viewer.zoom_out",
        text=QT_TRANSLATE_NOOP("Commands", "Zoom out"),
        shortcut="-",
        run=lambda viewer: viewer.canvas.zoom_by(-1),
    ),
    ViewerCommand(
        id="viewer.pan_left",
        text=QT_TRANSLATE_NOOP("Commands", "Look further left"),
        shortcut="Shift+Left",
        run=lambda viewer: viewer.canvas.pan(-0.1, 0),
    ),
    ViewerCommand(
        id="viewer.pan_right",
        text=QT_TRANSLATE_NOOP("Commands", "Look further right"),
        shortcut="Shift+Right",
        run=lambda viewer: viewer.canvas.pan(0.1, 0),
    ),
    ViewerCommand(
        id="viewer.pan_up",
        text=QT_TRANSLATE_NOOP("Commands", "Look further up"),
        shortcut="Shift+Up",
        run=lambda viewer: viewer.canvas.pan(0, -0.1),
    ),
    ViewerCommand(
        id="viewer.pan_down",
        text=QT_TRANSLATE_NOOP("Commands", "Look further down"),
        shortcut="Shift+Down",
        run=lambda viewer: viewer.canvas.pan(0, 0.1),
    ),
    ViewerCommand(
        id="viewer.again",
        text=QT_TRANSLATE_NOOP("Commands", "Read the image again"),
        icon="refresh",
        shortcut="F5",
        run=lambda viewer: viewer.stage.look_again(),
    ),
    ViewerCommand(
        id="viewer.retry",
        text=QT_TRANSLATE_NOOP("Commands", "Retry this frame"),
        icon="retry-frame",
        shortcut="Ctrl+R",
        run=lambda viewer: viewer.retry(),
    ),
    ViewerCommand(
        id="viewer.open",
        text=QT_TRANSLATE_NOOP("Commands", "Open with the system's program"),
        icon="image",
        shortcut="O",
        run=lambda viewer: viewer.open_image(),
    ),
    ViewerCommand(
        id="viewer.full_screen",
        text=QT_TRANSLATE_NOOP("Commands", "Full screen"),
        icon="full-screen",
        shortcut="F11",
        run=lambda viewer: viewer.toggle_full_screen(),
    ),
    ViewerCommand(
        id="viewer.close",
        text=QT_TRANSLATE_NOOP("Commands", "Close"),
        icon="close",
        shortcut="Esc",
        run=lambda viewer: viewer.leave(),
    ),
)
CHANNELS = (
    "viewer.colour", "viewer.red", "viewer.green", "viewer.blue", "viewer.alpha", "viewer.luma",
)  # fmt: skip
TRANSPORT = ("viewer.first", "viewer.previous", "viewer.play", "viewer.next", "viewer.last", "viewer.loop")
AT_FRAME = ("viewer.next_failed", "viewer.retry", "viewer.open", "viewer.full_screen")
#: An empty id is a separator, a tuple a menu of its own.
CANVAS_MENU: tuple[str | tuple[object, tuple[str, ...]], ...] = (
    *TRANSPORT[:5], "viewer.next_failed", "viewer.jump", "",
    (QT_TRANSLATE_NOOP("Commands", "Channels"), (*CHANNELS, "", "viewer.layer_before", "viewer.layer_after")),
    (QT_TRANSLATE_NOOP("Commands", "Tone"), (
        "viewer.brighter", "viewer.darker", "viewer.gamma_up", "viewer.gamma_down", "", "viewer.neutral",
    )),
    (QT_TRANSLATE_NOOP("Commands", "Zoom"), (
        "viewer.fit", "viewer.actual", "", "viewer.zoom_in", "viewer.zoom_out", "", "viewer.pan_left",
        "viewer.pan_right", "viewer.pan_up", "viewer.pan_down",
    )), "",
    "viewer.again", "viewer.retry", "viewer.open", "", "viewer.full_screen", "viewer.close",
)  # fmt: skip
