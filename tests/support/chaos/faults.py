"""What can happen to a farm: each fault is one small method, dealt from a shuffled deck so that all kinds come."""

import os
import random
import signal
import time
import uuid
from collections.abc import Callable

from render_manager.domain.entities import RenderTask, new_task_id
from render_manager.domain.errors import BrokerUnavailable, UsageError
from render_manager.domain.states import FINAL, RUNNABLE, TaskStatus
from tests.support.chaos.backing import Backing
from tests.support.chaos.crew import Crew
from tests.support.chaos.work import Work, surely
from tests.support.farm import Farm


class Faults:
    """Deals faults.

    Args:
        lease: of a claim, in seconds: what is frozen for longer has lost it.
    """

    def __init__(self, farm: Farm, crew: Crew, work: Work, backing: Backing, rng: random.Random, lease: float) -> None:
        self._queue = farm.program.queue
        self._crew = crew
        self._work = work
        self._backing = backing
        self._rng = rng
        self._lease = lease
        self._deck: list[Callable[[], object]] = []
        self._old_tickets: list[tuple[str, str]] = []
        self._began = time.monotonic()
        self.done = 0
        self.story = farm.program.settings.render_manager_home / "chaos.log"  #: to be followed while it happens

    def deal(self) -> None:
        """One fault; one that finds nothing to disturb does not count."""
        if not self._deck:
            self._deck = self._new_deck()
            self._rng.shuffle(self._deck)
        fault = self._deck.pop()
        try:
            happened = fault()
        except UsageError:
            return  # refused: what it was about has ended meanwhile
        if happened:
            self.done += 1
            self.tell(f"{fault.__name__}  {happened}")

    def tell(self, what: str) -> None:
        with self.story.open("a") as story:
            story.write(f"{time.monotonic() - self._began:7.2f}  {what}\n")

    def _new_deck(self) -> list[Callable[[], object]]:
        often = [self.kill_a_worker, self.kill_a_renderer, self.freeze_workers, self.cancel, self.retry]
        once = [
            self.kill_in_a_pool,
            self.terminate_a_worker,
            self.hand_back,
            self._backing.restart_database,
            self._backing.restart_broker,
            self._backing.empty_broker,
            self._backing.restore_broker,
            self.pause,
            self.resume,
            self.retry_named,
            self.set_priority,
            self.skip,
            self.ring,
        ]
        return [*often, *often, *once]

    # -- processes -----------------------------------------------------------------------------------------------

    def kill_a_worker(self) -> object:
        if not (at_work := self._crew.living):
            return None
        member = self._rng.choice(at_work)
        self._crew.kill(member)
        return member.log.stem

    def kill_in_a_pool(self) -> object:
        # One that has rendered: without any that came up Celery gives the whole worker up.
        working = [member for member in self._crew.at_work if any(member.journal.iterdir())]
        pools = [(member, process) for member in working for process in member.pool()]
        if not pools:
            return None
        member, process = self._rng.choice(pools)
        self._crew.kill_in_pool(member, process)
        return f"{member.log.stem} {process.pid}"

    def kill_a_renderer(self) -> object:
        renderers = [renderer for member in self._crew.living for renderer in member.renderers()]
        if not renderers:
            return None
        victim = self._rng.choice(renderers)
        try:
            os.kill(victim.pid, signal.SIGKILL)
        except ProcessLookupError:
            return None
        return victim.pid

    def terminate_a_worker(self) -> object:
        if not (at_work := self._crew.at_work):
            return None
        member = self._rng.choice(at_work)
        self._crew.terminate(member)
        return member.log.stem

    def hand_back(self) -> object:
        """A worker is told twice to leave: it does not finish its frame."""
        if not (at_work := self._crew.at_work):
            return None
        member = self._rng.choice(at_work)
        self._crew.terminate(member)
        time.sleep(0.05)
        self._crew.terminate(member)
        return member.log.stem

    def freeze_workers(self) -> object:
        """One, or all but one, which then gets their frames, for longer than a lease: what they say after that comes
        too late."""
        if not (at_work := self._crew.at_work):
            return None
        with_renderers = self._rng.random() < 0.3
        frozen = self._rng.sample(at_work, self._rng.choice((1, max(1, len(at_work) - 1))))
        for member in frozen:
            self._crew.freeze(member, self._lease + self._rng.uniform(0.5, 2.0), with_renderers=with_renderers)
        return " ".join(member.log.stem for member in frozen) + (" with their renderers" if with_renderers else "")

    # -- people --------------------------------------------------------------------------------------------------

    def _to(self, fits: Callable[[RenderTask], object], act: Callable[[RenderTask], object]) -> object:
        task = self._work.any(fits)
        if task is None:
            return None
        if task.celery_task_id:
            self._old_tickets.append((task.id, task.celery_task_id))
        act(task)
        return task.id

    def pause(self) -> object:
        return self._to(lambda task: task.status in RUNNABLE, self._ask(self._work.control.pause))

    def resume(self) -> object:
        return self._to(lambda task: task.status is TaskStatus.PAUSED, self._ask(self._work.control.resume))

    def cancel(self) -> object:
        return self._to(lambda task: task.counts.rendering, self._ask(self._work.control.cancel))

    def set_priority(self) -> object:
        priority = self._rng.randint(0, 10)
        act = self._ask(lambda task_id: self._work.control.set_priority(task_id, priority))
        return self._to(lambda task: task.status not in FINAL, act)

    def retry(self) -> object:
        return self._to(lambda task: task.counts.failed or task.counts.cancelled, self._ask(self._work.control.retry))

    def retry_named(self) -> object:
        frames = self._work.some_frames()
        return self._to(lambda task: task.counts.completed, lambda task: self._work.render_again(task, list(frames)))

    def skip(self) -> object:
        frames = str(self._work.some_frames())
        act = self._ask(lambda task_id: self._work.control.skip(task_id, frames))
        return self._to(lambda task: task.counts.pending or task.counts.failed, act)

    def _ask(self, command: Callable[[str], object]) -> Callable[[RenderTask], object]:
        return lambda task: surely(lambda: command(task.id))

    # -- tickets -------------------------------------------------------------------------------------------------

    def ring(self) -> object:
        """Tickets that say nothing true: one twice, one of long ago, one of a task that never was."""
        task = self._work.any(lambda task: True)
        tickets = [(new_task_id(), str(uuid.uuid4())), *self._old_tickets[-1:]]
        if self._old_tickets:
            tickets.append(self._rng.choice(self._old_tickets))
        if task is not None:
            tickets += 3 * [(task.id, task.celery_task_id or str(uuid.uuid4()))]
        try:
            for task_id, ticket in tickets:
                self._queue.ring(task_id, self._rng.randint(0, 10), ticket)
        except BrokerUnavailable:
            return None
        return len(tickets)
