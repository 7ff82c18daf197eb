"""The foot of the submit form: what went wrong, what is being done, and the buttons."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from render_manager.gui import text
from render_manager.gui.dialogs.submit_job import Phase


class SubmitFoot(QWidget):
    """Signals: submit, cancel: a button was pressed."""

    submit = Signal()
    cancel = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._problem = QLabel(wordWrap=True)
        self._problem.setObjectName("problem")
        self._problem.setProperty("role", "error")
        self._problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._problem.hide()
        self._progress = QProgressBar()
        self._progress.setObjectName("upload")
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(8)
        self._progress.hide()
        self._doing = QLabel()
        self._doing.setObjectName("doing")
        self._doing.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        label = QCoreApplication.translate("SubmitDialog", "Submit")
        self.ok = buttons.addButton(label, QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("submit_button")
        self.ok.setDefault(True)
        self.ok.clicked.connect(self.submit)
        buttons.rejected.connect(self.cancel)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._doing)
        row.addWidget(self._progress, 1)
        row.addStretch(0)
        row.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._problem)
        layout.addLayout(row)

    def complain(self, sentence: str) -> None:
        """An empty sentence: all is well."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def say(self, doing: str) -> None:
        self._doing.setText(doing)

    def offer(self, good: int, all_: int, *, ready: bool) -> None:
        """So many of all projects can be submitted."""
        translate = QCoreApplication.translate
        self.ok.setEnabled(ready and good > 0)
        words = translate("SubmitDialog", "Submit")
        if all_ > 1 and good < all_:
            words = translate("SubmitDialog", "Submit {0} of {1}").format(text.number(good), text.number(all_))
        elif all_ > 1:
            words = translate("SubmitDialog", "Submit {0} tasks").format(text.number(good))
        self.ok.setText(words)

    def begin(self) -> None:
        """Something is under way, nobody knows yet how far it is."""
        self._progress.setRange(0, 0)
        self._progress.show()
        self.say(QCoreApplication.translate("SubmitDialog", "Submitting…"))

    def end(self) -> None:
        self._progress.hide()
        self.say("")

    def show_progress(self, path: str, place: int, count: int, phase: Phase, done: int, total: int) -> None:
        """Of the project at ``place`` of so many, in bytes."""
        translate = QCoreApplication.translate
        name = path.replace("\\", "/").split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        part = done / total if total else 0.0
        # In thousandths: a file's size in bytes does not fit the bar's numbers.
        self._progress.setRange(0, 1000 if total or count > 1 else 0)
        self._progress.setValue(int(1000 * (place + part) / count))
        words = {
            Phase.SUBMITTING: translate("SubmitDialog", "Submitting {0}"),
            Phase.PACKING: translate("SubmitDialog", "Packing {0}: {1} of {2}"),
            Phase.UPLOADING: translate("SubmitDialog", "Uploading {0}: {1} of {2}"),
        }[phase].format(name, text.size(done), text.size(total))
        if count > 1:
            words = translate("SubmitDialog", "{0} ({1} of {2})").format(words, place + 1, count)
        self.say(words)


def in_short(phase: Phase, done: int, total: int) -> str:
    """Of one project, for its row of the table: "Uploading, 40 %"."""
    translate = QCoreApplication.translate
    words = {
        Phase.SUBMITTING: translate("SubmitDialog", "Submitting…"),
        Phase.PACKING: translate("SubmitDialog", "Packing, {0} %"),
        Phase.UPLOADING: translate("SubmitDialog", "Uploading, {0} %"),
    }
    return words[phase].format(int(100 * done / total) if total else 0)
