"""Arrangements of the window under names of the user's: one for the day, one for the night shift's second screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from render_manager.gui.dialogs.choice import ChoiceDialog
from render_manager.gui.dialogs.line import LineDialog

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class Layouts(QObject):
    """Fills the menu of the command ``view.layout``."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._standard = window.parts.arrangement()
        self._menu = window.actions_.menus["view.layout"]
        self._menu.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self._menu.clear()
        names = self._window.state.arrangements()
        for name in names:
            self._add(name.replace("&", "&&"), f"layout.{name}", lambda name=name: self.use(name))
        if names:
            self._menu.addSeparator()
        self._add(self.tr("Standard"), "layout_standard", self.use_standard)
        self._menu.addSeparator()
        self._add(self.tr("Save this layout…"), "layout_save", self.ask_to_save)
        self._add(self.tr("Delete a layout…"), "layout_delete", self.ask_to_delete).setEnabled(bool(names))

    def _add(self, text: str, name: str, run: Callable[[], object]) -> QAction:
        action = QAction(text, self._menu)
        action.setObjectName(name)
        action.triggered.connect(lambda: run())
        self._menu.addAction(action)
        return action

    def use(self, name: str) -> None:
        self._window.parts.arrange(self._window.state.arrangement(name))

    def use_standard(self) -> None:
        self._window.parts.arrange(self._standard)

    def ask_to_save(self) -> None:
        LineDialog(
            self._window,
            "layout_name",
            title=self.tr("Save layout"),
            question=self.tr("Under what name is this layout kept?"),
            effect=self.tr("It holds columns, panes and docks. A layout of the same name is replaced."),
            yes=self.tr("Save"),
            label=self.tr("Name"),
            hint=self.tr("Night shift"),
            then=self._save,
        ).open()

    def _save(self, name: str) -> None:
        if name:
            self._window.state.save_arrangement(name, self._window.parts.arrangement())
            self._window.say(self.tr("Layout saved: {0}").format(name))

    def ask_to_delete(self) -> None:
        ChoiceDialog(
            self._window,
            title=self.tr("Delete layout"),
            question=self.tr("Which layout is deleted?"),
            effect=self.tr("The window stays as it is."),
            choices=self._window.state.arrangements(),
            yes=self.tr("Delete"),
            then=self._window.state.forget_arrangement,
        ).open()
