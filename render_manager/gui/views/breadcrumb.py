"""Where in the object store one is: each folder of the way as a button, or the whole as text to type in."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QToolButton, QWidget


class Breadcrumb(QStackedWidget):
    """Signals:
    chosen: a folder of the way.
    typed: a path as it was typed.
    """

    chosen = Signal(str)
    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("breadcrumb")
        self._folder, self._root = "", ""
        self._way = QWidget()
        self._row = QHBoxLayout(self._way)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.line = QLineEdit()
        self.line.setObjectName("objects_path")
        self.line.setAccessibleName(self.tr("Folder"))
        self.line.setPlaceholderText(self.tr("oss://bucket/folder/"))
        self.line.returnPressed.connect(self._went)
        self.line.installEventFilter(self)
        self.addWidget(self._way)
        self.addWidget(self.line)
        self.setMinimumWidth(80)

    def show_folder(self, folder: str, root: str) -> None:
        """Args: root: what the topmost folder is called."""
        self._folder, self._root = folder, root
        self.setCurrentWidget(self._way)
        self._fill()

    def type_in(self, path: str) -> None:
        """Let a path be typed, beginning with this one."""
        self.line.setText(path)
        self.setCurrentWidget(self.line)
        self.line.setFocus()
        self.line.selectAll()

    def _fill(self) -> None:
        """As many folders, from the last, as there is room for; the others are behind the dots."""
        while item := self._row.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        parts = self._folder.rstrip("/").split("/") if self._folder else []
        steps = [(self._root, "")]
        steps += [(part, "/".join(parts[: place + 1]) + "/") for place, part in enumerate(parts)]
        room = self.width()
        shown: list[QWidget] = []
        for place, (name, folder) in reversed(list(enumerate(steps))):
            last = place == len(steps) - 1
            button = self._button(name, folder, last)
            room -= button.sizeHint().width() + 14
            if room < 0 and not last:
                shown.insert(0, self._button("…", folder, last))
                break
            shown.insert(0, button)
            if place:
                mark = QLabel("›")
                mark.setProperty("role", "muted")
                shown.insert(0, mark)
        for widget in shown:
            self._row.addWidget(widget)
        self._row.addStretch(1)

    def _button(self, name: str, folder: str, last: bool) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setProperty("role", "title" if last else "")
        metrics = button.fontMetrics()
        button.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(self.width() - 40, 60)))
        button.setToolTip(f"{self._root}/{folder}")
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.chosen.emit(folder))
        return button

    def _went(self) -> None:
        self.typed.emit(self.line.text())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        left = event.type() is QEvent.Type.FocusOut
        escaped = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if watched is self.line and (left or escaped):
            self.setCurrentWidget(self._way)
        return escaped

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the buttons: type."""
        self.type_in(self._folder)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fill()
