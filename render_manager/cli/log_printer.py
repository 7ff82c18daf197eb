"""A log on the terminal: what is new of it, in whole lines."""

import sys

from render_manager.domain.logs import PORTION
from render_manager.services.log_files import LogFile
from render_manager.services.log_text import decode


class LogPrinter:
    """
    Attributes:
        file: the log that is printed; another one goes on where the one before ended, as it is the same by another way.
    """

    def __init__(self) -> None:
        self.file: LogFile | None = None
        self._end = 0
        self._rest = b""

    def print_new(self, *, last: bool) -> None:
        """Print what was not yet; a line that is not finished waits, unless this is the ``last`` time."""
        assert self.file
        while (part := self.file.read(self._end, PORTION)).data:
            self._end = part.end
            lines, line_break, rest = (self._rest + part.data).rpartition(b"\n")
            self._rest = rest
            sys.stdout.write(decode(lines + line_break).replace("\r\n", "\n"))
        if last and self._rest:
            sys.stdout.write(decode(self._rest))
            self._rest = b""
        sys.stdout.flush()
