"""A disk that is full: while a project is unpacked, and while Blender writes an image and says that it saved it."""

import os
from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from render_manager.domain.states import TaskStatus
from tests.support.archives import zipped
from tests.support.farm import open_farm
from tests.support.small_disk import SmallDisk, small_disk

__all__ = ["small_disk"]


@pytest.mark.parametrize("margin", ["0", "0.001"])
def test_a_full_disk_while_unpacking_leaves_nothing_half_written(
    tmp_path: Path, small_disk: SmallDisk, blender: Path, scenes: Path, margin: str
) -> None:
    folder = small_disk(6)
    archive = zipped(tmp_path / "big.zip", {"ok.blend": scenes / "anim_cycles.blend", "big.bin": os.urandom(4_000_000)})
    environment = {"WORKSPACE_ROOT_DIR": str(folder), "MIN_FREE_DISK_GB": margin}
    with open_farm(tmp_path / "home", environment) as farm:
        row = farm.render(archive, "1")
        assert row.task.status is TaskStatus.FAILED
        assert "free" in row.note
        workspace = folder / "li" / row.task.id
        assert not (workspace / "project").exists()
        assert not list(workspace.glob("*.unpacking"))


@pytest.fixture
def filling(tmp_path: Path, blender: Path) -> Path:
    """A Blender on whose disk nothing is left once it has its project. What it says, and how it ends, is written down
    elsewhere."""
    program = tmp_path / "blender"
    fill = f"cat /dev/zero > {tmp_path}/small/filler 2>/dev/null"
    program.write_text(
        f"""#!/bin/bash
case "$*" in *--version*) exec {blender} "$@";; *blender_range.py*) {fill};; esac
{blender} "$@" 2>&1 | while IFS= read -r line; do
    case "$line" in *'"opened"'*) {fill};; esac
    printf '%s\\n' "$line" | tee -a {tmp_path}/said
done
code=${{PIPESTATUS[0]}}
echo $code >> {tmp_path}/codes
exit $code
"""
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("image_format", ["PNG", "OPEN_EXR"])
@pytest.mark.parametrize("session", ["true", "false"])
def test_a_full_disk_is_told_of_although_blender_says_saved_and_exits_well(
    tmp_path: Path, small_disk: SmallDisk, filling: Path, scenes: Path, session: str, image_format: str
) -> None:
    root = small_disk(2)
    environment = {"WORKSPACE_ROOT_DIR": str(root), "MIN_FREE_DISK_GB": "0", "BLENDER_EXECUTABLE": str(filling)}
    with open_farm(tmp_path / "home", environment) as farm:
        info = {"format": image_format, "session": session}
        row = farm.render(scenes / "anim_cycles.blend", "1-2", max_attempts=1, task_info=info)
        assert row.task.status is TaskStatus.FAILED
        for frame in farm.services.queries.frames(row.task.id):
            assert frame.failure is FailureClass.STORAGE
            assert frame.error_message
            assert f"The disk of {root}" in frame.error_message or "No space left" in frame.error_message
    assert (tmp_path / "said").read_text().count("Saved: ") == 2
    assert (tmp_path / "codes").read_text().split() == ["0"]


@pytest.mark.parametrize(("width", "words"), [(2000, "No space left on device"), (2600, "writing tile to file")])
@pytest.mark.parametrize("session", ["true", "false"])
def test_an_image_that_is_larger_than_the_disk(
    tmp_path: Path, small_disk: SmallDisk, scenes: Path, blender: Path, session: str, width: int, words: str
) -> None:
    """Above 2048 pixels it is Cycles' own temporary files that do not fit."""
    environment = {"WORKSPACE_ROOT_DIR": str(small_disk(2)), "MIN_FREE_DISK_GB": "0"}
    with open_farm(tmp_path / "home", environment) as farm:
        info = {"resolution_x": width, "resolution_y": width, "samples": 1, "session": session}
        row = farm.render(scenes / "anim_cycles.blend", "1", max_attempts=1, task_info=info)
        assert row.task.status is TaskStatus.FAILED
        frame = farm.services.queries.frame(row.task.id, 1)
        assert frame.failure is FailureClass.STORAGE
        assert words in (frame.error_message or "")
