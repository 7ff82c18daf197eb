"""Plays what is finished: the clock, the pictures ahead of it, and how well it goes."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from render_manager.domain.entities import RenderFrame
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.viewer.loading import ImageKey, ReadAhead
from render_manager.gui.viewer.playback import Playback
from render_manager.gui.viewer.stage import Stage

#: Before the cache tells how large a picture is, so many are read ahead.
_AT_FIRST = 24
#: Of what fits into the cache so much is read ahead; the rest is what was just played.
_SHARE = 0.8


class Player(QObject):
    """Signals:
    moved: the position that is played.
    changed: it began or ended to play, or to loop.
    """

    moved = Signal(int)
    changed = Signal()

    def __init__(self, model: FrameModel, stage: Stage, position: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self.playback = Playback(model, self)
        self._model = model
        self._stage = stage
        self._position = position
        self._ahead: ReadAhead | None = None
        self.playback.moved.connect(self._play)
        self.playback.ended.connect(self._ended)

    def use(self, ahead: ReadAhead) -> None:
        self._ahead = ahead
        ahead.came.connect(self._came)

    @property
    def playing(self) -> bool:
        return self.playback.playing

    def toggle(self) -> None:
        if self.playing:
            self.stop()
        elif self.playback.start(self._position()):
            if self._ahead:
                self._ahead.start()
            self.changed.emit()

    def stop(self) -> None:
        self.playback.stop()

    def toggle_loop(self) -> None:
        self.playback.loops = not self.playback.loops
        self.changed.emit()

    def next_ahead(self, ahead: ReadAhead) -> tuple[RenderFrame, ImageKey] | None:
        """The next frame whose picture will be needed, and not before it could be there."""
        fits = ahead.cache.room_for()
        most = _AT_FIRST if fits is None else max(int(fits * _SHARE), 1)
        for position in self.playback.upcoming(1.2 * ahead.seconds, most):
            frame = self._model.frame(position)
            key = ImageKey.of(frame, self._stage.layer)
            if key is not None and not ahead.knows(key):
                return frame, key
        return None

    def _play(self, position: int) -> None:
        self.moved.emit(position)
        self.playback.count(self._stage.play(self._model.frame(position)))
        if self._ahead:
            self._ahead.go_on()

    def _came(self, key: ImageKey) -> None:
        """Better late than never: the moment of its frame may not be over."""
        frame = self._model.frame(self.playback.position) if self.playing else None
        if frame is not None and key == ImageKey.of(frame, self._stage.layer):
            self._stage.play(frame)

    def _ended(self) -> None:
        if self._ahead:
            self._ahead.stop()
        self.changed.emit()
