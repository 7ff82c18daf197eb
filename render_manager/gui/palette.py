"""What the palette offers: every declared command, the tasks that a text finds, frames of the task in view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QIcon, QKeySequence

from render_manager.domain.entities import RenderTask
from render_manager.domain.task_search import TaskOrder, TaskSearch
from render_manager.gui import fuzzy, icons
from render_manager.gui.action_set import tr
from render_manager.gui.actions import COMMANDS, MENU_BAR
from render_manager.gui.declarations.command import Command
from render_manager.gui.state_style import TASK_STYLES
from render_manager.gui.theme import is_dark

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow

#: Tasks offered for a text, and commands remembered as used last.
MOST_TASKS, MOST_RECENT = 20, 12
#: Letters from which on tasks are looked for.
FEWEST_LETTERS = 2
_SETTING = "palette_recent"
#: What is found only with the name of its menu comes after what is found by its own.
_BY_GROUP = 20


@dataclass(frozen=True)
class Entry:
    key: str
    title: str
    run: Callable[[], object]
    icon: QIcon
    group: str = ""  #: where it is found otherwise, or what it is about
    shortcut: str = ""
    enabled: bool = True
    reason: str = ""  #: why not
    matched: tuple[int, ...] = ()  #: letters of the title that fit what was typed
    score: int = 0


class PaletteSource(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._menus = {command_id: tr(title).replace("&", "") for title, ids in MENU_BAR for command_id in ids}

    # -- commands ------------------------------------------------------------------------------------------------

    def commands(self, typed: str) -> list[Entry]:
        """Those that fit, the best first; of equals, and of all while nothing is typed, those used last."""
        recent = self._recent()
        place = {key: number for number, key in enumerate(recent)}
        found: list[Entry] = []
        for entry in self._all():
            if not typed.strip():
                found.append(entry)
            elif fits := fuzzy.match(typed, entry.title):
                found.append(_with(entry, score=fits[0], matched=fits[1]))
            elif fits := fuzzy.match(typed, f"{entry.group} {entry.title}"):
                own = tuple(at - len(entry.group) - 1 for at in fits[1] if at > len(entry.group))
                found.append(_with(entry, score=fits[0] - _BY_GROUP, matched=own))
        found.sort(key=lambda entry: (not entry.enabled, -entry.score, place.get(entry.key, len(recent))))
        return found

    def _all(self) -> list[Entry]:
        entries: list[Entry] = []
        for command in COMMANDS:
            if command.id == "view.palette":
                continue
            if command.menu:
                entries += [
                    self._choice(command, action) for action in self._window.actions_.menus[command.id].actions()
                ]
            else:
                entries.append(self._command(command))
        return [entry for entry in entries if entry.title]

    def _command(self, command: Command) -> Entry:
        action = self._window.actions_[command.id]
        return Entry(
            key=command.id,
            title=tr(command.text).replace("&", ""),
            run=lambda: self._run(command.id, action),
            icon=action.icon(),
            group=self._menus.get(command.id, ""),
            shortcut=action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
            enabled=action.isEnabled(),
            reason="" if action.isEnabled() else self._why_not(command.id),
        )

    def _choice(self, command: Command, action: QAction) -> Entry:
        """One of a command's menu."""
        allowed = self._window.actions_[command.id].isEnabled()
        key = f"{command.id}/{action.objectName() or action.text()}"
        return Entry(
            key=key,
            title="" if action.isSeparator() else f"{tr(command.text)}: {action.text()}",
            run=lambda: self._run(key, action),
            icon=icons.icon(command.icon),
            group=self._menus.get(command.id, ""),
            enabled=allowed and action.isEnabled(),
            reason="" if allowed else self._why_not(command.id),
        )

    def _run(self, key: str, action: QAction) -> None:
        recent = [key, *(other for other in self._recent() if other != key)]
        self._window.state.save_value(_SETTING, "\n".join(recent[:MOST_RECENT]))
        action.trigger()

    def _recent(self) -> list[str]:
        return self._window.state.value(_SETTING).splitlines()

    def _why_not(self, command_id: str) -> str:
        chosen = self._window.actions_.selection
        match command_id.partition(".")[0]:
            case "task" if not chosen.tasks:
                return self.tr("select a task first")
            case "frame" if chosen.frame is None:
                return self.tr("select a frame first")
            case "worker" if not chosen.workers:
                return self.tr("select a worker first")
            case _:
                return self.tr("not possible now")

    # -- tasks and frames ----------------------------------------------------------------------------------------

    def frame(self, typed: str) -> list[Entry]:
        """The frame of that number, if the task in view has it."""
        frames = self._window.frames
        if not typed.strip().lstrip("-").isdecimal() or frames.task_id is None:
            return []
        number, task_id = int(typed), frames.task_id
        if frames.position(number) is None:
            return []
        return [
            Entry(
                key=f"frame {number}",
                title=self.tr("Go to frame {0}").format(number),
                run=lambda: self._window.frame_commands.go_to(task_id, number),
                icon=icons.icon("go"),
                group=self._window.task_name(task_id) or task_id,
            )
        ]

    def find_tasks(self, typed: str) -> list[RenderTask]:
        """Runs in a thread."""
        queries = self._window.services.queries
        ids = queries.task_ids(TaskSearch.parse(typed), TaskOrder.AGE, limit=MOST_TASKS)
        found = {row.task.id: row.task for row in queries.tasks(ids=ids)} if ids else {}
        return [found[task_id] for task_id in ids if task_id in found]

    def tasks(self, typed: str, found: Sequence[RenderTask]) -> list[Entry]:
        dark = is_dark(self._window.palette())
        entries: list[Entry] = []
        for task in found:
            style = TASK_STYLES[task.status]
            fits = fuzzy.match(typed, task.name)
            entries.append(
                Entry(
                    key=f"task {task.id}",
                    title=task.name,
                    run=lambda task_id=task.id: self._window.task_commands.go_to(task_id),
                    icon=icons.icon(style.mark, style.colour(dark)),
                    group=" · ".join((task.unionid, style.text, task.id)),
                    matched=fits[1] if fits else (),
                )
            )
        return entries


def _with(entry: Entry, *, score: int, matched: tuple[int, ...]) -> Entry:
    return Entry(**{**entry.__dict__, "score": score, "matched": matched})
