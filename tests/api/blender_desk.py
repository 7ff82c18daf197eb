"""Run inside Blender by test_blender_addon.py: what an artist does, step by step. The last line printed is the answer.

blender … --python blender_desk.py -- STEP FOLDER ADDON
"""

import json
import os
import sys
import traceback
from contextlib import suppress

import bpy

ANSWER = "ANSWER "
SIZE = (32, 16)


def make_scene(folder):
    """Half of the image is green by a texture, half is red by a material of a library; neither is in the file."""
    os.makedirs(os.path.join(folder, "textures"))
    bpy.ops.wm.read_homefile(use_empty=True)
    emission(bpy.data.materials.new("red"), (1, 0, 0, 1)).use_fake_user = True
    bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, "library.blend"))

    bpy.ops.wm.read_homefile(use_empty=True)
    texture = bpy.data.images.new("green", 4, 4)
    texture.pixels = [0, 1, 0, 1] * 16
    texture.filepath_raw, texture.file_format = os.path.join(folder, "textures", "green.png"), "PNG"
    texture.save()
    bpy.data.images.remove(texture)
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.cycles.use_denoising = False  # not every build of Blender can
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.image_settings.file_format = "PNG"
    scene.view_settings.view_transform = "Standard"
    scene.frame_start, scene.frame_end = 1, 9
    bpy.ops.object.camera_add(location=(0, 0, 5))
    scene.camera = bpy.context.object
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 4
    scene.world = bpy.data.worlds.new("dark")
    bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, "shot.blend"))
    green = emission(bpy.data.materials.new("green"), (0, 0, 0, 1))
    node = green.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load("//textures/green.png")
    green.node_tree.links.new(node.outputs["Color"], green.node_tree.nodes["Emission"].inputs["Color"])
    library = os.path.join(folder, "library.blend")
    with bpy.data.libraries.load(library, link=True, relative=True) as (_, linked):
        linked.materials = ["red"]
    for x, material in ((-1, green), (1, linked.materials[0])):
        bpy.ops.mesh.primitive_plane_add(location=(x, 0, 0))
        bpy.context.object.data.materials.append(material)
    bpy.ops.wm.save_mainfile()


def emission(material, colour):
    material.use_nodes = True
    nodes = material.node_tree.nodes
    nodes.clear()
    node, output = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    node.inputs["Color"].default_value = colour
    material.node_tree.links.new(node.outputs["Emission"], output.inputs["Surface"])
    return material


def state():
    """What must stay as it is."""
    packed = [one.packed_file is not None for one in (*bpy.data.images, *bpy.data.libraries)]
    paths = sorted(one.filepath for one in (*bpy.data.images, *bpy.data.libraries))
    return {"file": bpy.data.filepath, "dirty": bpy.data.is_dirty, "paths": paths, "packed": packed}


def settings():
    return bpy.context.scene.render_manager


def try_to_submit():
    """What the artist is told."""
    with suppress(RuntimeError):  # an error that it reports
        bpy.ops.render.render_manager_submit(wait=True)
    return bpy.types.RENDER_OT_render_manager_submit.said


def install(addon):
    bpy.ops.preferences.addon_install(filepath=addon, overwrite=True)
    bpy.ops.preferences.addon_enable(module="blender_addon")


def submit(folder):
    """With a change that is not saved."""
    make_scene(folder)
    bpy.context.scene.frame_end = 3
    bpy.ops.ed.undo_push(message="changed")
    settings().priority = 8
    before = state()
    said = try_to_submit()
    return {"said": said, "before": before, "after": state()}


def missing(folder):
    make_scene(folder)
    os.remove(os.path.join(folder, "textures", "green.png"))
    settings().frames = "7"
    refused = try_to_submit()
    settings().outside_is_there = True
    return {"refused": refused, "said": try_to_submit()}


def never_saved(folder):
    bpy.ops.wm.read_homefile(use_empty=False)
    return {"said": try_to_submit(), "file": bpy.data.filepath}


def leave(folder):
    """Everything that the add-on brought goes with it, and comes again."""
    found = []
    for act in (bpy.ops.preferences.addon_disable, bpy.ops.preferences.addon_enable):
        act(module="blender_addon")
        names = ("RENDER_OT_render_manager_submit", "RENDER_PT_render_manager")
        found.append([hasattr(bpy.types.Scene, "render_manager"), *(hasattr(bpy.types, name) for name in names)])
    return {"found": found}


def click(folder):
    """In a Blender with a window, by its event loop."""
    drawn, kind = [], bpy.types.RENDER_PT_render_manager
    draw = kind.draw

    def drawing(self, context):
        draw(self, context)
        drawn.append(bpy.types.RENDER_OT_render_manager_submit.said)

    kind.draw = drawing
    for area in bpy.context.window_manager.windows[0].screen.areas:
        if area.type == "PROPERTIES":
            area.spaces.active.context = "RENDER"

    def go():
        bpy.ops.render.render_manager_submit()
        bpy.app.timers.register(look, first_interval=0.1)

    def look():
        submitter = bpy.types.RENDER_OT_render_manager_submit
        if submitter.pending is not None or (drawn[-1:] or [""])[0] != submitter.said:
            return 0.1
        answer({"said": submitter.said, "drawn": drawn})
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(go, first_interval=0.5)


def answer(value):
    sys.stdout.write(f"{ANSWER}{json.dumps(value)}\n")
    sys.stdout.flush()


def main():
    step, folder, addon = sys.argv[sys.argv.index("--") + 1 :]
    try:
        install(addon)
        done = globals()[step](folder)
        if done is not None:
            answer(done)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


main()
