"""A worker whose database is of another version says so and waits, until either of them has been updated."""

import logging
import os
import sys
import time

from render_manager.config import Settings
from render_manager.domain.errors import StoreUnavailable
from render_manager.store.engine import open_engine
from render_manager.store.migrate import current_version, installed_version, misfit, newest_version

log = logging.getLogger(__name__)

#: Seconds between two lines in the log that say the same.
SAY_EVERY = 600.0
#: Seconds until an update that was seen counts as done: its files come one by one.
SETTLED_AFTER = 5.0


def wait_for_version(settings: Settings) -> bool:
    """Wait, without end, until the database is at the version of this process (True) or of the program that has been
    installed in its place meanwhile (False)."""
    engine, say = open_engine(settings.effective_database_url), _Said()
    while True:
        try:
            found = current_version(engine)
            if found == newest_version():
                engine.dispose()
                return True
            if found == installed_version():
                time.sleep(SETTLED_AFTER)
                return False
            say(misfit(found))
        except StoreUnavailable as error:
            say(str(error))
        time.sleep(settings.heartbeat_seconds)


def start_anew() -> int:
    """Become the program that is installed now, with the same arguments. Returns, with the exit code, only on Windows,
    where a process can't be another: whoever keeps the worker running starts it again."""
    log.warning("This worker starts anew")
    if os.name != "nt":
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    return 1


class _Said:
    """Says something else at once, and the same again from time to time."""

    def __init__(self) -> None:
        self._last = ""
        self._at = 0.0

    def __call__(self, reason: str) -> None:
        if reason != self._last or time.monotonic() - self._at > SAY_EVERY:
            self._last, self._at = reason, time.monotonic()
            log.warning("This worker waits. %s", reason)
