"""The frame viewer: puts its parts together and follows the frame that is chosen in the main window."""

from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui import text
from render_manager.gui.background import Background
from render_manager.gui.imaging.cache import BoundedCache
from render_manager.gui.imaging.reading import Picture
from render_manager.gui.imaging.view import View
from render_manager.gui.viewer.actions import ViewerActions
from render_manager.gui.viewer.canvas import Canvas
from render_manager.gui.viewer.developing import Developer
from render_manager.gui.viewer.fetch_bar import FetchBar
from render_manager.gui.viewer.loading import ImageKey, Loader, ReadAhead
from render_manager.gui.viewer.player import Player
from render_manager.gui.viewer.scrubber import Scrubber
from render_manager.gui.viewer.stage import Stage
from render_manager.gui.viewer.tone_bar import ToneBar
from render_manager.gui.viewer.transport import Transport

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

#: Bytes of small pictures that are kept to be played: some 250 frames of 1080p EXR, 500 of PNG.
PROXY_BYTES = 2**30
#: Milliseconds after which the main window follows to a frame that was scrubbed to.
_FOLLOW = 150


class ViewerWindow(QWidget):
    def __init__(self, main: "MainWindow", background: Background, proxy_bytes: int = PROXY_BYTES) -> None:
        super().__init__(main, Qt.WindowType.Window)
        self.setObjectName("viewer")
        self.resize(1120, 760)
        self._main = main
        self._model = main.frames
        self._position = 0
        self._picture: Picture | None = None  #: the last one whose values could be told
        results = main.services.results
        self.actions_ = ViewerActions(self)
        self.canvas = Canvas()
        self.developer = Developer(background, self)
        self.proxies: BoundedCache[ImageKey, Picture] = BoundedCache(proxy_bytes, lambda picture: picture.bytes)
        self.ahead = ReadAhead(results, background, self.proxies, lambda ahead: self.player.next_ahead(ahead), self)
        self.stage = Stage(self.canvas, Loader(results, background, self), self.developer, self.ahead)
        self.player = Player(self._model, self.stage, lambda: self._position, self)
        self.player.use(self.ahead)
        self.tone_bar = ToneBar(self.actions_)
        self.transport = Transport(self.actions_)
        self.scrubber = Scrubber(self._model, self._is_ready)
        self.fetch_bar = FetchBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tone_bar)
        layout.addWidget(self.canvas, 1)
        for part in (self.fetch_bar, self.scrubber, self.transport):
            layout.addWidget(part)
        self._soon = QTimer(self, singleShot=True, interval=_FOLLOW)
        self._soon.timeout.connect(self._tell_main)
        self._connect()
        if geometry := main.state.layout("viewer"):
            self.restoreGeometry(geometry)
        self._restore_values()
        self.canvas.setFocus()
        self._playing_changed()

    def _connect(self) -> None:
        self.canvas.pointed.connect(self.transport.readout.show_pixel)
        self.canvas.zoomed.connect(self.tone_bar.show_zoom)
        self.canvas.menu_asked.connect(self._popup)
        self.stage.pictured.connect(self.transport.readout.show_picture)
        self.stage.pictured.connect(self._pictured)
        self.stage.fetching.connect(self.fetch_bar.show_progress)
        self.fetch_bar.cancel.clicked.connect(self.stage.cancel)
        self.tone_bar.toned.connect(self.developer.expose)
        self.tone_bar.layer_chosen.connect(self._choose_layer)
        self.transport.jumped.connect(self._jump)
        self.transport.rate_chosen.connect(self.player.playback.set_rate)
        self.scrubber.scrubbed.connect(self._scrub)
        self.player.moved.connect(self._played)
        self.player.changed.connect(self._playing_changed)
        self.ahead.came.connect(lambda _: self.scrubber.refresh_soon())
        self._main.grid.selection.current_changed.connect(self._main_moved)
        self._model.dataChanged.connect(self._frames_changed)
        self._model.modelReset.connect(self._other_task)

    # -- which frame ---------------------------------------------------------------------------------------------

    @property
    def frame(self) -> RenderFrame | None:
        return self._model.frame(self._position) if self._position < len(self._model.numbers) else None

    def look(self) -> None:
        """Open at the frame that is chosen in the main window."""
        current = self._main.grid.selection.current
        if current is not None:
            self._position = current
        self.show()
        self.raise_()
        self.activateWindow()
        self._show()

    def go_to(self, position: int, *, follow: bool = True) -> None:
        """Show a frame by its place in the task; -1 is the last one."""
        count = len(self._model.numbers)
        if not count:
            return
        self.player.stop()
        self._position = count - 1 if position < 0 else min(position, count - 1)
        self._show()
        if follow:
            self._tell_main()

    def step(self, steps: int) -> None:
        self.go_to(max(self._position + steps, 0))

    def next_failed(self) -> None:
        position = self._model.next_in(FrameStatus.FAILED, self._position)
        if position is not None:
            self.go_to(position)

    def _jump(self, number: int) -> None:
        numbers = self._model.numbers
        if numbers:  # where the task leaves that one out, the next there is
            self.go_to(bisect_left(numbers, number))
        self.canvas.setFocus()

    def _scrub(self, position: int) -> None:
        self.go_to(position, follow=False)
        self._soon.start()

    def _main_moved(self, position: int | None) -> None:
        if position is not None and position != self._position and self.isVisible() and not self.player.playing:
            self._position = position
            self._show()

    def _tell_main(self) -> None:
        self._soon.stop()
        if self._position < len(self._model.numbers) and self._main.grid.selection.current != self._position:
            self._main.grid.go_to(self._position)

    def _other_task(self) -> None:
        self.player.stop()
        self._position = 0
        if self.isVisible():
            self._show()

    def _frames_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if self.isVisible() and not self.player.playing and first.row() <= self._position <= last.row():
            self._show()

    def _show(self) -> None:
        self._name()
        self.stage.show(self.frame)

    def _name(self) -> None:
        frame, row = self.frame, self._main.tasks.row(self._model.task_id or "")
        self.transport.show_frame(frame)
        self.scrubber.setValue(self._position)
        number = self.tr("frame {0}").format(frame.frame_number) if frame else ""
        self.setWindowTitle(" – ".join(part for part in (row.task.name if row else "", number) if part))
        self.actions_["viewer.retry"].setEnabled(frame is not None and frame.status is not FrameStatus.RENDERING)
        self.actions_["viewer.open"].setEnabled(bool(frame and frame.output_path))

    # -- playing -------------------------------------------------------------------------------------------------

    def _played(self, position: int) -> None:
        self._position = position
        self._name()
        playback = self.player.playback
        told = self.tr("{0} fps").format(playback.shown_rate)
        if playback.dropped:
            told = self.tr("{0}, {1} left out").format(told, text.number(playback.dropped))
        self.transport.played.setText(told)

    def _playing_changed(self) -> None:
        playing = self.player.playing
        self.actions_.set_icon("viewer.play", "pause" if playing else "resume")
        self.actions_["viewer.loop"].setChecked(self.player.playback.loops)
        self.transport.played.setVisible(playing)
        if not playing and self.isVisible():
            self._show()
            self._tell_main()

    def _is_ready(self, position: int) -> bool:
        key = ImageKey.of(self._model.frame(position), self.stage.layer)
        return key is not None and key in self.proxies

    # -- how it is looked at -------------------------------------------------------------------------------------

    def look_at(self, view: View) -> None:
        self.developer.look_at(view)

    def _pictured(self, picture: Picture | None) -> None:
        if picture is not None:  # the layers of the last one can be chosen while the next is read
            self._picture = picture
            self.tone_bar.show_layers(picture)

    def _choose_layer(self, place: int) -> None:
        if self._picture is not None:
            self.player.stop()
            self.stage.choose_layer(self.stage.key_of(self._picture, place))
            self.scrubber.refresh_soon()

    def _popup(self, point: QPoint) -> None:
        self.actions_.menu().popup(point)

    def retint(self) -> None:
        self.actions_.retint()
        self.scrubber.refresh()
        self._playing_changed()

    # -- what is done to the frame -------------------------------------------------------------------------------

    def retry(self) -> None:
        self._choose_only_this()
        self._main.frame_commands.retry(self)

    def open_image(self) -> None:
        self._choose_only_this()
        self._main.frame_commands.open_image()

    def _choose_only_this(self) -> None:
        """The main window's commands are done to what is selected there."""
        self.player.stop()
        self._main.grid.go_to(self._position)

    # -- the window ----------------------------------------------------------------------------------------------

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def leave(self) -> None:
        """Leave the full screen, or the viewer."""
        if self.isFullScreen():
            self.toggle_full_screen()
        else:
            self.close()

    def _restore_values(self) -> None:
        self.transport.rate.setValue(int(self._main.state.value("viewer_rate", "24")))
        self.player.playback.loops = self._main.state.value("viewer_loops", "1") == "1"

    def closeEvent(self, event: QCloseEvent) -> None:
        self.player.stop()
        self.stage.leave()
        if not self.isFullScreen():
            self._main.state.save_layout("viewer", self.saveGeometry())
        self._main.state.save_value("viewer_rate", str(self.player.playback.rate))
        self._main.state.save_value("viewer_loops", str(int(self.player.playback.loops)))
        super().closeEvent(event)
