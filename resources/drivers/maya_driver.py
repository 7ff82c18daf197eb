"""Runs inside mayapy: opens a scene once and renders the frames it is sent, one request per line of standard input.

Requests and answers are JSON, the answers marked as blender_driver.py's are:

    {"command": "open", "path": "...", ...}     ->  opened {} | failed {...}
    {"command": "render", "frame": 7}           ->  rendered {frame, files} | failed {...}

The end of standard input ends mayapy. Standard library and Maya only; written after what is known of MtoA's commands,
not yet run in Maya itself.
"""

import ctypes
import json
import os
import re
import sys

import maya.standalone

# Nothing is to be written beside the script.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from driver_answers import Refused, first_line, say, say_failed  # noqa: E402

maya.standalone.initialize(name="python")

import maya.cmds as cmds  # noqa: E402
import maya.mel as mel  # noqa: E402

#: ``name.0007.ext``, whatever the scene says.
NAMING = {
    "animation": True,
    "outFormatControl": 0,
    "putFrameBeforeExt": True,
    "periodInExt": 1,
    "extensionPadding": 4,
    "modifyExtension": False,
}


class Project:
    """An open scene, prepared for rendering as the options say.

    Raises:
        Refused: it can't be opened, or an option names what is not there.
    """

    def __init__(self, request):
        options = request["options"]
        if options.get("renderer", "arnold") != "arnold":
            raise Refused(
                "In a session of mayapy only Arnold renders, not %s: submit without session=true." % options["renderer"]
            )
        load_arnold()
        self.renders = request["renders"]
        cmds.workspace(request["root"], openWorkspace=True)
        open_scene(request["path"])
        cmds.workspace(fileRule=["images", self.renders])
        create_arnold_options()
        self.layers = layers_named(request["layers"])
        self.cameras = renderable_cameras(options.get("camera"))
        set_up(options, request["format"], self.file_name(request["name"]))

    def file_name(self, name):
        """With several cameras or layers, each has a folder."""
        return "<RenderLayer>/<Camera>/" + name if len(self.layers) * len(self.cameras) > 1 else name

    def render(self, frame):
        """Render one frame. The images that were written."""
        before = self.images(frame)
        for layer in self.layers:
            cmds.editRenderLayerGlobals(currentRenderLayer=layer)
            for camera in self.cameras:
                cmds.arnoldRender(
                    batch=True,
                    seq=str(frame),
                    camera=camera,
                    width=cmds.getAttr("defaultResolution.width"),
                    height=cmds.getAttr("defaultResolution.height"),
                )
        return [path for path, state in sorted(self.images(frame).items()) if before.get(path) != state]

    def images(self, frame):
        """Those of a frame as they are on the disk: the log may not name all."""
        found = {}
        ending = re.compile(r"\.%04d\.\w+$" % frame)
        for folder, folders, names in os.walk(self.renders):
            folders[:] = [name for name in folders if name != "tmp"]  # MtoA's previews
            for path in (os.path.join(folder, name) for name in names if ending.search(name)):
                status = os.stat(path)
                found[path.replace(os.sep, "/")] = status.st_mtime_ns, status.st_size
        return found


def load_arnold():
    try:
        cmds.loadPlugin("mtoa", quiet=True)
    except RuntimeError as error:
        raise Refused("Arnold's plug-in mtoa can't be loaded: %s." % first_line(error).rstrip("."), "node")


def create_arnold_options():
    """A scene that never saw Arnold has none of its nodes."""
    import mtoa.core

    mtoa.core.createOptions()


def open_scene(path):
    try:
        cmds.file(path, open=True, force=True)
    except RuntimeError as error:
        # Also if only a plug-in is unknown: then the scene is open all the same.
        if os.path.basename(cmds.file(query=True, sceneName=True)) != os.path.basename(path):
            raise Refused("Maya can't open %s: %s." % (os.path.basename(path), first_line(error).rstrip(".")))
        sys.stdout.write("Warning: %s\n" % first_line(error))


def layers_named(names):
    """Their nodes; a layer of render setup shows another name than its node has."""
    known = {}
    for node in cmds.ls(type="renderLayer"):
        known[mel.eval('renderLayerDisplayName "%s"' % node)] = known[node] = node
    for name in names:
        if name not in known:
            raise Refused("Render layer %s does not exist; there are: %s." % (name, ", ".join(sorted(known))))
    return [known[name] for name in names]


def renderable_cameras(name):
    """The camera of that name alone, or those the scene renders through."""
    shapes = {cmds.listRelatives(shape, parent=True)[0]: shape for shape in cmds.ls(cameras=True)}
    if name is None:
        cameras = [camera for camera, shape in shapes.items() if cmds.getAttr(shape + ".renderable")]
        if not cameras:
            raise Refused("The scene renders through no camera: nothing can be rendered. Name one.")
        return sorted(cameras)
    if name not in shapes:
        raise Refused("Camera [%s] does not exist; there are: %s." % (name, ", ".join(sorted(shapes))))
    for camera, shape in shapes.items():
        cmds.setAttr(shape + ".renderable", camera == name)
    return [name]


def set_up(options, image_format, file_name):
    for attribute, value in NAMING.items():
        cmds.setAttr("defaultRenderGlobals." + attribute, value)
    cmds.setAttr("defaultRenderGlobals.imageFilePrefix", file_name, type="string")
    cmds.setAttr("defaultArnoldDriver.ai_translator", image_format, type="string")
    cmds.setAttr("defaultArnoldRenderOptions.renderType", 0)  # images, no .ass files
    cmds.setAttr("defaultArnoldRenderOptions.log_verbosity", 2)  # else it tells neither progress nor files
    for option, attribute in (
        ("resolution_x", "defaultResolution.width"),
        ("resolution_y", "defaultResolution.height"),
        ("samples", "defaultArnoldRenderOptions.AASamples"),
    ):
        if option in options:
            cmds.setAttr(attribute, options[option])


def flush():
    """What Arnold said comes before our answer: in a pipe it is held back by the C library."""
    sys.stdout.flush()
    ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)


def answer(request, project):
    """Do what is asked and say so; the project that is open from now on."""
    if request["command"] == "open":
        project = Project(request)
        flush()
        say("opened")
    else:
        files = project.render(request["frame"])
        flush()
        say("rendered", frame=request["frame"], files=files)
    return project


def main():
    say("ready", version=cmds.about(version=True))
    project = None
    for line in iter(sys.stdin.readline, ""):
        try:
            project = answer(json.loads(line), project)
        except Refused as error:
            flush()
            say_failed(error)
        except (RuntimeError, TypeError, ValueError) as error:  # of Maya's commands
            flush()
            say_failed(Refused(first_line(error), None))
    maya.standalone.uninitialize()
    flush()
    os._exit(0)  # Maya's own way out has been seen to hang


main()
