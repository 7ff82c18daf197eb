"""Workers that meet a database of another version: they say so, write nothing and wait."""

import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from render_manager.domain.states import TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import current_version, newest_version, upgrade
from tests.support.farm import Farm, open_farm, wait_until
from tests.support.old_database import contents, make_old, task_id, to_revision, upgrade_by_hand
from tests.support.servers import Postgres
from tests.support.standin_farm import StandinFarm, open_standin_farm

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals; the stand-in is a script")

TABLES = ("render_tasks", "render_frames", "workers", "workspaces", "audit", "duties")
ROOT = Path(__file__).parents[2]
PREVIOUS = f"{int(newest_version()) - 1:04}"


@pytest.fixture(params=["embedded", "postgresql"])
def settings(request: pytest.FixtureRequest, redis_url: str) -> Iterator[dict[str, str]]:
    """Of a farm with either database; PostgreSQL's tables are made."""
    if request.param == "embedded":
        yield {}
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        yield {"DATABASE_URL": url.replace("+psycopg", ""), "REDIS_URL": redis_url}


def _said(farm: StandinFarm, words: str) -> None:
    wait_until(lambda: words in farm.log(0))


def _engine(farm: Farm) -> Engine:
    return farm.program.store.engine


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_an_upgrade_under_a_worker_at_work(tmp_path: Path, settings: Mapping[str, str], pool: str) -> None:
    with open_standin_farm(tmp_path, settings, seconds=2.0) as farm:
        process = farm.start("--name", "w", "--pool", pool)
        task = farm.submit(farm.key, "1-2")
        wait_until(farm.renderings)
        renderers = [
            one for one in psutil.Process(process.pid).children(recursive=True) if "standin" in str(one.cmdline())
        ]
        assert renderers
        upgrade_by_hand(_engine(farm))
        then = contents(_engine(farm), TABLES)

        _said(farm, "This worker waits. The database is at version 9999, newer than this program")
        wait_until(lambda: not any(one.is_running() for one in renderers))
        time.sleep(3)  # longer than the frame would have taken
        assert contents(_engine(farm), TABLES) == then, "nothing is written any more"
        assert process.poll() is None
        assert "Traceback" not in farm.log(0)

        upgrade_by_hand(_engine(farm), newest_version())  # as if an older copy had been restored
        row = farm.settled(task)
        assert row.task.counts.completed == 2
        assert "This worker starts anew" in farm.log(0)
        assert farm.worker("w").profile.pid == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_worker_that_comes_too_early_waits_for_the_upgrade(
    tmp_path: Path, postgres: Postgres, redis_url: str
) -> None:
    with postgres.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        farm_settings = {"DATABASE_URL": url.replace("+psycopg", ""), "REDIS_URL": redis_url}
        with open_standin_farm(tmp_path, farm_settings) as farm:
            to_revision(engine, PREVIOUS)
            process = farm.start("--name", "w", ready=False)
            _said(farm, f"This worker waits. The database is at version {PREVIOUS}")
            upgrade(engine)
            assert farm.settled(farm.submit(farm.key, "1-2")).task.status is TaskStatus.COMPLETED
            assert process.poll() is None
            assert "starts anew" not in farm.log(0), "it need not: the database fits"
        engine.dispose()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_waits_can_be_told_to_leave(
    tmp_path: Path, settings: Mapping[str, str], told: signal.Signals
) -> None:
    with open_standin_farm(tmp_path, settings) as farm:
        upgrade_by_hand(_engine(farm))
        process = farm.start("--name", "w", ready=False)
        _said(farm, "newer than this program")
        process.send_signal(told)
        assert process.wait(10) == 0
        assert "Traceback" not in farm.log(0)


def test_a_command_says_so_and_ends(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path) as farm:
        upgrade_by_hand(_engine(farm))
        done = farm.command("tasks")
        assert done.returncode == 1
        assert done.stderr.startswith("render-manager: The database is at version 9999, newer than this program")
        assert "Traceback" not in done.stderr


def test_a_local_worker_does_not_wait_for_its_window(tmp_path: Path) -> None:
    with open_farm(tmp_path / "home") as farm:
        wait_until(farm.services.queries.workers)
        (worker,) = farm.services.queries.workers()
        upgrade_by_hand(_engine(farm))
        wait_until(lambda: farm.services.local_workers.running() == 0)
        log = tmp_path / "home" / "logs" / f"{worker.profile.name}.log"
        assert "newer than this program" in log.read_text().splitlines()[-1]
        upgrade_by_hand(_engine(farm), newest_version())


def test_a_worker_left_behind_leaves_before_its_database_is_upgraded(tmp_path: Path) -> None:
    rare = {"HEARTBEAT_SECONDS": "60", "LEASE_SECONDS": "180"}  # it would notice, but late
    with open_farm(tmp_path / "home", rare) as first:
        wait_until(first.services.queries.workers)
        process = psutil.Process(first.services.queries.workers()[0].profile.pid)
        first.services.local_workers.let_go()
        to_revision(_engine(first), PREVIOUS)
    with open_farm(tmp_path / "home", workers=0) as second:
        assert current_version(_engine(second)) == newest_version()
        assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        assert second.services.local_workers.running() == 0


def test_what_was_pending_in_the_first_version_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'render-manager.sqlite3'}")
    make_old(engine)
    engine.dispose()
    with open_standin_farm(tmp_path) as farm:
        assert (tmp_path / "home" / f"render-manager.sqlite3.before-{newest_version()}").is_file()
        farm.start("--name", "w")
        task = farm.services.queries.task(task_id("pending")).task
        row = farm.settled(task)
        assert row.task.counts.completed == 4, row.note
        assert all(Path(frame.output_path or "").is_file() for frame in farm.services.queries.frames(task.id))


def test_a_worker_that_waits_becomes_the_program_that_is_installed_meanwhile(tmp_path: Path) -> None:
    """The host is updated under it: here with a migration more, which somebody else has run already."""
    program = tmp_path / "program"
    for room in ("render_manager", "workers", "resources"):
        shutil.copytree(ROOT / room, program / room, ignore=shutil.ignore_patterns("__pycache__"))
    versions = program / "render_manager" / "store" / "migrations" / "versions"
    with open_standin_farm(tmp_path) as farm:
        worker = farm.start("--name", "w", folder=program)
        before = farm.worker("w").started_at
        upgrade_by_hand(_engine(farm))
        _said(farm, "This worker waits")
        (versions / "9999_of_tomorrow.py").write_text(
            f'revision = "9999"\ndown_revision = "{newest_version()}"\n\n\ndef upgrade() -> None:\n    pass\n'
        )
        _said(farm, "This worker starts anew")
        wait_until(lambda: farm.worker("w").started_at > before)
        assert worker.poll() is None
