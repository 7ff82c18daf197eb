"""What a window that takes another's place must know: all that its user chose and that is not kept as its layout."""

from typing import TypeVar

from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLineEdit, QTabWidget, QToolButton, QWidget

from render_manager.gui.main_window import MainWindow

W = TypeVar("W", bound=QWidget)


class Carried:
    """Taken from the old window, given to the new one in three steps: before it reads, while, and when it is shown.

    Widgets are known by their object names, so that whatever has one is carried along.
    """

    def __init__(self, old: MainWindow) -> None:
        self._geometry = old.geometry()
        self._state = old.windowState()
        self._texts = {name: line.text() for name, line in _named(old, QLineEdit)}
        self._checked = {name: button.isChecked() for name, button in _named(old, QAbstractButton) if _is_own(button)}
        self._tabs = {name: tabs.currentIndex() for name, tabs in _named(old, QTabWidget)}
        self._scrolled = {name: area.verticalScrollBar().value() for name, area in _named(old, QAbstractScrollArea)}
        focused = old.focusWidget()
        self._focus = focused.objectName() if focused else ""
        self._tasks = old.table.selected_keys()
        self._task = old.frames.task_id if len(self._tasks) == 1 else None
        self._frames = old.grid.selection.mask
        self._frame = old.grid.selection.current
        self._level = old.grid.level
        self._workers = old.workers_dock.table.selected_keys()

    def fill_in(self, new: MainWindow) -> None:
        if not self._state:  # else its layout brings it back as large as the screen
            new.setGeometry(self._geometry)
        for name, line in _named(new, QLineEdit):
            if line.text() != self._texts.get(name, line.text()):
                line.setText(self._texts[name])
        for name, button in _named(new, QAbstractButton):
            down = self._checked.get(name, False)
            # Of buttons of which one is always down, that one is pressed; the others come up by themselves.
            if _is_own(button) and (down or button.group() is None):
                button.setChecked(down)
        for name, tabs in _named(new, QTabWidget):
            tabs.setCurrentIndex(self._tabs.get(name, 0))
        new.grid.level = self._level
        new.select_when_there(self._tasks)

    def select(self, new: MainWindow) -> bool:
        """Select what was, as far as it has been read; False: it has not yet."""
        keys = [key for key in self._workers if new.workers.position(key) is not None]
        if keys and not new.workers_dock.table.selected_count():
            new.workers_dock.table.select(keys)
        if self._tasks and new.table.selected_count() < len(self._tasks):
            return False
        if self._task is not None and (new.frames.task_id != self._task or not new.frames.numbers):
            return False
        if self._task is not None and len(new.frames.numbers) == len(self._frames):
            new.grid.selection.take([], self._frame, keep=self._frames)
        return bool(self._tasks) or new.tasks.rowCount() > 0

    def scroll(self, new: MainWindow) -> None:
        for name, area in _named(new, QAbstractScrollArea):
            area.verticalScrollBar().setValue(self._scrolled.get(name, 0))
        if self._focus and (widget := new.findChild(QWidget, self._focus)):
            widget.setFocus()


def _named(window: MainWindow, kind: type[W]) -> list[tuple[str, W]]:
    """The window's own widgets of that kind, without those of its forms."""
    found = window.findChildren(kind)
    return [(each.objectName(), each) for each in found if _carries(each.objectName()) and each.window() is window]


def _carries(name: str) -> bool:
    return bool(name) and not name.startswith("qt_")


def _is_own(button: QAbstractButton) -> bool:
    """Checkable for its own sake; one that shows a command shows what the window is like."""
    return button.isCheckable() and not (isinstance(button, QToolButton) and button.defaultAction())
