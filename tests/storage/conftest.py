"""What the storage tests share."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from render_manager.storage.oss import OssStore
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, OssServer, oss_server

__all__ = ["oss_server"]

PART = 1024 * 1024

MakeStore = Callable[..., OssStore]


@pytest.fixture
def make_oss(oss_server: OssServer, tmp_path: Path) -> Iterator[MakeStore]:
    """Stores of the stand-in, with short pauses between tries; keyword arguments change one thing."""

    made: list[OssStore] = []

    def make(**changes: Any) -> OssStore:
        settings: dict[str, Any] = {
            "endpoint": oss_server.url,
            "access_key_id": ACCESS_KEY_ID,
            "access_key_secret": ACCESS_KEY_SECRET,
            "bucket_name": BUCKET,
            "checkpoint_dir": tmp_path / "checkpoints",
            "region": REGION,
            "attempts": 3,
            "backoff": 0.01,
            "part_size": PART,
        }
        made.append(OssStore(**settings | changes))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 4 MB."""
    mount = tmp_path / "tiny"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mount)]
    if sys.platform != "linux" or subprocess.run(command, check=False, capture_output=True).returncode:
        if os.environ.get("CI") == "true" and sys.platform == "linux":
            pytest.fail("CI must be able to mount a small disk")
        pytest.skip("no small disk can be mounted here")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)
