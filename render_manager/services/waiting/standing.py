"""How the workers online stand to a task: what keeps each from taking a frame of it, as the claim decides
(store/matching.py: serves)."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from render_manager.domain.entities import RenderTask, WorkerStatus
from render_manager.domain.matching import unmet
from render_manager.domain.priority import Band, band_of
from render_manager.domain.requirements import GIBIBYTE, REQUIRES


class Bar(IntEnum):
    """What keeps a worker from a task. The further down, the nearer it is to taking a frame."""

    ENGINE = 0  #: it does not have the engine
    REQUIREMENTS = 1  #: it has not what the task requires
    QUEUE = 2  #: it does not listen to the task's queue
    DISABLED = 3  #: a person wants it to take nothing
    AVOIDED = 4  #: its host failed at the task
    DISK = 5  #: its host is low on disk and does not have the project
    CREW = 6  #: as many others are at the task as may be
    BUSY = 7  #: it has its hands full
    NONE = 8


@dataclass(frozen=True)
class Standing:
    """The workers online, by what keeps each from the task.

    Attributes:
        at_it: how many workers have frames of the task.
    """

    workers: Mapping[Bar, Sequence[WorkerStatus]]
    at_it: int = 0

    @cached_property
    def names(self) -> Mapping[Bar, Collection[str]]:
        return {bar: {worker.profile.name for worker in workers} for bar, workers in self.workers.items()}

    def of(self, *bars: Bar) -> list[WorkerStatus]:
        return [worker for bar in bars for worker in self.workers.get(bar, ())]

    @property
    def free(self) -> Sequence[WorkerStatus]:
        return self.workers.get(Bar.NONE, ())

    @property
    def able(self) -> list[WorkerStatus]:
        """Those that take frames of the task as soon as it is its turn and they are free."""
        return self.of(Bar.NONE, Bar.BUSY)

    @property
    def nearest(self) -> Bar | None:
        """None: no worker is online."""
        return max(self.workers, default=None)


class Farm:
    """All workers at one moment."""

    def __init__(self, workers: Sequence[WorkerStatus]) -> None:
        self.online = [worker for worker in workers if worker.alive]
        self._crews: dict[str, set[str]] = {}
        for worker in workers:
            for frame in worker.rendering:
                self._crews.setdefault(frame.task_id, set()).add(worker.profile.name)
        self._low = {worker.profile.host for worker in self.online if worker.load.disk_low}
        self._known: dict[Hashable, Standing] = {}

    def standing(self, task: RenderTask, avoided: Collection[str], ready: Collection[str]) -> Standing:
        """The same for all tasks of which the same is to be said: many tasks, but few kinds of them.

        Args:
            avoided: hosts that get no frame of the task.
            ready: hosts that have its project.
        """
        crew = frozenset(self._crews.get(task.id, ())) if task.max_workers is not None else frozenset[str]()
        asked = (task.render_engine, band_of(task.priority), repr(task.task_info.get(REQUIRES)), task.max_workers)
        key = (*asked, frozenset(avoided), frozenset(self._low.intersection(ready)), crew)
        if key not in self._known:
            found: dict[Bar, list[WorkerStatus]] = {}
            for worker in self.online:
                found.setdefault(_bar(worker, task, avoided, ready, crew), []).append(worker)
            self._known[key] = Standing(found, len(crew))
        return self._known[key]


def _bar(
    worker: WorkerStatus, task: RenderTask, avoided: Collection[str], ready: Collection[str], crew: Collection[str]
) -> Bar:
    if task.render_engine not in worker.profile.engines:
        return Bar.ENGINE
    if unmet(task, worker.profile):
        return Bar.REQUIREMENTS
    if band_of(task.priority) not in worker.profile.bands:
        return Bar.QUEUE
    if not worker.enabled or worker.draining:
        return Bar.DISABLED
    if worker.profile.host in avoided:
        return Bar.AVOIDED
    if worker.load.disk_low and worker.profile.host not in ready:
        return Bar.DISK
    others = len(crew) - (worker.profile.name in crew)
    if task.max_workers is not None and others >= task.max_workers:
        return Bar.CREW
    return Bar.NONE if worker.free else Bar.BUSY


def eyes(standings: Iterable[Standing], most: int) -> list[WorkerStatus]:
    """The workers through whose eyes the queue is looked at: those that are free, as they take what is next for them
    now, and then one of each kind; ``most`` at most."""
    each = {id(standing): standing for standing in standings}.values()
    free = {worker.profile.name: worker for standing in each for worker in standing.free}
    busy = {worker.profile.name: worker for standing in each for worker in standing.of(Bar.BUSY)}
    kinds = {_kind(worker): worker for worker in reversed([*free.values(), *busy.values()])}
    chosen = {worker.profile.name: worker for worker in (*free.values(), *kinds.values())}
    return list(chosen.values())[:most]


def _kind(worker: WorkerStatus) -> object:
    """Workers of a kind are given the same tasks, as far as that is no matter of their hosts."""
    profile = worker.profile
    tags = frozenset(profile.tags) - {profile.host.lower()}
    return (profile.bands, frozenset(profile.engines.items()), tags, (profile.memory or 0) // GIBIBYTE)


@dataclass(frozen=True)
class Ahead:
    """What a worker is given before a task.

    Attributes:
        bands: the queue of each task ahead.
        more: there are more than were looked at.
        taker: a free worker that takes the task now.
    """

    bands: Sequence[Band] = ()
    more: bool = False
    taker: str | None = None


class Queues:
    """What is next for some workers, ``limit`` tasks looked at.

    Args:
        seen: ids and priorities of the tasks that each worker, by its name, would be given one after the other.
    """

    def __init__(self, seen: Mapping[str, Sequence[tuple[str, int]]], limit: int) -> None:
        self._limit = limit
        self._seen = seen
        self._places = {name: {task_id: n for n, (task_id, _) in enumerate(queue)} for name, queue in seen.items()}

    def ahead(self, task: RenderTask, standing: Standing) -> Ahead | None:
        """As the first worker sees it that comes to the task; a free one if there is any. None: nobody's queue that
        is known holds it."""
        for bar in (Bar.NONE, Bar.BUSY):
            if found := list(self._found(task.id, standing.names.get(bar, ()))):
                place, name = min(found)
                if place == self._limit:
                    return Ahead(more=True)
                before = [band_of(priority) for _, priority in self._seen[name][:place]]
                return Ahead(before, taker=name if place == 0 and bar is Bar.NONE else None)
        return None

    def _found(self, task_id: str, names: Collection[str]) -> Iterator[tuple[int, str]]:
        for name, places in self._places.items():
            if name in names and (task_id in places or len(places) >= self._limit):
                yield places.get(task_id, self._limit), name
