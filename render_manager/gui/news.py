"""What is told of tasks that ended: which of them, in what words, and what was told before."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QApplication

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import TaskStatus
from render_manager.gui import text
from render_manager.gui.sentences import say
from render_manager.gui.state_style import TASK_STYLES, StateStyle
from render_manager.gui.window_state import WindowState

#: Items remembered, and names said of many tasks.
MOST, NAMED = 100, 3


class Wanted(StrEnum):
    OFF = "off"
    FAILED = "failed"
    ALL = "all"


@dataclass(frozen=True)
class NewsItem:
    """Tasks that ended alike at about the same time: told as one."""

    status: TaskStatus
    tasks: tuple[RenderTask, ...]
    at: float = field(default_factory=time.time)

    @property
    def style(self) -> StateStyle:
        return TASK_STYLES[self.status]

    @property
    def ids(self) -> list[str]:
        return [task.id for task in self.tasks]

    @property
    def title(self) -> str:
        translate = QCoreApplication.translate
        failed = self.status is TaskStatus.FAILED
        if len(self.tasks) == 1:
            one = translate("News", "{0} failed") if failed else translate("News", "{0} is finished")
            return one.format(self.tasks[0].name)
        many = translate("News", "{0} tasks failed") if failed else translate("News", "{0} tasks are finished")
        return many.format(text.number(len(self.tasks)))

    @property
    def words(self) -> str:
        if len(self.tasks) == 1:
            return _of_one(self.tasks[0])
        names = ", ".join(task.name for task in self.tasks[:NAMED])
        more = len(self.tasks) - NAMED
        if more <= 0:
            return names
        return QCoreApplication.translate("News", "{0} and {1} more").format(names, text.number(more))


def _of_one(task: RenderTask) -> str:
    translate, counts = QCoreApplication.translate, task.counts
    if task.status is TaskStatus.FAILED:
        words = translate("News", "{0} of {1} frames failed")
        frames = words.format(text.number(counts.failed), text.number(counts.total))
        if not task.error_message:
            return frames
        return translate("News", "{0}. {1}").format(frames, say(task.error_message))
    words = translate("News", "{0} frame") if counts.total == 1 else translate("News", "{0} frames")
    frames = words.format(text.number(counts.total))
    if task.started_at is None or task.finished_at is None:
        return frames
    took = text.precise_duration(task.finished_at - task.started_at)
    return translate("News", "{0} in {1}").format(frames, took)


class News(QObject):
    """Signals:
    told: a NewsItem is to be shown.
    changed: the items remembered, or how many of them were not looked at, are other ones.
    """

    told = Signal(object)
    changed = Signal()

    def __init__(self, state: WindowState, default_user: str) -> None:
        super().__init__()
        self._state = state
        self._default_user = default_user
        self.items: deque[NewsItem] = deque(maxlen=MOST)  #: the newest first
        self.unseen = 0

    # -- settings ------------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> Wanted:
        known = self._state.value("notices", Wanted.ALL)
        return Wanted(known) if known in list(Wanted) else Wanted.ALL

    def want(self, wanted: Wanted) -> None:
        self._state.save_value("notices", wanted)

    @property
    def only_mine(self) -> bool:
        return self._state.value("notices_of") == "mine"

    def want_only_mine(self, on: bool) -> None:
        self._state.save_value("notices_of", "mine" if on else "all")

    @property
    def sound(self) -> bool:
        return self._state.value("notices_sound") == "on"

    def want_sound(self, on: bool) -> None:
        self._state.save_value("notices_sound", "on" if on else "off")

    # -- telling -------------------------------------------------------------------------------------------------

    def take(self, ended: Sequence[RenderTask]) -> None:
        """Tell of these tasks, as far as it is wanted: one item for those that failed, one for those completed."""
        chosen = [task for task in ended if self._is_wanted(task)]
        items = [
            NewsItem(status, tasks)
            for status in (TaskStatus.COMPLETED, TaskStatus.FAILED)  # what failed lies on top
            if (tasks := tuple(task for task in chosen if task.status is status))
        ]
        for item in items:
            self.items.appendleft(item)
            self.unseen = min(self.unseen + 1, MOST)
            self.told.emit(item)
        if items:
            self.changed.emit()
            if self.sound:
                QApplication.beep()

    def _is_wanted(self, task: RenderTask) -> bool:
        if self.only_mine and task.unionid != self._state.value("user", self._default_user):
            return False
        match self.wanted:
            case Wanted.OFF:
                return False
            case Wanted.FAILED:
                return task.status is TaskStatus.FAILED
            case Wanted.ALL:
                return True

    @property
    def unseen_failure(self) -> bool:
        return any(item.status is TaskStatus.FAILED for item in list(self.items)[: self.unseen])

    def seen(self) -> None:
        if self.unseen:
            self.unseen = 0
            self.changed.emit()

    def forget(self) -> None:
        self.items.clear()
        self.unseen = 0
        self.changed.emit()
