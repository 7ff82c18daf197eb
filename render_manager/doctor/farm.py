"""The farm: who works, which queues nobody listens to, names that two workers have, and why tasks wait."""

from collections.abc import Iterator, Sequence

from render_manager import __version__
from render_manager.bootstrap import alive_within
from render_manager.config import Settings
from render_manager.doctor.findings import failed, note, ok, skipped, warning
from render_manager.domain.checkup import Finding
from render_manager.domain.entities import WorkerStatus
from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.priority import Band
from render_manager.domain.states import RUNNABLE, TaskStatus
from render_manager.services.queries import Queries, TaskRow
from render_manager.store.engine import open_engine
from render_manager.store.migrate import check_version
from render_manager.store.probe import database_file
from render_manager.store.repository import SqlTaskStore
from workers.renderers.registry import engines

_WORKERS, _NAMES, _RELEASES, _DISK = "farm.workers", "farm.names", "farm.releases", "farm.disk"
_WAITING = "farm.waiting"
_TITLES = {_WORKERS: "Workers", _NAMES: "Names", _RELEASES: "Versions", _DISK: "Disks", _WAITING: "Waiting tasks"}
#: So many waiting tasks are told, those first that nobody could take.
MOST_TASKS = 20
#: Of so many, the newest, is asked at most.
MOST_ASKED = 1000


def look(settings: Settings) -> Iterator[Finding]:
    try:
        engine = open_engine(settings.effective_database_url)
        try:
            file = database_file(engine)
            if file is not None and not file.exists():
                raise StoreUnavailable("There is no database yet.")
            check_version(engine)
        except BaseException:
            engine.dispose()
            raise
    except StoreUnavailable:
        for id, title in _TITLES.items():
            yield skipped(id, title, "the database")
        return
    store = SqlTaskStore(engine)
    try:
        queries = Queries(store, engines(), alive_within=alive_within(settings))
        yield from _farm(settings, queries)
    finally:
        store.close()


def _farm(settings: Settings, queries: Queries) -> Iterator[Finding]:
    online = [worker for worker in queries.workers() if worker.alive]
    yield _workers(online)
    waiting = queries.waiting()
    own = settings.embedded_redis and not online  # the window and `up` start a worker of their own
    for band in Band:
        yield _queue(band, waiting[band], online, own=own)
    yield _names(queries)
    yield _releases(online)
    yield _disks(online)
    yield from _tasks(queries.tasks(statuses=[*RUNNABLE, TaskStatus.PAUSED], limit=MOST_ASKED))


def _workers(online: Sequence[WorkerStatus]) -> Finding:
    if not online:
        advice = "Start one: `render-worker` on a render host, `render-manager up` on this machine."
        return note(_WORKERS, _TITLES[_WORKERS], "No worker is online.", advice)
    told = [f"{worker.profile.name} on {worker.profile.host} ({worker.state})" for worker in online]
    return ok(_WORKERS, _TITLES[_WORKERS], f"{len(online)} online: {', '.join(told)}")


def _queue(band: Band, waiting: int, online: Sequence[WorkerStatus], *, own: bool) -> Finding:
    id, title = f"farm.queue.{band.value.replace('_', '-')}", f"Queue {band}"
    there = [worker for worker in online if band in worker.profile.bands]
    listening = [worker for worker in there if worker.enabled and not worker.draining]
    frames = f"Frames that wait: {waiting}."
    if listening:
        return ok(id, title, f"Workers that listen: {len(listening)}. {frames}")
    advice = f"Start a worker that listens to it: `render-worker --queues {band}`, or without --queues for all three."
    if there:
        advice = f"Enable one: `render-manager worker enable {there[0].profile.name}`."
    if waiting:
        return failed(id, title, f"No worker that takes frames listens to this queue. {frames}", advice)
    if own:
        return note(id, title, "No worker listens; the window and `render-manager up` start one.")
    return warning(id, title, f"No worker that takes frames listens to this queue. {frames}", advice)


def _names(queries: Queries) -> Finding:
    double = queries.double_names()
    if not double:
        return ok(_NAMES, _TITLES[_NAMES], "Each worker has a name of its own.")
    told = [f"Two workers are called {name}, and only one of them works. {entry.why}" for name, entry in double.items()]
    return failed(
        _NAMES,
        _TITLES[_NAMES],
        " ".join(told),
        "Start one of them under another name (`render-worker --name`), or both without --name: then each is called "
        "by its host. Hosts that were copied need names of their own, too.",
    )


def _releases(online: Sequence[WorkerStatus]) -> Finding:
    others = {worker.profile.name: worker.profile.release for worker in online if worker.profile.release != __version__}
    if not others:
        return ok(_RELEASES, _TITLES[_RELEASES], f"All that are online are of version {__version__}.")
    told = ", ".join(f"{name} ({release or 'unknown'})" for name, release in others.items())
    return warning(
        _RELEASES,
        _TITLES[_RELEASES],
        f"Workers of another version than this program ({__version__}): {told}.",
        "Bring all to one version, the database's first: `render-manager db upgrade`.",
    )


def _disks(online: Sequence[WorkerStatus]) -> Finding:
    low = sorted({worker.profile.host for worker in online if worker.load.disk_low})
    if not low:
        return ok(_DISK, _TITLES[_DISK], "No host that is online is low on disk.")
    return warning(
        _DISK,
        _TITLES[_DISK],
        f"Low on disk: {', '.join(low)}. These hosts take no task whose project they do not have.",
        "Clean up finished tasks (`render-manager cleanup`), or lower MIN_FREE_DISK_GB there.",
    )


def _tasks(rows: Sequence[TaskRow]) -> Iterator[Finding]:
    waiting = sorted((row for row in rows if row.stuck or _waits(row)), key=lambda row: not row.stuck)
    stuck = sum(row.stuck for row in waiting)
    said = f"Tasks that wait: {len(waiting)}, {stuck} of them for something that does not come by itself."
    if not waiting:
        said = "No task waits."
    yield ok(_WAITING, _TITLES[_WAITING], said)
    for row in waiting[:MOST_TASKS]:
        id, title = f"farm.task.{row.task.id}", f"Task {row.task.id}"
        name = f"{row.task.name}: {row.waiting or row.note}"
        yield warning(id, title, name, "") if row.stuck else note(id, title, name)
    if (more := len(waiting) - MOST_TASKS) > 0:
        yield note("farm.more-tasks", "Waiting tasks", f"And {more} more.")


def _waits(row: TaskRow) -> bool:
    task = row.task
    return task.status in RUNNABLE and task.counts.pending > 0 and not task.counts.rendering
