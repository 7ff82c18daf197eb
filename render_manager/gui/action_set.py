"""The declared commands as the QActions of a window."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from render_manager.gui import icons
from render_manager.gui.actions import COMMANDS
from render_manager.gui.declarations.command import Command, Selection

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


def tr(text: object) -> str:
    """A declared text in the language of the window."""
    return QCoreApplication.translate("Commands", str(text)) if text else ""


class ActionSet(QObject):
    """The commands as QActions of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}
        self.selection = Selection()  #: by which the commands are possible or not
        self.menus: dict[str, QMenu] = {}  #: of the commands that open one; the window fills them
        for command in COMMANDS:
            action = QAction(tr(command.text), window)
            action.setObjectName(command.id)
            action.setIconText(tr(command.short or command.text))
            shortcut = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            tip = tr(command.tip or command.text).rstrip("…")
            action.setToolTip(f"{tip} ({shortcut})" if shortcut else tip)
            action.setCheckable(command.checked is not None)
            if command.shortcut:
                action.setShortcut(QKeySequence(command.shortcut))
            if command.menu:
                self.menus[command.id] = QMenu(window)
                action.setMenu(self.menus[command.id])
            else:
                action.triggered.connect(lambda checked=False, command=command: self._run(command))
            self._actions[command.id] = action
            window.addAction(action)
        self.retint()
        self.update(Selection())

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def update(self, selection: Selection) -> None:
        self.selection = selection
        for command in COMMANDS:
            self._actions[command.id].setEnabled(command.enabled(selection))
            if command.checked:
                self._actions[command.id].setChecked(command.checked(selection))

    def _run(self, command: Command) -> None:
        """What is done to tasks is done to all that are selected, whether they were read or not."""
        if command.id.startswith("task."):
            self._window.when_selection_is_read(lambda: command.run(self._window))
        else:
            command.run(self._window)

    def retint(self) -> None:
        for command in COMMANDS:
            self._actions[command.id].setIcon(icons.icon(command.icon))

    def fill(self, target: QWidget, command_ids: Iterable[str]) -> None:
        """Put the commands into a menu or toolbar; an empty id is a separator."""
        for command_id in command_ids:
            if command_id:
                target.addAction(self._actions[command_id])
            else:
                separator = QAction(target)
                separator.setSeparator(True)
                target.addAction(separator)

    def menu(self, command_ids: Iterable[str]) -> QMenu:
        """A context menu that goes away by itself."""
        menu = QMenu(self._window)
        self.fill(menu, command_ids)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu
