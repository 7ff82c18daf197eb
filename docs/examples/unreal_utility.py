"""An entry of Unreal Editor's Tools menu: submits the project and the level sequence that is open. For 5.0 and later.

Put this file and render_manager_client.py into the project's Content/Python (or a folder named by UE_PYTHONPATH), with
a file init_unreal.py beside them: `import unreal_utility; unreal_utility.add_menu_entry()`. The plugin "Python Editor
Script Plugin" must be on; Movie Render Queue renders.

What is submitted is the project's folder: it is packed, without what the engine makes anew, and uploaded, and sent once
as long as it stays the same.
"""

import os

import render_manager_client as client
import unreal

TITLE = "Render Manager"


def add_menu_entry():
    """At each start of the editor."""
    menus = unreal.ToolMenus.get()
    menu = menus.extend_menu("LevelEditor.MainMenu.Tools")
    entry = unreal.ToolMenuEntry(name="RenderManager.Submit", type=unreal.MultiBlockType.MENU_ENTRY)
    entry.set_label("Submit to Render Manager")
    entry.set_tool_tip("Submit the project and the level sequence that is open")
    command = "import unreal_utility; unreal_utility.submit_open_sequence()"
    entry.set_string_command(unreal.ToolMenuStringCommandType.PYTHON, "", command)
    menu.add_menu_entry("RenderManager", entry)
    menus.refresh_all_widgets()


def submit_open_sequence():
    """Save what changed, if the user likes, and submit in the background; a Future of the task, None if not."""
    sequence = unreal.LevelSequenceEditorBlueprintLibrary.get_current_level_sequence()
    if sequence is None:
        _tell("Open the level sequence to render first.")
        return None
    if not _saved():
        return None
    project = unreal.Paths.convert_relative_path_to_full(unreal.Paths.get_project_file_path())
    world = unreal.get_editor_subsystem(unreal.UnrealEditorSubsystem).get_editor_world()
    future = client.in_background(
        client.submit,
        os.path.dirname(project),
        "--engine=unreal",
        "--project-file=" + os.path.basename(project),
        "--name=" + sequence.get_name(),
        "--frames=" + _frames(sequence),
        "--set=sequence=" + _asset(sequence),
        "--set=map=" + _asset(world),
    )
    _when_done(future)
    return future


def _saved():
    """What is on disk is what is rendered."""
    files = unreal.EditorLoadingAndSavingUtils
    if not files.get_dirty_map_packages() and not files.get_dirty_content_packages():
        return True  # the dialog would say no to nothing
    return files.save_dirty_packages_with_dialog(True, True)


def _frames(sequence):
    """Of the playback range, in the sequence's own frame rate; its end is the first frame that is not shown."""
    return f"{sequence.get_playback_start()}-{sequence.get_playback_end() - 1}"


def _asset(thing):
    """/Game/Cinematics/Shot010, of /Game/Cinematics/Shot010.Shot010."""
    return thing.get_path_name().split(".")[0]


def _when_done(future):
    """The editor may be touched by its main thread only, which comes by at each tick."""

    def look(seconds):
        if future.done():
            unreal.unregister_slate_post_tick_callback(handle)
            _tell(client.outcome(future)[0])

    handle = unreal.register_slate_post_tick_callback(look)


def _tell(sentence):
    unreal.EditorDialog.show_message(TITLE, sentence, unreal.AppMsgType.OK)
