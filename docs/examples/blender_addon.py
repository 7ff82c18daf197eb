"""Blender add-on: submits the open scene to Render Manager. For Blender 3.4 and later.

Put render_manager_client.py into Blender's folder scripts/modules (of your user, or of a studio's script directory),
and install this file by Edit > Preferences > Add-ons > Install. The panel is in the render properties.

What is submitted is a copy with textures, libraries and the like packed into it, as the scene is on the screen, saved
or not. The copy is packed by a second Blender in the background: the one that is open neither waits nor changes.
"""

import json
import os
import shutil
import subprocess
import tempfile

import bpy
import render_manager_client as client

bl_info = {
    "name": "Render Manager",
    "description": "Submit the open scene to a render farm",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "Properties > Render > Render Manager",
    "category": "Render",
}

_MARK = "Left outside: "
#: Run by the second Blender on the copy. An operator that reports an error does what it can all the same.
_PACK = """
import bpy, json
def tried(operator):
    try:
        operator()
    except RuntimeError as error:
        print(error)
tried(bpy.ops.file.make_paths_absolute)
for library in bpy.data.libraries:  # it packs those whose path is relative, which another disk's can't be
    try:
        library.filepath = bpy.path.relpath(library.filepath)
    except ValueError:
        pass
tried(bpy.ops.file.pack_libraries)
tried(bpy.ops.file.pack_all)
bpy.ops.wm.save_mainfile()
print({mark!r} + json.dumps(sorted(set(bpy.utils.blend_paths(absolute=True)))))
"""


def pack(blender, scene):
    """Put into the file what it needs of others; the paths of those that Blender can't pack, or that are not there."""
    command = [blender, "-b", "--factory-startup", scene, "--python-exit-code", "1"]
    done = subprocess.run(
        [*command, "--python-expr", _PACK.format(mark=_MARK)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        check=False,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode or not told:
        raise client.NotSubmitted("The scene can't be packed:\n" + done.stdout[-500:])
    return json.loads(told[-1][len(_MARK) :])


def pack_and_submit(blender, scene, options, program, outside_is_there):
    """In the background, without bpy; the task. The folder of the scene, which is a copy, is removed."""
    try:
        left = pack(blender, scene)
        if left and not outside_is_there:
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            raise client.NotSubmitted(
                f"Blender can't pack {left[0]}{more}: mend the path, or tick 'External files' if render hosts have it "
                "under the same path."
            )
        return client.submit(scene, "--engine=blender", *options, program=program)
    finally:
        shutil.rmtree(os.path.dirname(scene), ignore_errors=True)


class RenderManagerPreferences(bpy.types.AddonPreferences):
    bl_idname = __name__

    program: bpy.props.StringProperty(
        name="render-manager",
        description="Path of the program; empty: the environment's RENDER_MANAGER, or found on the PATH",
        subtype="FILE_PATH",
    )

    def draw(self, context):
        self.layout.prop(self, "program")


class RenderManagerSettings(bpy.types.PropertyGroup):
    frames: bpy.props.StringProperty(
        name="Frames", description='"1-24", "1-100x2", "1,5,10-20"; empty: the range of the scene'
    )
    priority: bpy.props.IntProperty(name="Priority", description="10 is the highest", default=5, min=0, max=10)
    outside_is_there: bpy.props.BoolProperty(
        name="External files",
        description="Submit although Blender can't pack some files: render hosts have them under the same paths",
    )


class RENDER_OT_render_manager_submit(bpy.types.Operator):
    bl_idname = "render.render_manager_submit"
    bl_label = "Submit"
    bl_description = "Submit the scene as it is now to Render Manager"

    wait: bpy.props.BoolProperty(description="Until it is submitted, as scripts want it", options={"HIDDEN"})

    pending = None  #: Future of the submission that is on its way
    said = ""

    @classmethod
    def poll(cls, context):
        return cls.pending is None

    def execute(self, context):
        kind, settings, scene = RENDER_OT_render_manager_submit, context.scene.render_manager, context.scene
        title = os.path.splitext(os.path.basename(bpy.data.filepath))[0] or "untitled"
        copy = os.path.join(tempfile.mkdtemp(prefix="render-manager-"), title + ".blend")
        bpy.ops.wm.save_as_mainfile(filepath=copy, copy=True, check_existing=False)
        options = [
            "--name=" + title,
            "--frames=" + (settings.frames.strip() or _frames_of(scene)),
            f"--priority={settings.priority}",
        ]
        program = bpy.path.abspath(context.preferences.addons[__name__].preferences.program)
        kind.said = "Submitting ..."
        kind.pending = client.in_background(
            pack_and_submit, bpy.app.binary_path, copy, options, program, settings.outside_is_there
        )
        if not self.wait:
            _redraw()
            bpy.app.timers.register(_look)
            return {"FINISHED"}
        kind.pending.exception()  # waits
        good = _tell()
        self.report({"INFO"} if good else {"ERROR"}, kind.said)
        return {"FINISHED"} if good else {"CANCELLED"}


def _frames_of(scene):
    step = f"x{scene.frame_step}" if scene.frame_step > 1 else ""
    return f"{scene.frame_start}-{scene.frame_end}{step}"


def _look():
    """A timer of Blender's, as only its main thread may touch it."""
    kind = RENDER_OT_render_manager_submit
    if kind.pending is not None and not kind.pending.done():
        return 0.3
    if kind.pending is not None:
        _tell()
        _redraw()
    return None


def _redraw():
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            area.tag_redraw()


def _tell():
    kind = RENDER_OT_render_manager_submit
    kind.said, good = client.outcome(kind.pending)
    kind.pending = None
    return good


class RENDER_PT_render_manager(bpy.types.Panel):
    bl_label = "Render Manager"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context):
        layout, settings = self.layout, context.scene.render_manager
        layout.use_property_split = True
        layout.prop(settings, "frames")
        layout.prop(settings, "priority")
        layout.prop(settings, "outside_is_there")
        layout.operator(RENDER_OT_render_manager_submit.bl_idname, icon="RENDER_ANIMATION")
        for line in RENDER_OT_render_manager_submit.said.splitlines():
            layout.label(text=line)


_CLASSES = (
    RenderManagerPreferences,
    RenderManagerSettings,
    RENDER_OT_render_manager_submit,
    RENDER_PT_render_manager,
)


def register():
    for one in _CLASSES:
        bpy.utils.register_class(one)
    bpy.types.Scene.render_manager = bpy.props.PointerProperty(type=RenderManagerSettings)


def unregister():
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    del bpy.types.Scene.render_manager
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
