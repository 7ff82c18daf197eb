"""In the status bar: how many frames wait in each queue, how database and Redis are, and the notices."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from render_manager.domain.priority import Band
from render_manager.gui import icons, text
from render_manager.gui.news import News
from render_manager.gui.sentences import say
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import is_dark
from render_manager.gui.vitals_watch import Reading
from render_manager.services.vitals import Answer

#: Seconds from which on an answer is slow enough to be felt.
SLOW = 0.25


class FarmStrip(QWidget):
    """Signals:
    queues_clicked: the tasks that wait are wanted to be seen.
    store_clicked, broker_clicked: it is to be tried again at once.
    """

    queues_clicked = Signal()
    store_clicked = Signal()
    broker_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("farm_strip")
        self._reading: Reading | None = None
        self._away_since: dict[str, float] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(4)
        self.queues = _button("queues", layout)
        self.store = _button("store_state", layout)
        self.broker = _button("broker_state", layout)
        self.queues.clicked.connect(self.queues_clicked)
        self.store.clicked.connect(self.store_clicked)
        self.broker.clicked.connect(self.broker_clicked)
        self.retint()

    def show_reading(self, reading: Reading) -> None:
        for name, answer in (("store", reading.store), ("broker", reading.broker)):
            if answer.seconds is None:
                self._away_since.setdefault(name, reading.at)
            else:
                self._away_since.pop(name, None)
        if reading.waiting is None and self._reading is not None:
            reading = Reading(reading.store, reading.broker, self._reading.waiting, reading.at)
        self._reading = reading
        self.retint()

    def retint(self) -> None:
        reading = self._reading
        self.setVisible(reading is not None)
        self.queues.setIcon(icons.icon("queue"))
        if reading is None:
            return
        self._show_queues(reading)
        self._show_answer(self.store, self.tr("Database"), reading.store, self._away_since.get("store"))
        self._show_answer(self.broker, self.tr("Redis"), reading.broker, self._away_since.get("broker"))

    def _show_queues(self, reading: Reading) -> None:
        words = {Band.HIGH: self.tr("High"), Band.DEFAULT: self.tr("Default"), Band.LOW: self.tr("Low")}
        waiting = reading.waiting or {}
        shown = "  ".join(f"{word} {text.number(waiting.get(band, 0))}" for band, word in words.items())
        self.queues.setText(shown)
        lines = [f"{band}: {text.number(waiting.get(band, 0))}" for band in words]
        tip = self.tr("Frames waiting in each queue. Click to see their tasks, highest priority first.")
        _describe(self.queues, shown, "\n".join([tip, *lines]))

    def _show_answer(self, button: QToolButton, name: str, answer: Answer, away_since: float | None) -> None:
        dark = is_dark(self.palette())
        if answer.seconds is None:
            words = self.tr("{0} away since {1}").format(name, text.clock(away_since or 0)[:5])
            tip = self.tr("{0}\nClick to try again now.").format(say(answer.problem))
            button.setIcon(icons.icon("warning", tone(Tone.WARNING, dark)))
        else:
            words = self.tr("{0} {1} ms").format(name, text.number(max(round(1000 * answer.seconds), 1)))
            tip = self.tr("{0} answers. Click to ask again.").format(name)
            slow = answer.seconds > SLOW
            button.setIcon(icons.icon("dot", tone(Tone.WARNING if slow else Tone.GOOD, dark)))
        button.setText(words)
        _describe(button, words, tip)


class NewsBell(QToolButton):
    """Click it to see the notices; says how many were not looked at."""

    def __init__(self, news: News, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("news_bell")
        self.setProperty("flat", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._news = news
        news.changed.connect(self.retint)
        self.retint()

    def retint(self) -> None:
        unseen = self._news.unseen
        colour = tone(Tone.ERROR, is_dark(self.palette())) if self._news.unseen_failure else None
        self.setIcon(icons.icon("bell", colour))
        self.setText(text.number(unseen) if unseen else "")
        words = self.tr("Notices: {0} new").format(text.number(unseen)) if unseen else self.tr("Notices")
        _describe(self, words, words)


def _button(name: str, layout: QHBoxLayout) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("flat", True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    layout.addWidget(button)
    return button


def _describe(button: QToolButton, words: str, tip: str) -> None:
    button.setAccessibleName(words)
    button.setAccessibleDescription(tip)
    button.setToolTip(tip)
