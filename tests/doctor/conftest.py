"""The command as a user runs it, on a machine of the test's own making."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, OssServer, oss_server
from tests.support.servers import RedisServer
from tests.support.small_disk import small_disk

__all__ = ["oss_server", "small_disk"]

#: A farm whose workers may be silent for longer than the doctor takes to start.
PATIENT = {"HEARTBEAT_SECONDS": "10", "LEASE_SECONDS": "60"}


@dataclass(frozen=True)
class Report:
    """What the command said."""

    code: int
    findings: dict[str, dict[str, Any]]
    worst: str

    def states(self, state: str) -> set[str]:
        return {id for id, finding in self.findings.items() if finding["state"] == state}

    def found(self, id: str, state: str, *words: str) -> None:
        """That there is such a finding; its texts have these words."""
        finding = self.findings[id]
        assert finding["state"] == state, finding
        said = f"{finding['found']} {finding['advice']}"
        assert [word for word in words if word not in said] == [], said

    def only_failed(self, id: str, *words: str) -> None:
        """That this is the fault, and there is no other; its advice has these words."""
        assert self.states("failed") == {id}, [self.findings[one] for one in self.states("failed")]
        assert self.findings[id]["advice"]
        self.found(id, "failed", *words)
        assert (self.code, self.worst) == (1, "failed")

    def well_but(self, id: str, state: str, *words: str) -> None:
        """That nothing failed, and this was found."""
        assert self.states("failed") == set(), [self.findings[one] for one in self.states("failed")]
        self.found(id, state, *words)
        assert self.code == 0


class Practice:
    """Runs the doctor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.env_file = folder / "farm.env"
        self.env_file.touch()
        self.environment = {
            **os.environ,
            "RENDER_MANAGER_HOME": str(self.home),
            "RENDER_MANAGER_ENV_FILE": str(self.env_file),
        }

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "render_manager", "doctor", *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    def examine(self, *arguments: str, **environment: str) -> Report:
        done = self.run("--json", *arguments, **environment)
        assert done.stderr == ""
        said = json.loads(done.stdout)
        findings = {finding["id"]: finding for finding in said["findings"]}
        assert len(findings) == len(said["findings"]), "each id stands for one thing"
        return Report(done.returncode, findings, said["worst"])

    def without(self, module: str) -> dict[str, str]:
        """The environment of a machine where this module can't be imported: Python loads the file at its start."""
        folder = self.folder / "without"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules[{module!r}] = None\n")
        return {"PYTHONPATH": str(folder)}


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    return Practice(tmp_path)


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def oss_settings(oss_server: OssServer) -> dict[str, str]:
    return {
        "OSS_ENDPOINT": oss_server.url,
        "OSS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "OSS_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
        "OSS_BUCKET_NAME": BUCKET,
    }


def migrated(url: str) -> str:
    """The database's URL, once it has its tables."""
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    return url.replace("+psycopg", "")
