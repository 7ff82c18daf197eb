"""What is next for a worker, claimed under a lease, and the guards of every later write."""

import time
from dataclasses import replace

import pytest

from render_manager.domain.entities import AvoidedHost, Claim, FrameRef, WorkerProfile
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import LEASE, add, make_task, save_worker, take, worker

P, R, C, F = FrameStatus.PENDING, FrameStatus.RENDERING, FrameStatus.COMPLETED, FrameStatus.FAILED


def next_for(store: SqlTaskStore, profile: WorkerProfile) -> str | None:
    with store.transaction() as tx:
        found = tx.next_task(profile)
    assert store.next_task(profile) == found
    return found


def test_highest_priority_first_then_first_submitted(store: SqlTaskStore) -> None:
    order = []
    for priority in (4, 10, 8, 10, 0):
        order.append((-priority, len(order), add(store, "1", priority=priority)))
        time.sleep(0.002)
    expected = [task.id for *_, task in sorted(order, key=lambda entry: entry[:2])]
    served = []
    while found := next_for(store, worker()):
        served.append(found)
        take(store, store.task(found))
    assert served == expected
    assert next_for(store, worker()) is None


def test_a_worker_gets_only_what_it_listens_to_and_can_run(store: SqlTaskStore) -> None:
    low = add(store, priority=3).id
    assert next_for(store, worker(bands=(Band.HIGH, Band.DEFAULT))) is None
    assert next_for(store, worker(bands=())) is None
    assert next_for(store, worker(engines={"maya": "2024"})) is None
    assert next_for(store, worker(engines={})) is None
    assert next_for(store, worker(bands=(Band.LOW,))) == low


@pytest.mark.parametrize("status", TaskStatus)
def test_only_runnable_tasks_are_served(store: SqlTaskStore, status: TaskStatus) -> None:
    task = add(store)
    with store.transaction() as tx:
        tx.save_task(replace(task, status=status))
    served = status in {TaskStatus.PENDING, TaskStatus.PREPARING, TaskStatus.RUNNING}
    assert (next_for(store, worker()) is not None) is served


def test_an_avoided_host_gets_nothing_of_that_task(store: SqlTaskStore) -> None:
    first, second = add(store, priority=9), add(store, priority=1)
    with store.transaction() as tx:
        tx.avoid_host(first.id, "h1", "disk full")
        tx.avoid_host(first.id, "h1", "disk still full")
    assert store.avoided_hosts([first.id, second.id]) == {first.id: {"h1": AvoidedHost("disk still full")}}
    assert next_for(store, worker(host="h1")) == second.id
    assert next_for(store, worker(host="h2")) == first.id
    with store.transaction() as tx:
        tx.forget_avoided_hosts(first.id)
    assert next_for(store, worker(host="h1")) == first.id
    assert store.avoided_hosts([first.id]) == {}


def test_frames_are_taken_in_order_each_under_a_lease(store: SqlTaskStore) -> None:
    task = add(store, "3,1,2")
    claims = [take(store, task) for _ in range(4)]
    assert [claim and claim.frame_number for claim in claims] == [1, 2, 3, None]
    assert [claim.attempt for claim in claims[:3]] == [1, 1, 1]
    frame = store.frames(task.id)[0]
    assert (frame.status, frame.worker, frame.attempts_used) == (R, "w1", 1)
    assert frame.lease_until == pytest.approx(store.now() + LEASE, abs=5)


def test_each_taking_counts_an_attempt_and_forgets_the_last_one(store: SqlTaskStore) -> None:
    task = add(store, "1")
    for attempt in (1, 2, 3):
        claim = take(store, task)
        assert claim.attempt == attempt
        frame = store.frames(task.id)[0]
        assert (frame.error_message, frame.output_path, frame.log_path, frame.progress) == (None, None, None, 0.0)
        with store.transaction() as tx:
            assert tx.update_claimed(claim, progress=0.5, log_path="/log", output_path="/image")
            assert tx.move_frames(task.id, R, F, claim=claim, values={"error_message": "no"}) == 1
        failed = store.frames(task.id)[0]
        assert (failed.status, failed.error_message, failed.lease_until) == (F, "no", None)
        assert failed.finished_at == pytest.approx(store.now(), abs=5)
        with store.transaction() as tx:
            assert tx.move_frames(task.id, F, P) == 1


def test_a_move_needs_its_source(store: SqlTaskStore) -> None:
    task = add(store, "1-5")
    with store.transaction() as tx:
        assert tx.move_frames(task.id, F, P) == 0
        assert tx.move_frames(task.id, P, FrameStatus.SKIPPED, numbers=FrameRange.parse("2-9x2")) == 2
        assert tx.move_frames(task.id, P, FrameStatus.SKIPPED, numbers=FrameRange.of([])) == 0
        assert tx.move_frames("another", P, FrameStatus.SKIPPED) == 0
    skipped = store.frames(task.id, statuses=[FrameStatus.SKIPPED])
    assert [frame.frame_number for frame in skipped] == [2, 4]


def test_a_word_of_a_stale_claim_falls_away(store: SqlTaskStore) -> None:
    task = add(store, "1-2")
    claim = take(store, task)
    stale = [
        replace(claim, attempt=0),
        replace(claim, attempt=2),
        replace(claim, worker="w2"),
        replace(claim, frame_number=2),
        replace(claim, task=make_task(id="nosuchtask")),
    ]
    for other in stale:
        assert store.lost([other])
        with store.transaction() as tx:
            assert not tx.update_claimed(other, progress=0.9)
            assert tx.move_frames(other.task.id, R, C, claim=other) == 0
    assert not store.lost([claim])
    with store.transaction() as tx:
        assert tx.move_frames(task.id, R, P, claim=claim, uncounted=True) == 1
    assert store.lost([claim])
    again = take(store, task, "w1")
    assert again.attempt == 2
    assert store.lost([claim])
    assert not store.lost([again])


def test_a_lease_ends_unless_it_is_renewed(store: SqlTaskStore) -> None:
    task = add(store, "1-3")
    lost, kept, _long = take(store, task, "lost", 0.0), take(store, task, "kept", 0.0), take(store, task, "long")
    time.sleep(0.005)
    with store.transaction() as tx:
        assert tx.tasks_with_expired_leases() == [task.id]
        tx.renew_lease(kept, LEASE)
        tx.renew_lease(replace(lost, attempt=2), LEASE)
        assert tx.tasks_claimed_by("kept") == [task.id]
        assert tx.tasks_claimed_by("nobody") == []
        assert tx.move_frames(task.id, R, F, lease_expired=True, min_attempts_used=2) == 0
        assert tx.move_frames(task.id, R, P, lease_expired=True, values={"worker": None}) == 1
        assert tx.tasks_with_expired_leases() == []
    assert store.lost([lost])
    assert not store.lost([kept])
    with store.transaction() as tx:
        assert tx.move_frames(task.id, R, P, worker="long") == 1
    assert [frame.status for frame in store.frames(task.id)] == [P, R, P]


def test_only_rendering_frames_have_a_lease(store: SqlTaskStore) -> None:
    task = add(store, "1-3")
    for target in (C, F, FrameStatus.CANCELLED):
        claim = take(store, task)
        with store.transaction() as tx:
            tx.move_frames(task.id, R, target, claim=claim)
            tx.renew_lease(claim, LEASE)
    assert {frame.lease_until for frame in store.frames(task.id)} == {None}


def test_a_worker_is_one_row_however_often_it_is_heard_of(store: SqlTaskStore) -> None:
    save_worker(store, worker("a", engines={}, problems=("Blender was not found.",)))
    first = store.workers(60)[0]
    time.sleep(0.005)
    save_worker(store, worker("a", host="h2", pid=7, slots=2), disk_free=2**40)
    task = add(store)
    take(store, task, "a")
    save_worker(store, worker("b"), cpu_percent=12.5, memory_percent=50.0)
    a, b = store.workers(60)
    assert a.profile == worker("a", host="h2", pid=7, slots=2)
    assert (a.rendering, a.load.disk_free) == ((FrameRef(task.id, 1),), 2**40)
    assert a.started_at > first.started_at
    assert a.last_seen_at > first.last_seen_at
    assert (b.load.cpu_percent, b.load.memory_percent) == (12.5, 50.0)
    assert [one.alive for one in store.workers(-1)] == [False, False]
    assert first.profile.problems == ("Blender was not found.",)
    with store.transaction() as tx:
        tx.remove_worker("a")
    assert [one.profile.name for one in store.workers(60)] == ["b"]


def test_the_same_claim_is_given_to_one_of_two_workers(store: SqlTaskStore) -> None:
    task = add(store, "1")
    claims = [take(store, task, "w1"), take(store, task, "w2")]
    assert [isinstance(claim, Claim) for claim in claims] == [True, False]
