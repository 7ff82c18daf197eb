"""The module ``unreal`` itself, put together."""

import sys
from types import ModuleType
from typing import Any

from tests.support.standins.unreal.api import objects, queue, settings, values
from tests.support.standins.unreal.api.settings import listed_config
from tests.support.standins.unreal.current import engine


class SystemLibrary:
    @staticmethod
    def get_command_line() -> str:
        return engine().line.text

    @staticmethod
    def get_engine_version() -> str:
        return f"{engine().version}-35576357+++UE5"

    @staticmethod
    def quit_editor() -> None:
        engine().executor_finished = True


class EditorAssetLibrary:
    @staticmethod
    def load_asset(path: str) -> Any:
        return load_asset(path)


def load_asset(path: str) -> Any:
    """A saved configuration of the project; other assets nobody asks for."""
    fields = engine().project.asset("presets", path)
    return None if fields is None else listed_config(fields)


def log_error(text: str) -> None:
    engine().log("LogPython", text, "Error")


def install() -> None:
    """Make it known to ``import``."""
    module: Any = ModuleType("unreal")
    for part in (objects, values, settings, queue):
        own = {name: value for name, value in vars(part).items() if getattr(value, "__module__", "") == part.__name__}
        vars(module).update(own)
    for one in (SystemLibrary, EditorAssetLibrary, load_asset, log_error):
        setattr(module, one.__name__, one)
    sys.modules["unreal"] = module
