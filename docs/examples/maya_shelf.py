"""A button on Maya's shelf that submits the open scene with its project. For Maya 2022 (Python 3.7) and later.

Put this file and render_manager_client.py into a folder of scripts, such as ~/maya/scripts, and run once, in a Python
tab of the script editor: `import maya_shelf; maya_shelf.add_button()`.

What is submitted is the project's folder, which textures and references are relative to: it is packed and uploaded,
and sent once as long as it stays the same. A scene outside its project is submitted alone.
"""

import os

import render_manager_client as client
from maya import cmds, mel, utils

TITLE = "Render Manager"


def add_button():
    """On the shelf that is open."""
    shelf = cmds.tabLayout(mel.eval("$rm_shelf = $gShelfTopLevel"), query=True, selectTab=True)
    cmds.shelfButton(
        parent=shelf,
        label=TITLE,
        annotation="Submit the open scene to Render Manager",
        image="render.png",
        imageOverlayLabel="farm",
        sourceType="python",
        command="import maya_shelf; maya_shelf.submit_open_scene()",
    )


def submit_open_scene():
    """Ask for frames, save, and submit in the background; a Future of the task, None if the user would not."""
    scene = cmds.file(query=True, sceneName=True)
    if not scene:
        _tell("Save the scene first: it has no name yet.", good=False)
        return None
    frames = _ask("Frames", _frames_of_scene())
    if frames is None or not _saved(scene):
        return None
    path, options = what_to_submit(scene, cmds.workspace(query=True, rootDirectory=True))
    future = client.in_background(client.submit, path, "--engine=maya", "--frames=" + frames, *options)
    # Maya may be touched by its main thread only.
    future.add_done_callback(lambda done: utils.executeDeferred(_tell, *client.outcome(done)))
    return future


def what_to_submit(scene, project):
    """The project's folder and which scene of it to render, or the scene alone where it lies elsewhere."""
    scene, project = os.path.realpath(scene), os.path.realpath(project)
    name = os.path.splitext(os.path.basename(scene))[0]
    below = os.path.normcase(scene).startswith(os.path.normcase(os.path.join(project, "")))
    if not below or not os.path.isfile(os.path.join(project, "workspace.mel")):
        return scene, ["--name=" + name]
    inside = os.path.relpath(scene, project).replace(os.sep, "/")
    return project, ["--name=" + name, "--project-file=" + inside]


def _frames_of_scene():
    first, last, step = (
        int(cmds.getAttr("defaultRenderGlobals." + name)) for name in ("startFrame", "endFrame", "byFrameStep")
    )
    return f"{first}-{last}" + (f"x{step}" if step > 1 else "")


def _ask(what, value):
    answer = cmds.promptDialog(
        title=TITLE,
        message=what,
        text=value,
        button=["Submit", "Cancel"],
        defaultButton="Submit",
        cancelButton="Cancel",
        dismissString="Cancel",
    )
    return cmds.promptDialog(query=True, text=True).strip() if answer == "Submit" else None


def _saved(scene):
    """What is on disk is what is rendered."""
    if not cmds.file(query=True, modified=True):
        return True
    answer = cmds.confirmDialog(
        title=TITLE,
        message=f"{os.path.basename(scene)} has changes that are not saved. Save and submit?",
        button=["Save", "Cancel"],
        defaultButton="Save",
        cancelButton="Cancel",
        dismissString="Cancel",
    )
    if answer == "Save":
        cmds.file(save=True)
    return answer == "Save"


def _tell(sentence, good):
    if good:
        cmds.inViewMessage(message=sentence, position="topCenter", fade=True)
    else:
        cmds.confirmDialog(title=TITLE, message=sentence, button=["OK"], icon="warning")
