"""Menu bar and toolbar, filled from the declared commands."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QToolBar

from render_manager.domain.priority import HIGHEST, LOWEST, band_of
from render_manager.gui.action_set import tr
from render_manager.gui.actions import MENU_BAR, TOOLBAR
from render_manager.gui.language import NAMES as LANGUAGE_NAMES
from render_manager.gui.language import LanguageChoice
from render_manager.gui.theme import Density, ThemeChoice

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

C = TypeVar("C", bound=StrEnum)


def build_menus(window: "MainWindow") -> None:
    bar = QToolBar(QCoreApplication.translate("Menus", "Commands"), window)
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    window.actions_.fill(bar, TOOLBAR)
    window.addToolBar(bar)
    bar.toggleViewAction().setVisible(False)  # nothing would bring it back
    priority_button = bar.widgetForAction(window.actions_["task.priority"])
    priority_button.setProperty("popupMode", 2)  # QToolButton.InstantPopup
    for title, command_ids in MENU_BAR:
        window.actions_.fill(window.menuBar().addMenu(tr(title)), command_ids)
    _fill_priorities(window)
    _fill_themes(window)
    _fill_densities(window)
    _fill_languages(window)


def _fill_priorities(window: "MainWindow") -> None:
    menu = window.actions_.menus["task.priority"]
    for priority in range(HIGHEST, LOWEST - 1, -1):
        action = QAction(f"{priority}  ·  {band_of(priority)}", menu)
        action.triggered.connect(lambda _=False, wanted=priority: window.task_commands.set_priority(wanted))
        menu.addAction(action)


def _fill_themes(window: "MainWindow") -> None:
    words = {
        ThemeChoice.SYSTEM: QCoreApplication.translate("Menus", "As the system"),
        ThemeChoice.LIGHT: QCoreApplication.translate("Menus", "Light"),
        ThemeChoice.DARK: QCoreApplication.translate("Menus", "Dark"),
    }
    _fill_choices(window, "theme", words, window.theme.choice, window.choose_theme)


def _fill_densities(window: "MainWindow") -> None:
    words = {
        Density.COMFORTABLE: QCoreApplication.translate("Menus", "Comfortable"),
        Density.COMPACT: QCoreApplication.translate("Menus", "Compact"),
    }
    _fill_choices(window, "density", words, window.theme.density, window.choose_density)


def _fill_languages(window: "MainWindow") -> None:
    words = {LanguageChoice.SYSTEM: QCoreApplication.translate("Menus", "As the system"), **LANGUAGE_NAMES}
    chosen = window.state.value("language", LanguageChoice.SYSTEM)
    _fill_choices(window, "language", words, chosen, window.choose_language)


def _fill_choices(
    window: "MainWindow", name: str, words: Mapping[C, str], chosen: str, choose: Callable[[C], object]
) -> None:
    """One of several, in the menu of the command ``view.<name>``."""
    menu, group = window.actions_.menus[f"view.{name}"], QActionGroup(window)
    for choice, word in words.items():
        action = QAction(word, menu, checkable=True, checked=choice == chosen)
        action.setObjectName(f"{name}.{choice}")
        action.triggered.connect(lambda _=False, wanted=choice: choose(wanted))
        group.addAction(action)
        menu.addAction(action)
