"""The scenes by name. A scene brings the window into a state and gives the widget to be looked at."""

import importlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from render_manager.gui.language import LanguageChoice
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Density, ThemeChoice
from tests.gui.farm import Farm

LIGHT, DARK = ThemeChoice.LIGHT, ThemeChoice.DARK
ENGLISH, CHINESE = LanguageChoice.ENGLISH, LanguageChoice.CHINESE
COMFORTABLE, COMPACT = Density.COMFORTABLE, Density.COMPACT

Set = Callable[[Farm, MainWindow], Awaitable[QWidget]]


@dataclass(frozen=True)
class Scene:
    set: Set
    theme: ThemeChoice
    language: LanguageChoice
    density: Density
    scale: float  #: of the screen's pixels


_scenes: dict[str, Scene] = {}


def scene(
    name: str,
    theme: ThemeChoice,
    *,
    language: LanguageChoice = ENGLISH,
    density: Density = COMFORTABLE,
    scale: float = 1,
) -> Callable[[Set], Set]:
    """Declares a picture of what the function sets; it may have several."""

    def declare(function: Set) -> Set:
        assert name not in _scenes, f"There are two scenes called {name}"
        _scenes[name] = Scene(function, theme, language, density, scale)
        return function

    return declare


def scenes() -> dict[str, Scene]:
    """All that the modules called scenes_*.py beside this one declare."""
    for path in sorted(Path(__file__).parent.glob("scenes_*.py")):
        importlib.import_module(f"{__package__}.{path.stem}")
    return _scenes
