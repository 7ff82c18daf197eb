"""The one way to do something that reads or writes outside of the program's memory: off the Qt thread.

The window's event loop is qasync's, so that a coroutine may wait for such work without blocking a repaint.
"""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from shiboken6 import isValid

from render_manager.domain.errors import RenderManagerError

log = logging.getLogger(__name__)
T = TypeVar("T")
#: Seconds after which a thread must let another one go on. Painting asks Python for one cell after the other; with the
#: usual 5 ms each of these questions would wait so long while a thread works through a list.
SWITCH = 0.0005


def new_event_loop(app: QApplication) -> QEventLoop:
    """The asyncio loop that runs inside Qt's; qasync is named here and nowhere else."""
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    return loop


def never_pause() -> None:
    """Make Python itself hold up a repaint as little as it can. For a process that is a window and nothing else."""
    sys.setswitchinterval(SWITCH)
    # What was imported stays for good. Looking through it for garbage takes 0.1 s, in which everything stands still.
    gc.freeze()


class Background:
    """Runs work in threads and gives its result, or its error, back on the Qt thread.

    Args:
        failed: told of an error for which a call names no ``failed`` of its own.
    """

    def __init__(self, failed: Callable[[Exception], None] | None = None, threads: int = 4) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="window")
        self._jobs: set[asyncio.Task[Any]] = set()  # asyncio itself keeps weak references only
        self._failed = failed or (lambda error: log.error("%s", error))
        self._closed = False

    async def call(self, work: Callable[..., T], *args: object) -> T:
        """Await ``work(*args)`` done in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    def run(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Do ``work`` in a thread, then call ``done`` with its result or ``failed`` with its error.

        Neither is called once the window is closed or ``owner``, a form perhaps, is gone.

        Errors a user can do something about are passed on as they are; any other is a fault of the program: it is
        logged with its traceback and passed on as well, so that no action ends in silence.
        """
        if not self._closed:
            self.start(self._run(work, done, failed or self._failed, owner))

    async def _run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None,
        failed: Callable[[Exception], object],
        owner: QObject | None,
    ) -> None:
        def heard() -> bool:
            return not self._closed and (owner is None or isValid(owner))

        try:
            result = await self.call(work)
        except RenderManagerError as error:
            if heard():
                failed(error)
        except Exception as error:
            log.exception("Work in the background failed.")
            if heard():
                failed(error)
        else:
            if done and heard():
                done(result)

    def start(self, job: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine of the window's own until it ends or the window closes."""
        task = asyncio.get_event_loop().create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._jobs.discard(task)
        if not task.cancelled() and (error := task.exception()):
            asyncio.get_event_loop().call_exception_handler(
                {"message": "A job of the window failed.", "exception": error, "task": task}
            )

    async def close(self) -> None:
        """Cancel what waits; threads still at work end by themselves."""
        self._closed = True
        jobs = [job for job in self._jobs if job is not asyncio.current_task()]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)
