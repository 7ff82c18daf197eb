"""Why a task waits, put into words: what is decisive first."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from render_manager.domain.entities import AvoidedHost, RenderTask, WorkerStatus
from render_manager.domain.matching import unmet
from render_manager.domain.priority import band_of
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.services.waiting.standing import Ahead, Bar, Standing

#: Names told of a list.
_MOST_NAMES = 3


@dataclass(frozen=True)
class Outlook:
    """
    Attributes:
        sentence: why frames of the task wait; empty if none does.
        stuck: no worker that is online could ever take one as things are.
    """

    sentence: str = ""
    stuck: bool = False


def without_workers(task: RenderTask, after: Sequence[RenderTask]) -> Outlook | None:
    """What holds the task up whatever workers there are; None: nothing does."""
    if task.project_choices:
        return Outlook(f"Waits for its project file to be chosen: {', '.join(task.project_choices)}.", stuck=True)
    if task.status in FINAL or not task.counts.pending:
        return Outlook()
    if task.status is TaskStatus.PAUSED:
        return Outlook("Paused: resume it.")
    awaited = [other for other in after if other.status is not TaskStatus.COMPLETED]
    if lost := next((other for other in awaited if other.status in FINAL), None):
        return Outlook(
            f"Waits for task {lost.id} ({lost.name}), which is {lost.status}: retry that one, or release this one.",
            stuck=True,
        )
    if len(awaited) > 1:
        first = awaited[0]
        return Outlook(f"Waits until task {first.id} ({first.name}) and {len(awaited) - 1} more are completed.")
    if awaited:
        return Outlook(f"Waits until task {awaited[0].id} ({awaited[0].name}) is completed.")
    return None


class Wording:
    """What is to be told of a task that workers could take, if there were the right ones.

    Args:
        label: what people call its engine.
        avoided: the hosts that get no frame of it.
        limit: how many tasks ahead of it are counted.
        now: the database's time.
    """

    def __init__(
        self,
        task: RenderTask,
        standing: Standing,
        ahead: Ahead | None,
        *,
        label: str,
        avoided: Mapping[str, AvoidedHost],
        limit: int,
        now: float,
    ) -> None:
        self._task = task
        self._standing = standing
        self._ahead = ahead
        self._label = label
        self._avoided = avoided
        self._limit = limit
        self._now = now

    def outlook(self) -> Outlook:
        standing = self._standing
        if standing.of(Bar.CREW) and not standing.free:
            most = self._task.max_workers
            if most == 1:
                return Outlook("Only one worker may be at it, and one is.")
            return Outlook(f"At most {most} workers may be at it, and {standing.at_it} are.")
        if not standing.able:
            return self._nobody()
        return Outlook(_joined([self._turn(), *self._busy(standing.able), *self._out()]))

    # -- nobody could take it ------------------------------------------------------------------------------------

    def _nobody(self) -> Outlook:
        out = self._standing.of(Bar.DISABLED, Bar.AVOIDED, Bar.DISK)
        if not out:
            return Outlook(self._unfit(), stuck=True)
        again = any(host.until is not None for host in self._hosts(Bar.AVOIDED).values())
        if sentence := None if again else self._all_the_same():
            return Outlook(sentence, stuck=True)
        return Outlook(_joined(["No worker that could render it takes it now", *self._out()]), stuck=not again)

    def _unfit(self) -> str:
        """No worker is the right one for it."""
        standing, band = self._standing, band_of(self._task.priority)
        match standing.nearest:
            case None:
                return "No worker is online: start one."
            case Bar.QUEUE if any(band in worker.profile.bands for worker in standing.of(*Bar)):
                return f"No online worker that could render it listens to the queue {band}."
            case Bar.QUEUE:
                return f"No online worker listens to the queue {band}."
            case Bar.REQUIREMENTS:
                return self._requires(standing.of(Bar.REQUIREMENTS))
            case _:
                everybody = standing.of(Bar.ENGINE)
                said = {words for worker in everybody for words in worker.profile.problems if self._label in words}
                return " ".join([f"No online worker can run {self._label}.", *sorted(said)])

    def _requires(self, workers: Sequence[WorkerStatus]) -> str:
        lacking = [unmet(self._task, worker.profile) for worker in workers]
        version = self._task.requires.version
        if version and all(lacks == [f"version {version}"] for lacks in lacking):
            engine = self._task.render_engine
            has = [f"{worker.profile.name}: {worker.profile.engines[engine]}" for worker in workers]
            return f"No online worker can run {self._label} {version} ({_names(has)})."
        nearest = min(lacking, key=len)
        return f"No online worker with {self._label} has what the task requires: {', '.join(nearest)}."

    def _all_the_same(self) -> str | None:
        """All that could render it are out for one reason: what to do about it."""
        standing = self._standing
        out = {bar for bar in (Bar.DISABLED, Bar.AVOIDED, Bar.DISK) if bar in standing.workers}
        if out == {Bar.DISABLED}:
            if set(standing.workers) == out:
                return "Every online worker is disabled: enable one."
            names = _names(_of(standing, Bar.DISABLED))
            return f"Every online worker that could render it is disabled ({names}): enable one."
        if out == {Bar.AVOIDED}:
            host, why = next(iter(self._hosts(Bar.AVOIDED).items()))
            return f"Every online host that could render it failed at it; {host}: {why.reason}"
        if out == {Bar.DISK}:
            return (
                f"Every online host that could render it is low on disk ({', '.join(self._hosts(Bar.DISK))}): clean up "
                "finished tasks, or lower MIN_FREE_DISK_GB there."
            )
        return None

    # -- somebody will take it -----------------------------------------------------------------------------------

    def _turn(self) -> str:
        band, ahead = band_of(self._task.priority), self._ahead
        if ahead is None:
            return "It waits for its turn"
        if ahead.more:
            return f"More than {self._limit} tasks are ahead"
        count, bands = len(ahead.bands), set(ahead.bands)
        if not count:
            return f"It is next in {band}"
        if len(bands) > 1:
            higher = sum(other is not band for other in ahead.bands)
            return f"{count} tasks are ahead, {higher} of them in higher queues"
        return f"1 task is ahead in {bands.pop()}" if count == 1 else f"{count} tasks are ahead in {bands.pop()}"

    def _busy(self, able: Sequence[WorkerStatus]) -> Iterator[str]:
        free = len(self._standing.free)
        if self._ahead and self._ahead.taker:
            yield f"worker {self._ahead.taker} is free and takes it"
        elif free:
            if busy := len(able) - free:
                yield f"{busy} of {len(able)} workers that could take it are busy"
        elif len(able) == 1:
            yield f"the only worker that could take it, {able[0].profile.name}, is busy"
        else:
            yield f"all {len(able)} workers that could take it are busy"

    # -- workers that could, but may not -------------------------------------------------------------------------

    def _out(self) -> Iterator[str]:
        yield from _told(
            _of(self._standing, Bar.DISABLED),
            "worker {0} is disabled".format,
            "{0} workers are disabled".format,
        )
        yield from _told(
            self._hosts(Bar.DISK), "host {0} is low on disk".format, "{0} hosts are low on disk ({1})".format
        )
        hosts = self._hosts(Bar.AVOIDED)
        again = {host: why for host, why in hosts.items() if why.until is not None}
        yield from _told(again, self._tried_again, "{0} hosts try it again within a minute ({1})".format)
        failed = [host for host in hosts if host not in again]
        yield from _told(failed, self._failed, "{0} hosts failed at it ({1})".format)

    def _hosts(self, bar: Bar) -> dict[str, AvoidedHost]:
        hosts = sorted({worker.profile.host for worker in self._standing.of(bar)})
        return {host: self._avoided.get(host, AvoidedHost("")) for host in hosts}

    def _tried_again(self, host: str) -> str:
        why = self._avoided[host]
        seconds = max(round((why.until or self._now) - self._now), 1)
        return f"host {host} tries it again in {seconds} s: {why.reason.removesuffix('.')}"

    def _failed(self, host: str) -> str:
        return f"host {host} failed at it: {self._avoided[host].reason.removesuffix('.')}"


def _told(names: Collection[str], one: Callable[[str], str], many: Callable[[int, str], str]) -> Iterator[str]:
    if names:
        yield one(*names) if len(names) == 1 else many(len(names), _names(list(names)))


def _of(standing: Standing, bar: Bar) -> list[str]:
    return sorted(worker.profile.name for worker in standing.of(bar))


def _names(names: Sequence[str]) -> str:
    return ", ".join([*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])])


def _joined(parts: Sequence[str]) -> str:
    return f"{'; '.join(parts)}."
