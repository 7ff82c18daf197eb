"""Redis and the database going away at bad moments, on real servers."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
import redis

from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.priority import Band
from render_manager.domain.states import TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.support.farm import wait_until
from tests.support.oss_server import OssServer
from tests.support.servers import Postgres, RedisServer
from tests.support.standin_farm import open_standin_farm

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line")

QUEUES = [f"render-manager:{name}" for name in (*Band, "worker.w1", "worker.w2")]


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A server of its own: other tests must not meet it being away."""
    with Postgres() as server:
        yield server


def test_a_task_submitted_while_redis_is_away_is_kept_and_taken(tmp_path: Path, redis_server: RedisServer) -> None:
    with open_standin_farm(tmp_path, {"REDIS_URL": redis_server.url}) as farm:
        farm.start("--name", "w")
        redis_server.kill()
        began = time.monotonic()
        task = farm.submit(farm.key, "1-3")
        assert time.monotonic() - began < 5
        assert farm.settled(task).task.status is TaskStatus.COMPLETED, "an idle worker looks into the database"
        farm.processes[0].terminate()
        assert farm.processes[0].wait(60) == 0, "it can be told to leave while Redis is away"


def test_a_worker_starts_and_works_without_redis(tmp_path: Path, redis_server: RedisServer) -> None:
    with open_standin_farm(tmp_path, {"REDIS_URL": redis_server.url}) as farm:
        redis_server.kill()
        farm.start("--name", "w")
        assert farm.settled(farm.submit(farm.key, "1-3")).task.status is TaskStatus.COMPLETED


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_a_worker_whose_redis_is_gone_for_good_leaves_when_told(
    tmp_path: Path, redis_server: RedisServer, pool: str
) -> None:
    with open_standin_farm(tmp_path, {"REDIS_URL": redis_server.url}, seconds=0.05) as farm:
        worker = farm.start("--name", "w", "--pool", pool)
        assert farm.settled(farm.submit(farm.key, "1-3")).task.counts.completed == 3
        with farm.program.store.transaction():  # so that it holds none itself, which would lock the file for all
            worker.send_signal(signal.SIGSTOP)
        redis_server.kill()
        time.sleep(3)  # what Celery does at intervals is due, and meets it first
        worker.send_signal(signal.SIGCONT)
        time.sleep(1)
        worker.terminate()
        assert worker.wait(20) == 0
        assert not farm.worker("w").alive


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_rendering_goes_on_through_a_redis_that_comes_back_empty(
    tmp_path: Path, redis_server: RedisServer, pool: str
) -> None:
    with open_standin_farm(tmp_path, {"REDIS_URL": redis_server.url}, seconds=0.05) as farm:
        farm.start("--name", "w", "--pool", pool)
        task = farm.submit(farm.key, "1-100")
        wait_until(lambda: farm.row(task).task.counts.completed)
        redis_server.kill()
        completed = farm.row(task).task.counts.completed
        wait_until(lambda: farm.row(task).task.counts.completed > completed + 10)
        waiting = farm.submit(farm.key, "1")
        redis_server.start()
        assert farm.settled(task).task.status is TaskStatus.COMPLETED
        assert farm.settled(waiting).task.status is TaskStatus.COMPLETED
        wait_until(lambda: not farm.worker("w").rendering)

        def rings() -> bool:
            """Whether a ticket arrives again: the worker may still be on its way back to Redis."""
            again = farm.submit(farm.key, "1")
            assert farm.settled(again).task.status is TaskStatus.COMPLETED
            return f"[{again.celery_task_id}] received" in farm.log(0)

        wait_until(rings)
        assert set(farm.renderings().values()) == {1}


def test_stale_doubled_and_nonsense_tickets_do_no_harm(tmp_path: Path, redis_server: RedisServer) -> None:
    with open_standin_farm(tmp_path, {"REDIS_URL": redis_server.url}, seconds=0.02) as farm:
        farm.start("--name", "w1")
        farm.start("--name", "w2")
        done = farm.submit(farm.key, "1-2")
        farm.settled(done)
        cancelled = farm.submit(farm.key, "1-400", priority=1)
        farm.services.control.cancel(cancelled.id)
        task = farm.submit(farm.key, "1-60")
        for _ in range(40):
            for task_id in (done.id, cancelled.id, task.id, "nosuchtask", ""):
                farm.program.queue.ring(task_id, 9, str(uuid4()))
            farm.program.queue.ring_worker("w1", task.id)
        assert farm.settled(task).task.counts.completed == 60
        with redis.Redis.from_url(redis_server.url) as client:
            wait_until(lambda: not any(client.llen(key) for key in QUEUES))
        after = farm.submit(farm.key, "1-2")
        assert farm.settled(after).task.status is TaskStatus.COMPLETED
        assert not any("Traceback" in farm.log(number) for number in (0, 1))
        assert {count for (name, _), count in farm.renderings().items() if name == task.id} == {1}
        assert all(one.alive for one in farm.services.queries.workers())


def test_a_database_away_for_longer_than_a_lease_costs_no_attempt(tmp_path: Path, database: Postgres) -> None:
    with database.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        environment = {"DATABASE_URL": url.replace("+psycopg", ""), "LEASE_SECONDS": "6"}
        with open_standin_farm(tmp_path, environment, seconds=1.0) as farm:
            for number in (1, 2, 3):
                farm.start("--name", f"w{number}")
            task = farm.submit(farm.key, "1-12", max_attempts=1)
            wait_until(lambda: farm.row(task).task.counts.rendering == 3)
            time.sleep(0.3)
            database.stop("immediate")
            with pytest.raises(StoreUnavailable):
                farm.row(task)
            time.sleep(10)
            database.start()
            row = farm.settled(task)
            assert row.task.counts.completed == 12, row.note
            assert {frame.attempt for frame in farm.services.queries.frames(task.id)} == {1}
            assert set(farm.renderings().values()) == {1}
            assert all(one.alive for one in farm.services.queries.workers())


def test_a_database_away_while_a_project_is_fetched_costs_no_attempt(tmp_path: Path, database: Postgres) -> None:
    with database.database() as url, OssServer() as oss:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        environment = {
            "DATABASE_URL": url.replace("+psycopg", ""),
            **oss.environment,
        }
        with open_standin_farm(tmp_path, environment) as farm:
            large = tmp_path / "large.blend"
            large.write_bytes(b"BLENDER-v402" + os.urandom(1024 * 1024))
            farm.program.objects.upload(large, "large.blend")
            oss.fail(method="GET", chunk_pause=0.3)
            task = farm.submit("large.blend", "1-3", max_attempts=1)
            farm.start("--name", "w1")
            wait_until(lambda: "Downloading" in (farm.row(task).task.activity or ""))
            database.stop("immediate")
            wait_until(lambda: list(farm.workspace(task).glob(".workspace.json")))
            time.sleep(1)  # the lane comes to tell of it
            database.start()
            row = farm.settled(task)
            assert row.task.counts.completed == 3, row.note
            assert {frame.attempt for frame in farm.services.queries.frames(task.id)} == {1}


def test_a_child_of_a_pool_that_comes_while_the_database_is_away_works_later(
    tmp_path: Path, database: Postgres
) -> None:
    with database.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        with open_standin_farm(tmp_path, {"DATABASE_URL": url.replace("+psycopg", "")}) as farm:
            process = farm.start("--name", "w1", "--pool", "prefork")
            assert farm.settled(farm.submit(farm.key, "1")).task.status is TaskStatus.COMPLETED
            database.stop("immediate")
            (child,) = psutil.Process(process.pid).children()
            child.kill()
            wait_until(lambda: "This process of the pool can't work yet" in farm.log(0))
            database.start()
            assert farm.settled(farm.submit(farm.key, "1")).task.status is TaskStatus.COMPLETED


def test_a_worker_that_leaves_while_the_database_is_away_is_swept_later(tmp_path: Path, database: Postgres) -> None:
    with database.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        with open_standin_farm(tmp_path, {"DATABASE_URL": url.replace("+psycopg", "")}, seconds=1.0) as farm:
            process = farm.start("--name", "w1")
            task = farm.submit(farm.key, "1-2")
            wait_until(farm.renderings)
            database.stop("immediate")
            process.terminate()
            time.sleep(2)
            process.terminate()
            process.wait(30)
            database.start()
            farm.start("--name", "w2")
            assert farm.settled(task).task.counts.completed == 2
