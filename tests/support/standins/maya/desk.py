"""A Maya with a window: as much of maya.cmds, maya.mel and maya.utils as the example of a shelf button uses.

Flags and attributes that are not here are refused, as what the real ones do not know is; so is a call by any thread
but the main one. What a user would answer, and what they would see, is in the desk's attributes.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any


class Desk:
    """
    Attributes:
        answers: what the user says to the next dialogs: a button, and for a prompt perhaps what they type.
        shown: texts of dialogs and messages.
    """

    def __init__(self, scene: Path | None, project: Path, *, frames: Sequence[float] = (1.0, 3.0, 1.0)) -> None:
        self.scene, self.project = scene, project
        self.modified = False
        self.saves = 0
        self.answers: list[tuple[str, str | None]] = []
        self.shown: list[str] = []
        self.shelves: dict[str, list[dict[str, Any]]] = {"Polygons": [], "Custom": []}
        self._globals = dict(zip(("startFrame", "endFrame", "byFrameStep"), frames, strict=True))
        self._typed = ""
        self._idle: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    def modules(self) -> dict[str, ModuleType]:
        """What `import` would find."""
        maya = ModuleType("maya")
        maya.cmds = _module("maya.cmds", self, "file", "workspace", "getAttr", "promptDialog", "confirmDialog")
        for name in ("inViewMessage", "tabLayout", "shelfButton"):
            setattr(maya.cmds, name, getattr(self, name))
        maya.mel = _module("maya.mel", self, "eval")
        maya.utils = _module("maya.utils", self, "executeDeferred")
        return {"maya": maya, "maya.cmds": maya.cmds, "maya.mel": maya.mel, "maya.utils": maya.utils}

    def press(self, label: str) -> None:
        """The button of the shelf that is open."""
        (button,) = (one for one in self.shelves["Custom"] if one["label"] == label)
        assert button["sourceType"] == "python"
        exec(button["command"], {})

    def idle(self) -> None:
        """Do what was put off until Maya has nothing else to do."""
        with self._lock:
            waiting, self._idle = self._idle, []
        for one in waiting:
            one()

    # -- maya.utils, maya.mel ------------------------------------------------------------------------------------

    def executeDeferred(self, function: Callable[..., object], *arguments: object) -> None:
        """The one that any thread may call."""
        with self._lock:
            self._idle.append(lambda: function(*arguments))

    def eval(self, command: str) -> str:
        _main_thread()
        assert command.endswith("= $gShelfTopLevel")
        return "MayaWindow|Shelf"

    # -- maya.cmds -----------------------------------------------------------------------------------------------

    def file(
        self, *, query: bool = False, sceneName: bool = False, modified: bool = False, save: bool = False
    ) -> str | bool:
        _main_thread()
        if query and sceneName:
            return self.scene.as_posix() if self.scene else ""
        if query and modified:
            return self.modified
        assert save
        assert self.scene
        self.modified, self.saves = False, self.saves + 1
        return self.scene.as_posix()

    def workspace(self, *, query: bool, rootDirectory: bool) -> str:
        _main_thread()
        return f"{self.project.as_posix()}/"

    def getAttr(self, name: str) -> float:
        _main_thread()
        node, _, attribute = name.partition(".")
        if node != "defaultRenderGlobals" or attribute not in self._globals:
            raise ValueError(f"No object matches name: {name}")
        return self._globals[attribute]

    def promptDialog(
        self,
        *,
        query: bool = False,
        title: str = "",
        message: str = "",
        text: str | bool = "",
        button: tuple[str, ...] | list[str] = ("Confirm",),
        defaultButton: str = "",
        cancelButton: str = "",
        dismissString: str = "",
    ) -> str:
        _main_thread()
        if query:
            return self._typed
        answer, typed = self._answer(message, button)
        self._typed = str(text) if typed is None else typed
        return answer

    def confirmDialog(
        self,
        *,
        title: str,
        message: str,
        button: list[str],
        defaultButton: str = "",
        cancelButton: str = "",
        dismissString: str = "",
        icon: str = "",
    ) -> str:
        _main_thread()
        return self._answer(message, button)[0]

    def inViewMessage(self, *, message: str, position: str, fade: bool) -> None:
        _main_thread()
        assert position in ("topLeft", "topCenter", "topRight", "midCenter", "botLeft", "botCenter", "botRight")
        self.shown.append(message)

    def tabLayout(self, name: str, *, query: bool, selectTab: bool) -> str:
        assert name == "MayaWindow|Shelf"
        return "Custom"

    def shelfButton(
        self,
        *,
        parent: str,
        label: str,
        annotation: str,
        image: str,
        imageOverlayLabel: str,
        sourceType: str,
        command: str,
    ) -> None:
        self.shelves[parent].append({"label": label, "sourceType": sourceType, "command": command})

    def _answer(self, message: str, buttons: tuple[str, ...] | list[str]) -> tuple[str, str | None]:
        self.shown.append(message)
        answer = self.answers.pop(0)
        assert answer[0] in buttons
        return answer


def _module(name: str, desk: Desk, *functions: str) -> Any:
    module = ModuleType(name)
    vars(module).update({function: getattr(desk, function) for function in functions})
    return module


def _main_thread() -> None:
    if threading.current_thread() is not threading.main_thread():
        sys.exit("Maya would crash here: its commands are for the main thread")
