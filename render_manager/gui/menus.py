"""Menu bar and toolbar, filled from the declared commands."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QToolBar

from render_manager.domain.priority import HIGHEST, LOWEST, band_of
from render_manager.gui.action_set import tr
from render_manager.gui.actions import MENU_BAR, TOOLBAR
from render_manager.gui.theme import ThemeChoice

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


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
    menu, group = window.actions_.menus["view.theme"], QActionGroup(window)
    for choice, word in words.items():
        action = QAction(word, menu, checkable=True, checked=choice is window.theme.choice)
        action.setObjectName(f"theme.{choice}")
        action.triggered.connect(lambda _=False, wanted=choice: window.choose_theme(wanted))
        group.addAction(action)
        menu.addAction(action)
