"""The database: away, without tables, older or newer than the program, on a share."""

import sqlite3
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from render_manager.doctor import volumes
from render_manager.store.engine import open_engine
from render_manager.store.migrate import newest_version
from tests.doctor.conftest import Practice, migrated
from tests.support.servers import Postgres, free_port


def set_version(url: str, version: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()


def test_a_database_that_was_not_migrated(practice: Practice, database_url: str) -> None:
    open_engine(database_url).dispose()
    if database_url.startswith("sqlite"):
        sqlite3.connect(database_url.removeprefix("sqlite:///")).execute("CREATE TABLE other (id)").connection.close()
    report = practice.examine(DATABASE_URL=database_url)
    report.only_failed("database.migrated", "no tables", "render-manager db upgrade")
    report.found("farm.workers", "skipped", "it needs the database")

    migrated(database_url)
    report = practice.examine(DATABASE_URL=database_url)
    report.well_but("database.migrated", "ok", newest_version())
    assert report.findings["database.latency"]["seconds"] < 1
    report.found("farm.workers", "note", "No worker is online")

    set_version(database_url, "0003")
    report = practice.examine("--only", "database", DATABASE_URL=database_url)
    report.only_failed("database.migrated", "0003", newest_version(), "render-manager db upgrade")
    set_version(database_url, "9001")
    report = practice.examine("--only", "database", DATABASE_URL=database_url)
    report.only_failed("database.migrated", "9001", "Update this program")


def test_a_database_that_is_away(practice: Practice, postgres: Postgres) -> None:
    nobody = f"postgresql://test:Pg-5ecret@127.0.0.1:{free_port()}/farm"
    report = practice.examine(DATABASE_URL=nobody)
    report.only_failed("database.reachable", "DATABASE_URL", "server runs")
    report.found("database.migrated", "skipped", "it needs the database")
    report.found("farm.names", "skipped")
    assert "5ecret" not in str(report.findings)
    nowhere = postgres.url("no-such-database").replace("+psycopg", "")
    practice.examine(DATABASE_URL=nowhere).only_failed("database.reachable", "no-such-database")


def test_a_file_that_is_not_there_is_not_made(practice: Practice, tmp_path: Path) -> None:
    file = tmp_path / "farm.sqlite3"
    report = practice.examine(DATABASE_URL=f"sqlite:///{file}")
    report.only_failed("database.reachable", str(file), "render-manager db upgrade")
    assert not file.exists()
    practice.examine().well_but("database.reachable", "ok", "at its first start")
    assert not list(practice.home.glob("*.sqlite3"))


def test_a_file_that_is_no_database(practice: Practice) -> None:
    practice.home.mkdir()
    (practice.home / "render-manager.sqlite3").write_bytes(b"no database at all" * 100)
    practice.examine().only_failed("database.reachable", "not a database", "damaged")


def test_sqlite_on_a_network_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says of its disks can't be had otherwise here: there is no file server."""
    disk = psutil.disk_partitions(all=True)[0]._replace(mountpoint=str(tmp_path), fstype="nfs4", opts="rw")
    share = disk._replace(mountpoint=str(tmp_path / "x"), fstype="ext4")
    monkeypatch.setattr(volumes.psutil, "disk_partitions", lambda all: [disk, share])
    assert volumes.network_share(tmp_path / "farm.sqlite3") == "nfs4"
    assert volumes.network_share(tmp_path / "x" / "farm.sqlite3") is None, "the nearest disk counts"
    monkeypatch.undo()
    assert volumes.network_share(tmp_path) is None
