"""Two workers with one name: how it is written down, and found again.

A name belongs to one live worker. A second one is turned away when it starts; where two machines have one host name,
each takes the other for dead and they push one another out. Both leave an entry in the record.
"""

from collections.abc import Iterable, Mapping

from render_manager.domain.audit import Action, AuditEntry
from render_manager.domain.entities import WorkerStatus
from render_manager.services.store_port import TaskStore

#: Seconds for which it counts, unless the host has had a worker since.
LATELY = 3600.0
#: A supervisor may start a worker again every second: seconds for which one entry will do.
ONCE_IN = 60.0
#: Entries of a worker that are looked through.
_LOOKED_AT = 20


def why_turned_away(host: str, holder: str) -> str:
    """Of a worker of ``host``, since one of ``holder`` has its name."""
    return f"A worker of host {host} was turned away: a worker of host {holder} has the name."


def is_new(store: TaskStore, name: str, why: str) -> bool:
    """Whether it was not written down just now."""
    last = store.history(worker=name, limit=1)
    same = last and last[0].action is Action.TURN_AWAY and last[0].why == why
    return not same or store.now() - last[0].at > ONCE_IN


def double_names(store: TaskStore, workers: Iterable[WorkerStatus]) -> Mapping[str, AuditEntry]:
    """By name: how a worker of that name was turned away lately, and its host has had no worker since."""
    everybody, now = list(workers), store.now()
    found: dict[str, AuditEntry] = {}
    for worker in everybody:
        history = store.history(worker=worker.profile.name, limit=_LOOKED_AT)
        entry = next((entry for entry in history if entry.action is Action.TURN_AWAY), None)
        if entry and now - entry.at < LATELY and not any(_has_come(other, worker, entry) for other in everybody):
            found[worker.profile.name] = entry
    return found


def _has_come(other: WorkerStatus, holder: WorkerStatus, entry: AuditEntry) -> bool:
    """Whether this is the worker that was turned away, under another name by now."""
    another = other.profile.name != holder.profile.name and other.started_at > entry.at
    return another and entry.why == why_turned_away(other.profile.host, holder.profile.host)
