"""One worker: its lanes, its heartbeat and its clean-ups."""

import logging
import threading
from collections.abc import Callable

import psutil

from render_manager.config import Settings
from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import (
    RendererNotFound,
    RenderManagerError,
    StoreOfAnotherVersion,
    StoreUnavailable,
    WorkspaceError,
)
from render_manager.services.ports import ObjectStore, TicketQueue
from render_manager.services.services import Services
from render_manager.services.store_port import TaskStore
from workers.heartbeat import Heartbeat
from workers.janitor import Janitor
from workers.lanes import Lanes
from workers.renderers.base import Installation, Renderer
from workers.renderers.registry import RENDERERS
from workers.signals import Signal
from workers.uploads import Uploads
from workers.workspace import Workspaces

log = logging.getLogger(__name__)


class WorkerRuntime:
    """Everything of a worker but Celery.

    Args:
        lanes_elsewhere: the pool's own child processes have the lanes (Celery's prefork pool).
        stopping, leaving: see Lanes.
    """

    def __init__(
        self,
        settings: Settings,
        services: Services,
        store: TaskStore,
        queue: TicketQueue,
        objects: ObjectStore,
        profile: WorkerProfile,
        renderers: dict[str, tuple[Renderer, Installation]],
        *,
        stopping: Signal,
        leaving: Signal,
        lanes_elsewhere: bool = False,
    ) -> None:
        self.profile = profile
        self.stopping = stopping
        self.leaving = leaving
        self.told_to_leave = False  #: by whoever started it, or the system
        self.misfit: StoreOfAnotherVersion | None = None  #: why it leaves, if the database was upgraded under it
        self.leave: Callable[[], None] = lambda: None  #: ends the process once its frames are done; set by the pool
        self._settings = settings
        self._renderers = renderers
        self._workers = services.workers
        self._store = store
        self._lanes_elsewhere = lanes_elsewhere
        self._registered = False
        self._root = settings.workspace_root
        self.lanes = self._make_lanes(services, store, objects, 0 if lanes_elsewhere else profile.slots)
        self._janitor = Janitor(services.cleanup, self.lanes.workspaces, profile.host, store, self.lanes.uploads)
        self._heartbeat = Heartbeat(
            self,
            self._workers,
            store,
            queue,
            every=settings.heartbeat_seconds,
            free_disk=self.lanes.workspaces.free_disk,
            janitor=self._janitor,
        )

    def _make_lanes(self, services: Services, store: TaskStore, objects: ObjectStore, slots: int) -> Lanes:
        workspaces = Workspaces(self._settings, objects)
        in_child = slots > 0 and self._lanes_elsewhere
        return Lanes(
            services,
            store,
            workspaces,
            self.profile,
            self._renderers,
            slots=slots,
            stopping=self.stopping,
            leaving=self.leaving,
            renew_every=self._settings.heartbeat_seconds,
            uploads=Uploads(services.give_back, self.profile, workspaces.locks, self.leaving, looks=not in_child)
            if self._settings.upload_renders
            else None,
        )

    def move_in(self, services: Services, store: TaskStore, objects: ObjectStore) -> Lanes:
        """In a child process of the pool: have one lane here, and clean-ups whose ticket comes here, on connections of
        its own."""
        self.lanes = self._make_lanes(services, store, objects, 1)
        self._janitor = Janitor(services.cleanup, self.lanes.workspaces, self.profile.host, store, self.lanes.uploads)
        self.lanes.start()
        self._janitor.start()
        return self.lanes

    def move_out(self) -> None:
        """The child process ends."""
        self._janitor.stop()
        self.lanes.close()

    def open(self) -> None:
        """Say that the worker is there. Starts no thread.

        Raises:
            WorkerNameTaken: a live worker has its name.
            StoreUnavailable: the database is away.
            WorkspaceError: the folder for workspaces can't be made.
        """
        root = self._root
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"The folder {root} for workspaces can't be made: {error.strerror}. "
                "Set WORKSPACE_ROOT_DIR to one that can."
            ) from error
        self._registered = True  # before it is: a signal may come in between
        try:
            self._workers.register(self.profile, psutil.pid_exists)
        except RenderManagerError:
            self._registered = False
            raise

    def start(self) -> None:
        """Begin to watch and to look for work."""
        self._heartbeat.start()
        self._janitor.start()
        self.lanes.start()

    def serve(self, task_id: str = "") -> None:
        """Answer a ticket. One without a task only says that there may be orders."""
        self._heartbeat.wake()
        self.lanes.serve(task_id)
        self._heartbeat.wake()

    def serve_here(self) -> None:
        """Work without a ticket: the broker is away."""
        if not self._lanes_elsewhere:  # child processes get their work from the broker only
            threading.Thread(target=self.lanes.serve, name="lane without ticket").start()

    def clean_up(self) -> None:
        """A clean-up was asked of this host."""
        self._janitor.wake()

    def idle(self) -> bool:
        """Whether it could take a frame."""
        if self.stopping.is_set():
            return False
        if self._lanes_elsewhere:
            return self._store.claimed_by(self.profile.name) < self.profile.slots
        return self.lanes.idle()

    def stop_after_frame(self) -> None:
        self.stopping.set()

    def stop_now(self) -> None:
        """Hand back what is rendering."""
        self.stopping.set()
        self.leaving.set()
        self.lanes.abort_all()

    def drain(self) -> None:
        """Finish the frames, then leave."""
        self.stop_after_frame()
        self.leave()

    def superseded(self) -> None:
        """Another worker has this one's name: everything it has belongs to that one now."""
        log.error("Another worker named %s has started: this one leaves", self.profile.name)
        self.stop_now()
        self.leave()

    def outdated(self, error: StoreOfAnotherVersion) -> None:
        """The database was upgraded: what this worker holds is another's once its leases end."""
        if self.misfit is None:
            self.misfit = error
            log.error("Work ends: %s", error)
            self.stop_now()
            self.leave()

    def close(self) -> None:
        """The worker is gone from now on. One that may take its time uploads first what its host has."""
        if self._registered and self.lanes.uploads and not self.leaving.is_set():
            self.lanes.uploads.finish()
        self.stop_now()
        self._heartbeat.stop()
        self._janitor.stop()
        self.lanes.close()
        if not self._registered:
            return
        try:
            self._workers.sign_off(self.profile)
        except StoreUnavailable as error:
            log.warning("Could not sign off: %s", error)


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
