"""The log of one frame, followed while it grows. Files are read off the Qt thread, and only what is new of them."""

import re
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui import icons
from render_manager.gui.background import Background
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES, Tone, tone
from render_manager.gui.theme import is_dark, monospace
from render_manager.services.queries import LogText, Queries

#: Bytes read at once, and lines kept.
PORTION = 400_000
LINES = 50_000
#: Milliseconds between two looks at the log of a frame that is rendering.
EVERY = 1_000

_ERROR = re.compile(r"(?:error|exception)\b|\b(?:fatal|failed|traceback|segmentation fault|cannot|can't)\b", re.I)
_WARNING = re.compile(r"\bwarn(?:ing)?\b", re.I)


class LogColours(QSyntaxHighlighter):
    """Colours whole lines: what went wrong must be found by scrolling fast."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[Tone, QTextCharFormat] = {}
        self.dark = False

    def retint(self, dark: bool) -> None:
        self.dark = dark
        for which in (Tone.ERROR, Tone.WARNING):
            self._formats[which] = QTextCharFormat()
            self._formats[which].setForeground(tone(which, dark))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        which = Tone.ERROR if _ERROR.search(text) else Tone.WARNING if _WARNING.search(text) else None
        if which is not None and which in self._formats:
            self.setFormat(0, len(text), self._formats[which])


class LogView(QWidget):
    def __init__(self, queries: Queries, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queries = queries
        self._background = background
        self._frame: RenderFrame | None = None
        self._end = 0
        self._reading = False
        self._again = False
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.text = QPlainTextEdit(readOnly=True, undoRedoEnabled=False)
        self.text.setObjectName("log")
        self.text.setAccessibleName(self.tr("Log of the selected frame"))
        self.text.setMaximumBlockCount(LINES)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(monospace())
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._colours = LogColours(self.text.document())
        self.follow = self._button("follow", self.tr("Follow the end of the log"), checked=True)
        self.wrap = self._button("wrap", self.tr("Wrap long lines"))
        self.follow.toggled.connect(self._follow)
        self.wrap.toggled.connect(self._wrap)
        head = QHBoxLayout()
        head.setContentsMargins(10, 4, 6, 4)
        head.setSpacing(2)
        head.addWidget(self.title, 1)
        head.addWidget(self.wrap)
        head.addWidget(self.follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self.read)
        self.retint()
        self.show_frame(None)

    def _button(self, name: str, tip: str, checked: bool = False) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setChecked(checked)
        button.setToolTip(tip)
        button.setObjectName(f"log_{name}")
        button.setAccessibleName(tip)
        button.setProperty("flat", True)
        return button

    def retint(self) -> None:
        self.follow.setIcon(icons.icon("follow"))
        self.wrap.setIcon(icons.icon("wrap"))
        self._colours.retint(is_dark(self.palette()))

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_frame(self, frame: RenderFrame | None) -> None:
        """Show another frame's log, or go on with the same one if only its state changed."""
        if _log_of(frame) != _log_of(self._frame):
            self.text.clear()
            self._end = 0
            self.follow.setChecked(True)
        self._frame = frame
        self._timer.stop()
        if frame is None:
            self._say(self.tr("Log"), self.tr("Select a frame to read its log."))
            return
        title = self.tr("Frame {0} · {1}").format(frame.frame_number, FRAME_STYLES[frame.status].text)
        if frame.attempt:
            title += self.tr(" · attempt {0}").format(frame.attempt)
        if frame.worker:
            title += f" · {frame.worker}"
        if frame.log_path is None:
            self._say(title, say(frame.error_message) or self.tr("No log yet: the frame's renderer has not started."))
            return
        self._say(title, self.tr("The log is empty so far."))
        if frame.status is FrameStatus.RENDERING:
            self._timer.start()
        self.read()

    def _say(self, title: str, hint: str) -> None:
        self.title.setText(title)
        self.title.setToolTip(title)
        self.text.setPlaceholderText(hint)

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read on where the last portion ended."""
        if self._frame is None or self._frame.log_path is None:
            return
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        asked = _log_of(self._frame)
        self._background.run(
            partial(self._queries.log, self._frame, start=self._end, limit=PORTION),
            done=lambda part: self._take(asked, part),
            failed=lambda error: self._fail(asked, error),
            owner=self,
        )

    def _take(self, asked: object, part: LogText) -> None:
        self._reading = False
        if asked != _log_of(self._frame):  # another frame was chosen meanwhile
            self.read()
            return
        if part.text:
            cut = self._end == 0 and part.start > 0
            self._append((self.tr("… the beginning is not shown …\n") if cut else "") + part.text)
        full = part.end - part.start >= PORTION and self._end > 0
        self._end = part.end
        if full or self._again:
            self.read()

    def _fail(self, asked: object, error: Exception) -> None:
        self._reading = False
        if asked != _log_of(self._frame):
            self.read()
        elif not self._end:
            self.text.setPlaceholderText(say(str(error)))

    def _append(self, text: str) -> None:
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text.replace("\r\n", "\n").replace("\r", "\n"))
        if self.follow.isChecked():
            self._to_end()

    # -- following -----------------------------------------------------------------------------------------------

    def _to_end(self) -> None:
        bar = self.text.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _follow(self, on: bool) -> None:
        if on:
            self._to_end()

    def _scrolled(self, value: int) -> None:
        """Scrolling up lets go of the end, scrolling down to it takes hold of it again."""
        bar = self.text.verticalScrollBar()
        if bar.isSliderDown() or self.text.underMouse():
            self.follow.setChecked(value >= bar.maximum() - 1)

    def _wrap(self, on: bool) -> None:
        mode = QPlainTextEdit.LineWrapMode
        self.text.setLineWrapMode(mode.WidgetWidth if on else mode.NoWrap)


def _log_of(frame: RenderFrame | None) -> object:
    return frame and (frame.task_id, frame.frame_number, frame.attempt, frame.log_path)
