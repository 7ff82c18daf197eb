"""How far an image is that comes from the object store, and a way to stop it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from render_manager.gui import text


class FetchBar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("viewer_fetch")
        self._doing = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        self.cancel = QPushButton(self.tr("Stop"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 10, 0)
        layout.setSpacing(10)
        layout.addWidget(self._doing)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self.cancel)
        self.hide()

    def show_progress(self, done: int | None, total: int | None) -> None:
        self.setVisible(done is not None)
        if done is not None:
            # In thousandths: sizes in bytes do not fit the bar's numbers.
            self._bar.setRange(0, 1000 if total else 0)
            self._bar.setValue(1000 * done // total if total else 0)
            amount = self.tr("{0} of {1}").format(text.size(done), text.size(total)) if total else text.size(done)
            self._doing.setText(self.tr("Fetching the image: {0}").format(amount))
