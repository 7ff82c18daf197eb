"""The commands on workers."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from render_manager.domain.entities import WorkerStatus
from render_manager.gui.declarations.command import Command


def can_enable(worker: WorkerStatus) -> bool:
    return not worker.enabled or worker.draining


def can_disable(worker: WorkerStatus) -> bool:
    return worker.enabled


def can_drain(worker: WorkerStatus) -> bool:
    return worker.alive and not worker.draining


def can_forget(worker: WorkerStatus) -> bool:
    return not worker.alive


WORKER_COMMANDS = (
    Command(
        id="worker.show",
        text=QT_TRANSLATE_NOOP("Commands", "Workers"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show or hide the workers of the farm"),
        icon="worker",
        shortcut="Ctrl+Shift+W",
        checked=lambda chosen: chosen.workers_shown,
        run=lambda window: window.worker_commands.show(),
    ),
    Command(
        id="worker.enable",
        text=QT_TRANSLATE_NOOP("Commands", "Enable"),
        tip=QT_TRANSLATE_NOOP("Commands", "Let the selected workers take frames again"),
        icon="worker-enable",
        shortcut="Ctrl+E",
        enabled=lambda chosen: chosen.any_worker(can_enable),
        run=lambda window: window.worker_commands.enable(),
    ),
    Command(
        id="worker.disable",
        text=QT_TRANSLATE_NOOP("Commands", "Disable…"),
        short=QT_TRANSLATE_NOOP("Commands", "Disable"),
        tip=QT_TRANSLATE_NOOP("Commands", "Let the selected workers finish their frames and take no more"),
        icon="worker-disable",
        shortcut="Ctrl+Shift+E",
        enabled=lambda chosen: chosen.any_worker(can_disable),
        run=lambda window: window.worker_commands.disable(),
    ),
    Command(
        id="worker.drain",
        text=QT_TRANSLATE_NOOP("Commands", "Drain…"),
        short=QT_TRANSLATE_NOOP("Commands", "Drain"),
        tip=QT_TRANSLATE_NOOP("Commands", "Let the selected workers finish their frames and leave"),
        icon="worker-drain",
        shortcut="Ctrl+Shift+D",
        enabled=lambda chosen: chosen.any_worker(can_drain),
        run=lambda window: window.worker_commands.drain(),
    ),
    Command(
        id="worker.forget",
        text=QT_TRANSLATE_NOOP("Commands", "Forget"),
        tip=QT_TRANSLATE_NOOP("Commands", "Drop the selected workers that are offline from all lists"),
        icon="worker-forget",
        shortcut="Ctrl+Del",
        enabled=lambda chosen: chosen.any_worker(can_forget),
        run=lambda window: window.worker_commands.forget(),
    ),
    Command(
        id="worker.go",
        text=QT_TRANSLATE_NOOP("Commands", "Go to its frame"),
        tip=QT_TRANSLATE_NOOP("Commands", "Select the task and the frame that the worker is rendering"),
        icon="go",
        enabled=lambda chosen: len(chosen.workers) == 1 and bool(chosen.workers[0].rendering),
        run=lambda window: window.worker_commands.go_to_frame(),
    ),
    Command(
        id="worker.copy_host",
        text=QT_TRANSLATE_NOOP("Commands", "Copy host"),
        icon="copy",
        enabled=lambda chosen: bool(chosen.workers),
        run=lambda window: window.worker_commands.copy_hosts(),
    ),
    Command(
        id="worker.history",
        text=QT_TRANSLATE_NOOP("Commands", "History of the worker"),
        short=QT_TRANSLATE_NOOP("Commands", "History"),
        tip=QT_TRANSLATE_NOOP("Commands", "Show or hide what became of the selected worker"),
        icon="history",
        enabled=lambda chosen: chosen.workers_shown,
        checked=lambda chosen: chosen.worker_history_shown,
        run=lambda window: window.worker_commands.show_history(),
    ),
    Command(
        id="worker.start",
        text=QT_TRANSLATE_NOOP("Commands", "Start a worker on this computer"),
        short=QT_TRANSLATE_NOOP("Commands", "Start worker"),
        icon="worker-start",
        run=lambda window: window.worker_commands.start(),
    ),
    Command(
        id="worker.start_several",
        text=QT_TRANSLATE_NOOP("Commands", "Start several workers…"),
        tip=QT_TRANSLATE_NOOP("Commands", "Start workers on this computer, that may go on when the window closes"),
        icon="worker-several",
        run=lambda window: window.worker_commands.start_several(),
    ),
    Command(
        id="worker.on_quit",
        text=QT_TRANSLATE_NOOP("Commands", "When the window closes"),
        tip=QT_TRANSLATE_NOOP("Commands", "What becomes of this computer's workers when the window closes"),
        icon="quit",
        menu=True,
        run=lambda window: None,
    ),
    Command(
        id="worker.stop",
        text=QT_TRANSLATE_NOOP("Commands", "Stop this computer's workers"),
        short=QT_TRANSLATE_NOOP("Commands", "Stop"),
        tip=QT_TRANSLATE_NOOP("Commands", "Stop the workers started here; their frames go back to the queue"),
        icon="worker-stop",
        enabled=lambda chosen: chosen.local_workers > 0,
        run=lambda window: window.worker_commands.stop(),
    ),
)
