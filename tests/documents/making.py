"""Making the farm of docs/deploying-a-farm.md on this machine, by its own commands, `redis.conf` and `.env`."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from glob import glob
from pathlib import Path

import psycopg
import pytest

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from render_manager.messaging.embedded_redis import find_server
from tests.documents.farm import DocumentedFarm
from tests.support.archives import zipped
from tests.support.documents import ROOT, document
from tests.support.farm import QUICK
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION, OssServer
from tests.support.servers import Postgres, answers, free_port

GUIDE = "docs/deploying-a-farm.md"
#: What the document leaves to be done on PostgreSQL's host, in its words.
ON_POSTGRES = ["createuser --pwprompt render", "createdb --owner=render render"]
_SUPERUSER = "installed-with-it"
_PASSWORD = "secret"  # as in the document's .env
_SCENES = ROOT / "tests" / "scenes"


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
        shutil.copy(scene, home / "scene.blend")
        zipped(home / "shot.zip", {"shot.blend": scene})
        zipped(home / "textures.zip", {"textures/wood.png": b"no picture"})
        for key in ("shot.zip", "shots/010.zip"):
            oss.put(key, (home / "shot.zip").read_bytes())
        oss.put("broken.zip", b"PK no archive")
        cuts = {f"scenes/{name}.blend": scene for name in ("cut", "night")}
        oss.put("cuts.zip", zipped(home / "cuts.zip", cuts).read_bytes())
        (home / ".env").write_text(_placed(guide.block("env"), places), encoding="utf-8")
        environment = {
            # Debian keeps PostgreSQL's own programs off the PATH.
            "PATH": os.pathsep.join([str(shims), os.environ["PATH"], *glob("/usr/lib/postgresql/*/bin")]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "RENDER_MANAGER_HOME": str(home / "data"),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "test",
            "PGPASSWORD": _SUPERUSER,
            **QUICK,
        }
        _configure(postgres, guide.block("conf", "listen_addresses"), guide.block("conf", "scram-sha-256"))
        lines = _placed(guide.block("conf", "requirepass"), places)
        url = stack.enter_context(_redis(home / "redis", redis_port, lines))
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
        farm = DocumentedFarm(program, home, environment, url)
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
    with psycopg.connect(postgres.url().replace("+psycopg", "")) as connection:
        for name, lines in (("config_file", conf), ("hba_file", hba)):
            (path,) = connection.execute("SELECT current_setting(%s)", [name]).fetchone() or ("",)
            with Path(path).open("a") as file:
                file.write(lines)
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
