"""The bytes of a log, to be read here and there and again: what came from another host is kept in a temporary file."""

import tempfile
from threading import Lock

from render_manager.domain.errors import LogUnavailable
from render_manager.domain.logs import PORTION
from render_manager.services.log_files import LogFile


class LogBytes:
    """Any thread may read. What is asked of another host must adjoin what was asked before, at one end or the other."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self._kept = None if file.path else tempfile.TemporaryFile(prefix="render-manager-log-")  # noqa: SIM115
        self._begin = self._end = 0
        self._lock = Lock()

    def __del__(self) -> None:
        if self._kept is not None:  # it goes with the last one who reads, in whatever thread
            self._kept.close()

    @property
    def far(self) -> bool:
        """Whether it is another host that reads it."""
        return self._kept is not None

    def size(self) -> int:
        return self.file.read(0, 0).size

    def read(self, start: int, end: int) -> bytes:
        """Raises LogUnavailable where the log is shorter: it was replaced; BrokerUnavailable."""
        kept = self._read_kept(start, end)
        if kept is not None:
            return kept
        parts: list[bytes] = []
        at = start
        while at < end:
            part = self.file.read(at, end - at)
            if not part.data:
                raise LogUnavailable(f"The log {self.file.where} became shorter while it was read.")
            parts.append(part.data)
            at = part.end
        data = b"".join(parts)
        self._keep(start, data)
        return data

    def _read_kept(self, start: int, end: int) -> bytes | None:
        with self._lock:
            if self._kept is None or not self._begin <= start <= end <= self._end:
                return None
            self._kept.seek(start)
            return self._kept.read(end - start)

    def _keep(self, start: int, data: bytes) -> None:
        with self._lock:
            if self._kept is None:
                return
            end = start + len(data)
            apart = end < self._begin or start > self._end
            self._kept.seek(start)  # a hole takes no room
            self._kept.write(data)
            self._begin = start if apart or self._begin == self._end else min(self._begin, start)
            self._end = end if apart else max(self._end, end)

    @property
    def step(self) -> int:
        """Bytes that are best read at once."""
        return PORTION if self.far else 16 * PORTION
