"""Where in the object store one is, where one was, and reading of it page by page."""

from PySide6.QtCore import QObject, Signal

from render_manager.domain.object_listing import ObjectPage, folder_of
from render_manager.gui.background import Background
from render_manager.gui.dialogs.messages import explain
from render_manager.services.browse import Browsing

#: Entries of the first page: something is to be seen soon. The others are as large as can be.
_FIRST = 200


class FolderReader(QObject):
    """Signals:
    went: another folder is read, or the same anew.
    read: the folder and the next ObjectPage of it.
    failed: why the page that was asked for could not be read; ``more`` asks for it again.
    """

    went = Signal()
    read = Signal(str, object)
    failed = Signal(str)

    def __init__(self, browsing: Browsing, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._browsing = browsing
        self._background = background
        self.folder = ""
        self._back: list[str] = []
        self._forward: list[str] = []
        self._turn = 0  #: answers about a folder that was left are late
        self._following: str | None = None  #: what asks for the next page; None: there is none
        self.reading = False
        self.broken = False  #: the page asked for last could not be read

    # -- walking -------------------------------------------------------------------------------------------------

    @property
    def can_go_back(self) -> bool:
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        return bool(self._forward)

    def go(self, folder: str) -> None:
        if folder != self.folder:
            self._back.append(self.folder)
            self._forward.clear()
        self._begin(folder)

    def back(self) -> None:
        if self._back:
            self._forward.append(self.folder)
            self._begin(self._back.pop())

    def forward(self) -> None:
        if self._forward:
            self._back.append(self.folder)
            self._begin(self._forward.pop())

    def up(self) -> None:
        if self.folder:
            self.go(folder_of(self.folder))

    def refresh(self) -> None:
        self._begin(self.folder)

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def complete(self) -> bool:
        """Whether there is no more to be read."""
        return self._following is None

    def more(self) -> None:
        """Read the next page, unless one is being read or there is none."""
        if self.reading or self._following is None:
            return
        self.reading, self.broken = True, False
        folder, following, turn = self.folder, self._following, self._turn
        limit = {} if following else {"limit": _FIRST}
        self._background.run(
            lambda: self._browsing.page(folder, following, **limit),
            done=lambda page: self._took(turn, page),
            failed=lambda error: self._lost(turn, error),
            owner=self,
        )

    def _begin(self, folder: str) -> None:
        self.folder = folder
        self._turn += 1
        self._following, self.reading, self.broken = "", False, False
        self.went.emit()
        self.more()

    def _took(self, turn: int, page: ObjectPage) -> None:
        if turn == self._turn:
            self.reading = False
            self._following = page.following or None
            self.read.emit(self.folder, page)

    def _lost(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self.reading, self.broken = False, True
            self.failed.emit(explain(error)[0])
