"""render-manager ls, upload and submit of folders against the stand-in of OSS."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.oss_server import BUCKET, OssServer, oss_server

__all__ = ["oss_server"]


@pytest.fixture
def environment(oss_server: OssServer, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "RENDER_MANAGER_HOME": str(tmp_path / "home"),
        **oss_server.environment,
        "DEFAULT_USER": "li",
    }


def _run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "render_manager", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120)


def test_ls(oss_server: OssServer, environment: dict[str, str]) -> None:
    for number in range(1205):
        oss_server.put(f"shots/{number:04}.zip", b"12345")
    oss_server.put("shots/镜头/a.blend", b"")
    cut = _run(environment, "ls", f"oss://{BUCKET}/shots", "--limit", "3")
    assert [line.split()[-1] for line in cut.stdout.splitlines()[1:4]] == ["0000.zip", "0001.zip", "0002.zip"]
    assert "There is more than these 3" in cut.stdout
    listed = json.loads(_run(environment, "ls", "shots/", "--limit", "0", "--json").stdout)
    assert len(listed) == 1206
    assert {"path": f"oss://{BUCKET}/shots/镜头/", "folder": True} in listed
    assert listed[0]["path"] == f"oss://{BUCKET}/shots/0000.zip"
    wrong = _run(environment, "ls", "oss://other/")
    assert (wrong.returncode, "'other', but the configured bucket" in wrong.stderr) == (2, True)


def test_a_folder_is_put_there_and_submitted(
    oss_server: OssServer, environment: dict[str, str], tmp_path: Path
) -> None:
    project = tmp_path / "kitchen"
    project.mkdir()
    (project / "shot.blend").write_bytes(b"BLENDER")
    put = _run(environment, "upload", str(project), "--prefix", "films")
    assert put.stdout.strip() == f"oss://{BUCKET}/films/kitchen.zip", put.stderr
    sent = _run(environment, "submit", str(project), "--engine", "blender", "--json")
    key = json.loads(sent.stdout)[0]["oss_file_path"]
    assert key.endswith("/kitchen.zip")
    assert oss_server.objects[key].data == oss_server.objects["films/kitchen.zip"].data
