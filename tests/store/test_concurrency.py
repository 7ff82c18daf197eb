"""Many workers at once, against both databases: no frame twice, counters equal to rows, nobody waits for ever."""

import random
import threading
from collections.abc import Callable

from render_manager.domain.entities import Claim
from render_manager.domain.errors import IllegalMove
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.messaging.in_memory import InMemoryBus, InMemoryTickets
from render_manager.services.control import TaskControl
from render_manager.services.endings import Outcome
from render_manager.services.lifecycle import FarmRules, Lifecycle
from render_manager.services.workers import Workers
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import add, rows_counted, worker

THREADS = 6


def at_once(*jobs: Callable[[], None]) -> None:
    """Run each in a thread of its own; the first error is the test's."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        start.wait()
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "it waits for ever"
    if errors:
        raise errors[0]


def lifecycle_on(store: SqlTaskStore) -> Lifecycle:
    return Lifecycle(store, InMemoryTickets(), InMemoryBus(), FarmRules(lease_seconds=60, alive_within=15))


def test_no_frame_is_claimed_twice(store: SqlTaskStore) -> None:
    tasks = [add(store, "1-15", priority=priority) for priority in (1, 5, 9)]
    lifecycle = lifecycle_on(store)
    claims: list[Claim] = []

    def claim_all(name: str) -> Callable[[], None]:
        def run() -> None:
            while claim := lifecycle.claim_next(worker(name)):
                claims.append(claim)
                if claim.frame_number % 3:
                    assert lifecycle.end_frame(claim, Outcome(f"/{claim.frame_number}.png"))

        return run

    at_once(*(claim_all(f"w{n}") for n in range(THREADS)))
    assert len({(claim.task.id, claim.frame_number) for claim in claims}) == len(claims) == 45
    assert {claim.attempt for claim in claims} == {1}
    for task in tasks:
        counts = store.task(task.id).counts
        assert counts == rows_counted(store, task.id)
        assert (counts.completed, counts.rendering, counts.pending) == (10, 5, 0)


def test_cancelling_and_retrying_amid_claims_and_completions(store: SqlTaskStore) -> None:
    tasks = [add(store, "1-30"), add(store, "1-30", priority=9)]
    lifecycle = lifecycle_on(store)
    control = TaskControl(store, lifecycle, 1000)
    workers = Workers(lifecycle, sweep_every=5)
    counted: list[tuple[str, int]] = []

    def work(name: str) -> Callable[[], None]:
        chance = random.Random(name)

        def run() -> None:
            for _ in range(25):
                claim = lifecycle.claim_next(worker(name))
                if claim is None:
                    continue
                lifecycle.frame_started(claim, "/log")
                workers.renew([claim])
                outcome = chance.choice((Outcome("/x.png"), Outcome(error="no")))
                if lifecycle.end_frame(claim, outcome) and outcome.error is None:
                    counted.append((claim.task.id, claim.frame_number))

        return run

    def command() -> None:
        chance = random.Random(7)
        for _ in range(20):
            task = chance.choice(tasks)
            try:
                chance.choice((control.cancel, control.retry, control.pause, control.resume))(task.id)
            except IllegalMove:
                continue

    def heartbeat() -> None:
        for n in range(40):
            workers.beat(worker(f"w{n % 4}"))
            workers.sweep()

    at_once(*(work(f"w{n}") for n in range(4)), command, heartbeat)
    assert len(set(counted)) == len(counted), "a completed frame was completed again though nobody asked for it"
    for task in tasks:
        after = store.task(task.id)
        assert after.counts == rows_counted(store, task.id)
        assert after.counts.total == 30
        assert after.counts.completed == sum(task_id == task.id for task_id, _ in counted)
        if after.status is TaskStatus.CANCELLED:
            assert after.counts.pending == after.counts.rendering == 0


def test_leases_are_renewed_while_the_frames_are_taken_away(store: SqlTaskStore) -> None:
    """Many frames of one worker: two transactions over the same rows, each in its own order."""
    task = add(store, "1-40")
    lifecycle = lifecycle_on(store)
    control = TaskControl(store, lifecycle, 1000)
    workers = Workers(lifecycle, sweep_every=5)
    claims: list[Claim] = []

    def claim_and_lose() -> None:
        for _ in range(4):
            while claim := lifecycle.claim_next(worker("w")):
                claims.append(claim)
            control.cancel(task.id)
            control.retry(task.id)
            claims.clear()

    def beat() -> None:
        for _ in range(40):
            workers.renew(claims[::-1])

    at_once(claim_and_lose, beat, beat)
    assert store.task(task.id).counts == rows_counted(store, task.id)
    assert {frame.status for frame in store.frames(task.id)} == {FrameStatus.PENDING}
