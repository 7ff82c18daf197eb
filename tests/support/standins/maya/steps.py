"""What mayabatch and mayapy have in common: starting up, and rendering what was selected."""

import os
import time

from tests.support.standins.maya import behaviours, system
from tests.support.standins.maya.frame import Frame
from tests.support.standins.maya.output import Output
from tests.support.standins.maya.selection import Selection
from tests.support.standins.maya.settings import Settings


def start(settings: Settings, out: Output) -> int:
    """Start up; the exit code if Maya does not even get that far."""
    if os.environ.get("PYTHONPATH") or os.environ.get("PYTHONHOME"):
        out.say(out.text("foreign_python"), 2)
        return behaviours.NOT_INITIALIZED
    home = os.environ.get("MAYA_APP_DIR")
    if home and not system.is_writable(home):
        out.say(out.text("not_writable"), 2)
        return behaviours.NOT_INITIALIZED
    for position, (stream, text) in enumerate(behaviours.CHATTER):
        # Libraries end their lines as they like.
        out.say(text, stream, end="\r\n" if position == len(behaviours.CHATTER) - 1 else "")
    if settings.mode == "licence_wait":
        time.sleep(settings.licence_wait)
        out.error("no_licence")
        return behaviours.LICENCE_REFUSED
    time.sleep(settings.startup)
    return behaviours.OK


def render(selection: Selection, settings: Settings, out: Output) -> None:
    """Render all frames of all layers through all cameras.

    Raises:
        Failed: one could not be rendered.
    """
    line, scene = selection.line, selection.scene
    for layer in selection.layers:
        shade = scene.layers.index(layer) * 10 if layer in scene.layers else 0
        for position, frame in enumerate(selection.frames):
            for camera in selection.cameras:
                paths = selection.paths(position, layer, camera)
                if line.switch("skipExistingFrames", False) and os.path.exists(paths[0]):
                    out.say(behaviours.SKIPPING.format(path=paths[0]))
                    continue
                if "seq" in line.flags:
                    values = {"frame": frame, "position": position + 1, "count": len(selection.frames)}
                    out.say(behaviours.SEQUENCE_FRAME.format(**values, camera=camera, layer=layer))
                colour = (frame % 256, shade, 128)
                wrong = settings.mode if settings.frame in (None, frame) else ""
                Frame(selection, settings, out, paths, colour, wrong).render()
                if settings.frame is None:
                    settings.mode = ""  # it goes wrong once
