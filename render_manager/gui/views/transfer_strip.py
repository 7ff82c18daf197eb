"""How far a transfer is, with a way to stop it; where one broke off, why, and a way to go on."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from render_manager.gui import text
from render_manager.gui.transfers import Transfer, Transfers


class TransferStrip(QWidget):
    def __init__(self, transfers: Transfers) -> None:
        super().__init__()
        self.setObjectName("transfer_strip")
        self._transfers = transfers
        self._words = QLabel(wordWrap=True)
        self._words.setObjectName("transfer_words")
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setObjectName("transfer_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        self._bar.setFixedWidth(90)
        self._again = QPushButton(self.tr("Go on"))
        self._again.setObjectName("transfer_again")
        self._again.clicked.connect(transfers.resume)
        self._stop = QPushButton(self.tr("Cancel"))
        self._stop.setObjectName("transfer_stop")
        self._stop.clicked.connect(self._stopped)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 8, 5)
        layout.setSpacing(8)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._bar)
        layout.addWidget(self._again)
        layout.addWidget(self._stop)
        transfers.progressed.connect(self._show)
        transfers.broke.connect(self._broke)
        transfers.ended.connect(lambda *_: self.hide())
        self.hide()

    def _show(self, transfer: Transfer, done: int, total: int, waiting: int) -> None:
        words = transfer.words
        if total:
            words = self.tr("{0}: {1} of {2}").format(words, text.size(done), text.size(total))
        if waiting:
            words = self.tr("{0} ({1} more)").format(words, text.number(waiting))
        self._say(words, wrong=False)
        # In thousandths: sizes in bytes do not fit the bar's numbers.
        self._bar.setRange(0, 1000 if total else 0)
        self._bar.setValue(1000 * done // total if total else 0)

    def _stopped(self) -> None:
        if self._transfers.running:
            self._words.setText(self.tr("Stopping…"))
        self._transfers.stop()

    def _broke(self, sentence: str) -> None:
        self._say(sentence, wrong=True)

    def _say(self, words: str, *, wrong: bool) -> None:
        self._words.setText(words)
        self._words.setToolTip(words)
        self.setAccessibleName(words)
        if self._words.property("role") != ("error" if wrong else "muted"):
            self._words.setProperty("role", "error" if wrong else "muted")
            self._words.style().unpolish(self._words)
            self._words.style().polish(self._words)
        self._bar.setVisible(not wrong)
        self._again.setVisible(wrong)
        self.show()
