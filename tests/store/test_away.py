"""A database that is away, busy or locked: a sentence, and never the password."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text

from render_manager.domain.errors import StoreUnavailable
from render_manager.store import engine as engine_module
from render_manager.store.engine import open_engine
from render_manager.store.migrate import check_version, upgrade
from render_manager.store.repository import SqlTaskStore
from tests.store.samples import add
from tests.support.servers import Postgres, free_port


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://u:hunter2@127.0.0.1:{}/d", "postgresql+psycopg://127.0.0.1:{}/d?user=u&password=hunter2"],
)
def test_an_unreachable_server_is_named_without_its_password(url: str) -> None:
    store = SqlTaskStore(open_engine(url.format(free_port())))
    with pytest.raises(StoreUnavailable, match="Check DATABASE_URL") as caught:
        store.tasks()
    assert "127.0.0.1" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    for ask in (
        lambda: store.now(),
        lambda: add(store),
        lambda: check_version(store.engine),
        lambda: upgrade(store.engine),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
    store.close()


def test_a_server_that_restarts_is_found_again() -> None:
    with Postgres() as server:
        store = SqlTaskStore(open_engine(server.url()))
        upgrade(store.engine)
        task = add(store)
        server.stop("immediate")
        with pytest.raises(StoreUnavailable):
            store.task(task.id)
        server.start()
        assert store.task(task.id) == task
        store.close()


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on", "read-only transaction"),
        ("SET ROLE pg_read_all_data", "permission denied"),
    ],
)
def test_a_server_that_takes_no_writes_is_explained(order: str, said: str) -> None:
    """As one does that another server replaced, or whose user may not write."""
    with Postgres() as server:
        store = SqlTaskStore(open_engine(server.url()))
        upgrade(store.engine)
        with store.engine.begin() as connection:
            connection.execute(text(order))
        if order.startswith("ALTER"):
            store.close()
        with pytest.raises(StoreUnavailable, match=said):
            add(store)
        store.close()


def test_a_file_locked_by_another_program_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT", 0.2)
    path = tmp_path / "locked.sqlite3"
    store = SqlTaskStore(open_engine(f"sqlite:///{path}"))
    upgrade(store.engine)
    task = add(store)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        add(store)
    assert store.task(task.id) == task, "reading goes on"
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT", 10)
    patient = SqlTaskStore(open_engine(f"sqlite:///{path}"))
    patient.task(task.id)
    release = threading.Timer(0.1, other.rollback)
    release.start()
    assert add(patient)
    release.join()
    other.close()
    patient.close()
    store.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"
    path.write_text("these are notes, not a database " * 100)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match=r"notes\.sqlite3"):
        upgrade(engine)
    engine.dispose()


def test_a_crowd_is_told_that_the_database_is_busy(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'crowd.sqlite3'}")
    upgrade(engine)
    engine.pool = QueuePool(engine.pool._creator, pool_size=1, max_overflow=0, timeout=0.05)
    store = SqlTaskStore(engine)
    with engine.connect(), pytest.raises(StoreUnavailable, match="too busy"):
        store.tasks()
    store.close()


def test_a_client_that_stands_still_in_a_transaction_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is asleep, a process that is stopped: its connection lives on and with it every lock it has."""
    monkeypatch.setattr(engine_module, "STANDSTILL_TIMEOUT", 0.5)
    with Postgres() as server:
        stalled, other = (SqlTaskStore(open_engine(server.url())) for _ in range(2))
        upgrade(stalled.engine)
        task = add(stalled)

        def stand_still() -> None:
            with stalled.transaction() as held:
                held.lock_task(task.id)
                with other.transaction() as tx:
                    tx.lock_task(task.id)
                held.save_task(task)

        with pytest.raises(StoreUnavailable):
            stand_still()
        assert stalled.task(task.id) == task, "a new connection is made"
        stalled.close()
        other.close()
