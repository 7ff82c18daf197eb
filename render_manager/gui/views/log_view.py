"""The log of one frame: its text, what is found in it, and what is said of it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.models.log_document import LogDocument
from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.models.log_search import LogSearch
from render_manager.gui.models.log_source import LogSource
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.views.log_find import LogFind
from render_manager.gui.views.log_head import LogHead
from render_manager.gui.views.log_hits import LogHits
from render_manager.gui.views.log_marks import LogMarks
from render_manager.gui.views.log_selection import Place
from render_manager.gui.views.log_text import LogText
from render_manager.services.log_copy import text_between
from render_manager.services.log_files import LogFile
from render_manager.services.logs import LogAttempt, Logs


class LogView(QWidget):
    """
    Signals:
        compare_asked: of the attempts at a frame.
        menu_asked: with the place on the screen.
        said: something for the status bar.
    """

    compare_asked = Signal()
    menu_asked = Signal(QPoint)
    said = Signal(str)

    def __init__(self, logs: Logs, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._source = LogSource(logs, background, self.isVisible, self)
        self._jump = False  #: to the first line of trouble as soon as it is known
        self.head = LogHead()
        self.title, self.follow, self.wrap = self.head.title, self.head.follow, self.head.wrap
        self.find_bar = LogFind()
        self.text = LogText()
        self.text.setAccessibleName(self.tr("Log of the selected frame"))
        self.text.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.marks = LogMarks()
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.text, 1)
        body.addWidget(self.marks)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self.find_bar)
        layout.addLayout(body, 1)
        self._hits = LogHits(self.find_bar, self.text, self.marks, self)
        self._connect()
        self.follow.setChecked(True)
        self.retint()
        self.show_frame(None)

    def _connect(self) -> None:
        head, shown = self.head, self.text
        head.follow.toggled.connect(shown.follow)
        shown.follows.connect(head.follow.setChecked)
        head.wrap.toggled.connect(shown.set_wrap)
        head.attempt_chosen.connect(self.show_attempt)
        head.next_error.clicked.connect(lambda: self.go_to_error(forward=True))
        head.previous_error.clicked.connect(lambda: self.go_to_error(forward=False))
        head.find_button.clicked.connect(self.open_find)
        head.compare.clicked.connect(self.compare_asked)
        head.more.clicked.connect(lambda: self.menu_asked.emit(head.more.mapToGlobal(head.more.rect().bottomLeft())))
        shown.customContextMenuRequested.connect(
            lambda point: self.menu_asked.emit(shown.viewport().mapToGlobal(point))
        )
        shown.find_asked.connect(self.open_find)
        shown.copied.connect(self._copy)
        self.marks.asked.connect(shown.reveal)
        self.find_bar.closed.connect(shown.setFocus)
        source = self._source
        source.forgotten.connect(self._forget)
        source.looked_for.connect(self._say_reading)
        source.found.connect(self._take)
        source.missing.connect(self._say_missing)
        source.attempts_known.connect(self._show_attempts)

    def retint(self) -> None:
        self.head.retint()
        self.find_bar.retint()

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def frame(self) -> RenderFrame | None:
        return self._source.frame

    @property
    def document(self) -> LogDocument | None:
        return self._source.document

    @property
    def attempts(self) -> Sequence[LogAttempt]:
        return self._source.attempts

    @property
    def attempt(self) -> int:
        """Which one is shown."""
        return self._source.attempt

    def show_frame(self, frame: RenderFrame | None) -> None:
        """Show another frame's log, or go on with the same one if only its state changed."""
        self._source.show_frame(frame)
        self._entitle()
        if frame is None:
            self.text.say(self.tr("Select a frame to read its log."))

    def show_attempt(self, number: int) -> None:
        """Show the log of one of the attempts."""
        self._source.show_attempt(number)
        self._entitle()

    def _show_attempts(self) -> None:
        self.head.show_attempts(self.attempts, self.attempt)
        self._entitle()

    def _entitle(self) -> None:
        frame = self.frame
        if frame is None:
            self.title.say(self.tr("Log"))
            self.head.place.say("")
            return
        title = self.tr("Frame {0} · {1}").format(frame.frame_number, FRAME_STYLES[frame.status].text)
        if self.attempt:
            title += self.tr(" · attempt {0}").format(self.attempt)
        worker = self._source.worker
        self.title.say(f"{title} · {worker}" if worker else title)

    def _forget(self) -> None:
        """Another log is to be shown."""
        self._jump = False
        self._hits.search_in(None)
        self.text.show_lines(LogLines(parent=self.text))
        self.marks.show_document(None)
        self.head.show_errors(0)
        self.head.place.say("")
        self.follow.setChecked(True)

    def _take(self, file: LogFile) -> None:
        document = self.document
        assert document
        self._hits.search_in(LogSearch(document, self._background))
        self.text.say(self.tr("The log is empty so far."))
        place = file.where if file.host is None else self.tr("{0} on {1}").format(file.where, file.host)
        self.head.place.say(place)
        document.grew.connect(lambda _: self._grown())
        document.opened.connect(lambda: self.head.place.say(place))
        document.failed.connect(self._fail)
        self.text.show_lines(document)
        self.marks.show_document(document)
        document.poll()
        if self.find_bar.isVisible():
            self.find_bar.open_bar()

    def _say_reading(self) -> None:
        if not self._source.awaited:  # what was found out the last time is still true
            self.text.say(self.tr("Reading…"))

    def _say_missing(self, error: Exception) -> None:
        frame = self.frame
        preparing = frame and not frame.log_path and self._source.chosen is None
        self.text.say(say((frame.error_message if frame and preparing else None) or str(error)))

    def _fail(self, error: Exception) -> None:
        """What is known of it stays."""
        self.head.place.say(say(str(error)))
        self.text.say(say(str(error)))

    def _grown(self) -> None:
        if document := self.document:
            self.head.show_errors(document.errors)
            if self._jump and document.whole:
                self._jump = False
                self.go_to_error()

    # -- going somewhere -----------------------------------------------------------------------------------------

    def go_to_error(self, *, forward: bool = True) -> None:
        """To the next line of trouble; to the first one where none was looked at yet."""
        document = self.document
        if document is None:
            return
        begun = self.text.has_cursor
        document.want_all()
        if not document.whole and not begun:  # which one is the first is not known yet
            self._jump = True
            self.said.emit(self.tr("Reading the log up to its beginning…"))
            return
        found = document.next_error(self.text.current if begun else -1, forward=forward)
        if found is None:
            self.said.emit(self.tr("No errors in this log."))
            return
        self.text.reveal(found)
        self.text.setFocus()

    def open_find(self) -> None:
        self.find_bar.open_bar(self.text.selected_word())

    # -- copying -------------------------------------------------------------------------------------------------

    def _copy(self, first: Place, last: Place) -> None:
        document = self.document
        if document is None:
            return
        (begin, top), (end, bottom) = document.place(first.line), document.place(last.line)
        self._background.run(
            partial(
                text_between,
                document.source,
                document.blocks[begin : end + 1],
                (top, first.column),
                (bottom, last.column),
            ),
            done=self._copied,
            owner=self,
        )

    def _copied(self, taken: str) -> None:
        QGuiApplication.clipboard().setText(taken)
        self.said.emit(self.tr("Lines copied: {0}").format(text.number(taken.count("\n") + 1)))
