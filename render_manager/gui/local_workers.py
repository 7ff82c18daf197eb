"""What becomes of this computer's workers when the window closes: asked once, or as was settled."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup

from render_manager.gui.dialogs.leave import LeaveDialog

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

_SETTING = "local_workers_on_quit"


class OnQuit(StrEnum):
    ASK = "ask"
    STOP = "stop"
    STAY = "stay"


class LocalWorkerChoice(QObject):
    """The setting, and the question where there is none."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[OnQuit, QAction] = {}
        self._fill(window.actions_.menus["worker.on_quit"])

    @property
    def on_quit(self) -> OnQuit:
        known = self._window.state.value(_SETTING, OnQuit.ASK)
        return OnQuit(known) if known in list(OnQuit) else OnQuit.ASK

    def choose(self, on_quit: OnQuit) -> None:
        self._window.state.save_value(_SETTING, on_quit)
        self._actions[on_quit].setChecked(True)

    def ask(self, count: int, then: Callable[[bool], object]) -> None:
        """Tell ``then`` whether they go on; it is not called where the window is to stay open."""
        match self.on_quit:
            case OnQuit.ASK:
                LeaveDialog(self._window, count, lambda stay, always: self._answered(stay, always, then)).open()
            case settled:
                then(settled is OnQuit.STAY)

    def _answered(self, stay: bool, always: bool, then: Callable[[bool], object]) -> None:
        if always:
            self.choose(OnQuit.STAY if stay else OnQuit.STOP)
        then(stay)

    def _fill(self, menu: QObject) -> None:
        words = {
            OnQuit.ASK: self.tr("Ask what becomes of them"),
            OnQuit.STOP: self.tr("Stop this computer's workers"),
            OnQuit.STAY: self.tr("Let this computer's workers go on"),
        }
        group = QActionGroup(self)
        for choice, word in words.items():
            action = QAction(word, menu, checkable=True, checked=choice is self.on_quit)
            action.setObjectName(f"on_quit.{choice}")
            action.triggered.connect(lambda _=False, choice=choice: self.choose(choice))
            group.addAction(action)
            menu.addAction(action)  # type: ignore[attr-defined]
            self._actions[choice] = action
