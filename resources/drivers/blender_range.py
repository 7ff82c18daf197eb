"""Runs inside Blender, which has the project open, before the frames that its command line names are rendered:

    blender -b PROJECT --python blender_range.py -o ... -f 1,2,3 -- {"options": {...}, "renders": "...", ...}

It says ``opened`` or ``failed`` as blender_driver.py does, and ends Blender if it failed. Frames below zero, which a
command line can't name, are in the request and rendered here.
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
    check_python,
    image_size,
    missing_files,
    render_frame,
    scripts_are,
    set_up,
)
from driver_answers import Refused, say, say_failed  # noqa: E402


def main():
    request = json.loads(sys.argv[sys.argv.index("--") + 1])
    options = request["options"]
    check_python(options)
    set_up(options, request["renders"])
    missing = sorted(missing_files())
    if missing and not options.get("allow_missing"):
        raise Refused(
            "The scene needs %d file(s) that are not in the project: %s%s. "
            "Add them, or submit with --set allow_missing=true."
            % (len(missing), ", ".join(missing[:5]), " …" if len(missing) > 5 else ""),
            "asset",
        )
    size = image_size(bpy.context.scene.render)
    say("opened", missing=missing, scripts=scripts_are(options), harmless=scripts_for_people(), size=size)
    for frame in request["frames"]:
        render_frame(frame, request["output"])


try:
    main()
except Refused as error:
    say_failed(error)
    sys.exit(64)
