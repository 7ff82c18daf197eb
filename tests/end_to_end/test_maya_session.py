"""Maya kept open by a stand-in for mayapy, in which the real driver script runs: through worker and database."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import OpenImageIO
import pytest

from render_manager.domain.audit import Action
from render_manager.domain.entities import RenderTask
from render_manager.domain.failures import FailureClass
from render_manager.domain.states import FrameStatus, TaskStatus
from tests.support.farm import wait_until
from tests.support.maya_farm import MayaFarm, mayas, open_maya_farm

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in's program is a script")


@pytest.fixture(scope="module")
def maya(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MayaFarm]:
    with open_maya_farm(tmp_path_factory.mktemp("mayapy")) as farm:
        yield farm


@pytest.fixture(autouse=True)
def nothing_is_left(maya: MayaFarm) -> Iterator[None]:
    """No process of Maya is there any more once its task is done."""
    maya.order(state=maya.folder)
    yield
    wait_until(lambda: not mayas(), 10)


def submit(
    maya: MayaFarm, scene: Path, frames: str, *, task_info: Mapping[str, object] = {}, max_attempts: int = 1
) -> RenderTask:
    """For a session: without one, each frame would be a process of its own."""
    info = {"session": True, "chunk": 1, **task_info}
    return maya.submit(scene, frames, task_info=info, max_attempts=max_attempts)


def images(maya: MayaFarm, task: RenderTask) -> dict[str, float]:
    """Red of each image's first pixel, by its path below the renders folder."""
    root = maya.workspace(task) / "Sys_Default_Renders"
    return {
        file.relative_to(root).as_posix(): OpenImageIO.ImageBuf(str(file)).getpixel(0, 0)[0]
        for file in sorted(root.rglob("*.*"))
    }


def test_frames_are_rendered_one_by_one_in_one_process(maya: MayaFarm) -> None:
    task = submit(maya, maya.scene("shot.ma"), "1-4,9")
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    assert maya.starts("shot.ma") == 1
    colours = {f"masterLayer/shot.{number:04d}.exr": pytest.approx(number / 255) for number in (1, 2, 3, 4, 9)}
    assert images(maya, task) == colours
    for frame in maya.frames(task):
        log = maya.log(frame)
        assert f"[mtoa] Rendering Frame: {frame.frame_number} (1/1)" in log
        assert log.count("writing file") == 1
        assert Path(frame.output_path or "").name == f"shot.{frame.frame_number:04d}.exr"
        assert frame.started_at
        assert frame.finished_at
        assert frame.finished_at > frame.started_at


def test_without_the_option_chunks_are_rendered(maya: MayaFarm) -> None:
    task = maya.submit(maya.scene("chunks.ma"), "1-4", task_info={"chunk": 1})
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    assert maya.starts("chunks.ma") == 4


def test_what_the_task_says_is_what_is_rendered(maya: MayaFarm) -> None:
    scene = maya.scene("options.ma", layers=["masterLayer", "beauty"], cameras=["persp", "shotCam"])
    info = {"camera": "shotCam", "layers": "beauty", "resolution_x": 32, "resolution_y": 20, "format": "png"}
    task = submit(maya, scene, "2", task_info=info)
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    (frame,) = maya.frames(task)
    assert list(images(maya, task)) == ["beauty/options.0002.png"]
    spec = OpenImageIO.ImageBuf(frame.output_path or "").spec()
    assert (spec.width, spec.height) == (32, 20)
    assert "Camera: shotCam  Layer: beauty" in maya.log(frame)


def test_a_frame_of_several_cameras_and_layers_has_all_its_images(maya: MayaFarm) -> None:
    scene = maya.scene("stereo.ma", layers=["masterLayer", "beauty"], cameras=["left", "right"])
    task = submit(maya, scene, "1-2", task_info={"layers": "defaultRenderLayer,beauty"})
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    folders = [f"{layer}/{camera}" for layer in ("beauty", "masterLayer") for camera in ("left", "right")]
    assert list(images(maya, task)) == [f"{folder}/stereo.{frame:04d}.exr" for folder in folders for frame in (1, 2)]


def test_a_scene_with_an_unknown_plug_in_opens_all_the_same(maya: MayaFarm) -> None:
    task = submit(maya, maya.scene("plugin.ma", unknown_plugins=["someShader"]), "1")
    assert maya.settled(task).task.status is TaskStatus.COMPLETED


@pytest.mark.parametrize(
    ("mode", "failure", "words"),
    [
        ("lie_nofile", FailureClass.OUTPUT, "wrote no file"),
        ("lie_zero", FailureClass.OUTPUT, "empty file"),
        ("lie_cut", FailureClass.OUTPUT, "can't be read|cut short"),
        ("lie_old", FailureClass.OUTPUT, "older than this attempt"),
        ("missing_texture", FailureClass.ASSET, "Invalid image file"),
        ("fail210", FailureClass.UNKNOWN, "Maya failed to render"),
    ],
)
def test_what_goes_wrong_at_a_frame_is_that_frames_and_the_session_goes_on(
    maya: MayaFarm, mode: str, failure: FailureClass, words: str
) -> None:
    maya.order(mode=mode, frame=2, state=maya.folder)
    task = submit(maya, maya.scene(f"{mode}.ma"), "1-4")
    assert maya.settled(task).task.status is TaskStatus.FAILED
    frame = maya.services.queries.frame(task.id, 2)
    assert (maya.states(task), frame.failure) == ("cfcc", failure)
    assert any(word in (frame.error_message or "") for word in words.split("|")), frame.error_message
    assert maya.starts(f"{mode}.ma") == 1


def test_a_retry_renders_that_frame_alone(maya: MayaFarm) -> None:
    maya.order(mode="missing_texture", frame=3)
    task = submit(maya, maya.scene("again.ma"), "1-5")
    maya.settled(task)
    before = {frame.frame_number: Path(frame.output_path or "x") for frame in maya.frames(task)}
    times = {number: path.stat().st_mtime_ns for number, path in before.items() if number != 3}
    maya.order()
    maya.services.control.retry(task.id, "3")
    wait_until(lambda: maya.states(task) == "ccccc")
    assert maya.services.queries.frame(task.id, 3).output_path
    assert {number: before[number].stat().st_mtime_ns for number in times} == times


def test_after_a_crash_in_a_frame_a_new_process_renders_the_others(maya: MayaFarm) -> None:
    maya.order(mode="crash", frame=2, attempts=1, state=maya.folder)
    task = submit(maya, maya.scene("crash.ma"), "1-4")
    assert maya.settled(task).task.status is TaskStatus.FAILED
    assert (maya.states(task), maya.failure(task, 2)) == ("cfcc", FailureClass.CRASH)
    assert maya.starts("crash.ma") == 2


@pytest.mark.parametrize("mode", ["licence_abort", "watermark"])
def test_without_a_licence_a_frame_waits_and_loses_no_attempt(maya: MayaFarm, mode: str) -> None:
    maya.order(mode=mode, frame=1)
    task = submit(maya, maya.scene(f"{mode}.ma"), "1")
    wait_until(lambda: any(entry.action is Action.FAIL for entry in maya.services.queries.history(task.id)))
    wait_until(lambda: maya.states(task) == "p")
    (frame,) = maya.frames(task)
    assert (frame.failure, frame.attempts_used) == (FailureClass.LICENCE, 0)
    maya.services.control.cancel(task.id)


def test_a_cancel_ends_mayapy_within_two_seconds(maya: MayaFarm) -> None:
    maya.order(seconds=30)
    task = submit(maya, maya.scene("long.ma"), "1-3")
    wait_until(lambda: any(frame.log_path for frame in maya.frames(task)) and mayas())
    maya.services.control.cancel(task.id)
    wait_until(lambda: not mayas(), 3)
    assert {frame.status for frame in maya.frames(task)} == {FrameStatus.CANCELLED}


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"camera": "nope"}, "Camera [nope] does not exist; there are: front, persp, shotCam, side, top"),
        ({"layers": "nope"}, "Render layer nope does not exist"),
        ({"renderer": "sw"}, "only Arnold renders, not sw: submit without session=true"),
    ],
)
def test_what_a_session_can_not_do_is_refused_and_not_tried_again(
    maya: MayaFarm, info: dict[str, object], words: str
) -> None:
    scene = maya.scene("refused.ma", cameras=["persp", "shotCam"])
    row = maya.settled(submit(maya, scene, "1-3", max_attempts=3, task_info=info))
    assert maya.states(row.task) == "fff"
    assert maya.failure(row.task, 1) is FailureClass.SCENE
    assert words in row.note
    assert sum(frame.attempts_used for frame in maya.frames(row.task)) == 1


def test_a_scene_that_mixes_layers_is_refused(maya: MayaFarm) -> None:
    row = maya.settled(submit(maya, maya.scene("legacy.ma", legacy_layers=True), "1-2"))
    assert maya.states(row.task) == "ff"
    assert "mixes legacy render layers" in row.note


def test_without_mayapy_chunks_are_rendered(tmp_path: Path) -> None:
    with open_maya_farm(tmp_path) as plain:
        (tmp_path / "maya2024" / "bin" / "mayapy").unlink()
        plain.order(state=tmp_path)
        task = submit(plain, plain.scene("missing.ma"), "1-2")
        assert plain.settled(task).task.status is TaskStatus.COMPLETED
        assert plain.starts("missing.ma") == 2
