"""Scenes: Maya files in their first lines, and one comment line that only the stand-in understands."""

import json
from typing import Any

MARK = b"//standin: "
#: What a scene says of itself, where its line says nothing else.
DEFAULTS: dict[str, Any] = {
    "layers": ["masterLayer"],  # those that are rendered
    "cameras": ["persp"],  # those that are rendered
    "renderer": "arnold",
    "start": 1,
    "end": 10,
    "by": 1,
    "resolution": [64, 36],
    "textures": [],  # files that must be there; relative ones lie in the project
    "textures_missing": [],  # files that are not there, whatever is
    # What is stored differs from what a farm asks for, so that a flag that is forgotten is found out.
    "prefix": "",
    "naming": 7,
    "padding": 1,
    "format": "tif",
    "render_setup": True,
    "legacy_layers": False,  # made before render setup: the default layer is rendered instead of each
    "aovs": [],
    "merge_aovs": True,
    "version_label": "",
    "unknown_plugins": [],  # it opens all the same, with an error
}
#: As the real program's: what tells the version stands in the first part of a file.
_HEAD = 65536


class SceneError(Exception):
    """This is no Maya scene."""


class Scene:
    """A scene that was opened; its fields are those of DEFAULTS."""

    def __init__(self, path: str) -> None:
        """Read it.

        Raises:
            OSError: it can't be read.
            SceneError: it is no Maya scene.
        """
        with open(path, "rb") as file:
            head = file.read(_HEAD)
        if not head.startswith((b"//Maya ASCII ", b"FOR4", b"FOR8")):
            raise SceneError
        _, found, rest = head.partition(b'requires maya "')
        if not found or not rest[:4].isdigit():
            raise SceneError
        self.version = int(rest[:4])
        _, found, rest = head.partition(MARK)
        self.fields = {**DEFAULTS, **(json.loads(rest.split(b"\n", 1)[0]) if found else {})}

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None
