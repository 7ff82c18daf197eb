"""An editor with a window: the module ``unreal`` as far as the example of a menu entry uses it.

What is not here is refused, as what the real one does not know is; so is a call by any thread but the main one.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

TOOLS = "LevelEditor.MainMenu.Tools"


class Asset:
    def __init__(self, path: str) -> None:
        self._path = path

    def get_name(self) -> str:
        return self._path.rsplit("/", 1)[1]

    def get_path_name(self) -> str:
        return f"{self._path}.{self.get_name()}"


class Sequence(Asset):
    def __init__(self, path: str, start: int, end: int) -> None:
        super().__init__(path)
        self._range = start, end

    def get_playback_start(self) -> int:
        return self._range[0]

    def get_playback_end(self) -> int:
        """The first frame that is not played any more."""
        return self._range[1]


class Entry:
    def __init__(self, name: str, type: str) -> None:
        assert type == "menu entry"
        self.name = name
        self.label = self.command = ""

    def set_label(self, label: str) -> None:
        self.label = label

    def set_tool_tip(self, tip: str) -> None:
        assert tip

    def set_string_command(self, type: str, custom_type: str, string: str) -> None:
        assert type == "python"
        self.command = string


class Menu:
    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def add_menu_entry(self, section: str, entry: Entry) -> None:
        self.entries[entry.name] = entry


class Desk:
    """
    Attributes:
        shown: texts of dialogs.
        dirty: packages that changed and are not saved.
        saves: what the user answers when asked whether to save them.
    """

    def __init__(self, project: Path, sequence: Sequence | None, level: Asset) -> None:
        self.project, self.sequence, self.level = project, sequence, level
        self.shown: list[str] = []
        self.dirty: list[str] = []
        self.saves = True
        self.menus = {TOOLS: Menu()}
        self._ticks: dict[int, Callable[[float], None]] = {}
        self._handles = 0

    def click(self, label: str) -> None:
        (entry,) = (one for one in self.menus[TOOLS].entries.values() if one.label == label)
        exec(entry.command, {})

    def tick(self) -> None:
        for callback in list(self._ticks.values()):
            callback(1 / 60)

    @property
    def ticking(self) -> int:
        """How many wait for ticks."""
        return len(self._ticks)

    def module(self) -> ModuleType:
        """What `import unreal` would find."""
        module: Any = ModuleType("unreal")
        module.MultiBlockType = SimpleNamespace(MENU_ENTRY="menu entry")
        module.ToolMenuStringCommandType = SimpleNamespace(PYTHON="python")
        module.AppMsgType = SimpleNamespace(OK="ok")
        module.ToolMenuEntry = Entry
        menus = SimpleNamespace(extend_menu=self.menus.__getitem__, refresh_all_widgets=_main_thread)
        module.ToolMenus = SimpleNamespace(get=lambda: menus)
        module.LevelSequenceEditorBlueprintLibrary = SimpleNamespace(
            get_current_level_sequence=lambda: _main_thread() or self.sequence
        )
        module.EditorLoadingAndSavingUtils = SimpleNamespace(
            get_dirty_map_packages=list,
            get_dirty_content_packages=lambda: list(self.dirty),
            save_dirty_packages_with_dialog=self._save,
        )
        module.Paths = SimpleNamespace(
            get_project_file_path=lambda: f"../../../{self.project.name}",
            convert_relative_path_to_full=lambda path: (self.project.parent / Path(path).name).as_posix(),
        )
        subsystem = SimpleNamespace(get_editor_world=lambda: _main_thread() or self.level)
        module.UnrealEditorSubsystem = object()
        module.get_editor_subsystem = {module.UnrealEditorSubsystem: subsystem}.__getitem__
        module.EditorDialog = SimpleNamespace(show_message=self._show)
        module.register_slate_post_tick_callback = self._register
        module.unregister_slate_post_tick_callback = self._ticks.pop
        return module

    def _save(self, maps: bool, content: bool) -> bool:
        _main_thread()
        assert maps
        assert content
        if not self.dirty or not self.saves:
            return False  # where nothing is dirty, too
        self.dirty.clear()
        return True

    def _show(self, title: str, message: str, type: str) -> None:
        _main_thread()
        assert title
        assert type == "ok"
        self.shown.append(message)

    def _register(self, callback: Callable[[float], None]) -> int:
        _main_thread()
        self._handles += 1
        self._ticks[self._handles] = callback
        return self._handles


def _main_thread() -> None:
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("the editor would crash here: its functions are for the main thread")
