"""Where a host works: read-only, full, in the way."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from render_manager.doctor import workspace
from render_manager.domain.checkup import FindingState
from tests.doctor.conftest import Practice
from tests.support.small_disk import SmallDisk


def test_a_workspace_that_is_read_only(practice: Practice, small_disk: SmallDisk) -> None:
    disk = small_disk(64)
    root = disk / "work"
    root.mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    report = practice.examine(WORKSPACE_ROOT_DIR=str(root), MIN_FREE_DISK_GB="0")
    report.only_failed("workspace.writable", str(root), "Read-only file system", "WORKSPACE_ROOT_DIR")
    report.found("workspace.links", "skipped")


def test_a_full_disk(practice: Practice, small_disk: SmallDisk) -> None:
    disk = small_disk(2)
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(disk).free == 0
    report = practice.examine(WORKSPACE_ROOT_DIR=str(disk))
    report.only_failed("workspace.free-space", "0 bytes", "MIN_FREE_DISK_GB", "render-manager cleanup")
    report.found("workspace.writable", "skipped", "room on the disk")
    (disk / "filler").unlink()
    report = practice.examine(WORKSPACE_ROOT_DIR=str(disk))
    report.only_failed("workspace.free-space", "2.0 MB", "MIN_FREE_DISK_GB = 1")
    report.found("workspace.writable", "ok")
    practice.examine(WORKSPACE_ROOT_DIR=str(disk), MIN_FREE_DISK_GB="0.001").well_but("workspace.free-space", "ok")


def test_what_is_made_to_look_is_gone_after(practice: Practice, tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    practice.examine("--only", "workspace", WORKSPACE_ROOT_DIR=str(root)).well_but("workspace.links", "ok")
    assert not (tmp_path / "a").exists()
    root.mkdir(parents=True)
    practice.examine("--only", "workspace", WORKSPACE_ROOT_DIR=str(root)).well_but("workspace.writable", "ok")
    assert os.listdir(root) == []


def test_a_file_where_the_folder_should_be(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("")
    report = practice.examine("--only", "workspace", WORKSPACE_ROOT_DIR=str(tmp_path / "work" / "deeper"))
    report.only_failed("workspace.writable", "Not a directory", "WORKSPACE_ROOT_DIR")


def test_downloads_on_another_disk(practice: Practice, small_disk: SmallDisk, tmp_path: Path) -> None:
    root = tmp_path / "work"
    root.mkdir()
    (root / ".downloads").symlink_to(small_disk(8))
    report = practice.examine("--only", "workspace", WORKSPACE_ROOT_DIR=str(root))
    report.well_but("workspace.links", "warning", "twice the room", "same disk")


def test_a_long_path_on_windows() -> None:
    finding = workspace._paths(Path("/" + "x" * 120), windows=True)
    assert finding.state is FindingState.WARNING
    assert "121 characters" in finding.found
    assert "WORKSPACE_ROOT_DIR" in finding.advice
