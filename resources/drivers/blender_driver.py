"""Runs inside Blender: opens a scene once and renders the frames it is sent, one request per line of standard input.

Requests and answers are JSON. An answer's line begins with a mark, so that it stands out from Blender's own output:

    {"command": "open", "path": "...", "options": {...}}      ->  opened {missing, scripts} | failed {...}
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

from blender_scene import Refused, first_line, image_size, missing_files, open_scene, say, scripts_are, set_up  # noqa: E402

LARGEST_FRAME = 1048574  # Blender's own limit


def open_project(request):
    options = request["options"]
    open_scene(request["path"], options)
    set_up(options, request["renders"])
    say("opened", missing=sorted(missing_files()), scripts=scripts_are(options))


def render(request):
    frame, scene = request["frame"], bpy.context.scene
    if abs(frame) > LARGEST_FRAME:
        raise Refused("Blender has no frame %d: its largest is %d." % (frame, LARGEST_FRAME))
    settings = scene.render
    settings.filepath = request["output"]
    path = settings.frame_path(frame=frame)
    kept = scene.frame_start, scene.frame_end
    try:
        if frame >= 0:
            # As `-f` does it: "####" is expanded, and file output nodes write along.
            set_range(scene, frame, frame)
            bpy.ops.render.render(animation=True)
        else:  # a scene's range can't be negative, but a frame can
            scene.frame_set(frame)
            settings.filepath = path
            bpy.ops.render.render(write_still=True)
    except RuntimeError as error:
        raise Refused(first_line(error), None)
    finally:
        set_range(scene, *kept)
    # With several views each has a file and a suffix of its own: what was saved is read from the log.
    say("rendered", frame=frame, path="" if settings.use_multiview else path, size=image_size(settings))


def set_range(scene, first, last):
    # Each end pushes the other along, so the one that moves away comes first.
    if first > scene.frame_end:
        scene.frame_end = last
        scene.frame_start = first
    else:
        scene.frame_start = first
        scene.frame_end = last


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
            say("failed", **{"message": str(error), "class": error.failure, "evidence": error.evidence})


main()
