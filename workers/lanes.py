"""The lanes of one process, and the watch over what they have claimed: leases renewed, lost claims stopped."""

import logging
import threading

from render_manager.domain.entities import Claim, WorkerProfile
from render_manager.domain.errors import StoreUnavailable
from render_manager.services.services import Services
from render_manager.services.store_port import TaskStore
from workers.lane import Lane
from workers.lately import Lately
from workers.periodic import Periodic
from workers.renderers.base import Installation, Renderer
from workers.signals import Signal
from workers.uploads import Uploads
from workers.workspace import Workspaces

log = logging.getLogger(__name__)

#: Seconds between two looks whether a running claim still holds. A cancelled frame's renderer ends within this and
#: the grace of process.py, together under two seconds.
WATCH_EVERY = 0.5
#: Seconds until a session is tried again where none came to be ready: whoever mended the host should not have to start
#: the worker anew, but each try may cost minutes.
WITHOUT_SESSION = 6 * 3600.0


class Lanes:
    """At most one lane per slot.

    Args:
        slots: how many frames at the same time in this process.
        stopping: set to take no new frame.
        leaving: set to hand back the frames that are rendering; other processes may set it.
        renew_every: seconds between two renewals of the leases.
        uploads: told of completed frames; None: renders stay on their host.
    """

    def __init__(
        self,
        services: Services,
        store: TaskStore,
        workspaces: Workspaces,
        profile: WorkerProfile,
        renderers: dict[str, tuple[Renderer, Installation]],
        *,
        slots: int,
        stopping: Signal,
        leaving: Signal,
        renew_every: float,
        uploads: Uploads | None = None,
    ) -> None:
        self.profile = profile
        self.renderers = renderers
        self.lifecycle = services.lifecycle
        self.workspaces = workspaces
        self.uploads = uploads
        self.stopping = stopping
        self.leaving = leaving
        self.without_session = Lately(WITHOUT_SESSION)
        self._slots = slots
        self._store = store
        self._workers = services.workers
        self._lanes: list[Lane] = []
        self._lock = threading.Lock()
        self._watch = Periodic("claim watch", self._check_claims, WATCH_EVERY)
        self._renewal = Periodic("lease renewal", self._renew, renew_every)

    def start(self) -> None:
        self._watch.start()
        self._renewal.start()
        if self.uploads:
            self.uploads.start()

    def serve(self, task_id: str = "") -> None:
        """Answer a ticket of this task: work until nothing is left."""
        lane = Lane(self)
        with self._lock:
            if self.stopping.is_set() or len(self._lanes) >= self._slots:
                return
            self._lanes.append(lane)
        try:
            if not lane.run() and task_id and (other := self.lifecycle.pass_on(task_id, self.profile)):
                log.info("Nothing here for this worker: the ticket of task %s goes to %s", task_id, other)
        except StoreUnavailable as error:
            log.warning("Work stops for now: %s", error)
        finally:
            with self._lock:
                self._lanes.remove(lane)

    def idle(self) -> bool:
        """Whether a lane is free."""
        with self._lock:
            return len(self._lanes) < self._slots and not self.stopping.is_set()

    def busy(self) -> bool:
        with self._lock:
            return bool(self._lanes)

    def abort_all(self) -> None:
        """Hand back what is rendering."""
        for lane, claim in self._held():
            lane.abort(claim)

    def close(self) -> None:
        self._watch.stop()
        self._renewal.stop()
        if self.uploads:
            self.uploads.stop()

    def _held(self) -> list[tuple[Lane, Claim]]:
        with self._lock:
            return [(lane, claim) for lane in self._lanes for claim in lane.held]

    def _renew(self) -> None:
        self._workers.renew([claim for _, claim in self._held()])

    def _check_claims(self) -> None:
        """End renderers whose claim was taken away: by a cancel, a retry elsewhere, the sweep; all, to leave."""
        held = self._held()
        claims = [claim for _, claim in held]
        lost = claims if self.leaving.is_set() else self._store.lost(claims)
        for lane, claim in held:
            if any(claim is gone for gone in lost):
                # One that does not end at once must not hold up the others.
                threading.Thread(target=lane.abort, args=(claim,), name="abort").start()
