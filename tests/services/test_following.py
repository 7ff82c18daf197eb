"""Following: until a task is settled, until it can't go on, until hosts have cleaned up; and the worker it takes."""

import time
from collections.abc import Iterator

import pytest

from render_manager.domain.entities import Workspace, WorkspaceState
from render_manager.domain.states import TaskStatus
from render_manager.services import following
from render_manager.services.following import Following, poll
from tests.services.conftest import House
from tests.store.samples import worker


class Starter:
    """Fits the LocalWorkers port: one that was started is online at the look after the next."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.started = 0

    def start(self, *, stay: bool = False) -> str:
        self.started += 1
        return "local"

    def running(self) -> int:
        return self.started

    def stop(self) -> None: ...

    def let_go(self) -> int:
        return 0


@pytest.fixture
def starter(house: House) -> Starter:
    return Starter(house)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "POLL", 0.01)
    monkeypatch.setattr(following, "PATIENCE", 0.2)


def made(house: House, starter: Starter, *, alone: bool = True, keep_worker: bool = False) -> Following:
    return Following(house.queries, house.cleanup, starter, alone=alone, keep_worker=keep_worker)


def test_it_looks_at_least_once_and_no_longer_than_asked(quick: None) -> None:
    assert len(list(poll(0))) == 1
    start = time.monotonic()
    assert len(list(poll(0.1))) > 1
    assert time.monotonic() - start < 5


def test_a_worker_is_started_once_and_told_of(house: House, starter: Starter, quick: None) -> None:
    task = house.submit("1-2")
    looks: Iterator = made(house, starter, keep_worker=True).looks(task.id)
    assert [next(looks).note for _ in range(3)] == ["Starting a worker of this machine"] * 3
    house.online(worker("w1"))
    assert next(looks).note == "It is next in default; worker w1 is free and takes it."
    house.render(task, "cc")
    assert next(looks).task.status is TaskStatus.COMPLETED
    assert list(looks) == []
    assert starter.started == 1


def test_no_worker_is_started_where_one_is_online_or_none_is_wanted(
    house: House, starter: Starter, quick: None
) -> None:
    task = house.submit("1-2")
    list(made(house, starter).looks(task.id, 0.05))
    house.online(worker("w1"))
    list(made(house, starter, keep_worker=True).looks(task.id, 0.05))
    assert starter.started == 0


def test_where_nobody_else_brings_a_worker_it_does_not_wait_for_ever(
    house: House, starter: Starter, quick: None
) -> None:
    task = house.submit("1-2")
    *_, last = made(house, starter).looks(task.id)
    assert (last.stuck, last.note) == (True, "No worker is online: start one.")
    looks = made(house, starter, alone=False).looks(task.id)
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        assert next(looks).stuck, "a farm's worker may come at any time"


def test_a_clean_up_is_waited_for_as_long_as_its_host_is_there(house: House, starter: Starter, quick: None) -> None:
    task = house.submit("1")
    house.render(task, "c")
    with house.store.transaction() as tx:
        tx.save_workspace(Workspace(task.id, "h1", "/w", 1, WorkspaceState.READY))
    requested = house.cleanup.request(house.cleanup.plan(task_ids=[task.id]))
    (now,) = made(house, starter).cleaned(requested, 60)
    assert now.state is WorkspaceState.CLEANUP_REQUESTED, "its host is not online, so there is nothing to wait for"
    house.online(worker("w1"))
    start = time.monotonic()
    made(house, starter).cleaned(requested, 0.3)
    assert time.monotonic() - start >= 0.3
    house.cleanup.done(now, size_left=0)
    (now,) = made(house, starter).cleaned(requested, 60)
    assert now.state is WorkspaceState.REMOVED
