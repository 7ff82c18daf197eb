"""Runs inside Blender: opens a scene and prepares it for rendering on a farm.

Tested with Blender 3.4; where 5.x names things differently, both are tried. Standard library and bpy only.
"""

import os
import re

import bpy
from blender_python import python_of_scene
from driver_answers import Refused, first_line

MOVIES = {"FFMPEG", "AVI_JPEG", "AVI_RAW"}


def open_scene(path, options):
    """Load a project.

    Raises:
        Refused: it can't be read, or needs what the options don't allow.
    """
    try:
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=bool(options.get("allow_scripts")))
    except RuntimeError as error:
        # Blender names the whole path twice before it comes to the reason.
        reason, failure = first_line(error).rpartition("'")[2].strip(" ,:") or first_line(error), "scene"
        if reason == "not a blend file" and not begins_like_none(path):
            reason = "it is damaged, or was saved by a newer Blender than %s" % bpy.app.version_string
            failure = "node"
        message = "Blender can't open %s: %s." % (os.path.basename(path), reason)
        raise Refused(message, failure, first_line(error))
    check_python(options)


def set_up(options, renders):
    """Prepare what was loaded for rendering as the options say, with all its files below ``renders``.

    Raises:
        Refused: an option names what is not there, or nothing can be rendered.
    """
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
    keep_file_outputs_inside(renders)


def render_frame(frame, output):
    """Render one frame. The path of its image.

    Raises:
        Refused: Blender can't, and says why.
    """
    scene = bpy.context.scene
    settings = scene.render
    settings.filepath = output
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
    return path


def set_range(scene, first, last):
    # Each end pushes the other along, so the one that moves away comes first.
    if first > scene.frame_end:
        scene.frame_end = last
        scene.frame_start = first
    else:
        scene.frame_start = first
        scene.frame_end = last


def scripts_are(options):
    """Whether Python inside the scene is run, ignored, or a reason not to render."""
    return "run" if options.get("allow_scripts") else "ignored" if options.get("ignore_scripts") else "refused"


def check_python(options):
    """
    Raises:
        Refused: the scene needs Python that was not run, and that matters.
    """
    if scripts_are(options) != "refused":
        return
    bpy.context.view_layer.update()  # tries all drivers
    found = python_of_scene()
    if found:
        raise Refused(
            "The scene needs Python of its own, which is not run: %s%s. Submit with --set allow_scripts=true if you "
            "trust the scene, or with --set ignore_scripts=true to render it without."
            % ("; ".join(found[:3]), " …" if len(found) > 3 else "")
        )


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
        if library.packed_file is None and not os.path.exists(bpy.path.abspath(library.filepath)):
            yield library.filepath


def image_size(settings):
    if settings.use_border and settings.use_crop_to_border:
        return None
    percentage = settings.resolution_percentage  # whole numbers, as Blender itself reckons
    return [settings.resolution_x * percentage // 100, settings.resolution_y * percentage // 100]
