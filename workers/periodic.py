"""A thread that does one thing again and again: every so often, and when woken."""

import logging
import threading
from collections.abc import Callable

from render_manager.domain.errors import RenderManagerError

log = logging.getLogger(__name__)


class Periodic:
    """Calls ``work`` in a thread of its own until stopped; what goes wrong in it is logged and tried again.

    Args:
        every: seconds between two calls; None: only when woken.
    """

    def __init__(self, name: str, work: Callable[[], None], every: float | None = None) -> None:
        self._name = name
        self._work = work
        self._every = every
        self._ended = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Call ``work`` now, or once more if it is at it."""
        self._woken.set()

    def stop(self, patience: float | None = None) -> None:
        """Wait until the work at hand is done, ``patience`` seconds at most, and do no more."""
        self._ended.set()
        self._woken.set()
        if self._thread.ident is not None:  # it may never have been started
            self._thread.join(patience)

    def _run(self) -> None:
        while True:
            self._woken.wait(self._every)
            self._woken.clear()
            if self._ended.is_set():
                return
            try:
                self._work()
            except RenderManagerError as error:
                log.warning("The %s must wait: %s", self._name, error)
            except Exception:
                log.exception("The %s failed", self._name)  # the next time it may not
