"""Names of workers, turns at duties, and the record."""

import time
from dataclasses import replace

from sqlalchemy import update

from render_manager.domain.audit import Action, AuditEntry, FrameMove
from render_manager.domain.entities import HostLoad, WorkerOrders
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.store.repository import SqlTaskStore
from render_manager.store.tables import duties
from tests.store.samples import add, worker


def test_a_name_belongs_to_one_live_worker(store: SqlTaskStore) -> None:
    first, second = worker("w", instance="1", pid=7), worker("w", instance="2", pid=8)
    with store.transaction() as tx:
        assert tx.register_worker(first, alive_within=60)
        assert not tx.register_worker(second, alive_within=60)
        assert tx.register_worker(first, alive_within=60), "the same one again"
        assert tx.beat_worker(first, HostLoad(cpu_percent=5.0)) == WorkerOrders()
        assert tx.beat_worker(second, HostLoad()) is None
    assert store.worker_instance("w") == ("h1", 7, "1")
    assert store.worker_instance("nobody") is None
    with store.transaction() as tx:
        assert tx.register_worker(second, alive_within=60, dead="1"), "its process is known to be dead"
        assert tx.beat_worker(first, HostLoad()) is None, "the earlier one hears that it was replaced"
        assert tx.register_worker(first, alive_within=-1), "not heard of for long"
        tx.sign_off(first)
        assert tx.register_worker(second, alive_within=60), "signed off"


def test_signing_off_leaves_the_row_and_what_people_want(store: SqlTaskStore) -> None:
    profile = worker("w", instance="1", tags=("gpu",), memory=2**35)
    with store.transaction() as tx:
        tx.register_worker(profile, alive_within=60)
        tx.order_worker("w", enabled=False, draining=True)
        assert not tx.sign_off(replace(profile, instance="another"))
    assert store.workers(60)[0].alive, "only its own instance signs it off"
    with store.transaction() as tx:
        assert tx.sign_off(profile)
    status = store.workers(60)[0]
    assert (status.alive, status.enabled, status.draining, status.profile) == (False, False, False, profile)
    with store.transaction() as tx:
        tx.register_worker(replace(profile, instance="2"), alive_within=60)
        assert tx.beat_worker(replace(profile, instance="2"), HostLoad()) == WorkerOrders(enabled=False)


def test_a_local_worker_is_forgotten_when_it_leaves(store: SqlTaskStore) -> None:
    with store.transaction() as tx:
        tx.register_worker(worker("w", local=True), alive_within=60)
        assert tx.sign_off(worker("w", local=True))
    assert store.workers(60) == []


def test_a_duty_is_done_by_one_at_a_time(store: SqlTaskStore) -> None:
    with store.transaction() as tx:
        assert tx.take_turn("count", every=60)
        assert not tx.take_turn("count", every=60)
        assert tx.take_turn("other", every=0.01)
        time.sleep(0.02)
        assert tx.take_turn("other", every=0.01)


def test_after_a_pause_everybody_waits_before_the_duty_is_done_again(store: SqlTaskStore) -> None:
    with store.transaction() as tx:
        assert not tx.take_turn("sweep", every=0.1, grace=10), "nobody was there before"
        time.sleep(0.25)
        assert tx.take_turn("sweep", every=0.1, grace=10)
        time.sleep(0.35)
        assert not tx.take_turn("sweep", every=0.1, grace=0.3)
        assert not tx.take_turn("sweep", every=0.1, grace=0.3)
        time.sleep(0.25)
        assert tx.take_turn("sweep", every=0.1, grace=0.3), "the pause is over, however long it was waited for"


def test_the_record_comes_back_newest_first(store: SqlTaskStore) -> None:
    task = add(store)
    moves = (FrameMove(FrameStatus.RENDERING, FrameStatus.FAILED, 1),)
    entries = [
        AuditEntry("li@desk", Action.SUBMIT, task_id=task.id),
        AuditEntry("worker w", Action.FAIL, task_id=task.id, frames="-7", moves=moves, attempt=2, why="磁盘已满 \0"),
        AuditEntry("li@desk", Action.PRIORITY, task_id=task.id, priority=(5, 8)),
        AuditEntry("li@desk", Action.CANCEL, task_id=task.id, status=(TaskStatus.RUNNING, TaskStatus.CANCELLED)),
        AuditEntry("li@desk", Action.DISABLE, worker="w"),
    ]
    with store.transaction() as tx:
        tx.record([])
        tx.record(entries[:3])
        tx.record(entries[3:])
    found = store.history(task.id)
    assert [replace(entry, at=0.0) for entry in found[:2]] == [entries[3], entries[2]]
    assert found[2] == replace(entries[1], why="磁盘已满 \ufffd", at=found[2].at)
    assert [entry.action for entry in store.history(task.id, frame=-7)] == [Action.FAIL]
    assert [entry.action for entry in store.history(worker="w")] == [Action.DISABLE]
    assert [entry.action for entry in store.history(limit=2)] == [Action.DISABLE, Action.CANCEL]


def test_the_record_is_kept_within_bounds(store: SqlTaskStore) -> None:
    long, short = add(store), add(store)
    with store.transaction() as tx:
        for task, count in ((long, 25), (short, 3)):
            tx.record([AuditEntry("li", Action.CLAIM, task_id=task.id, frames=str(n)) for n in range(count)])
        assert tx.trim_audit(keep_per_task=10, keep_days=1) == 15
    assert [entry.frames for entry in store.history(long.id)] == [str(n) for n in range(24, 14, -1)]
    assert len(store.history(short.id)) == 3
    with store.transaction() as tx:
        assert tx.trim_audit(keep_per_task=10, keep_days=-1) == 13
    assert store.history() == []


def test_a_turn_is_taken_although_the_clock_was_set_back(store: SqlTaskStore) -> None:
    with store.transaction() as tx:
        assert tx.take_turn("sweep", every=60)
    with store.engine.begin() as connection:
        an_hour_on = {"taken_at": duties.c.taken_at + 3600, "due_at": duties.c.due_at + 3600}
        connection.execute(update(duties).values(**an_hour_on))
    with store.transaction() as tx:
        assert tx.take_turn("sweep", every=60)
        assert not tx.take_turn("sweep", every=60)
