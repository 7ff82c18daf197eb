"""No key and no password of a configured farm is ever told: not by a renderer that prints all it sees, and not by
what goes wrong with OSS, the database or Redis."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from sqlalchemy import make_url

from render_manager.domain.states import TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.tables import metadata
from tests.support.farm import wait_until
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, OssServer
from tests.support.servers import Postgres, RedisServer, free_port
from tests.support.standin_farm import open_standin_farm

DATABASE_PASSWORD = "Pg-5ecret-of-the-database"
TOKEN = "Sts-5ecret-token"
TELLING = {"BLENDER_STANDIN_TELL": "all", "BLENDER_STANDIN_FAIL": "3"}


class Secured:
    """Servers that all ask for a key or password, and the settings that name them."""

    def __init__(self, postgres: Postgres, server: RedisServer, oss: OssServer, database_url: str) -> None:
        self.redis_url = server.url
        self.database_url = database_url
        self.secrets = {DATABASE_PASSWORD, server.password, ACCESS_KEY_ID, ACCESS_KEY_SECRET, TOKEN}
        self.settings = {
            "DATABASE_URL": database_url.replace("+psycopg", ""),
            "REDIS_URL": server.url,
            "OSS_ENDPOINT": oss.url,
            "OSS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "OSS_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
            "OSS_SECURITY_TOKEN": TOKEN,
            "OSS_BUCKET_NAME": BUCKET,
            "OSS_REGION": REGION,
        }

    def told(self, text: str) -> set[str]:
        return {secret for secret in self.secrets if secret in text}


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    with (
        Postgres(password=DATABASE_PASSWORD) as postgres,
        RedisServer() as server,
        OssServer(TOKEN) as oss,
        postgres.database() as url,
    ):
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        yield Secured(postgres, server, oss, url)


@contextmanager
def overheard(url: str) -> Iterator[list[str]]:
    """All that is published on a Redis: notices, and the events of Celery."""
    heard: list[str] = []
    ended = threading.Event()
    with redis.Redis.from_url(url) as client:
        listener = client.pubsub(ignore_subscribe_messages=True)
        listener.psubscribe("*")

        def listen() -> None:
            while not ended.is_set():
                if message := listener.get_message(timeout=0.1):
                    heard.append(repr(message))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            ended.set()
            thread.join()
            listener.close()


def all_rows(database_url: str) -> str:
    """Everything that is in the database."""
    engine = open_engine(database_url)
    with engine.connect() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    engine.dispose()
    return "\n".join(rows)


def test_a_renderer_that_prints_its_environment_tells_no_secret(secured: Secured, tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, {**secured.settings, **TELLING}) as farm, overheard(secured.redis_url) as heard:
        farm.start("--name", "w")
        row = farm.render(farm.key, "1-3", max_attempts=1)
        assert row.task.status is TaskStatus.FAILED
        frame_logs = [Path(frame.log_path or "") for frame in farm.services.queries.frames(row.task.id)]
        assert len(frame_logs) == 3
        texts = {str(path): path.read_text() for path in frame_logs}
        assert all("BLENDER_STANDIN_TELL=all\n" in text for text in texts.values()), "it was printed"
        everything = [path for path in farm.workspace(row.task).rglob("*") if path.is_file()]
        texts |= {str(path): path.read_bytes().decode(errors="replace") for path in everything}
        texts["worker's log"] = farm.log(0)
        failed = farm.services.queries.frame(row.task.id, 3)
        assert "BLENDER_STANDIN_TELL" in (failed.error_message or ""), "it is in the error, too"
        wait_until(lambda: any("render-manager:notices" in message for message in heard))
        texts["notices"] = "\n".join(heard)
        texts["database"] = all_rows(secured.database_url)
        for name in ("show", "frames", "history"):
            for options in (["--json"], []):
                done = farm.command("--verbose", name, row.task.id, *options)
                assert done.returncode == 0, done.stderr
                texts[" ".join([name, *options])] = done.stdout + done.stderr
        texts["workers"] = farm.command("workers", "--json").stdout
        texts["log"] = farm.command("log", row.task.id, "1").stdout
        assert {name: secured.told(text) for name, text in texts.items() if secured.told(text)} == {}


def wrong_database(secured: Secured) -> dict[str, str]:
    url = make_url(secured.database_url).set(drivername="postgresql", password="Wr0ng-password")
    return {"DATABASE_URL": url.render_as_string(hide_password=False)}


def no_database(secured: Secured) -> dict[str, str]:
    url = make_url(secured.database_url).set(drivername="postgresql", port=free_port())
    return {"DATABASE_URL": url.render_as_string(hide_password=False)}


def password_in_query(secured: Secured) -> dict[str, str]:
    return {"DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/d?user=test&password={DATABASE_PASSWORD}"}


def wrong_redis(secured: Secured) -> dict[str, str]:
    return {"REDIS_URL": f"redis://:Wr0ng-password@{secured.redis_url.rpartition('@')[2]}"}


def no_redis(secured: Secured) -> dict[str, str]:
    password = secured.redis_url.partition("@")[0]
    return {"REDIS_URL": f"{password}@127.0.0.1:{free_port()}/0"}


def redis_without_a_name(secured: Secured) -> dict[str, str]:
    password = secured.redis_url.partition("@")[0]
    return {"REDIS_URL": f"{password}@no-such-host.invalid:6379/0"}


def wrong_secret(secured: Secured) -> dict[str, str]:
    return {"OSS_ACCESS_KEY_SECRET": "Wr0ng-password"}


def wrong_key(secured: Secured) -> dict[str, str]:
    return {"OSS_ACCESS_KEY_ID": "Wr0ng-password"}


def wrong_token(secured: Secured) -> dict[str, str]:
    return {"OSS_SECURITY_TOKEN": "Wr0ng-password"}


def no_oss(secured: Secured) -> dict[str, str]:
    return {"OSS_ENDPOINT": f"http://127.0.0.1:{free_port()}"}


#: What is wrong, and words of what is said about it: by a command, and by a worker.
FAULTS = [
    (wrong_database, "password authentication failed", "password authentication failed"),
    (no_database, "can't be used", "can't be used"),
    (password_in_query, "can't be used", "can't be used"),
    (wrong_redis, "The broker can't be reached", "Cannot connect to redis://"),
    (no_redis, "The broker can't be reached", "Cannot connect to redis://"),
    (redis_without_a_name, "The broker can't be reached", "Cannot connect to redis://"),
    (wrong_secret, "The access key was refused", "The access key was refused"),
    (wrong_key, "The access key was refused", "The access key was refused"),
    (wrong_token, "The access key was refused", "The access key was refused"),
    (no_oss, "can't be reached or breaks", "can't be reached or breaks"),
]


@pytest.mark.parametrize(("fault", "command_says", "worker_says"), FAULTS, ids=[fault[0].__name__ for fault in FAULTS])
def test_what_goes_wrong_tells_no_secret(
    secured: Secured,
    tmp_path: Path,
    fault: Callable[[Secured], dict[str, str]],
    command_says: str,
    worker_says: str,
) -> None:
    secured.secrets.add("Wr0ng-password")
    with open_standin_farm(tmp_path, secured.settings) as farm:
        farm.submit(farm.key, "1", max_attempts=1)
        farm.environment.update(fault(secured))
        done = farm.command("--verbose", "submit", f"oss://{BUCKET}/{farm.key}", "--frames", "1")
        said = done.stdout + done.stderr
        assert command_says in said
        worker = farm.start("--name", f"w-{fault.__name__}", ready=False)
        wait_until(lambda: worker_says in farm.log(0))
        worker.kill()
        worker.wait()
        rows = all_rows(secured.database_url)
        assert secured.told(said + farm.log(0) + rows) == set()
