"""Workers coming and going: registering, heartbeats, leases, the sweep of what lost ones left, and what people want
of them."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from render_manager.domain.audit import Action, AuditEntry
from render_manager.domain.entities import Claim, HostLoad, WorkerOrders, WorkerProfile
from render_manager.domain.errors import BrokerUnavailable, IllegalMove, WorkerNameTaken, WorkerNotFound
from render_manager.domain.notices import Notice, Topic
from render_manager.services.double_names import is_new, why_turned_away
from render_manager.services.endings import take_back
from render_manager.services.lifecycle import Lifecycle
from render_manager.services.retention import Retention

log = logging.getLogger(__name__)

SWEEP, TRIM, RETAIN = "sweep", "trim the record", "clean up old tasks"
TRIM_EVERY = 600.0
RETAIN_EVERY = 600.0


class Workers:
    """Everything about workers that is not a frame.

    Args:
        sweep_every: seconds between two sweeps of the farm.
        keep_entries: the record keeps so many entries of a task ...
        keep_days: ... and none that is older.
        retention: asks for the clean-up of old tasks; None: nothing is cleaned up by itself.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        *,
        sweep_every: float,
        keep_entries: int = 5000,
        keep_days: float = 90.0,
        retention: Retention | None = None,
    ) -> None:
        self._lifecycle = lifecycle
        self._store = lifecycle.store
        self._rules = lifecycle.rules
        self._sweep_every = sweep_every
        self._keep_entries = keep_entries
        self._keep_days = keep_days
        self._retention = retention

    # -- for the worker itself -----------------------------------------------------------------------------------

    def register(self, profile: WorkerProfile, process_lives: Callable[[int], bool] = lambda pid: True) -> None:
        """A worker starts under its name.

        What an earlier worker of that name left is taken back at once. ``process_lives`` tells whether a process id
        of this host is alive: the name of one that was killed is free at once, elsewhere when its heartbeats fail.

        Raises:
            WorkerNameTaken: a live worker has the name.
        """
        last, dead = self._store.worker_instance(profile.name), None
        if last and last[0] == profile.host and not process_lives(last[1]):
            dead = last[2]
        with self._store.transaction() as tx:
            registered = tx.register_worker(profile, alive_within=self._rules.alive_within, dead=dead)
            if registered:
                tx.record([self._entry(Action.JOIN, profile.name)])
        if not registered:
            self.turned_away(profile)
            raise WorkerNameTaken(f"A worker named {profile.name} is online already: choose another name.")
        self._take_back(profile.name)
        self._announce()

    def turned_away(self, profile: WorkerProfile) -> None:
        """Another worker has its name: that goes on record."""
        holder = self._store.worker_instance(profile.name)
        if holder is None or holder[2] == profile.instance:
            return  # it was forgotten: nobody has its name
        why = why_turned_away(profile.host, holder[0])
        if is_new(self._store, profile.name, why):
            with self._store.transaction() as tx:
                tx.record([self._entry(Action.TURN_AWAY, profile.name, why)])

    def beat(self, profile: WorkerProfile, load: HostLoad | None = None) -> WorkerOrders | None:
        """The worker lives; what people want of it. None: it was forgotten, or another has its name now."""
        with self._store.transaction() as tx:
            orders = tx.beat_worker(profile, load or HostLoad())
        self._announce()
        return orders

    def renew(self, claims: Sequence[Claim]) -> None:
        """Renew the leases of what a worker is working on, and of nothing else: a claim that it lost track of must
        come to its end."""
        for claim in claims:
            # One by one: two frames locked without their task's row could wait for each other with a cancel.
            with self._store.transaction() as tx:
                tx.renew_lease(claim, self._rules.lease_seconds)

    def sign_off(self, profile: WorkerProfile) -> None:
        """The worker leaves: what it still has goes back at once. Nothing happens if its name is another's, or was
        never its own."""
        with self._store.transaction() as tx:
            if not tx.sign_off(profile):
                return
            tx.record([self._entry(Action.LEAVE, profile.name)])
        self._take_back(profile.name)
        self._announce()

    # -- for all -------------------------------------------------------------------------------------------------

    def housekeeping(self) -> int:
        """What one worker does for the farm when it is due: sweep, trim the record, have old tasks cleaned up; how many
        frames were swept."""
        swept = self.sweep() if self._my_turn(SWEEP, self._sweep_every, grace=self._rules.lease_seconds / 2) else 0
        if self._my_turn(TRIM, TRIM_EVERY):
            with self._store.transaction() as tx:
                tx.trim_audit(keep_per_task=self._keep_entries, keep_days=self._keep_days)
        if self._retention and self._my_turn(RETAIN, RETAIN_EVERY):
            self._retention.carry_out()
        return swept

    def _my_turn(self, duty: str, every: float, **how: Any) -> bool:
        # After the database was away nobody is swept until all had time to renew their leases: hence the grace.
        with self._store.transaction() as tx:
            return tx.take_turn(duty, every=every, **how)

    def sweep(self) -> int:
        """Take back the frames that lost workers left: to pending, or to failed once their attempts are used up."""
        with self._store.transaction() as tx:
            task_ids = tx.tasks_with_expired_leases()
        swept = 0
        for task_id in task_ids:
            with self._lifecycle.change(task_id, Action.LOSE, "The lease ended without a heartbeat.") as change:
                swept += take_back(change, lease_expired=True)
        return swept

    def release(self, name: str) -> None:
        """A local worker's process is gone for good: take back at once what it had, without waiting for the lease's
        end, and forget it."""
        with self._store.transaction() as tx:
            tx.remove_worker(name)
        self._take_back(name)
        self._announce()

    def _take_back(self, name: str) -> None:
        with self._store.transaction() as tx:
            task_ids = tx.tasks_claimed_by(name)
        for task_id in task_ids:
            with self._lifecycle.change(task_id, Action.LOSE, f"Worker {name} is gone.") as change:
                take_back(change, worker=name)

    # -- for people ----------------------------------------------------------------------------------------------

    def enable(self, name: str) -> None:
        """Let it take frames again. Raises WorkerNotFound."""
        self._order(name, Action.ENABLE, enabled=True, draining=False)

    def disable(self, name: str, why: str | None = None) -> None:
        """Let it finish its frames and take no more until it is enabled; kept over restarts. Raises WorkerNotFound."""
        self._order(name, Action.DISABLE, why, enabled=False)

    def drain(self, name: str) -> None:
        """Let it finish its frames and leave. Raises WorkerNotFound; IllegalMove if it is not online."""
        if name in {
            worker.profile.name for worker in self._store.workers(self._rules.alive_within) if not worker.alive
        }:
            raise IllegalMove(f"Worker {name} is offline: there is nothing to drain.")
        self._order(name, Action.DRAIN, draining=True)

    def forget(self, name: str) -> None:
        """Drop an offline worker from all lists. Raises WorkerNotFound; IllegalMove if it is online."""
        if name in {worker.profile.name for worker in self._store.workers(self._rules.alive_within) if worker.alive}:
            raise IllegalMove(f"Worker {name} is online: stop it first.")
        with self._store.transaction() as tx:
            if not tx.remove_worker(name):
                raise _no_worker(name)
        self._announce()

    def _order(
        self,
        name: str,
        action: Action,
        why: str | None = None,
        *,
        enabled: bool | None = None,
        draining: bool | None = None,
    ) -> None:
        with self._store.transaction() as tx:
            if not tx.order_worker(name, enabled=enabled, draining=draining):
                raise _no_worker(name)
            tx.record([self._entry(action, name, why)])
        try:
            self._lifecycle.queue.ring_worker(name, "")  # an idle one looks at once what is wanted of it
        except BrokerUnavailable as error:
            log.warning("%s", error)  # its next heartbeat tells it
        self._announce()

    def _entry(self, action: Action, name: str, why: str | None = None) -> AuditEntry:
        return AuditEntry(actor=self._lifecycle.actor, action=action, worker=name, why=why)

    def _announce(self) -> None:
        self._lifecycle.bus.publish(Notice(Topic.WORKERS))


def _no_worker(name: str) -> WorkerNotFound:
    return WorkerNotFound(f"There is no worker {name!r}; `render-manager workers` lists them.")
