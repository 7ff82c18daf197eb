"""The modules that mayapy has: maya.standalone, maya.cmds, maya.mel and mtoa.core, as far as our driver uses them.

Keywords, nodes and attributes that are not here are refused, as what the real ones do not know is.
"""

import os
import re
import sys
from types import ModuleType
from typing import Any

from tests.support.standins.maya import behaviours, system
from tests.support.standins.maya.failures import Failed, NotDoneHere
from tests.support.standins.maya.flags import CommandLine
from tests.support.standins.maya.output import Output
from tests.support.standins.maya.scene import Scene, SceneError
from tests.support.standins.maya.selection import Selection
from tests.support.standins.maya.settings import Settings
from tests.support.standins.maya.steps import render, start

#: The scheme of names that these together mean: name.#.ext.
_NUMBERED = {"animation": 1, "outFormatControl": 0, "putFrameBeforeExt": 1, "periodInExt": 1, "modifyExtension": 0}
_DISPLAYED = re.compile(r'renderLayerDisplayName "(.+)"')


class Commands:
    """The commands of one process; public methods are those of maya.cmds, under its names."""

    def __init__(self, version: int, settings: Settings) -> None:
        self._version = version
        self._settings = settings
        self._out = Output(settings)
        self._scene: Scene | None = None
        self._path = self._project = self._images = ""
        self._arnold = False
        self._layer = behaviours.DEFAULT_LAYER
        self._attributes: dict[str, Any] = {}

    def install(self) -> None:
        """Make the modules importable."""
        commands = {name: getattr(self, name) for name in dir(self) if not name.startswith("_") and name != "install"}
        maya = _module("maya")
        maya.cmds = _module("maya.cmds", **commands)
        maya.mel = _module("maya.mel", eval=self._evaluate)
        maya.standalone = _module("maya.standalone", initialize=self._start, uninitialize=lambda: None)
        mtoa = _module("mtoa")
        mtoa.core = _module("mtoa.core", createOptions=self._create_options)

    def about(self, *, version: bool) -> str:
        return str(self._version)

    def loadPlugin(self, name: str, *, quiet: bool = False) -> None:
        if name != "mtoa" or "arnold" not in self._settings.renderers:
            raise RuntimeError(f"Plug-in, {name}, was not found on MAYA_PLUG_IN_PATH.\n")
        self._arnold = True

    def workspace(self, path: str = "", *, openWorkspace: bool = False, fileRule: list[str] | None = None) -> None:
        if path:
            if not openWorkspace or not os.path.isdir(path):
                raise RuntimeError(self._out.text("no_project", path=path))
            self._project = path
        if fileRule:
            assert fileRule[0] == "images"
            self._images = os.path.join(self._project, fileRule[1])

    def file(
        self, path: str = "", *, open: bool = False, force: bool = False, query: bool = False, sceneName: bool = False
    ) -> str:
        if query and sceneName:
            return self._path
        assert open
        assert force
        try:
            scene = Scene(path)
        except OSError:
            raise RuntimeError("File not found.\n") from None
        except SceneError:
            raise RuntimeError("Unrecognized file.\n") from None
        self._scene, self._path, self._layer = scene, path, behaviours.DEFAULT_LAYER
        self._settings.count_start(path)
        self._attributes = {
            "defaultRenderGlobals.imageFilePrefix": scene.prefix,
            "defaultRenderGlobals.extensionPadding": scene.padding,
            **{f"defaultRenderGlobals.{name}": 1 - value for name, value in _NUMBERED.items()},
            "defaultResolution.width": scene.resolution[0],
            "defaultResolution.height": scene.resolution[1],
            **{f"{name}Shape.renderable": name in scene.cameras for name in self._cameras()},
        }
        if scene.legacy_layers and scene.render_setup:
            self._out.error("legacy_layers")
        if scene.unknown_plugins:
            raise RuntimeError(f"Plug-in, {scene.unknown_plugins[0]}, was not found on MAYA_PLUG_IN_PATH.\n")
        return path

    def ls(self, *, type: str = "", cameras: bool = False) -> list[str]:
        if cameras:
            return [f"{name}Shape" for name in self._cameras()]
        assert type == "renderLayer"
        return [behaviours.DEFAULT_LAYER, *(f"rs_{name}" for name in self._layers())]

    def listRelatives(self, shape: str, *, parent: bool) -> list[str]:
        return [shape.removesuffix("Shape")]

    def getAttr(self, name: str) -> Any:
        self._known(name)
        return self._attributes[name]

    def setAttr(self, name: str, value: Any, *, type: str = "") -> None:
        self._known(name)
        if isinstance(value, str) != (type == "string"):
            raise RuntimeError(f"setAttr: Error reading data element number 1: {value}\n")
        self._attributes[name] = value

    def editRenderLayerGlobals(self, *, currentRenderLayer: str) -> None:
        if currentRenderLayer not in self.ls(type="renderLayer"):
            raise RuntimeError(f"No object matches name: {currentRenderLayer}\n")
        self._layer = currentRenderLayer

    def arnoldRender(self, *, batch: bool, seq: str, camera: str, width: int, height: int) -> None:
        if not self._arnold or not batch or self._scene is None:
            raise RuntimeError("arnoldRender: there is nothing to render\n")
        self._out.verbosity = self._attributes["defaultArnoldRenderOptions.log_verbosity"]
        as_asked = all(int(self._attributes[f"defaultRenderGlobals.{name}"]) == _NUMBERED[name] for name in _NUMBERED)
        flags = {
            "r": "arnold",
            "proj": self._project,
            "rd": self._images,
            "im": self._attributes["defaultRenderGlobals.imageFilePrefix"],
            "fnc": "3" if as_asked else str(self._scene.naming),
            "pad": str(self._attributes["defaultRenderGlobals.extensionPadding"]),
            "of": self._attributes["defaultArnoldDriver.ai_translator"],
            "seq": seq,
            "cam": camera,
            "rl": self._layer.removeprefix("rs_"),
            "x": str(width),
            "y": str(height),
        }
        try:
            render(Selection(CommandLine(flags, self._path), self._scene, self._path), self._settings, self._out)
        except Failed as failure:
            raise RuntimeError(self._out.text(failure.key, **failure.values) + "\n") from None
        except NotDoneHere as what:
            raise SystemExit(f"The stand-in can't do this: {what}") from None

    def _start(self, *, name: str) -> None:
        system.name_process("mayapy")
        if self._settings.mode == "no_output_255":
            os._exit(behaviours.START_FAILED)
        if start(self._settings, self._out):
            raise RuntimeError(self._out.text("not_writable"))

    def _evaluate(self, command: str) -> str:
        match = _DISPLAYED.fullmatch(command)
        assert match
        return behaviours.DEFAULT_LAYER_FOLDER if match[1] == behaviours.DEFAULT_LAYER else match[1].removeprefix("rs_")

    def _create_options(self) -> None:
        assert self._arnold
        assert self._scene
        self._attributes["defaultArnoldDriver.ai_translator"] = self._scene.format
        options = {"renderType": 1, "log_verbosity": behaviours.VERBOSITY, "AASamples": 3}
        self._attributes |= {f"defaultArnoldRenderOptions.{name}": value for name, value in options.items()}

    def _known(self, name: str) -> None:
        if name not in self._attributes:
            raise ValueError(f"No object matches name: {name}")

    def _cameras(self) -> list[str]:
        own = list(self._scene.cameras) if self._scene else []
        return [*own, *(name for name in behaviours.DEFAULT_CAMERAS if name not in own)]

    def _layers(self) -> list[str]:
        assert self._scene
        return [name for name in self._scene.layers if name != behaviours.DEFAULT_LAYER_FOLDER]


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(content)
    sys.modules[name] = module
    return module
