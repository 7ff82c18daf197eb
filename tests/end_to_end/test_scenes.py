"""Each sample scene, plain, zipped and gzipped, ends as it should: valid images, or the right error."""

import re
import subprocess
from pathlib import Path

import OpenImageIO
import pytest

from render_manager.domain.failures import FailureClass
from render_manager.domain.states import FrameStatus, TaskStatus
from tests.support.archives import gzipped, zipped
from tests.support.farm import Farm

GOOD = {
    "anim_cycles.blend": ".png",
    "anim_cycles_mlexr.blend": ".exr",
    "anim_workbench.blend": ".png",
}
BAD = {
    "nocam_cycles.blend": (FailureClass.SCENE, "no camera"),
    "missing_tex.blend": (FailureClass.ASSET, r"//textures/missing\.png"),
    "saved_by_5.blend": (FailureClass.NODE, "saved by a newer Blender"),
    "trunc.blend": (FailureClass.SCENE, "Missing DNA block"),
    "garbage.blend": (FailureClass.SCENE, "is no Blender file"),
}
HEAVY = "anim_cycles_heavy.blend"


def test_every_sample_scene_is_rendered_here(scenes: Path) -> None:
    assert {path.name for path in scenes.iterdir()} == {*GOOD, *BAD, HEAVY}


@pytest.fixture(params=["plain", "zip", "gz"])
def packed(request: pytest.FixtureRequest, tmp_path: Path):
    def pack(scene: Path) -> Path:
        if request.param == "zip":
            return zipped(tmp_path / f"{scene.stem}.zip", {f"shot/{scene.name}": scene})
        return gzipped(scene, tmp_path) if request.param == "gz" else scene

    return pack


@pytest.mark.parametrize("scene", GOOD)
def test_a_good_scene_becomes_valid_images(farm: Farm, scenes: Path, packed, scene: str) -> None:
    row = farm.render(packed(scenes / scene), "1-2")
    assert row.task.status is TaskStatus.COMPLETED, row.note
    for frame in farm.services.queries.frames(row.task.id):
        path = Path(frame.output_path or "")
        assert path.suffix == GOOD[scene]
        assert path.parent == farm.workspace(row.task) / "Sys_Default_Renders"
        image = OpenImageIO.ImageInput.open(str(path))
        assert image
        assert (image.spec().full_width, image.spec().full_height) == (64, 64)
        assert image.read_image() is not None
        image.close()
        assert frame.started_at
        assert frame.finished_at
        assert frame.progress == 1.0
        assert farm.log(frame)


def test_the_heavy_scene_becomes_a_valid_image(farm: Farm, scenes: Path) -> None:
    row = farm.render(scenes / HEAVY, "1", task_info={"resolution_percentage": 20})
    assert row.task.status is TaskStatus.COMPLETED, row.note
    image = OpenImageIO.ImageBuf(farm.services.queries.frame(row.task.id, 1).output_path)
    assert (image.spec().full_width, image.spec().full_height) == (160, 160)


@pytest.mark.parametrize("magic", [b"", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("session", ["true", "false"])
def test_what_is_no_scene_is_the_projects_fault_and_not_tried_again(
    farm: Farm, tmp_path: Path, session: str, magic: bytes
) -> None:
    """Only Blender itself can look into what is compressed."""
    (tmp_path / "shot.blend").write_bytes(magic + b"no scene at all, whatever it begins like")
    row = farm.render(tmp_path / "shot.blend", "1-2", max_attempts=3, task_info={"session": session})
    frames = farm.services.queries.frames(row.task.id)
    assert {(frame.status, frame.failure) for frame in frames} == {(FrameStatus.FAILED, FailureClass.SCENE)}
    assert sum(frame.attempts_used for frame in frames) == 1
    assert "shot.blend" in row.note


@pytest.mark.parametrize("scene", BAD)
def test_a_bad_scene_fails_with_the_reason(farm: Farm, scenes: Path, packed, scene: str) -> None:
    failure, words = BAD[scene]
    row = farm.render(packed(scenes / scene), "1-2")
    assert row.task.status is TaskStatus.FAILED
    assert row.task.error_message
    assert re.search(words, row.task.error_message), row.task.error_message
    frames = farm.services.queries.frames(row.task.id)
    assert {(frame.status, frame.failure) for frame in frames} == {(FrameStatus.FAILED, failure)}
    assert not list((farm.workspace(row.task) / "Sys_Default_Renders").glob("*.*"))


def test_what_the_renderer_said_while_loading_can_be_read(farm: Farm, scenes: Path) -> None:
    row = farm.render(scenes / "nocam_cycles.blend", "1")
    log = farm.log(farm.services.queries.frame(row.task.id, 1))
    assert "Read blend" in log
    assert "no camera" in log


def test_a_missing_texture_can_be_allowed(farm: Farm, scenes: Path) -> None:
    row = farm.render(scenes / "missing_tex.blend", "1", task_info={"allow_missing": "true"})
    assert row.task.status is TaskStatus.COMPLETED, row.note


def test_options_reach_the_renderer(farm: Farm, scenes: Path) -> None:
    options = {"resolution_x": "48", "resolution_y": "32", "format": "OPEN_EXR", "samples": "1"}
    row = farm.render(scenes / "anim_cycles.blend", "7", task_info=options)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    path = Path(farm.services.queries.frame(row.task.id, 7).output_path or "")
    assert path.name == "anim_cycles_0007.exr"
    image = OpenImageIO.ImageInput.open(str(path))
    assert (image.spec().full_width, image.spec().full_height) == (48, 32)
    image.close()


def test_negative_frames_are_rendered(farm: Farm, scenes: Path) -> None:
    row = farm.render(scenes / "anim_cycles.blend", "-3")
    assert row.task.status is TaskStatus.COMPLETED, row.note
    assert farm.services.queries.frame(row.task.id, -3).output_path


def test_an_unknown_camera_fails_with_those_there_are(farm: Farm, scenes: Path) -> None:
    row = farm.render(scenes / "anim_cycles.blend", "1", task_info={"camera": "Nope"})
    assert row.task.status is TaskStatus.FAILED
    assert "There is no camera 'Nope'" in row.note
    assert "there are: Cam." in row.note


@pytest.mark.parametrize(("x", "y", "percentage"), [(128, 72, 70), (60, 60, 57), (65, 33, 50)])
def test_a_scaled_resolution_is_reckoned_as_blender_does(
    farm: Farm, scenes: Path, x: int, y: int, percentage: int
) -> None:
    options = {"resolution_x": x, "resolution_y": y, "resolution_percentage": percentage}
    row = farm.render(scenes / "anim_cycles.blend", "1", task_info=options)
    assert row.task.status is TaskStatus.COMPLETED, farm.services.queries.frame(row.task.id, 1).error_message


def test_files_that_a_scene_writes_itself_stay_in_the_workspace(
    farm: Farm, scenes: Path, blender: Path, tmp_path: Path
) -> None:
    """A compositor node that writes to a place of the artist's own machine."""
    outside = tmp_path / "outside"
    script = (
        "import bpy; s = bpy.context.scene; s.use_nodes = True; t = s.node_tree; "
        "n = t.nodes.new('CompositorNodeOutputFile'); "
        f"n.base_path = {str(outside)!r}; n.file_slots[0].path = '../aov_'; "
        "r = next(n for n in t.nodes if n.type == 'R_LAYERS'); t.links.new(r.outputs[0], n.inputs[0]); "
        f"bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / 'aov.blend')!r})"
    )
    command = [str(blender), "-b", str(scenes / "anim_cycles.blend"), "--python-expr", script]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    row = farm.render(tmp_path / "aov.blend", "1")
    assert row.task.status is TaskStatus.COMPLETED, row.note
    assert not outside.exists()
    renders = farm.workspace(row.task) / "Sys_Default_Renders"
    assert len([path for path in renders.rglob("*") if path.is_file()]) == 2
