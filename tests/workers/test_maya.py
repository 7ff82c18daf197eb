"""Maya's command lines, discovery and output, without Maya."""

from pathlib import Path

import pytest

from render_manager.domain.errors import ProjectFileError, RendererNotFound
from render_manager.domain.failures import FailureClass
from tests.support.standins.maya_scene import install, make_scene
from workers.renderers.base import Installation, RenderJob
from workers.renderers.events import Event, FrameDone, FrameProgress, FrameStarted, Problem
from workers.renderers.maya import Maya
from workers.renderers.maya_output import MayaOutput

MAYA = Maya()


@pytest.fixture
def job(tmp_path: Path) -> RenderJob:
    project = tmp_path / "project"
    scene = make_scene(project / "scenes" / "shot.ma")
    return RenderJob(scene, project, tmp_path / "renders", tmp_path / "tmp", {})


def command(job: RenderJob, frames: list[int], **task_info: object) -> list[str]:
    asked = RenderJob(job.project_file, job.project_dir, job.renders_dir, job.temporary, task_info)
    launch = MAYA.launch(Installation(Path("/opt/Render"), "2024"), asked, frames)
    assert launch.environment["MAYA_UI_LANGUAGE"] == "en_US"
    return list(launch.command)


def value(arguments: list[str], flag: str) -> str:
    return arguments[arguments.index(flag) + 1]


def test_all_that_decides_where_files_go_is_said(job: RenderJob) -> None:
    arguments = command(job, [1, 2, 3])
    assert arguments[0] == "/opt/Render"
    assert arguments[-1] == str(job.project_file)
    said = {flag: value(arguments, flag) for flag in ("-r", "-rd", "-im", "-of", "-fnc", "-pad", "-rl", "-ai:lve")}
    assert said == {
        "-r": "arnold",
        "-rd": str(job.renders_dir),
        "-im": "shot",
        "-of": "exr",
        "-fnc": "3",
        "-pad": "4",
        "-rl": "defaultRenderLayer",
        "-ai:lve": "2",
    }
    assert value(arguments, "-proj") == str(job.project_dir)
    assert (job.project_dir / "workspace.mel").is_file()


def test_the_maya_project_is_the_nearest_folder_with_a_workspace(job: RenderJob) -> None:
    (job.project_dir / "scenes" / "workspace.mel").write_text("")
    assert value(command(job, [1]), "-proj") == str(job.project_dir / "scenes")
    assert not (job.project_dir / "workspace.mel").exists()


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([7], ["-s", "7", "-e", "7", "-b", "1"]),
        ([1, 2, 3], ["-s", "1", "-e", "3", "-b", "1"]),
        ([2, 4, 6], ["-s", "2", "-e", "6", "-b", "2"]),
        ([1, 2, 3, 8, 20, 23, 26], ["-seq", "1..3 8 20 23 26"]),
        ([5, 17, 40, 41, 42, 43], ["-seq", "5 17 40..43"]),
    ],
)
def test_frames_in_as_few_words_as_they_need(job: RenderJob, frames: list[int], said: list[str]) -> None:
    arguments = command(job, frames)
    begin = arguments.index(said[0])
    assert arguments[begin : begin + len(said)] == said


def test_other_renderers_get_no_flags_of_arnolds(job: RenderJob) -> None:
    arguments = command(job, [1, 2], renderer="vray", camera="cam1", layers=" a, b ", resolution_x=64, samples=3)
    assert not [argument for argument in arguments if argument.startswith("-ai:")]
    assert (value(arguments, "-cam"), value(arguments, "-rl"), value(arguments, "-x")) == ("cam1", "a,b", "64")
    assert not MAYA.lists_frames({"renderer": "vray"})
    assert MAYA.lists_frames({})


def test_the_program_of_the_scenes_own_version_is_taken(tmp_path: Path, job: RenderJob) -> None:
    newer, own = install(tmp_path, 2026), install(tmp_path, 2024)
    found = MAYA.find(newer)
    assert found == Installation(newer, "2026")
    assert MAYA.launch(found, job, [1]).command[0] == str(own)
    assert MAYA.find(tmp_path / "maya2024" / "bin" / "Render").version == "2024"


def test_what_is_no_program_is_said(tmp_path: Path) -> None:
    with pytest.raises(RendererNotFound, match="MAYA_EXECUTABLE"):
        MAYA.find(tmp_path / "none")
    (tmp_path / "Render").write_text("no program")
    with pytest.raises(RendererNotFound, match="there is no program"):
        MAYA.find(tmp_path / "Render")


def test_a_scene_is_looked_at_first(tmp_path: Path) -> None:
    here = Installation(Path("/opt/Render"), "2024")
    MAYA.check_project(make_scene(tmp_path / "a.ma", maya=2022), here)
    MAYA.check_project(make_scene(tmp_path / "a.mb", maya=2024), here)
    for name in ("b.ma", "b.mb"):
        with pytest.raises(RendererNotFound, match="saved by Maya 2025"):
            MAYA.check_project(make_scene(tmp_path / name, maya=2025), here)
    (tmp_path / "c.ma").write_text("BLENDER-v304")
    with pytest.raises(ProjectFileError, match="no Maya scene"):
        MAYA.check_project(tmp_path / "c.ma", here)


ARNOLD = """
00:00:03   833MB         | log started Mon Aug 11 18:40:41 2025
00:00:03   833MB         | Arnold 7.4.0.0 [516ade3d] linux x86_64 clang-15.0.7 oiio-2.4 2025/02/04 21:52:37
00:00:01   504MB         |     5% done - 60 rays/pixel
00:00:09   504MB         |   100% done - 12 rays/pixel
00:00:09   504MB         |  render done in 0:08.090
00:00:09   504MB         |  [driver_exr] writing file `/tmp/output/x.{frame:04d}.exr'
00:00:09   504MB         | render done
00:00:09   504MB         | releasing resources
00:00:09   504MB         | Arnold shutdown
"""


def events(output: MayaOutput, text: str) -> list[Event]:
    return [event for line in text.splitlines() for event in output(line)]


def test_arnold_names_no_frame_so_the_order_tells() -> None:
    output = MayaOutput([2, 4])
    said = events(output, ARNOLD.format(frame=2) + ARNOLD.format(frame=4) + "Scene /p/x.ma completed.\n")
    assert said == [
        FrameStarted(2),
        FrameProgress(2, 0.05),
        FrameProgress(2, 1.0),
        FrameDone(2, "/tmp/output/x.0002.exr", files=("/tmp/output/x.0002.exr",)),
        FrameStarted(4),
        FrameProgress(4, 0.05),
        FrameProgress(4, 1.0),
        FrameDone(4, "/tmp/output/x.0004.exr", files=("/tmp/output/x.0004.exr",)),
    ]
    assert output.ended(0) == []


def test_with_several_layers_a_frame_is_done_at_the_end_with_all_its_files() -> None:
    output = MayaOutput([1], layers=2)
    twice = ARNOLD.format(frame=1) + ARNOLD.format(frame=1).replace("/output/", "/output/second/")
    said = events(output, twice + "Scene /p/x.ma completed.\n")
    assert not [event for event in said if isinstance(event, FrameDone)]
    paths = ("/tmp/output/x.0001.exr", "/tmp/output/second/x.0001.exr")
    assert output.ended(0) == [FrameDone(1, paths[0], files=paths)]


FOLDERS = ("/o", "/o/masterLayer")


def renders(output: MayaOutput, *files: str) -> list[tuple[str, int]]:
    """What is told of frames while Arnold renders these files, and at the end."""
    lines = [
        f"00:00:01   80MB         | {text}"
        for file in files
        for text in ("log started x", f" [driver_exr] writing file `/o/{file}'", "Arnold shutdown")
    ]
    said = [event for line in (*lines, "Scene /p/x.ma completed.") for event in output(line)]
    said += [FrameProgress(0, 0.0), *output.ended(0)]
    return [(type(event).__name__[5:], event.frame) for event in said if not isinstance(event, Problem)]


END = ("Progress", 0)


@pytest.mark.parametrize("folder", ["", "masterLayer/"])
def test_of_one_camera_each_frame_is_done_with_its_render(folder: str) -> None:
    said = renders(MayaOutput([1, 2], folders=FOLDERS), f"{folder}x.0001.exr", f"{folder}x.0002.exr")
    assert said == [("Started", 1), ("Done", 1), ("Started", 2), ("Done", 2), END]


@pytest.mark.parametrize("folder", ["", "masterLayer/"])
def test_a_frame_of_several_cameras_is_done_when_the_next_one_begins(folder: str) -> None:
    output = MayaOutput([1, 2, 3], folders=FOLDERS)
    files = [f"{folder}{camera}/x.{frame:04d}.exr" for frame in (1, 2, 3) for camera in ("left", "right")]
    assert renders(output, *files) == [
        *(("Started", 1), ("Done", 1), ("Started", 2), ("Done", 2), ("Started", 3)),
        *(END, ("Done", 3)),
    ]
    assert output._files[2] == [f"/o/{folder}left/x.0002.exr", f"/o/{folder}right/x.0002.exr"]


def test_where_each_camera_renders_all_frames_they_are_done_at_the_end() -> None:
    output = MayaOutput([1, 2], folders=FOLDERS)
    said = renders(output, *(f"{camera}/x.{frame:04d}.exr" for camera in ("left", "right") for frame in (1, 2)))
    assert [event for event in said if event[0] == "Done"] == [("Done", 1), ("Done", 2)]
    assert said.index(END) < said.index(("Done", 1))


def test_passes_in_folders_of_their_own_are_no_cameras_where_one_is_named() -> None:
    output = MayaOutput([1, 2])
    assert renders(output, "beauty/x.0001.exr", "beauty/x.0002.exr")[1] == ("Done", 1)


def test_mayas_own_renderer_names_its_files_only() -> None:
    output = MayaOutput([5, 6])
    said = events(
        output, "Finished Rendering C:/p/x.0005.png.\nFinished Rendering C:/p/x.0006.png.\nScene x completed."
    )
    assert [event for event in said if isinstance(event, FrameStarted)] == [FrameStarted(5), FrameStarted(6)]
    assert output.ended(0) == [FrameDone(6, "C:/p/x.0006.png", files=("C:/p/x.0006.png",))]


@pytest.mark.parametrize("code", [0, 1, 210])
def test_without_its_last_word_nothing_is_done(code: int) -> None:
    output = MayaOutput([1, 2])
    events(output, ARNOLD.format(frame=1))
    (problem,) = output.ended(code)
    assert isinstance(problem, Problem)
    assert problem.fatal
    assert str(code) in problem.message


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        (
            "00:34:55  5452MB ERROR   |  aborting render because this is a batch render and abort_on_license_fail "
            "option is enabled",
            FailureClass.LICENCE,
        ),
        ("00:00:01   80MB WARNING | rendering with watermarks because of failed authorization:", FailureClass.LICENCE),
        ("Error: makeCameraRenderable.mel line 34: Camera [None] does not exist.", FailureClass.SCENE),
        ("Error: file: /tmp/ASTMP1.mel line 31: Render layer nope does not exist.", FailureClass.SCENE),
        ('Renderer "renderman" is not valid', FailureClass.NODE),
        ('00:00:01  80MB ERROR   |  [texturesys] file1: Invalid image file "/p/t.tx"', FailureClass.ASSET),
        ("Fatal Error. Attempting to save in /usr/tmp/.20190417.0215.ma", FailureClass.CRASH),
        ("terminate called after throwing an instance of 'std::bad_alloc'", FailureClass.MEMORY),
        ("[Redshift] License error: (RLM) no server", FailureClass.LICENCE),
        ("Could not obtain a license", FailureClass.LICENCE),
        ("No license for product (-1)", FailureClass.LICENCE),
        ("License was not obtained", FailureClass.LICENCE),
        ("error checking out license for arnold", FailureClass.LICENCE),
        ("00:00:01   80MB ERROR   | could not initialize license", FailureClass.LICENCE),
        ("00:00:01   80MB ERROR   | [rlm] error initializing license system", FailureClass.LICENCE),
        ("00:00:01   80MB ERROR   | [clm.v1] error loading a library (4)", FailureClass.LICENCE),
        ("Maxon licensing error", FailureClass.LICENCE),
        ("{SEVERE} License", FailureClass.LICENCE),
        ("00:00:01   80MB ERROR   | unspecified OIIO error", FailureClass.ASSET),
        ("00:00:01   80MB ERROR   | [ass] can't open /p/a.ass", FailureClass.ASSET),
        ("00:00:01   80MB ERROR   | [alembic] invalid archive /p/a.abc", FailureClass.ASSET),
        ("00:00:01   80MB ERROR   |  [driver_exr] can't create file `/o/x.exr'", FailureClass.STORAGE),
        ("Error: x.ma contains legacy render layers and uses render setup", FailureClass.SCENE),
        ("less than 128MB of free VRAM", FailureClass.GPU_MEMORY),
        ("illegal memory access", FailureClass.GPU_MEMORY),
        ("maya encountered a fatal error", FailureClass.CRASH),
        ("00:00:01   80MB ERROR   | signal caught: SIGABRT", FailureClass.CRASH),
        ("[mtoa] Failed batch render", FailureClass.UNKNOWN),
        ("Error: file: /tmp/ASTMPVlbWhf.mel line 34: Scene /p/x.ma failed to render.", FailureClass.UNKNOWN),
        ("00:00:01   80MB WARNING | render terminating early: received abort signal", FailureClass.UNKNOWN),
        ("Frame rendering aborted", FailureClass.UNKNOWN),
        ("No devices found. Aborting rendering.", FailureClass.NODE),
        ("Rendering was internally aborted", FailureClass.UNKNOWN),
    ],
)
def test_what_a_line_means(line: str, failure: FailureClass) -> None:
    (problem,) = MayaOutput([1])(line)
    assert isinstance(problem, Problem)
    assert (problem.fatal, problem.failure, problem.evidence) == (True, failure, line)


@pytest.mark.parametrize(
    ("line", "percent"),
    [
        ("00:00:02   504MB         |     5% done - 60 rays/pixel", 5),
        ("[PROGRESS] 45 percent", 45),
        ("PROGRESS: 45%", 45),
        ("R90000     45%", 45),
        ("Rendering image…: 45.2%", 45),
    ],
)
def test_each_renderers_way_to_tell_its_progress(line: str, percent: int) -> None:
    output = MayaOutput([7])
    assert output("[mtoa] Rendering Frame: 7 (1/1)  Camera: persp  Layer: masterLayer") == [FrameStarted(7)]
    assert output(line) == [FrameProgress(7, percent / 100)]


@pytest.mark.parametrize(
    "line",
    [
        "00:00:09   504MB         |  [driver_exr] writing file `/o/x.0007.exr'",
        "Finished Rendering /o/x.0007.exr.",
        'Successfully written image file "/o/x.0007.exr"',
        "  Saved file '/o/x.0007.exr'",
    ],
)
def test_each_renderers_way_to_tell_its_file(line: str) -> None:
    output = MayaOutput([7])
    assert output(line) == [FrameStarted(7)]
    output("Scene /p/x.ma completed.")
    assert output.ended(0) == [FrameDone(7, "/o/x.0007.exr", files=("/o/x.0007.exr",))]


def test_redshift_names_its_frames() -> None:
    assert MayaOutput([4, 5])("Rendering frame 5...") == [FrameStarted(5)]


def test_a_maya_that_says_nothing_could_not_start() -> None:
    (problem,) = MayaOutput([1]).ended(255)
    assert isinstance(problem, Problem)
    assert problem.failure is FailureClass.NODE
