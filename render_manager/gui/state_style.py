"""How a state looks: a colour, a word and a mark. Colour is never alone, so that no state depends on seeing it.

The colours are OpenCue's (completed green, running yellow, waiting light blue, failed red, skipped dark red), taken
down until a wall of them can be looked at all day, in a light and a dark form.
"""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QColor

from render_manager.domain.checkup import FindingState
from render_manager.domain.entities import WorkerState
from render_manager.domain.states import FrameStatus, TaskStatus


@dataclass(frozen=True)
class StateStyle:
    word: str
    mark: str  #: name of the icon that shows it
    light: str
    dark: str

    def colour(self, dark: bool) -> QColor:
        return QColor(self.dark if dark else self.light)

    @property
    def text(self) -> str:
        """The word in the language of the window."""
        return QCoreApplication.translate("State", self.word)


_PENDING = StateStyle(str(QT_TRANSLATE_NOOP("State", "Waiting")), "state-pending", "#4189b2", "#6fa8c9")
_PREPARING = StateStyle(str(QT_TRANSLATE_NOOP("State", "Preparing")), "state-preparing", "#8250c8", "#a884e6")
_RUNNING = StateStyle(str(QT_TRANSLATE_NOOP("State", "Running")), "state-running", "#b88a00", "#dcbb45")
_RENDERING = StateStyle(str(QT_TRANSLATE_NOOP("State", "Rendering")), "state-running", "#b88a00", "#dcbb45")
_PAUSED = StateStyle(str(QT_TRANSLATE_NOOP("State", "Paused")), "state-paused", "#5b7583", "#8aa3b1")
_COMPLETED = StateStyle(str(QT_TRANSLATE_NOOP("State", "Completed")), "state-completed", "#2a994c", "#44ad63")
_FAILED = StateStyle(str(QT_TRANSLATE_NOOP("State", "Failed")), "state-failed", "#d3352c", "#e8564c")
_SKIPPED = StateStyle(str(QT_TRANSLATE_NOOP("State", "Skipped")), "state-skipped", "#8f4a4a", "#af6969")
_CANCELLED = StateStyle(str(QT_TRANSLATE_NOOP("State", "Cancelled")), "state-cancelled", "#747b85", "#868e99")

_IDLE = StateStyle(str(QT_TRANSLATE_NOOP("State", "Idle")), "state-idle", "#4189b2", "#6fa8c9")
_LOW_DISK = StateStyle(str(QT_TRANSLATE_NOOP("State", "Low on disk")), "state-low-disk", "#c2571a", "#e08a4f")
_DRAINING = StateStyle(str(QT_TRANSLATE_NOOP("State", "Draining")), "state-draining", "#8250c8", "#a884e6")
_DISABLED = StateStyle(str(QT_TRANSLATE_NOOP("State", "Disabled")), "state-disabled", "#5b7583", "#8aa3b1")
_FINISHING = StateStyle(str(QT_TRANSLATE_NOOP("State", "Disabled, finishing")), "state-disabled", "#b88a00", "#dcbb45")
_OFFLINE = StateStyle(str(QT_TRANSLATE_NOOP("State", "Offline")), "state-offline", "#747b85", "#868e99")
_OFFLINE_DISABLED = StateStyle(
    str(QT_TRANSLATE_NOOP("State", "Offline, disabled")), "state-disabled", "#747b85", "#868e99"
)

TASK_STYLES: dict[TaskStatus, StateStyle] = {
    TaskStatus.PENDING: _PENDING,
    TaskStatus.PREPARING: _PREPARING,
    TaskStatus.RUNNING: _RUNNING,
    TaskStatus.PAUSED: _PAUSED,
    TaskStatus.COMPLETED: _COMPLETED,
    TaskStatus.FAILED: _FAILED,
    TaskStatus.CANCELLED: _CANCELLED,
}
FRAME_STYLES: dict[FrameStatus, StateStyle] = {
    FrameStatus.PENDING: _PENDING,
    FrameStatus.RENDERING: _RENDERING,
    FrameStatus.COMPLETED: _COMPLETED,
    FrameStatus.FAILED: _FAILED,
    FrameStatus.SKIPPED: _SKIPPED,
    FrameStatus.CANCELLED: _CANCELLED,
}
WORKER_STYLES: dict[WorkerState, StateStyle] = {
    WorkerState.RENDERING: _RENDERING,
    WorkerState.IDLE: _IDLE,
    WorkerState.LOW_DISK: _LOW_DISK,
    WorkerState.DRAINING: _DRAINING,
    WorkerState.FINISHING: _FINISHING,
    WorkerState.DISABLED: _DISABLED,
    WorkerState.OFFLINE: _OFFLINE,
    WorkerState.OFFLINE_DISABLED: _OFFLINE_DISABLED,
}


class Tone(StrEnum):
    """Colours of text that is more than plain."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    GOOD = "good"


_TONES = {
    Tone.ERROR: ("#c62a22", "#f0756c"),
    Tone.WARNING: ("#8d6209", "#e5b93f"),
    Tone.INFO: ("#2b66b1", "#7fb2ea"),
    Tone.GOOD: ("#1d7639", "#66c382"),
}
_QUIET = ("#5d6773", "#98a1ad")


def tone(which: Tone, dark: bool) -> QColor:
    return QColor(_TONES[which][dark])


#: Of what an examination found; the word has the colour, too, so that it is one that texts have.
FINDING_STYLES: dict[FindingState, StateStyle] = {
    FindingState.OK: StateStyle(str(QT_TRANSLATE_NOOP("State", "OK")), "state-completed", *_TONES[Tone.GOOD]),
    FindingState.SKIPPED: StateStyle(str(QT_TRANSLATE_NOOP("State", "Not checked")), "state-skipped", *_QUIET),
    FindingState.NOTE: StateStyle(str(QT_TRANSLATE_NOOP("State", "Note")), "info", *_TONES[Tone.INFO]),
    FindingState.WARNING: StateStyle(str(QT_TRANSLATE_NOOP("State", "Warning")), "warning", *_TONES[Tone.WARNING]),
    FindingState.FAILED: StateStyle(str(QT_TRANSLATE_NOOP("State", "Failed")), "state-failed", *_TONES[Tone.ERROR]),
}


#: Behind lines of a log: what is looked for, the line where one is, and what another attempt said differently.
_LOG_GROUNDS = {
    "hit": ("#ffe9a8", "#5a4a17"),
    "hit_here": ("#ffc94d", "#94741a"),
    "here": ("#eef1f4", "#262b32"),
    "changed": ("#e4eefb", "#22334a"),
    "missing": ("#f0f1f3", "#202329"),
}


def log_ground(which: str, dark: bool) -> QColor:
    return QColor(_LOG_GROUNDS[which][dark])
