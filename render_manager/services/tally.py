"""Several transfers at a time, told as one."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from render_manager.services.ports import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 4


class Tally:
    """Adds up the bytes of all transfers for one callback, which is called from several threads, one at a time.

    What the callback raises is kept and raised again in every other transfer, so that all end.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.total: int | None = None
        self._progress = progress
        self._done = 0
        self._stopped: BaseException | None = None
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """So many bytes more are done."""
        with self._lock:
            if self._stopped is not None:
                raise self._stopped
            self._done += count
            if self._progress is not None:
                try:
                    self._progress(self._done, self.total)
                except BaseException as error:
                    self._stopped = error
                    raise

    def transfer(self) -> Progress:
        """The progress callback of one transfer. It may begin again: then bytes are taken off."""
        before = 0

        def tell(done: int, _: int | None) -> None:
            nonlocal before
            count, before = done - before, done
            self.add(count)

        return tell

    def stop(self, error: BaseException) -> None:
        """End all transfers."""
        with self._lock:
            self._stopped = self._stopped or error

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Do the work for all items, a few at a time; the first error ends all and is raised."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix="transfer") as pool:
            futures = [pool.submit(self._one, work, item) for item in items]
            try:
                return [future.result() for future in futures]
            except BaseException as error:
                self.stop(error)
                for future in futures:
                    future.cancel()
                raise

    def _one(self, work: Callable[[Item], Result], item: Item) -> Result:
        try:
            self.add(0)
            return work(item)
        except BaseException as error:
            self.stop(error)
            raise
