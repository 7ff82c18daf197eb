"""Runs inside Blender: opens a scene once and renders the frames it is sent, one request per line of standard input.

Requests and answers are JSON. An answer's line begins with a mark, so that it stands out from Blender's own output:

    {"command": "open", "path": "...", "options": {...}}      ->  opened {missing} | failed {...}
    {"command": "render", "frame": 7, "output": "/o/x_####"}  ->  rendered {frame, path, size} | failed {...}

``failed`` has a message for people, the class of the failure where it is known here (render_manager.domain.failures)
and Blender's own words where the message is ours. The end of standard input ends Blender. Tested with Blender 3.4; where 5.x names
things differently, both are tried. Standard library and bpy only.
"""

import json
import os
import re
import sys

import bpy

MARK = "@@RM "
MOVIES = {"FFMPEG", "AVI_JPEG", "AVI_RAW"}
LARGEST_FRAME = 1048574  # Blender's own limit


def say(event, **values):
    # Blender's own output goes through C's buffer; a line of its own keeps ours whole.
    sys.stdout.write("\n%s%s\n" % (MARK, json.dumps(dict(values, event=event))))
    sys.stdout.flush()


class Refused(Exception):
    """What was asked for can't be done; the text is for the user."""

    def __init__(self, message, failure="scene", evidence=None):
        super().__init__(message)
        self.failure = failure
        self.evidence = evidence


def open_scene(request):
    options = request["options"]
    try:
        bpy.ops.wm.open_mainfile(filepath=request["path"], load_ui=False, use_scripts=False)
    except RuntimeError as error:
        # Blender names the whole path twice before it comes to the reason.
        reason, failure = first_line(error).rpartition("'")[2].strip(" ,:") or first_line(error), "scene"
        if reason == "not a blend file" and not begins_like_none(request["path"]):
            reason = "it is damaged, or was saved by a newer Blender than %s" % bpy.app.version_string
            failure = "node"
        message = "Blender can't open %s: %s." % (os.path.basename(request["path"]), reason)
        raise Refused(message, failure, first_line(error))
    scene = choose(bpy.data.scenes, options.get("scene"), "scene") or bpy.context.scene
    if bpy.context.window is not None:
        bpy.context.window.scene = scene
    settings = scene.render
    camera = choose(scene.objects, options.get("camera"), "camera")
    if camera is not None:
        if camera.type != "CAMERA":
            raise Refused("Object %r of the scene is no camera." % camera.name)
        scene.camera = camera
        for marker in list(scene.timeline_markers):
            marker.camera = None  # markers would switch to their own cameras
    layer = choose(scene.view_layers, options.get("view_layer"), "view layer")
    if layer is not None:
        for other in scene.view_layers:
            other.use = other == layer
    if scene.camera is None and not renders_without_camera(scene):
        raise Refused("The scene %r has no camera: nothing can be rendered. Add one, or name it." % scene.name)
    for name in ("resolution_x", "resolution_y", "resolution_percentage"):
        if name in options:
            setattr(settings, name, options[name])
    if "samples" in options:
        set_samples(scene, options["samples"])
    if "format" in options:
        set_format(settings.image_settings, options["format"])
    elif settings.image_settings.file_format in MOVIES:
        set_format(settings.image_settings, "PNG")  # a movie can't be made of single frames
    # A file left by a killed attempt must not pass for a result.
    settings.use_overwrite = True
    settings.use_placeholder = False
    settings.use_file_extension = True
    keep_file_outputs_inside(request["renders"])
    say("opened", missing=sorted(missing_files()))


def begins_like_none(path):
    with open(path, "rb") as file:
        head = file.read(7)
    return head != b"BLENDER" and not head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd"))  # gzip, zstd


def choose(collection, name, what):
    if name is None:
        return None
    found = collection.get(name)
    if found is None:
        known = ", ".join(item.name for item in collection if what != "camera" or item.type == "CAMERA")
        raise Refused("There is no %s %r in the scene; there are: %s." % (what, name, known or "none"))
    return found


def renders_without_camera(scene):
    editor = scene.sequence_editor
    strips = getattr(editor, "strips", None) or getattr(editor, "sequences", ()) if editor else ()
    return scene.render.use_sequencer and any(strip.type != "SOUND" for strip in strips)


def set_samples(scene, samples):
    if scene.render.engine == "CYCLES":
        scene.cycles.samples = samples
    elif hasattr(scene, "eevee"):
        scene.eevee.taa_render_samples = samples


def set_format(image_settings, name):
    if hasattr(image_settings, "media_type"):  # 5.0: formats are grouped
        image_settings.media_type = "MULTI_LAYER_IMAGE" if name == "OPEN_EXR_MULTILAYER" else "IMAGE"
    image_settings.file_format = name


def keep_file_outputs_inside(folder):
    """Compositor nodes that write files of their own write below the renders, wherever the scene sends them."""
    for scene in bpy.data.scenes:
        tree = getattr(scene, "compositing_node_group", None) or getattr(scene, "node_tree", None)
        for node in tree.nodes if tree else ():
            if node.type != "OUTPUT_FILE":
                continue
            inside = os.path.join(folder, plain(node.name))
            if hasattr(node, "base_path"):
                node.base_path = inside + ("_" if node.format.file_format == "OPEN_EXR_MULTILAYER" else os.sep)
                for slot in node.file_slots:
                    slot.path = plain(slot.path)
            else:  # 5.0
                node.directory = inside
                node.file_name = plain(node.file_name)


def plain(name):
    return re.sub(r'[\\/:*?"<>|]|^\.+', "_", name) or "output"


def missing_files():
    """Files the scene names that are not there: Blender renders without them and says nothing."""
    for image in bpy.data.images:
        if image.packed_file is not None or not image.filepath or image.users == 0:
            continue
        path = bpy.path.abspath(image.filepath, library=image.library)
        if image.source == "FILE" and not os.path.exists(path):
            yield image.filepath
        elif image.source in {"SEQUENCE", "TILED"} and not os.path.isdir(os.path.dirname(path)):
            yield image.filepath  # the names of single files hold a number or a tile
    for library in bpy.data.libraries:
        if not os.path.exists(bpy.path.abspath(library.filepath)):
            yield library.filepath


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


def image_size(settings):
    if settings.use_border and settings.use_crop_to_border:
        return None
    percentage = settings.resolution_percentage  # whole numbers, as Blender itself reckons
    return [settings.resolution_x * percentage // 100, settings.resolution_y * percentage // 100]


def first_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return text[len("Error: "):] if text.startswith("Error: ") else text


def main():
    say("ready", version=bpy.app.version_string)
    commands = {"open": open_scene, "render": render}
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
