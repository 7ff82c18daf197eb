"""Maya by a stand-in that behaves like it, lies and crashes included: through worker and database."""

import sys
from collections.abc import Iterator
from pathlib import Path

import OpenImageIO
import pytest

from render_manager.domain.audit import Action
from render_manager.domain.errors import FrameRangeError, InvalidTask
from render_manager.domain.failures import FailureClass
from render_manager.domain.states import FrameStatus, TaskStatus
from tests.support.farm import wait_until
from tests.support.maya_farm import MayaFarm, mayas, open_maya_farm
from tests.support.standins.maya.settings import MODES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in's program is a script")


@pytest.fixture(scope="module")
def maya(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MayaFarm]:
    with open_maya_farm(tmp_path_factory.mktemp("maya")) as farm:
        yield farm


@pytest.fixture(autouse=True)
def nothing_is_left(maya: MayaFarm) -> Iterator[None]:
    """Every frame has its end, and no process of Maya is there any more."""
    maya.order()
    yield
    wait_until(lambda: not mayas(), 10)


def test_frames_of_a_chunk_are_each_rendered_logged_and_timed(maya: MayaFarm) -> None:
    task = maya.submit(maya.scene(), "1-7", task_info={"chunk": 4})
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    for frame in maya.frames(task):
        assert frame.output_path
        path = Path(frame.output_path)
        assert path.name == f"shot.{frame.frame_number:04d}.exr"
        assert path.is_relative_to(maya.workspace(task))
        image = OpenImageIO.ImageBuf(str(path))
        assert image.spec().width > 0
        assert frame.log_path
        assert f"shot.{frame.frame_number:04d}.exr" in Path(frame.log_path).read_text()
        assert f"shot.{frame.frame_number + 1:04d}.exr" not in Path(frame.log_path).read_text()
        assert frame.started_at
        assert frame.finished_at
        assert frame.finished_at > frame.started_at


@pytest.mark.parametrize("frames", ["1-9x2", "1-3,8,20-26x3"])
def test_steps_and_lists_of_frames(maya: MayaFarm, frames: str) -> None:
    task = maya.submit(maya.scene(), frames, task_info={"chunk": 20})
    assert maya.settled(task).task.status is TaskStatus.COMPLETED


def test_what_the_task_says_is_what_is_rendered(maya: MayaFarm) -> None:
    scene = maya.scene(layers=["masterLayer", "beauty"], cameras=["persp", "shotCam"])
    info = {"camera": "shotCam", "layers": "beauty", "resolution_x": 32, "resolution_y": 20, "format": "png"}
    task = maya.submit(scene, "2", task_info=info)
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    (frame,) = maya.frames(task)
    assert frame.output_path
    spec = OpenImageIO.ImageBuf(frame.output_path).spec()
    assert (spec.width, spec.height) == (32, 20)
    assert frame.output_path.endswith(".png")


AT_A_FRAME = {
    "lie_nofile": (FailureClass.OUTPUT, "wrote no file"),
    "lie_zero": (FailureClass.OUTPUT, "empty file|cut short|can't be read"),
    "lie_cut": (FailureClass.OUTPUT, "cut short|can't be read"),
    "lie_old": (FailureClass.OUTPUT, "older than this attempt|wrote no file|saved no file"),
    "missing_texture": (FailureClass.ASSET, "Invalid image file"),
    "crash": (FailureClass.CRASH, "crashed|killed by signal"),
    "oom": (FailureClass.MEMORY, "memory|signal 9"),
}
AT_THE_START = {
    "no_camera": (FailureClass.SCENE, "does not exist"),
    "fail210": (FailureClass.UNKNOWN, "failed to render"),
    "no_output_255": (FailureClass.NODE, "said nothing"),
}
WITHOUT_LICENCE = ("licence_abort", "watermark", "licence_wait")
OTHERS = ("hang", "not_english")


def test_every_way_to_fail_is_tried_here() -> None:
    assert {*AT_A_FRAME, *AT_THE_START, *WITHOUT_LICENCE, *OTHERS} == set(MODES)


@pytest.mark.parametrize("mode", AT_A_FRAME)
def test_what_goes_wrong_at_a_frame_is_that_frames(maya: MayaFarm, mode: str) -> None:
    failure, words = AT_A_FRAME[mode]
    maya.order(mode=mode, frame=2, attempts=1)
    task = maya.submit(maya.scene(f"{mode}.ma"), "1-4", task_info={"chunk": 4})
    row = maya.settled(task)
    assert row.task.status is TaskStatus.FAILED
    frame = maya.services.queries.frame(task.id, 2)
    assert (maya.states(task), frame.failure) == ("cfcc", failure)
    assert frame.error_message
    assert any(word in frame.error_message for word in words.split("|")), frame.error_message


@pytest.mark.parametrize("mode", AT_THE_START)
def test_a_project_that_does_not_come_to_render_fails_whole(maya: MayaFarm, mode: str) -> None:
    failure, words = AT_THE_START[mode]
    maya.order(mode=mode)
    row = maya.settled(maya.submit(maya.scene(f"{mode}.ma"), "1-4"))
    assert row.task.status is TaskStatus.FAILED
    assert maya.states(row.task) == "ffff"
    assert words in row.note, row.note
    assert {maya.failure(row.task, number) for number in (1, 4)} == {failure}


@pytest.mark.parametrize("mode", WITHOUT_LICENCE)
def test_without_a_licence_a_frame_waits_and_loses_no_attempt(maya: MayaFarm, mode: str) -> None:
    maya.order(mode=mode, wait=1)
    task = maya.submit(maya.scene(f"{mode}.ma"), "1-2", task_info={"chunk": 1})
    wait_until(lambda: any(entry.action is Action.FAIL for entry in maya.services.queries.history(task.id)))
    wait_until(lambda: maya.states(task) == "pp")
    frames = maya.frames(task)
    assert FailureClass.LICENCE in {frame.failure for frame in frames}
    assert {frame.attempts_used for frame in frames} == {0}
    maya.services.control.cancel(task.id)


def test_a_maya_that_hangs_is_ended_and_said_to_hang(maya: MayaFarm) -> None:
    maya.order(mode="hang", frame=2, attempts=1)
    info = {"chunk": 3, "silence_limit": 0.03}
    task = maya.submit(maya.scene("hang.ma"), "1-3", task_info=info)
    assert maya.settled(task).task.status is TaskStatus.FAILED
    assert (maya.states(task), maya.failure(task, 2)) == ("cfc", FailureClass.HANG)


def test_a_licence_that_is_waited_for_in_silence_is_ended_by_the_limit(maya: MayaFarm) -> None:
    maya.order(mode="licence_wait", wait=600)
    row = maya.settled(maya.submit(maya.scene("silent.ma"), "1-2", task_info={"silence_limit": 0.02}))
    assert maya.states(row.task) == "ff"
    assert maya.failure(row.task, 1) is FailureClass.HANG
    assert "saying nothing" in row.note


def test_a_crash_whose_dialog_stays_open_is_ended_with_it(maya: MayaFarm) -> None:
    maya.order(mode="crash", frame=2, attempts=1, dialog=1)
    task = maya.submit(maya.scene("dialog.ma"), "1-3", task_info={"chunk": 3})
    maya.settled(task)
    assert (maya.states(task), maya.failure(task, 2)) == ("cfc", FailureClass.CRASH)


def test_arnold_speaks_english_in_a_maya_that_does_not(maya: MayaFarm) -> None:
    maya.order(mode="not_english")
    task = maya.submit(maya.scene("chinese.ma"), "1-3")
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    assert maya.states(task) == "ccc"


def test_what_is_said_in_another_language_only_is_no_success(maya: MayaFarm) -> None:
    maya.order(mode="not_english")
    row = maya.settled(maya.submit(maya.scene("chinese_sw.ma"), "1-3", task_info={"renderer": "sw"}))
    assert maya.states(row.task) == "fff"
    assert "did not say that the scene was completed" in row.note


@pytest.mark.parametrize(
    ("fields", "info", "images"),
    [
        ({"cameras": ["left", "right"]}, {}, 2),
        ({"cameras": ["left", "right"], "render_setup": False}, {}, 2),
        ({"layers": ["masterLayer", "beauty"]}, {"layers": "defaultRenderLayer,beauty"}, 2),
        (
            {"layers": ["masterLayer", "beauty"], "cameras": ["left", "right"]},
            {"layers": "defaultRenderLayer,beauty"},
            4,
        ),
    ],
)
def test_a_frame_of_several_cameras_or_layers_is_done_when_all_its_images_are(
    maya: MayaFarm, fields: dict[str, object], info: dict[str, object], images: int
) -> None:
    task = maya.submit(maya.scene("stereo.ma", **fields), "1-3", task_info={"chunk": 3, **info})
    assert maya.settled(task).task.status is TaskStatus.COMPLETED
    files = list((maya.workspace(task) / "Sys_Default_Renders").rglob("*.exr"))
    assert len(files) == 3 * images
    for frame in maya.frames(task):
        log = maya.log(frame)
        assert log.count(f".{frame.frame_number:04d}.exr'") == images
        assert frame.finished_at is not None
        last = max(file.stat().st_mtime for file in files if f".{frame.frame_number:04d}." in file.name)
        assert frame.finished_at >= last - 0.1


def test_an_image_of_the_second_camera_that_is_missing_is_noticed(maya: MayaFarm) -> None:
    maya.order(startup=2)
    task = maya.submit(maya.scene("stereo_lie.ma", cameras=["left", "right"]), "1-3", task_info={"chunk": 3})
    blocked = maya.workspace(task) / "Sys_Default_Renders" / "masterLayer" / "right" / "stereo_lie.0002.exr"
    blocked.mkdir(parents=True, exist_ok=True)  # where the image is to be written
    maya.settled(task)
    assert (maya.states(task), maya.failure(task, 2)) == ("cfc", FailureClass.STORAGE)


def test_a_cancel_ends_maya_and_what_it_started_within_two_seconds(maya: MayaFarm) -> None:
    maya.order(seconds=30)
    task = maya.submit(maya.scene("long.ma"), "1-3")
    wait_until(lambda: any(frame.log_path for frame in maya.frames(task)) and mayas())
    maya.services.control.cancel(task.id)
    wait_until(lambda: not mayas(), 3)
    assert maya.states(task) == "ccc"
    assert {frame.status for frame in maya.frames(task)} == {FrameStatus.CANCELLED}


def test_a_retry_of_scattered_frames_is_one_process_and_changes_only_their_files(maya: MayaFarm) -> None:
    task = maya.submit(maya.scene("again.ma"), "1-6", task_info={"chunk": 6})
    maya.settled(task)
    before = {frame.frame_number: Path(frame.output_path or "").stat().st_mtime_ns for frame in maya.frames(task)}
    state = maya.folder / "starts"
    state.mkdir()
    maya.order(state=state)
    maya.services.control.retry(task.id, "2,5")
    wait_until(lambda: maya.states(task) == "cccccc")
    after = {frame.frame_number: Path(frame.output_path or "").stat().st_mtime_ns for frame in maya.frames(task)}
    assert {number for number in before if before[number] != after[number]} == {2, 5}
    (starts,) = state.iterdir()
    assert len(starts.read_text().splitlines()) == 1


def test_a_scene_of_a_newer_maya_is_refused_with_a_reason(maya: MayaFarm) -> None:
    row = maya.settled(maya.submit(maya.scene("new.ma", maya=2026), "1"))
    assert row.task.status is TaskStatus.FAILED
    assert "Maya 2026" in row.note
    assert "install a newer Maya" in row.note


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"camera": "nope"}, "Camera [nope] does not exist"),
        ({"layers": "defaultRenderLayer,nope"}, "Render layer nope does not exist"),
    ],
)
def test_what_the_scene_has_not_is_its_fault_and_not_tried_again(
    maya: MayaFarm, info: dict[str, object], words: str
) -> None:
    row = maya.settled(maya.submit(maya.scene("has_not.ma"), "1-4", max_attempts=3, task_info=info))
    assert maya.states(row.task) == "ffff"
    assert maya.failure(row.task, 1) is FailureClass.SCENE
    assert words in row.note
    assert sum(frame.attempts_used for frame in maya.frames(row.task)) == 1


def test_a_renderer_that_maya_has_not_is_the_hosts_fault(maya: MayaFarm) -> None:
    row = maya.settled(maya.submit(maya.scene("vray.ma"), "1-2", task_info={"renderer": "vray"}))
    assert maya.states(row.task) == "ff"
    assert maya.failure(row.task, 1) is FailureClass.NODE
    assert 'Renderer "vray" is not valid' in row.note


def test_frames_that_maya_cannot_be_asked_for_are_refused_at_submit(maya: MayaFarm) -> None:
    with pytest.raises(FrameRangeError, match="Maya can't render frame -3"):
        maya.submit(maya.scene("below.ma"), "-3-3")


def test_a_project_of_another_engine_is_refused_at_submit(maya: MayaFarm) -> None:
    with pytest.raises(InvalidTask, match="is a project of Maya, not of Blender"):
        maya.submit(maya.scene(), "1", engine="blender")
