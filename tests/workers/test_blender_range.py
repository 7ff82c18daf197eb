"""Chunks of frames by the real Blender's command line, and its output understood frame by frame."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from workers.process import RenderProcess, renderer_environment
from workers.renderers.base import Installation, RenderJob
from workers.renderers.blender import Blender
from workers.renderers.events import Event, FileSaved, FrameDone, FrameProgress, FrameStarted, Problem

SCENES = Path(__file__).parents[1] / "scenes"
LOGS = Path(__file__).parents[1] / "logs"


@pytest.fixture(scope="session")
def installation(blender: Path) -> Installation:
    return Blender().find(blender)


def job(folder: Path, project: Path, **options: object) -> RenderJob:
    renders = folder / "renders 渲染"
    renders.mkdir(exist_ok=True)
    return RenderJob(project, project.parent, renders, folder, options)


def run(installation: Installation, job: RenderJob, frames: Sequence[int]) -> tuple[list[Event], int, float]:
    """What a process for these frames says, how it ends, and since when it runs."""
    renderer, since = Blender(), time.time()
    launch = renderer.launch(installation, job, frames)
    parse = renderer.range_parser(job, frames)
    environment = renderer_environment({"TMPDIR": str(job.temporary), **launch.environment})
    process = RenderProcess(launch.command, cwd=job.temporary, environment=environment, control=False)
    events: list[Event] = []
    try:
        while True:
            if line := process.read_line(0.5):
                events += parse(line)
            assert time.time() - since < 120
    except EOFError:
        code = process.stop()
    return [*events, *parse.ended(code)], code, since


def told(events: Sequence[Event]) -> list[tuple[str, int]]:
    """When frames begin and end."""
    return [(type(event).__name__, event.frame) for event in events if isinstance(event, FrameStarted | FrameDone)]


@pytest.mark.parametrize("scene", ["anim_cycles.blend", "anim_workbench.blend", "anim_cycles_mlexr.blend"])
def test_each_frame_of_a_list_is_told_of(installation: Installation, tmp_path: Path, scene: str) -> None:
    frames = [1, 2, 7, 12345]
    events, code, since = run(installation, job(tmp_path, SCENES / scene), frames)
    assert code == 0
    assert told(events) == [(kind, frame) for frame in frames for kind in ("FrameStarted", "FrameDone")]
    for done in (event for event in events if isinstance(event, FrameDone)):
        path = Path(done.path)
        assert path.stem == f"{Path(scene).stem}_{done.frame:04d}"
        assert path.stat().st_mtime >= since - 1
        assert done.size == (64, 64)
    saved = [event.path for event in events if isinstance(event, FileSaved)]
    assert saved == [event.path for event in events if isinstance(event, FrameDone)]


def test_frames_below_zero_are_rendered_although_a_command_line_cannot_name_them(
    installation: Installation, tmp_path: Path
) -> None:
    frames = [-12, -1, 0, 1]
    events, code, _ = run(installation, job(tmp_path, SCENES / "anim_cycles.blend"), frames)
    assert code == 0
    done = {event.frame: event.path for event in events if isinstance(event, FrameDone)}
    assert list(done) == frames
    images = {Path(path).name for path in done.values()}
    assert images == {f"anim_cycles_{name}.png" for name in ("-0012", "-0001", "0000", "0001")}
    assert {Path(path).read_bytes() for path in done.values()} == {path.read_bytes() for path in all_images(tmp_path)}
    only_below, code, _ = run(installation, job(tmp_path, SCENES / "anim_cycles.blend"), [-3])
    assert code == 0
    assert told(only_below) == [("FrameStarted", -3), ("FrameDone", -3)]


def all_images(folder: Path) -> list[Path]:
    return sorted((folder / "renders 渲染").iterdir())


def test_options_reach_it(installation: Installation, tmp_path: Path) -> None:
    options = {"resolution_x": 48, "resolution_y": 32, "format": "OPEN_EXR", "samples": 2, "scene": "Scene"}
    events, code, _ = run(installation, job(tmp_path, SCENES / "anim_cycles.blend", **options), [3])
    assert code == 0
    (done,) = (event for event in events if isinstance(event, FrameDone))
    assert done.size == (48, 32)
    assert Path(done.path).name == "anim_cycles_0003.exr"
    assert [event.fraction for event in events if isinstance(event, FrameProgress)][-1] == 1.0


@pytest.mark.parametrize(
    ("scene", "options", "failure", "text"),
    [
        ("nocam_cycles.blend", {}, FailureClass.SCENE, "has no camera"),
        ("anim_cycles.blend", {"camera": "Nope"}, FailureClass.SCENE, "There is no camera 'Nope'"),
        ("anim_cycles.blend", {"scene": "Nope"}, FailureClass.SCENE, "There is no scene 'Nope'"),
        ("missing_tex.blend", {}, FailureClass.ASSET, "missing.png"),
        ("trunc.blend", {}, FailureClass.SCENE, "Missing DNA block"),
        ("garbage.blend", {}, FailureClass.SCENE, "File format is not supported"),
        ("saved_by_5.blend", {}, FailureClass.NODE, "not a blend file"),
    ],
)
def test_what_cannot_be_rendered_begins_no_frame_and_says_why(
    installation: Installation, tmp_path: Path, scene: str, options: dict[str, object], failure: FailureClass, text: str
) -> None:
    events, code, _ = run(installation, job(tmp_path, SCENES / scene, **options), [1, 2])
    assert code != 0
    assert told(events) == []
    problem = [event for event in events if isinstance(event, Problem)][-1]
    assert problem.failure is failure
    assert text in problem.message
    assert not all_images(tmp_path)


def test_a_missing_texture_can_be_allowed(installation: Installation, tmp_path: Path) -> None:
    events, _, _ = run(installation, job(tmp_path, SCENES / "missing_tex.blend", allow_missing=True), [1])
    assert told(events) == [("FrameStarted", 1), ("FrameDone", 1)]


def test_an_image_that_cannot_be_written_is_the_disks_fault(installation: Installation, tmp_path: Path) -> None:
    there = job(tmp_path, SCENES / "anim_cycles.blend")
    there.renders_dir.rmdir()
    there.renders_dir.touch()
    events, code, _ = run(installation, there, [1, 2])
    assert code != 0
    first = next(place for place, event in enumerate(events) if isinstance(event, FrameDone))
    problem = events[first - 1]
    assert isinstance(problem, Problem)
    assert problem.fatal
    assert problem.failure is FailureClass.STORAGE
    assert ("FrameDone", 2) not in told(events)


def parsed(lines: Sequence[str], frames: Sequence[int]) -> list[Event]:
    parse = Blender().range_parser(RenderJob(Path("f.blend"), Path(), Path("/p/out"), Path(), {}), frames)
    return [event for line in lines for event in parse(line)]


def test_lines_of_version_5() -> None:
    lines = [
        '00:00.001  blend            | Read blend: "/tmp/scene.blend"',
        "00:00.100  render           | Rendering animation (frames 1..2)",
        "00:00.110  render           | Rendering frame 1",
        "00:03.579  render           | Fra: 1 | Remaining: 00:10.41 | Mem: 1039M | Sample 64/256",
        "00:00.687  render           | Saved: '/p/out/aov/f_0001.png'",
        "00:00.687  render           | Saved: '/p/out/f_0001.png'",
        "00:00.688  render           | Time: 00:00.49 (Saving: 00:00.05)",
        "00:00.690  render           | Rendering frame 2",
        "00:00.891  render           | Saved: '/p/out/f_0002_L.png'",
        "00:00.892  render           | Saved: '/p/out/f_0002_R.png'",
        "00:00.893  render           | Time: 00:00.49 (Saving: 00:00.05)",
        "Blender quit",
    ]
    assert [event for event in parsed(lines, [1, 2]) if not isinstance(event, FileSaved)] == [
        FrameStarted(1),
        FrameProgress(1, 0.25),
        FrameDone(1, "/p/out/f_0001.png"),
        FrameStarted(2),
        FrameDone(2, "/p/out/f_0002_L.png"),
    ]


def test_a_frame_whose_pixels_were_not_written_is_bad_and_the_next_one_is_not() -> None:
    full = "OpenEXR-writePixels: ERROR: Failed to write pixel data to image file. No space left on device."
    frame = ["Fra:%d Mem:9M | Sample 4/4", "Saved: '/p/out/f_%04d.exr'"]
    end = " Time: 00:00.41 (Saving: 00:00.29)"
    lines = [frame[0] % 1, full, frame[1] % 1, end, *(line % 2 for line in frame), end]
    events = [event for event in parsed(lines, [1, 2]) if isinstance(event, FrameDone | Problem)]
    assert [(type(event).__name__, getattr(event, "fatal", None)) for event in events] == [
        ("Problem", False),
        ("Problem", True),
        ("FrameDone", None),
        ("FrameDone", None),
    ]


@pytest.mark.parametrize(
    "full",
    [
        "OpenEXR-writePixels: ERROR: Failed to write pixel data to image file. No space left on device.",
        "00:00.500  image.openexr    | ERROR IMB_exr_write_channels: Failed to write pixel data",
    ],
)
def test_what_is_said_once_more_after_a_frame_is_not_the_next_ones_fault(full: str) -> None:
    end = " Time: 00:00.41 (Saving: 00:00.29)"
    first = ["Fra:1 Mem:9M | Sample 4/4", full, "Saved: '/p/out/f_0001.exr'", end]
    second = ["Fra:2 Mem:9M | Sample 4/4", "Saved: '/p/out/f_0002.exr'", end]
    fatal = [isinstance(event, Problem) and event.fatal for event in parsed([*first, full, *second], [1, 2])]
    assert fatal.count(True) == 1
    events = parsed([*first, full, *second], [1, 2])
    assert fatal.index(True) < events.index(FrameStarted(2))
    again = parsed([*first, full, second[0], full, *second[1:]], [1, 2])
    assert [isinstance(event, Problem) and event.fatal for event in again].count(True) == 2, "it may go on"


def test_frames_that_were_not_asked_for_and_answers_of_a_scene_count_for_nothing() -> None:
    lines = [
        "Fra:99 Mem:9M | Scene, ViewLayer | Synchronizing object",
        " Time: 00:00.41 (Saving: 00:00.29)",
        '@@RM {"event": "rendered", "frame": 1, "path": "/p/out/f_0001.png"}',
    ]
    assert parsed(lines, [1]) == []


def test_the_captured_log() -> None:
    lines = (LOGS / "blender-3.4.1-eevee.txt").read_text(encoding="utf-8").splitlines()
    assert told(parsed(lines, [1, 2, 3])) == [
        (kind, frame) for frame in (1, 2, 3) for kind in ("FrameStarted", "FrameDone")
    ]


CUDA_5 = "00:00.400  cycles           | ERROR CUDA error: Out of memory in cuMemAlloc(...)"
EXR_5 = "00:00.500  image.openexr    | ERROR IMB_exr_write_channels: Failed to write pixel data"


@pytest.mark.parametrize(("line", "failure"), [(CUDA_5, FailureClass.GPU_MEMORY), (EXR_5, FailureClass.STORAGE)])
def test_a_frame_that_version_5_could_not_make_or_write_is_bad(line: str, failure: FailureClass) -> None:
    lines = [
        "00:00.110  render           | Rendering frame 1",
        line,
        "00:00.687  render           | Saved: '/p/out/f_0001.exr'",
        "01:00:00.688  render        | Time: 00:00.49 (Saving: 00:00.05)",
    ]
    events = parsed(lines, [1])
    problem, done = events[-2:]
    assert done == FrameDone(1, "/p/out/f_0001.exr")
    assert isinstance(problem, Problem)
    assert (problem.fatal, problem.failure, problem.evidence) == (True, failure, line.partition("| ")[2])


def test_version_5_without_a_camera_begins_no_frame() -> None:
    lines = [
        '00:00.001  blend            | Read blend: "/tmp/scene.blend"',
        "00:00.891  reports          | ERROR Cannot render, no camera",
        "Blender quit",
    ]
    text = "Cannot render, no camera"
    assert parsed(lines, [1]) == [Problem(text, False, FailureClass.SCENE, f"ERROR {text}")]
