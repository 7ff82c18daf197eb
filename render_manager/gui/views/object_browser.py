"""The object store, folder by folder: to pick projects from, drag them from, and upload to."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.errors import ObjectPathError
from render_manager.domain.object_listing import ObjectPage
from render_manager.gui import icons, text
from render_manager.gui.action_set import ActionSet
from render_manager.gui.actions import OBJECT_BAR, OBJECT_WAY
from render_manager.gui.background import Background
from render_manager.gui.folder_reader import FolderReader
from render_manager.gui.models.objects import ObjectRow, ObjectTable
from render_manager.gui.transfers import Transfers
from render_manager.gui.views.banner import Banner
from render_manager.gui.views.breadcrumb import Breadcrumb
from render_manager.gui.views.drop import DropHint, dropped_paths
from render_manager.gui.views.object_table import ObjectList
from render_manager.gui.views.search_field import SearchField
from render_manager.gui.views.transfer_strip import TransferStrip
from render_manager.services.browse import Browsing

#: Pixels that it takes at first.
_WIDTH = 400


class ObjectBrowserDock(QDockWidget):
    """Reads nothing until it is shown for the first time.

    Signals:
        changed: what is selected or where one is.
        upload_asked: local paths were dropped on it.
    """

    changed = Signal()
    upload_asked = Signal(list)

    def __init__(self, browsing: Browsing, background: Background, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("objects_dock")
        self.setWindowTitle(self.tr("OSS browser"))
        areas = Qt.DockWidgetArea
        self.setAllowedAreas(areas.LeftDockWidgetArea | areas.RightDockWidgetArea | areas.BottomDockWidgetArea)
        self._browsing = browsing
        self._begun = False
        self._shown: str | None = None  #: the folder whose rows are in the list
        self._kept: list[str] = []  #: selected before rows were put in another order, or read anew
        self.reader = FolderReader(browsing, background, self)
        self.model = ObjectTable(background, browsing.path, browsing.can_be_project)
        self.model.setParent(self)
        self.transfers = Transfers(background, self)
        self.list = ObjectList(self.model)
        self.banner = Banner("objects_banner")
        self.words = SearchField("objects_words", self.tr("Filter by name"), self.tr("Filter objects by name"))
        self.way = Breadcrumb()
        self._tally = QLabel()
        self._tally.setObjectName("objects_tally")
        self._tally.setProperty("role", "muted")
        self._tally.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tally.setMargin(6)
        self._nothing = QLabel(self.list.viewport(), wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._nothing.setObjectName("objects_nothing")
        self._nothing.setProperty("role", "muted")
        self._nothing.setMargin(20)
        self._nothing.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self.list.viewport()).addWidget(self._nothing)  # the list keeps the focus, and so the keys
        self.setWidget(self._body(actions))
        self._no_title = QWidget(self)
        self.setTitleBarWidget(self._no_title)
        self.topLevelChanged.connect(self._floats)
        self._connect()
        self._hint = DropHint(self._taker)

    def _body(self, actions: ActionSet) -> QWidget:
        self._taker = _Taker(self)
        layout = QVBoxLayout(self._taker)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head(actions))
        layout.addWidget(self.banner)
        layout.addWidget(self.list, 1)
        layout.addWidget(TransferStrip(self.transfers))
        layout.addWidget(self._tally)
        return self._taker

    def _head(self, actions: ActionSet) -> QWidget:
        head = QWidget()
        head.setProperty("role", "dockbar")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._float = _flat(QToolButton())
        self._float.setObjectName("objects_float")
        self._float.clicked.connect(lambda: self.setFloating(not self.isFloating()))
        self._close = _flat(QToolButton())
        self._close.setObjectName("objects_close")
        self._close.clicked.connect(actions["object.show"].trigger)
        for button, tip in ((self._float, self.tr("In a window of its own, or back")), (self._close, self.tr("Hide"))):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
        top, below = QHBoxLayout(), QHBoxLayout()
        for command_id in OBJECT_WAY:
            top.addWidget(_button(actions, command_id))
        top.addSpacing(4)
        top.addWidget(self.way, 1)
        top.addWidget(self._float)
        top.addWidget(self._close)
        below.addWidget(self.words, 1)
        below.addSpacing(4)
        for command_id in OBJECT_BAR:
            button = _button(actions, command_id)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            below.addWidget(button)
        layout = QVBoxLayout(head)
        layout.setContentsMargins(6, 4, 6, 5)
        layout.setSpacing(3)
        for row in (top, below):
            row.setSpacing(1)
            layout.addLayout(row)
        return head

    def _connect(self) -> None:
        self.reader.went.connect(self._went)
        self.reader.read.connect(self._read)
        self.reader.failed.connect(self._failed)
        self.banner.retry.clicked.connect(self._retry)
        self.words.asked.connect(self._filter)
        self.way.chosen.connect(self.reader.go)
        self.way.typed.connect(self.go_to)
        self.list.up.connect(self.reader.up)
        self.list.refresh.connect(self.reader.refresh)
        self.list.path_asked.connect(self.type_path)
        self.list.scrolled.connect(self._read_on)
        self.list.selected.connect(self.changed)
        self.model.modelAboutToBeReset.connect(self._keep_selection)
        self.model.modelReset.connect(self._select_kept)
        self.list.horizontalHeader().sortIndicatorChanged.connect(lambda *_: self._read_on())
        self.model.updated.connect(self._tell)

    def retint(self) -> None:
        self._float.setIcon(icons.icon("float"))
        self._close.setIcon(icons.icon("close"))
        self.words.retint()
        self.banner.retint()
        self.list.viewport().update()

    # -- for the commands ----------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._begun:
            self._begun = True
            self.reader.refresh()

    def selected_rows(self) -> list[ObjectRow]:
        """None while they are out of sight: nobody should act on what can't be seen."""
        return [] if self.isHidden() else self.list.selected_rows()

    def type_path(self) -> None:
        self.way.type_in(self._browsing.path(self.reader.folder))

    def go_to(self, typed: str) -> None:
        """Raises nothing: what is no folder is said in the panel."""
        try:
            self.reader.go(self._browsing.folder(typed))
            self.list.setFocus()
        except ObjectPathError as error:
            self.banner.say(str(error))

    # -- reading -------------------------------------------------------------------------------------------------

    def _went(self) -> None:
        self.banner.hide()
        selected = self.list.selected_keys() if self._shown == self.reader.folder else []
        self._shown = self.reader.folder
        self.model.clear()
        self._kept = selected  # read anew: what was selected is again, as it comes
        self._show_way()
        self._tell()
        self.changed.emit()

    def _show_way(self) -> None:
        """The bucket is known once the store was opened, which happens off this thread, with the first page."""
        bucket = self._browsing.bucket
        self.way.show_folder(self.reader.folder, f"oss://{bucket}" if bucket else self.tr("Objects"))

    def _read(self, folder: str, page: ObjectPage) -> None:
        self.banner.hide()
        self.model.append(folder, page)
        if self._kept and any(self.model.position(key) is not None for key in self._kept):
            self._select_kept()
        elif not self.list.currentIndex().isValid() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0, 0))
        if self.model.needs_all and self.reader.complete:
            self.model.arrange()
        self._tell()
        self._read_on()

    def _read_on(self) -> None:
        """What is sorted or filtered can be told of the whole folder only."""
        if self.reader.reading or self.reader.complete or self.reader.broken:  # which waits for its button
            return
        if self.model.needs_all or self.list.near_end:
            self.reader.more()
            self._tell()

    def _failed(self, sentence: str) -> None:
        self.banner.say(sentence)
        self._tell()

    def _retry(self) -> None:
        self.banner.hide()
        self.reader.more()
        self._tell()

    def _filter(self, words: str) -> None:
        self.model.filter_by(words)
        self._read_on()
        self._tell()

    def _tell(self) -> None:
        shown, read = self.model.rowCount(), self.model.read_count
        more = "" if self.reader.complete else "+"
        if self.words.text().strip():
            words = self.tr("{0} of {1} found").format(text.number(shown), text.number(read) + more)
        else:
            entries = self.tr("{0} entry") if read == 1 and not more else self.tr("{0} entries")
            words = entries.format(text.number(read) + more)
        if self.reader.reading:
            words = self.tr("{0}  ·  reading…").format(words) if read else self.tr("Reading…")
        self._tally.setText(words if read or self.reader.reading or self.reader.complete else "")
        empty = not shown and self.reader.complete
        nothing = self.tr("This folder is empty.\nDrop files here to upload them.")
        found = self.tr("Nothing here has that in its name.")
        self._nothing.setText((found if read else nothing) if empty else "")

    def _keep_selection(self) -> None:
        self._kept = self.list.selected_keys()

    def _select_kept(self) -> None:
        if self._kept:
            self.list.select(self._kept)

    # -- drops ---------------------------------------------------------------------------------------------------

    def local_paths(self, mime: QMimeData) -> list[str]:
        """What of a drop can be uploaded: it has to be all, or it is for the window."""
        local = [url.isLocalFile() for url in mime.urls()]
        return dropped_paths(mime) if local and all(local) else []

    def announce(self, paths: list[str]) -> None:
        folder = self._browsing.path(self.reader.folder) if self.reader.folder else self.way_root()
        names = ", ".join(Path(path).name for path in paths[:3])
        self._hint.appear(self.tr("Drop to upload to {0}").format(folder), names + ("…" if len(paths) > 3 else ""))

    def way_root(self) -> str:
        return f"oss://{self._browsing.bucket}/" if self._browsing.bucket else self.tr("the object store")

    def forget_drop(self) -> None:
        self._hint.hide()

    def _floats(self, floating: bool) -> None:
        self.setTitleBarWidget(None if floating else self._no_title)  # type: ignore[arg-type]
        self._close.setVisible(not floating)


class _Taker(QWidget):
    """The panel's body: takes local files; whatever else is dragged over it is the window's."""

    def __init__(self, dock: ObjectBrowserDock) -> None:
        super().__init__()
        self._dock = dock
        self.setObjectName("objects_body")
        self.setAcceptDrops(True)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths := self._dock.local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._dock.announce(paths)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dock.forget_drop()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dock.forget_drop()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._dock.upload_asked.emit(self._dock.local_paths(event.mimeData()))


def _flat(button: QToolButton) -> QToolButton:
    button.setProperty("flat", True)
    return button


def _button(actions: ActionSet, command_id: str) -> QToolButton:
    button = _flat(QToolButton())
    button.setDefaultAction(actions[command_id])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    return button
