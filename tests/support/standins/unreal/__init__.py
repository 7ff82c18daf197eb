"""The parts of the stand-in for UnrealEditor-Cmd; ``unreal_editor_cmd.py`` beside this folder is the program."""
