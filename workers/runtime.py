"""One worker: its lanes, the watch over their claims, its heartbeat and its clean-ups."""

import logging
import threading
from collections.abc import Callable

from render_manager.config import Settings
from render_manager.domain.entities import Claim, WorkerProfile
from render_manager.domain.errors import RendererNotFound, StoreUnavailable, WorkspaceError
from render_manager.services.ports import ObjectStore, TaskStore, TicketQueue
from render_manager.services.services import Services
from workers.heartbeat import Heartbeat
from workers.janitor import Janitor
from workers.lane import Lane
from workers.periodic import Periodic
from workers.renderers.base import Installation, Renderer
from workers.renderers.registry import RENDERERS
from workers.workspace import Workspaces

log = logging.getLogger(__name__)

#: Seconds between two looks whether a running claim still holds. A cancelled frame's renderer ends within this and
#: the grace of process.py, together under two seconds.
WATCH_EVERY = 0.5


class WorkerRuntime:
    """Everything of a worker but Celery."""

    def __init__(
        self,
        settings: Settings,
        services: Services,
        store: TaskStore,
        queue: TicketQueue,
        objects: ObjectStore,
        profile: WorkerProfile,
        renderers: dict[str, tuple[Renderer, Installation]],
    ) -> None:
        self.profile = profile
        self.renderers = renderers
        self.lifecycle = services.lifecycle
        self.workspaces = Workspaces(settings, objects)
        self.stopping = threading.Event()
        self.leaving = threading.Event()
        self._store = store
        self._lanes: list[Lane] = []
        self._lock = threading.Lock()
        self._janitor = Janitor(services.cleanup, self.workspaces, profile.host, store)
        self._heartbeat = Heartbeat(
            self,
            store,
            queue,
            every=settings.heartbeat_seconds,
            disk=self.workspaces.root,
            wake_janitor=self._janitor.wake,
        )
        self._watcher = Periodic("claim watch", self._check_claims, WATCH_EVERY)

    def start(self) -> None:
        """Say that the worker is there, and begin to watch.

        Raises:
            StoreUnavailable: the database is away.
            WorkspaceError: the folder for workspaces can't be made.
        """
        try:
            self.workspaces.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"The folder {self.workspaces.root} for workspaces can't be made: {error.strerror}. "
                "Set WORKSPACE_ROOT_DIR to one that can."
            ) from error
        self._heartbeat.beat()
        self._heartbeat.start()
        self._janitor.start()
        self._watcher.start()

    def serve(self) -> None:
        """Answer a ticket: work until nothing is left."""
        lane = Lane(self)
        with self._lock:
            if self.stopping.is_set() or len(self._lanes) >= self.profile.slots:
                return
            self._lanes.append(lane)
        try:
            lane.run()
        except StoreUnavailable as error:
            log.warning("Work stops for now: %s", error)
        finally:
            with self._lock:
                self._lanes.remove(lane)
            self._heartbeat.wake()

    def serve_here(self) -> None:
        """Work without a ticket: the broker is away."""
        threading.Thread(target=self.serve, name="lane without ticket").start()

    def clean_up(self) -> None:
        """A clean-up was asked of this host."""
        self._janitor.wake()

    def claims(self) -> list[Claim]:
        """What is being worked on or reported now."""
        with self._lock:
            return [claim for lane in self._lanes if (claim := lane.held) is not None]

    def idle(self) -> bool:
        """Whether a lane is free."""
        with self._lock:
            return len(self._lanes) < self.profile.slots and not self.stopping.is_set()

    def stop_after_frame(self) -> None:
        self.stopping.set()

    def stop_now(self) -> None:
        """Hand back what is rendering."""
        self.stopping.set()
        self.leaving.set()
        self._each_lane(Lane.abort)

    def close(self) -> None:
        """The worker is gone from now on."""
        self.stop_now()
        self._heartbeat.stop()
        self._janitor.stop()
        self._watcher.stop()
        try:
            self.lifecycle.release_worker(self.profile.name)
        except StoreUnavailable as error:
            log.warning("Could not sign off: %s", error)

    def _each_lane(self, act: Callable[[Lane, Claim], None]) -> None:
        with self._lock:
            lanes = list(self._lanes)
        for lane in lanes:
            if claim := lane.claim:
                act(lane, claim)

    def _check_claims(self) -> None:
        """End renderers whose claim was taken away: by a cancel, a retry elsewhere, the sweep."""

        def check(lane: Lane, claim: Claim) -> None:
            if not self._store.claim_holds(claim):
                # One that does not end at once must not hold up the others.
                threading.Thread(target=lane.abort, args=(claim,), name="abort").start()

        self._each_lane(check)


def installed_renderers(
    settings: Settings,
) -> tuple[dict[str, tuple[Renderer, Installation]], tuple[str, ...]]:
    """The renderers of this host by engine, and a sentence for each one that is not there."""
    found: dict[str, tuple[Renderer, Installation]] = {}
    problems: list[str] = []
    for name, renderer in RENDERERS.items():
        configured = getattr(settings, renderer.engine.executable_setting.lower())
        try:
            found[name] = (renderer, renderer.find(configured))
        except RendererNotFound as error:
            problems.append(str(error))
    return found, tuple(problems)
