"""What a command is, and what decides whether it makes sense now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render_manager.domain.entities import RenderFrame, WorkerStatus
from render_manager.domain.states import FrameStatus
from render_manager.services.queries import TaskRow

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


@dataclass(frozen=True)
class ObjectChoice:
    """What is selected in the object store, and where one can go."""

    shown: bool = False
    files: int = 0
    folders: int = 0
    back: bool = False
    forward: bool = False
    above: bool = False


@dataclass(frozen=True)
class Selection:
    """What decides which commands make sense now."""

    tasks: tuple[TaskRow, ...] = ()
    frame_states: frozenset[FrameStatus] = frozenset()  #: of the selected frames
    frame: RenderFrame | None = None  #: the one with the focus
    failed_shown: bool = False  #: the task whose frames are shown has failed ones
    frames_listed: bool = False  #: as a list, not as a grid
    frames_shown: bool = False  #: there are any
    local_workers: int = 0
    workers: tuple[WorkerStatus, ...] = ()  #: the selected ones
    workers_shown: bool = False
    history_shown: bool = False  #: of the task
    worker_history_shown: bool = False
    objects: ObjectChoice = ObjectChoice()

    def any_task(self, test: Callable[[TaskRow], bool]) -> bool:
        return any(test(row) for row in self.tasks)

    def any_worker(self, test: Callable[[WorkerStatus], bool]) -> bool:
        return any(test(worker) for worker in self.workers)


@dataclass(frozen=True)
class Command:
    id: str
    text: object  #: as QT_TRANSLATE_NOOP gives it; ``tr`` of ``action_set.py`` makes words of it
    icon: str
    run: "Callable[[MainWindow], object]"
    enabled: Callable[[Selection], bool] = lambda _: True
    shortcut: str = ""
    tip: object = ""
    menu: bool = False  #: opens a menu that the window fills
    checked: Callable[[Selection], bool] | None = None  #: switches something that is on or off
    short: object = ""  #: the text in the toolbar, where room is scarce
