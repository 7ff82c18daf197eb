"""What was rendered goes into the object store, beside the renders: a thread of its own that no lane ever waits for.

Frames just completed wait in a queue. It may lose them, by its bound or with this process: what is missing in the
object store is told by the database, and looked for at the start, after each failure and once a minute.
"""

import logging
import random
import time
import zlib
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from render_manager.domain.entities import Claim, RenderFrame, RenderTask, WorkerProfile, Workspace
from render_manager.domain.errors import (
    NotEnoughSpace,
    ObjectNotFound,
    ObjectPathError,
    ObjectStoreError,
    RenderManagerError,
    StoreUnavailable,
)
from render_manager.services.give_back import GiveBack
from workers.periodic import Periodic
from workers.signals import Signal

log = logging.getLogger(__name__)

#: The most frames that wait in the queue; what is more is found in the database.
MOST_WAITING = 1000
#: Seconds between two looks for what is missing.
LOOK_EVERY = 60.0
#: Seconds until the next try where the object store failed; twice as long each time, up to the second number.
RETRY_AFTER, LONGEST_PAUSE = 5.0, 60.0
#: A task of which nothing was missing is looked at again when it changed, or after so many seconds.
SETTLED_FOR = 600.0
_TICK = 1.0
#: So many frames of a host are uploaded at the same time by its processes, at the most.
_LOCKS = 64
#: After so many failures in a row the object store counts as away.
_FAILURES = 3


class _Stopped(Exception):
    """This process leaves: the next one goes on."""


class Uploads:
    """
    Args:
        folder: for locks against the other processes of this host.
        leaving: set when the worker must go at once.
        looks: whether to look for what earlier processes, or the queue, left.
    """

    def __init__(
        self, give_back: GiveBack, profile: WorkerProfile, folder: Path, leaving: Signal, *, looks: bool = True
    ) -> None:
        self._give_back = give_back
        self._profile = profile
        self._folder = folder
        self._leaving = leaving
        self._looks = looks
        self._waiting: deque[tuple[RenderTask, int]] = deque(maxlen=MOST_WAITING)
        self._logs: deque[tuple[RenderTask, Path]] = deque(maxlen=MOST_WAITING)
        self._look_at = 0.0  # monotonic time
        self._pause_until = 0.0
        self._pause = RETRY_AFTER
        self._settled: dict[str, tuple[float, float]] = {}  # task: its last change, and until when that is trusted
        self._failures = 0  # in a row
        self._stopping = False
        self._thread = Periodic("upload of renders", self._work, _TICK)

    def start(self) -> None:
        self._thread.start()
        self._thread.wake()

    def stop(self) -> None:
        """End within a moment."""
        self._stopping = True
        self._thread.stop()

    def completed(self, claim: Claim) -> None:
        """The claim's frame has its image. Takes no time."""
        self._waiting.append((claim.task, claim.frame_number))
        self._thread.wake()

    def failed(self, claim: Claim, log_path: Path) -> None:
        """The claim's frame has only a log. It may be lost, as nothing but its host's disk remembers it."""
        self._logs.append((claim.task, log_path))
        self._thread.wake()

    def finish(self) -> None:
        """Upload what this host still has, unless the object store fails or the worker must go at once. What is left
        is the next worker's of this host."""
        self._thread.stop()
        self._look_at = self._pause_until = 0.0
        try:
            self._work()
        except (RenderManagerError, OSError) as error:  # leaving goes on
            log.warning("Renders are left for the next worker to upload: %s", error)

    def outstanding(self, workspace: Workspace) -> int:
        """How many images a clean-up of the workspace would lose."""
        return len(self._give_back.outstanding(workspace.task_id))

    # -- in the thread -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        if time.monotonic() < self._pause_until:
            return
        self._failures = 0
        try:
            self._send_waiting()
            if self._looks and time.monotonic() >= self._look_at:
                self._look()
        except _Stopped:
            return
        except (ObjectStoreError, NotEnoughSpace, StoreUnavailable) as error:
            log.warning("Renders wait to be uploaded: %s", error)
            self._waiting.clear()
            self._look_at = self._pause_until = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _send_waiting(self) -> None:
        while self._waiting:
            self._send(*self._waiting.popleft())
        while self._logs:
            self._check_stop()
            task, path = self._logs.popleft()
            try:
                self._give_back.send_log(task, path, self._check_stop)
            except (ObjectNotFound, ObjectPathError) as error:
                log.warning("The log %s is not uploaded: %s", path.name, error)

    def _look(self) -> None:
        """Find what is missing. One process of the host does it."""
        with self._lock("look", wait=False) as mine:
            if mine:
                workspaces = self._give_back.workspaces_of(self._profile.host)
                tasks = self._give_back.tasks([workspace.task_id for workspace in workspaces])
                # In any order: one whose images are refused must not hold up all others each time.
                for task in random.sample(tasks, len(tasks)):
                    self._look_through(task)
        if self._failures:
            raise ObjectStoreError("Some could not be uploaded.")
        self._look_at = time.monotonic() + LOOK_EVERY

    def _look_through(self, task: RenderTask) -> None:
        changed, trusted = self._settled.get(task.id, (None, 0.0))
        if changed == task.updated_at and time.monotonic() < trusted:
            return
        missing = self._give_back.outstanding(task.id, self._profile.host)
        for frame in missing:
            self._send_waiting()  # there may be hours of what is missing
            self._send(task, frame.frame_number)
        if not missing:
            self._settled[task.id] = (task.updated_at, time.monotonic() + SETTLED_FOR)

    def _send(self, task: RenderTask, number: int) -> None:
        """Upload a frame, unless another process of this host has, or somebody wants it rendered again."""
        with self._lock(f"{zlib.crc32(f'{task.id} {number}'.encode()) % _LOCKS:02d}"):
            frame = self._give_back.still_wanted(task.id, number)
            if frame is not None:
                self._upload(task, frame)

    def _upload(self, task: RenderTask, frame: RenderFrame) -> None:
        what = f"task {task.id} frame {frame.frame_number}"
        try:
            if self._give_back.send(task, frame, self._profile.host, self._check_stop):
                log.info("Uploaded %s", what)
            self._failures, self._pause = 0, RETRY_AFTER
        except (ObjectNotFound, ObjectPathError) as error:
            log.warning("Uploading %s failed: %s", what, error)  # this one's own fault; the others go on
        except ObjectStoreError as error:
            self._failures += 1
            self._look_at = 0.0
            if self._failures >= _FAILURES:
                raise
            log.warning("Uploading %s failed: %s", what, error)

    def _check_stop(self, done: int = 0, total: int | None = None) -> None:
        if self._leaving.is_set() or self._stopping:
            raise _Stopped

    @contextmanager
    def _lock(self, name: str, *, wait: bool = True) -> Generator[bool]:
        """Hold the lock; gives False if another process has it and is not to be waited for."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f"upload-{name}.lock")
        acquired = self._acquire(lock.acquire, wait=wait)
        try:
            yield acquired
        finally:
            if acquired:
                lock.release()

    def _acquire(self, acquire: Callable[..., object], *, wait: bool) -> bool:
        while True:
            self._check_stop()
            try:
                acquire(timeout=0.5 if wait else 0)
                return True
            except Timeout:
                if not wait:
                    return False
