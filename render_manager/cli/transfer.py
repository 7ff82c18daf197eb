"""A transfer on a terminal: how far it is, and Ctrl+C."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from render_manager.domain.errors import RenderManagerError
from render_manager.services.ports import Progress as Told

Result = TypeVar("Result")

#: Seconds between two looks for Ctrl+C: Windows does not hear it while a thread is waited for without a limit.
_LOOK = 0.2


class _Stopped(RenderManagerError):
    """Ended by Ctrl+C."""


def transferring(what: str, work: Callable[[Told], Result]) -> Result:
    """Do the work, which tells its progress to what it is given; its result.

    The bar is on the error stream, where it stays out of the way of what a command prints, and only on a terminal.
    Ctrl+C ends the transfer within a moment and raises KeyboardInterrupt; the same command goes on with it.
    """
    stop = threading.Event()
    with _Bar(what) as bar, ThreadPoolExecutor(1) as pool:

        def tell(done: int, total: int | None) -> None:
            if stop.is_set():
                raise _Stopped("Stopped.")
            bar.show(done, total)

        future = pool.submit(work, tell)
        try:
            return _wait(future)
        except KeyboardInterrupt:
            stop.set()
            raise


def _wait(future: Future[Result]) -> Result:
    while True:
        try:
            return future.result(_LOOK)
        except TimeoutError:
            if future.done():
                return future.result()


class _Bar:
    """Comes with the first word, so that what transfers nothing shows nothing."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._progress.stop()

    def show(self, done: int, total: int | None) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = self._progress.add_task(self._what, total=total)
            self._progress.start()
        self._progress.update(self._bar, completed=done, total=total)
