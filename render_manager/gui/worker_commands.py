"""What the commands on workers do: enabling, disabling, draining and forgetting those of the farm, and starting and
stopping this computer's own."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from render_manager.domain.entities import WorkerStatus
from render_manager.gui import text
from render_manager.gui.change_feed import Changes
from render_manager.gui.declarations.workers import can_disable, can_drain, can_enable, can_forget
from render_manager.gui.dialogs.messages import ask
from render_manager.gui.dialogs.reason import ReasonDialog
from render_manager.gui.dialogs.start_workers import StartWorkersDialog
from render_manager.gui.local_workers import OnQuit
from render_manager.gui.several import each, report

if TYPE_CHECKING:
    from render_manager.gui.main_window import MainWindow


class WorkerCommands(QObject):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._local = window.services.local_workers
        self._workers = window.services.workers
        self._dock = window.workers_dock
        self._dock.table.opened.connect(window.actions_["worker.go"].trigger)
        self._dock.table.delete_pressed.connect(window.actions_["worker.forget"].trigger)

    def show(self) -> None:
        """Show the workers, or hide them again."""
        self._dock.setVisible(self._dock.isHidden())
        if not self._dock.isHidden():
            self._dock.raise_()
            self._dock.table.setFocus()
        self._window.update_actions()

    # -- of the farm ---------------------------------------------------------------------------------------------

    def enable(self) -> None:
        self._each(self._chosen(can_enable), self._workers.enable, self.tr("Enabled: {0}"))

    def disable(self) -> None:
        if not (chosen := self._chosen(can_disable)):
            return
        disabled = self.tr("Disabled: {0}")
        ReasonDialog(
            self._window,
            title=self.tr("Disable"),
            question=self._question(chosen, self.tr("Disable the worker {0}?"), self.tr("Disable {0} workers?")),
            effect=self.tr(
                "Frames being rendered are finished; no more are taken, not even after a restart, until enabled again."
            ),
            yes=self.tr("Disable"),
            then=lambda why: self._each(chosen, lambda name: self._workers.disable(name, why), disabled),
        ).open()

    def drain(self) -> None:
        """Asks first: who has left must be started again on its host."""
        if not (chosen := self._chosen(can_drain)):
            return
        rendering = sum(len(worker.rendering) for worker in chosen)
        ask(
            self._window,
            title=self.tr("Drain"),
            question=self._question(chosen, self.tr("Let the worker {0} leave?"), self.tr("Let {0} workers leave?")),
            numbers=self.tr(
                "Frames finished first: {0}\nTo render again, they must be started again on their hosts."
            ).format(text.number(rendering)),
            yes=self.tr("Finish and leave"),
            no=self.tr("Keep"),
            then=lambda: self._each(chosen, self._workers.drain, self.tr("Finishing and leaving: {0}")),
            danger=False,
        )

    def forget(self) -> None:
        self._each(self._chosen(can_forget), self._workers.forget, self.tr("Forgotten: {0}"))

    def go_to_frame(self) -> None:
        for worker in self._chosen(lambda worker: bool(worker.rendering))[:1]:
            frame = worker.rendering[0]
            self._window.frame_commands.go_to(frame.task_id, frame.frame_number)

    def copy_hosts(self) -> None:
        hosts = list(dict.fromkeys(worker.profile.host for worker in self._chosen(lambda worker: True)))
        QGuiApplication.clipboard().setText("\n".join(hosts))
        self._window.say(self.tr("Copied: {0}").format(", ".join(hosts)))

    def show_history(self) -> None:
        history = self._dock.history
        history.setVisible(history.isHidden())
        self._window.update_actions()

    def _chosen(self, test: Callable[[WorkerStatus], bool]) -> list[WorkerStatus]:
        return [worker for worker in self._dock.selected_rows() if test(worker)]

    def _question(self, workers: Sequence[WorkerStatus], one: str, many: str) -> str:
        return one.format(workers[0].profile.name) if len(workers) == 1 else many.format(len(workers))

    def _each(self, workers: Sequence[WorkerStatus], work: Callable[[str], object], said: str) -> None:
        names = [worker.profile.name for worker in workers]
        if names:
            self._window.background.run(
                partial(each, work, names), done=lambda refusals: self._did(names, said.format(_few(names)), refusals)
            )

    def _did(self, names: Sequence[str], said: str, refusals: Sequence[str]) -> None:
        self._window.live.note(Changes(workers=True))
        many = self.tr("{0} of {1} workers refused.").format(len(refusals), len(names))
        report(self._window, refusals, said, many)

    # -- this computer's own -------------------------------------------------------------------------------------

    def start(self, count: int = 1) -> None:
        self._window.say(self.tr("Starting workers…") if count > 1 else self.tr("Starting a worker…"))
        stay = self._window.local_workers.on_quit is OnQuit.STAY
        self._window.background.run(
            lambda: [self._local.start(stay=stay) for _ in range(count)],
            done=lambda names: self._done(self.tr("Workers started: {0}").format(", ".join(names))),
        )

    def start_several(self) -> None:
        StartWorkersDialog(self._window, self._window.local_workers.on_quit, self._start_chosen).open()

    def _start_chosen(self, count: int, on_quit: OnQuit) -> None:
        self._window.local_workers.choose(on_quit)
        self.start(count)

    def stop(self) -> None:
        self._window.say(self.tr("Stopping this computer's workers…"))
        self._window.background.run(self._local.stop, done=lambda _: self._done(self.tr("Workers stopped.")))

    def _done(self, said: str) -> None:
        self._window.say(said)
        self._window.live.note(Changes(workers=True))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else text.number(len(names))
