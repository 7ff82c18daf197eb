"""Reading logs of this host's workspaces for people elsewhere.

The request names task, frame and attempt, never a path: what is read is a log of a workspace, whatever is asked.
"""

import base64
import zlib
from pathlib import Path

from render_manager.domain.errors import LogUnavailable
from render_manager.domain.logs import PORTION, LogId, LogPart
from workers.workspace import LOGS_DIR_NAME


class LogReader:
    """Args: root: the folder of this host's workspaces."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, log: LogId, start: int, limit: int) -> LogPart:
        """Raises LogUnavailable."""
        path = self._path(log)
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
                start = max(min(start, size), 0)
                file.seek(start)
                return LogPart(file.read(max(min(limit, PORTION), 0)), start, size)
        except OSError as error:
            raise LogUnavailable(f"The log {path} can't be read: {error.strerror or error}.") from error

    def answer(
        self, *, task_id: object, frame: int, attempt: int, loading: bool, start: int, limit: int
    ) -> dict[str, object]:
        """What goes back through the broker: small, since logs compress well; an error as its sentence."""
        try:
            part = self.read(LogId(str(task_id), int(frame), int(attempt), bool(loading)), int(start), int(limit))
        except (LogUnavailable, ValueError, TypeError) as error:
            return {"error": str(error)}
        data = base64.b64encode(zlib.compress(part.data, 1)).decode("ascii")
        return {"data": data, "start": part.start, "size": part.size}

    def _path(self, log: LogId) -> Path:
        """Task ids are unique: no user needs to be named. A link is not followed: it may lead out of the workspace."""
        if not log.task_id.isalnum():
            raise LogUnavailable(f"{log.task_id!r} is no task's id.")
        root = self._root.resolve()
        for folder in root.glob(f"*/{log.task_id}/{LOGS_DIR_NAME}"):
            path = folder / log.file_name
            try:
                if path.is_file() and path.resolve() == path and path.relative_to(root):
                    return path
            except OSError:
                continue
        raise LogUnavailable(f"The log {log.file_name} of task {log.task_id} is not on this host any more.")
