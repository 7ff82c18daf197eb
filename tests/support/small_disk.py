"""Disks of a size or a kind of a test's own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.servers import missing

#: Makes a folder on a disk of so many megabytes, with further options of mount.
SmallDisk = Callable[..., Path]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "small"
    folder.mkdir()

    def mount(megabytes: int, *options: str) -> Path:
        possible = sys.platform == "linux" and os.geteuid() == 0
        given = ",".join([f"size={megabytes}m", *options])
        command = ["mount", "-t", "tmpfs", "-o", given, "tmpfs", str(folder)]
        if not possible or subprocess.run(command).returncode:
            missing("A small disk (mount of a tmpfs, which needs root)")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", "-l", str(folder)], check=True)
