"""The farm of docs/deploying-a-farm.md on this machine: made by its own commands, `redis.conf` and `.env`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from render_manager.messaging.embedded_redis import find_server
from render_manager.messaging.redis_bus import CHANNEL
from render_manager.domain.states import FINAL
from tests.support.archives import zipped
from tests.support.documents import ROOT, document
from tests.support.farm import QUICK, Farm, wait_until
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION, OssServer
from tests.support.servers import Postgres, answers, free_port
from tests.support.standin_farm import HOST_NAME

GUIDE = "docs/deploying-a-farm.md"
#: What the document leaves to be done on PostgreSQL's host, in its words.
ON_POSTGRES = ["createuser --pwprompt render", "createdb --owner=render render"]
#: The host and worker that the documents speak of.
NODE = "node07"
_SUPERUSER = "installed-with-it"
_PASSWORD = "secret"  # as in the document's .env
_SCENES = ROOT / "tests" / "scenes"


class DocumentedFarm(Farm):
    """Runs the documents' commands as somebody would at a desk of this farm.

    Args:
        home: the home folder of whoever types them; each document has a working folder in it.
        places: what the documents name, and what stands for it here.
    """

    def __init__(
        self, program: Program, home: Path, environment: Mapping[str, str], places: Mapping[str, str], redis_url: str
    ) -> None:
        super().__init__(program)
        self.home = home
        self.environment = dict(environment)
        self.places = dict(places)
        self._redis_url = redis_url
        self._node: subprocess.Popen[bytes] | None = None

    def folder(self, name: str) -> Path:
        """Where the commands of that document are typed: with the farm's `.env`, and files to submit."""
        folder = self.home / name.replace("/", "-")
        if not folder.exists():
            folder.mkdir()
            shutil.copy(self.home / ".env", folder / ".env")
            shutil.copy(_SCENES / "anim_cycles.blend", folder / "scene.blend")
            for archive in ("shot.zip", "textures.zip"):
                shutil.copy(self.home / archive, folder / archive)
        return folder

    def run(
        self, text: str, folder: Path, typed: str = "", timeout: float = 150
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end, with what is typed when it asks."""
        with self.start(text, folder) as process:
            try:
                out, err = process.communicate(typed, timeout)
            finally:
                process.kill()
        return subprocess.CompletedProcess(text, process.returncode, out, err)

    def start(self, text: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
        # In a session of its own it has no terminal: what it asks for, it reads from its standard input.
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        env = self.environment | environment
        return subprocess.Popen(["bash", "-c", text], cwd=folder, env=env, text=True, start_new_session=True, **streams)

    def listeners(self) -> int:
        """How many windows hear of changes."""
        with redis.Redis.from_url(self._redis_url) as client:
            return int(client.pubsub_numsub(CHANNEL)[0][1])

    def online(self) -> set[str]:
        return {worker.profile.name for worker in self.services.queries.workers() if worker.alive}

    def cancel_all(self) -> None:
        for row in self.services.queries.tasks():
            if row.task.status not in FINAL:
                self.services.control.cancel(row.task.id)

    # --- what the documents speak of ------------------------------------------------------------------------------

    def ready_node(self) -> None:
        """node07 is there and takes frames, whatever the last command did to it."""
        if self._node is None or self._node.poll() is not None:
            environment = self.environment | {
                "HOST_NAME": NODE,
                "PYTHONPATH": f"{self.environment['PYTHONPATH']}{os.pathsep}{HOST_NAME}",
            }
            log = (self.home / f"{NODE}.log").open("wb")
            command = [sys.executable, "-m", "workers"]
            self._node = subprocess.Popen(
                command, cwd=self.folder(NODE), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            log.close()
            wait_until(lambda: NODE in self.online())
        self.services.workers.enable(NODE)

    def stop_node(self) -> None:
        if self._node is not None and self._node.poll() is None:
            self._node.send_signal(signal.SIGTERM)
            self._node.wait(60)

    def completed(self) -> str:
        """A task that is rendered, frame 17 among its frames."""
        row = self.render("oss://films/shot.zip", "16-17")
        assert row.task.counts.completed == 2, row.note
        return row.task.id

    def waiting(self) -> str:
        """A task that no worker of this farm can render."""
        return self.submit("oss://films/shot.zip", "1-24", engine="maya").id

    def paused(self) -> str:
        task = self.waiting()
        self.services.control.pause(task)
        return task

    def held(self) -> str:
        """A task that waits for another one."""
        return self.submit("oss://films/shot.zip", "1", after=(self.waiting(),)).id

    def choosing(self) -> str:
        """A task that holds two project files, and waits to be told which."""
        task = self.submit("oss://films/cuts.zip", "1")
        wait_until(lambda: self.row(task).task.project_choices)
        return task.id


@contextmanager
def documented_farm(home: Path) -> Iterator[DocumentedFarm]:
    """Follows the document from its first step to the first worker."""
    guide = document(GUIDE)
    commands = [command.text for command in guide.commands()]
    shims = _programs(home / "bin")
    with ExitStack() as stack:
        postgres = stack.enter_context(Postgres(password=_SUPERUSER))
        oss = stack.enter_context(OssServer(bucket="films"))
        redis_port = free_port()
        places = {
            "10.0.0.5:5432": f"127.0.0.1:{postgres.port}",
            "10.0.0.5:6379": f"127.0.0.1:{redis_port}",
            "10.0.0.5": "127.0.0.1",
            "https://oss-cn-hangzhou-internal.aliyuncs.com": f"{oss.url}\nOSS_REGION={REGION}",  # a port has no region
            "your-key-id": ACCESS_KEY_ID,
            "your-key-secret": ACCESS_KEY_SECRET,
            "D:\\render": str(home / "render"),
        }
        scene = _SCENES / "anim_cycles.blend"
        zipped(home / "shot.zip", {"shot.blend": scene})
        zipped(home / "textures.zip", {"textures/wood.png": b"no picture"})
        for key in ("shot.zip", "shots/010.zip"):
            oss.put(key, (home / "shot.zip").read_bytes())
        cuts = {f"scenes/{name}.blend": scene for name in ("cut", "night")}
        oss.put("cuts.zip", zipped(home / "cuts.zip", cuts).read_bytes())
        (home / ".env").write_text(_placed(guide.block("env"), places), encoding="utf-8")
        environment = {
            "PATH": os.pathsep.join([str(shims), str(postgres.bin), os.environ["PATH"]]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "RENDER_MANAGER_HOME": str(home / "data"),
            **{"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "PGUSER": "test", "PGPASSWORD": _SUPERUSER},
            **QUICK,
        }
        _configure(postgres, guide.block("conf", "listen_addresses"), guide.block("conf", "scram-sha-256"))
        url = stack.enter_context(_redis(home / "redis", redis_port, _placed(guide.block("conf", "requirepass"), places)))
        for text in (*ON_POSTGRES, "render-manager db upgrade"):
            assert text in commands, f"{GUIDE} does not tell of {text}"
            typed = f"{_PASSWORD}\n{_PASSWORD}\n" if "--pwprompt" in text else ""
            done = subprocess.run(
                ["bash", "-c", text],
                cwd=home,
                env=environment,
                input=typed,
                capture_output=True,
                text=True,
                start_new_session=True,
                timeout=60,
            )
            assert done.returncode == 0, f"{text}: {done.stdout}{done.stderr}"
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in {"RENDER_MANAGER_ENV_FILE": str(home / ".env"), **QUICK}.items():
            patch.setenv(name, value)
        patch.setenv("RENDER_MANAGER_HOME", environment["RENDER_MANAGER_HOME"])
        program = stack.enter_context(Program(load_settings(), serve=False))
        farm = DocumentedFarm(program, home, environment, places, url)
        stack.callback(farm.stop_node)
        yield farm


def _programs(folder: Path) -> Path:
    """render-manager and render-worker of this checkout, as an installation has them."""
    folder.mkdir(parents=True)
    for name, module in (("render-manager", "render_manager"), ("render-worker", "workers")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def _placed(text: str, places: Mapping[str, str]) -> str:
    for name, here in places.items():
        text = text.replace(name, here)
    return text


def _configure(postgres: Postgres, conf: str, hba: str) -> None:
    """PostgreSQL takes the document's lines, and understands all of them."""
    for name, lines in (("postgresql.conf", conf), ("pg_hba.conf", hba)):
        with (postgres.data / name).open("a") as file:
            file.write(lines)
    with psycopg.connect(postgres.url().replace("+psycopg", "")) as connection:
        wrong = connection.execute(
            "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL AND error <> %s "
            "UNION ALL SELECT 'pg_hba.conf', error FROM pg_hba_file_rules WHERE error IS NOT NULL",
            ["setting could not be applied"],  # not before a restart
        ).fetchall()
        rules = connection.execute("SELECT count(*) FROM pg_hba_file_rules WHERE database = '{render}'").fetchone()
    assert wrong == []
    assert rules == (1,)


@contextmanager
def _redis(folder: Path, port: int, lines: str) -> Iterator[str]:
    """A real Redis that reads the document's lines."""
    folder.mkdir()
    (folder / "redis.conf").write_text(f"port {port}\n{lines}", encoding="utf-8")
    (password,) = (line.split()[1] for line in lines.splitlines() if line.startswith("requirepass"))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    with subprocess.Popen(
        [find_server(), "redis.conf"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            deadline = time.monotonic() + 10
            while not answers(url):
                assert server.poll() is None, f"Redis does not start with the document's lines: {server.communicate()}"
                assert time.monotonic() < deadline, "Redis does not answer"
                time.sleep(0.02)
            yield url
        finally:
            server.kill()
