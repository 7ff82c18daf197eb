"""The viewer's declared commands as QActions."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton

from render_manager.gui import icons
from render_manager.gui.action_set import tr
from render_manager.gui.declarations.viewer import CANVAS_MENU, VIEWER_COMMANDS

if TYPE_CHECKING:
    from render_manager.gui.viewer.window import ViewerWindow


class ViewerActions(QObject):
    def __init__(self, viewer: "ViewerWindow") -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._actions: dict[str, QAction] = {}
        channels = QActionGroup(self)
        for command in VIEWER_COMMANDS:
            action = QAction(tr(command.text), viewer)
            action.setObjectName(command.id)
            action.setIconText(tr(command.short or command.text))
            keys = QKeySequence(command.shortcut)
            action.setShortcut(keys)
            words, named = tr(command.text).rstrip("…"), keys.toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{words} ({named})" if named else words)
            if command.view is not None:
                action.setCheckable(True)
                channels.addAction(action)
            action.triggered.connect(lambda _=False, command=command: command.run(self._viewer))
            viewer.addAction(action)
            self._actions[command.id] = action
        self._actions["viewer.loop"].setCheckable(True)
        self._actions["viewer.colour"].setChecked(True)
        self.retint()

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def set_icon(self, command_id: str, name: str) -> None:
        self._actions[command_id].setIcon(icons.icon(name))

    def retint(self) -> None:
        for command in VIEWER_COMMANDS:
            if command.icon:
                self.set_icon(command.id, command.icon)

    def buttons(self, command_ids: Iterable[str], layout: QHBoxLayout) -> None:
        """Add a flat button for each."""
        for command_id in command_ids:
            action = self._actions[command_id]
            button = QToolButton()
            button.setDefaultAction(action)
            button.setProperty("flat", True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(style.ToolButtonTextOnly if action.icon().isNull() else style.ToolButtonIconOnly)
            button.setAccessibleName(action.text())
            layout.addWidget(button)

    def menu(self) -> QMenu:
        """Every command, each with its key; goes away by itself."""
        menu = QMenu(self._viewer)
        for entry in CANVAS_MENU:
            if isinstance(entry, str):
                self._add(menu, entry)
            else:
                title, command_ids = entry
                inner = menu.addMenu(tr(title))
                for command_id in command_ids:
                    self._add(inner, command_id)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _add(self, menu: QMenu, command_id: str) -> None:
        if command_id:
            menu.addAction(self._actions[command_id])
        else:
            menu.addSeparator()
