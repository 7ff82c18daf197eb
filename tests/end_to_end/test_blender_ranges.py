"""Blender started for each chunk of frames: on request, and where no session comes to be ready."""

import os
from collections.abc import Callable
from pathlib import Path

import OpenImageIO
import pytest

from render_manager.domain.states import TaskStatus
from tests.support.farm import Farm, open_farm, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs are scripts with a first line")

Program = Callable[[str], dict[str, str]]


@pytest.fixture
def program(tmp_path: Path, blender: Path) -> Program:
    """Makes a Blender that writes down each start, and does what it is told where it is to be a session."""

    def make(otherwise: str) -> dict[str, str]:
        path = tmp_path / "blender"
        path.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *--version*) exec {blender} "$@";; esac\n'
            f'case "$*" in *blender_range.py*) echo range >> {tmp_path}/starts; exec {blender} "$@";; esac\n'
            f"echo session >> {tmp_path}/starts\n{otherwise}\n"
        )
        path.chmod(0o755)
        return {"BLENDER_EXECUTABLE": str(path)}

    return make


def images(farm: Farm, task_id: str) -> list[str]:
    return [Path(frame.output_path or "").name for frame in farm.services.queries.frames(task_id)]


def test_on_request_frames_are_rendered_by_chunks(tmp_path: Path, program: Program, scenes: Path) -> None:
    with open_farm(tmp_path / "home", program("exit 3")) as farm:
        row = farm.render(scenes / "anim_cycles.blend", "-1-5", task_info={"session": "false", "chunk": "4"})
        assert row.task.status is TaskStatus.COMPLETED, row.note
        assert images(farm, row.task.id) == [
            f"anim_cycles_{number}.png" for number in ("-0001", "0000", "0001", "0002", "0003", "0004", "0005")
        ]
        assert (tmp_path / "starts").read_text().split() == ["range", "range"]
        for frame in farm.services.queries.frames(row.task.id):
            log = farm.log(frame)
            assert f"Fra:{frame.frame_number} " in log
            assert f"Fra:{frame.frame_number + 1} " not in log
            assert frame.progress == 1.0


def test_the_same_images_come_of_both_ways(farm: Farm, scenes: Path) -> None:
    rows = [farm.render(scenes / "anim_cycles.blend", "7", task_info={"session": way}) for way in ("true", "false")]
    assert all(row.task.status is TaskStatus.COMPLETED for row in rows)
    paths = [farm.services.queries.frame(row.task.id, 7).output_path or "" for row in rows]
    first, second = (OpenImageIO.ImageBuf(path).get_pixels(OpenImageIO.UINT8) for path in paths)
    assert (first == second).all()


@pytest.mark.parametrize("otherwise", ["exit 3", "echo hello; kill -SEGV $$"])
def test_where_no_session_comes_to_be_ready_ranges_are_rendered(
    tmp_path: Path, program: Program, scenes: Path, otherwise: str
) -> None:
    with open_farm(tmp_path / "home", program(otherwise)) as farm:
        row = farm.render(scenes / "anim_workbench.blend", "1-6")
        assert row.task.status is TaskStatus.COMPLETED, row.note
        assert {frame.attempts_used for frame in farm.services.queries.frames(row.task.id)} == {1}
        starts = (tmp_path / "starts").read_text().split()
        assert starts[0] == "session"
        assert starts.count("session") == 1, "it is not tried again for the same work"
        wait_until(lambda: not farm.services.queries.workers()[0].rendering)
        assert farm.render(scenes / "anim_workbench.blend", "1").task.status is TaskStatus.COMPLETED
        assert (tmp_path / "starts").read_text().split().count("session") == 1, "nor in a later lane"


@pytest.mark.parametrize("signal", ["KILL", "TERM"])
def test_a_start_that_was_killed_says_nothing_of_sessions(
    tmp_path: Path, program: Program, scenes: Path, blender: Path, signal: str
) -> None:
    once = f'[ -e {tmp_path}/killed ] || {{ touch {tmp_path}/killed; kill -{signal} $$; }}; exec {blender} "$@"'
    with open_farm(tmp_path / "home", program(once)) as farm:
        first = farm.render(scenes / "anim_workbench.blend", "1")
        assert first.task.status is TaskStatus.COMPLETED, first.note
        assert [frame.attempts_used for frame in farm.services.queries.frames(first.task.id)] == [1]
        assert (tmp_path / "starts").read_text().split() == ["session", "range"]
        assert farm.render(scenes / "anim_workbench.blend", "1").task.status is TaskStatus.COMPLETED
        assert (tmp_path / "starts").read_text().split()[2:] == ["session"]


def test_a_session_that_hangs_before_it_is_ready_is_given_up(tmp_path: Path, program: Program, scenes: Path) -> None:
    with open_farm(tmp_path / "home", program("sleep 600")) as farm:
        row = farm.render(scenes / "anim_workbench.blend", "1-2", task_info={"startup_limit": 0.1})
        assert row.task.status is TaskStatus.COMPLETED, row.note
        assert (tmp_path / "starts").read_text().split()[:2] == ["session", "range"]


@pytest.mark.parametrize(
    ("scene", "text"), [("nocam_cycles.blend", "has no camera"), ("missing_tex.blend", "missing.png")]
)
def test_a_bad_scene_fails_with_the_reason(farm: Farm, scenes: Path, scene: str, text: str) -> None:
    row = farm.render(scenes / scene, "1-3", task_info={"session": "false"})
    assert row.task.status is TaskStatus.FAILED
    assert text in row.note
    assert text in farm.log(farm.services.queries.frame(row.task.id, 1))
