"""The log of one frame: found wherever it is, followed while it grows, searched, compared with other attempts."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.models.log_document import LogDocument
from render_manager.gui.models.log_lines import LogLines
from render_manager.gui.models.log_search import LogSearch, Wanted
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES
from render_manager.gui.views.log_find import LogFind
from render_manager.gui.views.log_head import LogHead
from render_manager.gui.views.log_marks import LogMarks
from render_manager.gui.views.log_selection import Place
from render_manager.gui.views.log_text import LogText
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_copy import text_between
from render_manager.services.log_files import LogFile
from render_manager.services.logs import LogAttempt, Logs

#: Milliseconds between two looks at the log of a frame that is rendering, and between two tries to find it.
EVERY, AGAIN = 500, 3_000


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
        self._logs = logs
        self._background = background
        self.frame: RenderFrame | None = None
        self.document: LogDocument | None = None
        self.search: LogSearch | None = None
        self.attempts: Sequence[LogAttempt] = ()
        self._attempt: int | None = None  # chosen by the user; None: the last one
        self._finding = self._jump = self._jump_to_hit = False
        self._asked = 0  # counts the logs that were to be shown
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
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._tick)
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
        self.find_bar.wanted.connect(self._look_for)
        self.find_bar.step.connect(self._go_to_hit)
        self.find_bar.closed.connect(shown.setFocus)

    def retint(self) -> None:
        self.head.retint()
        self.find_bar.retint()

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_frame(self, frame: RenderFrame | None) -> None:
        """Show another frame's log, or go on with the same one if only its state changed."""
        before, self.frame = self.frame, frame
        if _frame_of(before) != _frame_of(frame):
            self._attempt = None
            self.attempts = ()
            self.head.show_attempts([], 0)
        if frame is None or before is None or _log_of(before) != _log_of(frame):
            if self._attempt is None:
                self._forget()
            self._read_attempts()
        self._timer.stop()
        self._entitle()
        if frame is None:
            self.text.say(self.tr("Select a frame to read its log."))
        elif self.document:
            self.document.poll()
        else:
            self._find()
        if frame and frame.status is FrameStatus.RENDERING and self._attempt is None:
            self._timer.start()

    def show_attempt(self, number: int) -> None:
        """Show the log of one of the attempts."""
        if self.frame:
            self._attempt = number if number != self.frame.attempt else None
            self._forget()
            self._entitle()
            self._find()
            rendering = self.frame.status is FrameStatus.RENDERING and self._attempt is None
            self._timer.start() if rendering else self._timer.stop()

    @property
    def attempt(self) -> int:
        """Which one is shown."""
        return self._attempt or (self.frame.attempt if self.frame else 0)

    def _entitle(self) -> None:
        frame = self.frame
        if frame is None:
            self.title.say(self.tr("Log"))
            self.head.place.say("")
            return
        title = self.tr("Frame {0} · {1}").format(frame.frame_number, FRAME_STYLES[frame.status].text)
        if self.attempt:
            title += self.tr(" · attempt {0}").format(self.attempt)
        worker = frame.worker
        if self._attempt and self._attempt <= len(self.attempts):
            worker = self.attempts[self._attempt - 1].worker
        self.title.say(f"{title} · {worker}" if worker else title)

    def _read_attempts(self) -> None:
        frame = self.frame
        if frame and frame.attempt > 1:
            self._background.run(
                partial(self._logs.attempts, frame),
                done=lambda found: self._take_attempts(frame, found),
                failed=lambda _: None,  # the log itself says what is wrong
                owner=self,
            )

    def _take_attempts(self, frame: RenderFrame, found: Sequence[LogAttempt]) -> None:
        if _log_of(frame) == _log_of(self.frame):
            self.attempts = found
            self.head.show_attempts(found, self.attempt)
            self._entitle()

    def _forget(self) -> None:
        """Another log is to be shown."""
        self._asked += 1
        self._finding = self._jump = self._jump_to_hit = False
        document, self.document, self.search = self.document, None, None
        self.text.spans = None
        self.text.show_lines(LogLines(parent=self.text))
        self.marks.show_document(None)
        self.head.show_errors(0)
        self.head.place.say("")
        self.follow.setChecked(True)
        if document:
            document.deleteLater()

    # -- reading -------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self.document is None:
            self._find()
        elif self.isVisible():
            self.document.poll()

    def _find(self) -> None:
        frame = self.frame
        if frame is None or self._finding:
            return
        self._finding = True
        asked = self._asked
        self.text.say(self.text.hint if self._timer.isActive() else self.tr("Reading…"))
        self._background.run(
            partial(self._logs.find, frame, self._attempt),
            done=lambda file: self._take(asked, file),
            failed=lambda error: self._fail_to_find(asked, error),
            owner=self,
        )

    def _take(self, asked: int, file: LogFile) -> None:
        if asked != self._asked:
            return
        self._finding = False
        document = LogDocument(self._background, LogBytes(file), self)
        self.document, self.search = document, LogSearch(document, self._background)
        self.text.say(self.tr("The log is empty so far."))
        place = file.where if file.host is None else self.tr("{0} on {1}").format(file.where, file.host)
        self.head.place.say(place)
        document.grew.connect(lambda _: self._grown())
        document.opened.connect(lambda: self.head.place.say(place))
        document.failed.connect(self._fail)
        self.search.changed.connect(self._searched)
        self.text.show_lines(document)
        self.marks.show_document(document)
        document.poll()
        if self.find_bar.isVisible():
            self.find_bar.open_bar()

    def _fail_to_find(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        self._finding = False
        frame = self.frame
        preparing = frame and not frame.log_path and self._attempt is None
        self.text.say(say((frame.error_message if frame and preparing else None) or str(error)))
        if self._timer.isActive():  # it may be there, or its worker back, in a moment
            self._timer.stop()
            QTimer.singleShot(AGAIN, self, self._try_again)

    def _try_again(self) -> None:
        if self.frame and self.frame.status is FrameStatus.RENDERING and not self.document:
            self._timer.start()
            self._find()

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

    def _look_for(self, wanted: Wanted | None) -> None:
        if self.search and wanted != self.search.wanted:
            self._jump_to_hit = wanted is not None
            self.search.look_for(wanted, max(self.text.current, 0))
            self.text.spans = wanted.spans if wanted else None

    def _searched(self) -> None:
        search, document = self.search, self.document
        if search is None or document is None:
            return
        self.marks.show_hits(search.marked)
        if self._jump_to_hit and search.count:
            self._jump_to_hit = False
            self._go_to_hit(True)
        self._count_hits()

    def _count_hits(self) -> None:
        search = self.search
        if search is None or (search.wanted is None and not search.problem):
            self.find_bar.say("")
        elif search.problem:
            self.find_bar.say(search.problem, wrong=True)
        elif not search.count:
            self.find_bar.say(self.tr("No hits") if search.done else self.tr("Searching…"), wrong=search.done)
        else:
            at = search.position(self.text.current) if self.text.has_cursor else 0
            words = self.tr("{0} of {1}") if search.done else self.tr("{0} of {1}…")
            self.find_bar.say(words.format(text.number(at), text.number(search.count)))

    def _go_to_hit(self, forward: bool) -> None:
        if self.search:
            found = self.search.next(self.text.current, forward=forward)
            if found is not None:
                self.text.reveal(found)
            self._count_hits()

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


def _frame_of(frame: RenderFrame | None) -> object:
    return frame and (frame.task_id, frame.frame_number)


def _log_of(frame: RenderFrame | None) -> object:
    return frame and (frame.task_id, frame.frame_number, frame.attempt, frame.log_path)
