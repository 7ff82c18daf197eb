"""Playing by the clock: what is late is left out, so that motion has its speed."""

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from render_manager.domain.states import FrameStatus
from render_manager.gui.models.frames import CODES, FrameModel

#: Frames a second.
USUAL_RATE = 24
#: Seconds over which it is counted how many frames were really shown.
_COUNTED = 1.0


class Playback(QObject):
    """Signals:
    moved: the position to show now.
    ended: it stopped, by itself or as asked.
    """

    moved = Signal(int)
    ended = Signal()

    def __init__(self, model: FrameModel, parent: QObject) -> None:
        super().__init__(parent)
        self.rate = USUAL_RATE
        self.loops = True
        self.playing = False
        self.position = 0
        self.dropped = 0  #: frames that were not ready when their time came, since the start
        self._model = model
        self._began = 0.0
        self._first_shown = 0  #: the position that was shown when the clock began
        self._shown_at: list[float] = []
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def range(self) -> range:
        """The positions from the first finished frame to the last."""
        completed = CODES[FrameStatus.COMPLETED]
        first = self._model.states.find(completed)
        return range(first, self._model.states.rfind(completed) + 1) if first >= 0 else range(0)

    def start(self, position: int) -> bool:
        """Play from here, or from the first finished frame; False: nothing is finished yet."""
        played = self.range()
        if not played:
            return False
        at_end = position == played[-1] and not self.loops
        self.position = played[0] if position not in played or at_end else position
        self.playing, self.dropped, self._shown_at = True, 0, []
        self._restart_clock()
        self._timer.start()
        self.moved.emit(self.position)
        return True

    def stop(self) -> None:
        if self.playing:
            self.playing = False
            self._timer.stop()
            self.ended.emit()

    def set_rate(self, rate: int) -> None:
        self.rate = rate
        if self.playing:
            self._restart_clock()

    def _restart_clock(self) -> None:
        self._began = time.monotonic()
        self._first_shown = self.position
        self._timer.setInterval(max(int(500 / self.rate), 4))

    def _tick(self) -> None:
        played = self.range()
        if not played:
            self.stop()
            return
        due = self._first_shown + int((time.monotonic() - self._began) * self.rate)
        if due > played[-1]:
            if not self.loops:
                self.position = played[-1]
                self.moved.emit(self.position)
                self.stop()
                return
            due = played[0] + (due - played[0]) % len(played)
        if due != self.position:
            self.position = due
            self.moved.emit(due)

    def upcoming(self, seconds: float, most: int) -> Iterator[int]:
        """The positions that are played next, beginning with that whose time comes in so many seconds."""
        played = self.range()
        lead = int(seconds * self.rate) + 1 if self.playing else 0
        for step in range(lead, min(lead + most, lead + len(played))):
            position = self.position + step
            if position in played:
                yield position
            elif self.loops:
                yield played[0] + (position - played[0]) % len(played)
            else:
                return

    # -- how well it goes ----------------------------------------------------------------------------------------

    def count(self, shown: bool) -> None:
        """Note whether the frame of the moment could be shown."""
        if not shown:
            self.dropped += 1
            return
        now = time.monotonic()
        self._shown_at = [at for at in self._shown_at if now - at < _COUNTED] + [now]

    @property
    def shown_rate(self) -> int:
        """Frames that were shown in the last second."""
        return len(self._shown_at)
