"""A database of the first version, with what people had in it, works with this program; whatever happens meanwhile."""

import multiprocessing
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from render_manager.domain.errors import StoreOfAnotherVersion, StoreUnavailable
from render_manager.domain.states import TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import current_version, newest_version, upgrade
from render_manager.store.repository import SqlTaskStore
from tests.services.conftest import House
from tests.store.samples import add, rows_counted, worker
from tests.support.old_database import NAME, STATES, TASKS, contents, make_old, task_id, to_revision, upgrade_by_hand

OLD_TABLES = ("render_tasks", "render_frames", "workers", "avoided_hosts", "workspaces")
#: Instead of a number of statements.
AT_COMMIT = 0
OLDER = [f"{number:04}" for number in range(1, int(newest_version()))]
#: Columns of the first version that later ones have not.
GONE = {"workers": {"task_id", "frame_number"}, "workspaces": {"keep_renders"}}


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    make_old(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("on_the_way", OLDER)
def test_nothing_is_lost_whichever_version_it_comes_from(old: Engine, on_the_way: str) -> None:
    before = contents(old, OLD_TABLES)
    to_revision(old, on_the_way)
    upgrade(old)
    after = contents(old, OLD_TABLES)
    for table, rows in before.items():
        kept = [{name: value for name, value in row.items() if name not in GONE.get(table, ())} for row in rows]
        assert [{name: row[name] for name in kept[0]} for row in after[table]] == kept
    assert [row["position"] for row in after["render_frames"]] == [1, 2, 3, 4] * len(TASKS), "frames go forward"
    assert {(row["frame_order"], row["max_attempts"]) for row in after["render_tasks"]} == {("forward", 3)}
    kept_by_state = {row["state"]: row["keep"] for row in after["workspaces"]}
    assert kept_by_state == {
        "ready": "nothing",
        "cleanup_requested": "renders",
        "removed": "renders",
        "cleanup_failed": "nothing",
    }
    assert {(row["enabled"], row["draining"], row["local"], row["left_at"]) for row in after["workers"]} == {
        (True, False, False, None)
    }


def test_the_program_works_on_it(old: Engine, tmp_path: Path) -> None:
    upgrade(old)
    house = House(SqlTaskStore(old), tmp_path)
    listed = {row.task.id: row for row in house.queries.tasks()}
    assert [row.task.status for row in listed.values()] == list(reversed(TASKS)), "newest first"
    for status, frames in TASKS.items():
        task = listed[task_id(status)].task
        assert task.name == f"{NAME} {status}"
        assert task.counts == rows_counted(house.store, task.id)
        assert [frame.status for frame in house.queries.frames(task.id)] == [STATES[letter] for letter in frames]
    assert [(one.profile.name, one.alive) for one in house.queries.workers()] == [
        ("render-01", False),
        ("узел-2", False),
    ]
    assert house.store.avoided_hosts([task_id("failed")])[task_id("failed")]["узел-2"].reason.startswith("Blender 2.79")

    assert house.workers.sweep() == 2, "what its workers had when they were stopped"
    house.online(worker())
    claims = [claim for _ in range(20) if (claim := house.lifecycle.claim_next(worker()))]
    assert [(claim.task.id, claim.frame_number) for claim in claims] == [
        *((task_id("running"), number) for number in (3, 2)),  # what was lost comes last
        *((task_id("preparing"), number) for number in (2, 3, 4, 1)),
        *((task_id("pending"), number) for number in (1, 2, 3, 4)),
    ]
    assert house.completed(claims[0], "/renders/3.png")
    assert house.control.retry(task_id("failed")).counts.pending == 2
    assert house.control.retry(task_id("cancelled")).counts.pending == 3
    assert house.control.resume(task_id("paused")).status is TaskStatus.RUNNING
    assert {entry.action for entry in house.queries.history(task_id("failed"))} == {"retry"}


@pytest.mark.parametrize("statements", [3, 15, 30, 45, AT_COMMIT])
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_upgrade_that_is_killed_leaves_the_old_version(old: Engine, statements: int) -> None:
    before = contents(old, OLD_TABLES)
    url = old.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=_die_at, args=(url, statements))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, "the upgrade has more statements than that"
    assert current_version(old) == "0001"
    assert contents(old, OLD_TABLES) == before
    upgrade(old)
    assert len(SqlTaskStore(old).tasks()) == len(TASKS)


def _die_at(url: str, statements: int) -> None:
    engine = open_engine(url)
    writes: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        writes.append(statement)
        if len(writes) == statements:
            die()

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", count)
    if statements == AT_COMMIT:
        event.listen(engine, "commit", die)
    upgrade(engine)


def test_two_upgrades_at_once_are_one(old: Engine) -> None:
    url = old.url.render_as_string(hide_password=False)
    start, errors = threading.Barrier(3), list[BaseException]()

    def run() -> None:
        engine = open_engine(url)
        start.wait()
        try:
            upgrade(engine)
        except BaseException as error:
            errors.append(error)
        engine.dispose()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert current_version(old) == newest_version()
    assert len(contents(old, ["render_frames"])["render_frames"]) == 4 * len(TASKS)


def test_who_was_writing_is_waited_for_and_nobody_writes_afterwards(database_url: str) -> None:
    """An upgrade comes between two programs of the version before it: here of this one, to a version yet to come."""
    engine = open_engine(database_url)
    upgrade(engine)
    store, other = SqlTaskStore(engine), open_engine(database_url)
    task = add(store)
    upgraded = threading.Event()

    def run() -> None:
        upgrade_by_hand(other)
        upgraded.set()

    thread = threading.Thread(target=run)
    with store.transaction() as tx:
        thread.start()
        assert not upgraded.wait(0.5), "a transaction that may write is not overtaken"
        locked = tx.lock_task(task.id)
        tx.save_task(locked)
    thread.join()
    with pytest.raises(StoreOfAnotherVersion, match="newer than this program"):
        add(store)
    with pytest.raises(StoreOfAnotherVersion, match="update Render Manager"):
        store.check_version()
    with pytest.raises(StoreOfAnotherVersion):
        upgrade(other)
    assert [found.id for found in store.tasks()] == [task.id], "reading goes on as long as it can"
    other.dispose()
    store.close()


def test_tables_of_another_version_are_a_database_that_can_not_be_used(old: Engine) -> None:
    store = SqlTaskStore(old)
    with pytest.raises(StoreUnavailable, match="db upgrade"):
        store.workspaces()
    with pytest.raises(StoreOfAnotherVersion, match=r"at version 0001.*db upgrade"):
        add(store)
    store.close()


def test_a_file_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    file = tmp_path / "库.sqlite3"
    (tmp_path / "库.sqlite3.before-0000").touch()
    engine = open_engine(f"sqlite:///{file}")
    make_old(engine)
    before = contents(engine, OLD_TABLES)
    upgrade(engine)
    upgrade(engine)
    copy = tmp_path / f"库.sqlite3.before-{newest_version()}"
    assert sorted(path.name for path in tmp_path.glob("*.before*")) == [copy.name], "one only, the newest"
    kept = open_engine(f"sqlite:///{copy}")
    assert contents(kept, OLD_TABLES) == before
    kept.dispose()
    engine.dispose()


def test_a_new_file_has_nothing_to_copy(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    upgrade(engine)
    engine.dispose()
    assert not list(tmp_path.glob("*.before*"))


def test_without_a_copy_nothing_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "full.sqlite3"
    engine = open_engine(f"sqlite:///{file}")
    make_old(engine)
    (tmp_path / f"full.sqlite3.before-{newest_version()}").mkdir()  # so that the copy can't take its place
    with pytest.raises(StoreUnavailable, match="can't be copied"):
        upgrade(engine)
    assert current_version(engine) == "0001"
    assert not list(tmp_path.glob("*.unfinished"))
    engine.dispose()


def test_the_rows_that_refer_to_a_table_survive_its_being_made_anew(tmp_path: Path) -> None:
    """SQLite's way to alter one: a later migration of render_tasks must not take all frames along."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    from render_manager.store import migrate

    engine = open_engine(f"sqlite:///{tmp_path / 'anew.sqlite3'}")
    upgrade(engine)
    store = SqlTaskStore(engine)
    task = add(store, "1-4")
    with migrate._alone(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("render_tasks", recreate="always"):
            pass
    assert len(store.frames(task.id)) == 4
    with closing(sqlite3.connect(tmp_path / "anew.sqlite3")) as plain:
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()
