"""Where a task's workspace is, as seen from this computer."""

import socket
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from render_manager.domain.entities import RenderTask, WorkspaceState
from render_manager.domain.errors import RenderManagerError
from render_manager.services.queries import Queries


class WorkspaceElsewhere(RenderManagerError):
    """It is on a disk that can't be read from here; ``path`` is its place there."""

    def __init__(self, sentence: str, path: str) -> None:
        super().__init__(sentence)
        self.path = path


def find_workspace(queries: Queries, task: RenderTask) -> Path:
    """The folder, if this computer has it or shares the host's disk; runs in a thread.

    Raises:
        WorkspaceElsewhere: only other hosts have it.
        RenderManagerError: there is none.
    """
    here = socket.gethostname()
    known = [each for each in queries.workspaces(task.id) if each.state is not WorkspaceState.REMOVED]
    known.sort(key=lambda each: each.host != here)
    for each in known:
        if Path(each.path).is_dir():
            return Path(each.path)
    translate = QCoreApplication.translate
    if not known:
        words = translate("Workspace", "{0} has no workspace: no host has prepared it yet, or it was cleaned up.")
        raise RenderManagerError(words.format(task.name))
    where = "\n".join(f"{each.host}: {each.path}" for each in known)
    words = translate("Workspace", "The workspace is not on this computer. Its path is copied; open it there:\n{0}")
    raise WorkspaceElsewhere(words.format(where), known[0].path)
