"""The parts of the stand-in for Maya's batch renderer; the program is ``maya_render.py`` beside this folder."""
