"""Runs inside Blender: opens a scene once and renders the frames it is sent, one request per line of standard input.

Requests and answers are JSON. An answer's line begins with a mark, so that it stands out from Blender's own output:

    {"command": "open", "path": "...", "options": {...}}      ->  opened {missing, scripts, harmless} | failed {...}
    {"command": "render", "frame": 7, "output": "/o/x_####"}  ->  rendered {frame, path, size} | failed {...}

``failed`` has a message for people, the class of the failure where it is known here (render_manager.domain.failures)
and Blender's own words where the message is ours. The end of standard input ends Blender.
"""

import json
import os
import sys

import bpy

# Blender does not look for modules beside a script, and nothing is to be written there.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from blender_python import scripts_for_people  # noqa: E402
from blender_scene import (  # noqa: E402
    image_size,
    missing_files,
    open_scene,
    render_frame,
    scripts_are,
    set_up,
)
from driver_answers import Refused, say, say_failed  # noqa: E402


def open_project(request):
    options = request["options"]
    open_scene(request["path"], options)
    set_up(options, request["renders"])
    say("opened", missing=sorted(missing_files()), scripts=scripts_are(options), harmless=scripts_for_people())


def render(request):
    frame = request["frame"]
    path = render_frame(frame, request["output"])
    settings = bpy.context.scene.render
    # With several views each has a file and a suffix of its own: what was saved is read from the log.
    say("rendered", frame=frame, path="" if settings.use_multiview else path, size=image_size(settings))


def main():
    say("ready", version=bpy.app.version_string)
    commands = {"open": open_project, "render": render}
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        try:
            commands[request["command"]](request)
        except Refused as error:
            say_failed(error)


main()
