"""The stand-in for Maya's batch renderer behaves like it, in all that an adapter must live with: R1 to R26 below."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import OpenImageIO
import psutil
import pytest

from tests.support.standins.maya import behaviours
from tests.support.standins.maya.flags import UsageError, read
from tests.support.standins.maya.naming import image_path
from tests.support.standins.maya.settings import MODES
from tests.support.standins.maya_scene import RENDER, install, make_scene

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script, which Windows does not start")

#: What an adapter should always say.
PREDICTABLE = ("-r", "arnold", "-fnc", "3", "-pad", "4", "-of", "exr", "-im", "shot", "-ai:lve", "2")
ONE = ("-s", "1", "-e", "1")
TWO = ("-s", "1", "-e", "2")


class Ended(NamedTuple):
    """A run that is over; its lines are of both streams, without line ends."""

    code: int
    output: bytes
    errors: bytes

    @property
    def lines(self) -> list[str]:
        return (self.output + self.errors).decode("utf-8", "replace").splitlines()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def written(self) -> list[str]:
        """The paths in Arnold's lines about files."""
        return re.findall(r"writing file `(.+)'", self.text)


class Place:
    """A project with a scene, a folder for images, and the environment of a worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = folder / "out"
        self.home = folder / "settings"
        self.temporary = folder / "tmp"
        self.home.mkdir()
        self.temporary.mkdir()
        self.scene = make_scene(folder / "project" / "scenes" / "shot.ma")
        self.environment = {
            # The interpreter of these tests, which starts faster than what a version manager puts in its place.
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "MAYA_UI_LANGUAGE": "en_US",
            "MAYA_APP_DIR": str(self.home),
            "MAYA_DISABLE_CER": "1",
            "TMPDIR": str(self.temporary),
            "MAYA_STANDIN_STARTUP": "0.01",
            "MAYA_STANDIN_SECONDS": "0.01",
        }

    def with_scene(self, **fields: Any) -> "Place":
        make_scene(self.scene, **fields)
        return self

    def run(self, *arguments: str, program: Path = RENDER, **environment: str) -> Ended:
        """Start it with exactly these arguments."""
        done = subprocess.run(
            [str(program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**self.environment, **environment},
            cwd=self.folder,
            timeout=20,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def render(self, *flags: str, **environment: str) -> Ended:
        """As a good adapter asks for it, and these flags more."""
        return self.run(*PREDICTABLE, "-rd", str(self.images), *flags, str(self.scene), program=RENDER, **environment)

    @contextmanager
    def running(self, *flags: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process and what it started, all gone afterwards; both streams come out of one pipe."""
        process = subprocess.Popen(
            [str(RENDER), *PREDICTABLE, "-rd", str(self.images), *flags, str(self.scene)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self.environment, **environment},
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def files(self, below: Path | None = None) -> list[str]:
        root = below or self.images
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def pixel(path: Path) -> tuple[tuple[int, int], list[int]]:
    """The size of an image and its colour, from 0 to 255."""
    image: Any = OpenImageIO.ImageBuf(str(path))
    assert image.read(0, 0, True, "float"), image.geterror()
    return (image.spec().width, image.spec().height), [round(part * 255) for part in image.getpixel(0, 0)]


def can_be_read(path: Path) -> bool:
    image: Any = OpenImageIO.ImageBuf(str(path))
    read = image.read(0, 0, True, "float")
    image.geterror()
    OpenImageIO.geterror()
    return read


def wait_for(what: Callable[[], Any], seconds: float = 5) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


# --- R1: the command line ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-frames", "1..2", "SCENE"), "-frames: unknown flag"),
        (("--s", "1", "SCENE"), "--s: unknown flag"),
        (("-s=1", "SCENE"), "-s=1: unknown flag"),
        (("-s", "-e", "2", "SCENE"), "-s: needs a value"),
        (("-s", "one", "SCENE"), "-s: wrong value one"),
        (("-skipExistingFrames", "2", "SCENE"), "wrong value 2"),
        (("-of", "bmp", "SCENE"), "wrong value bmp"),
        (("-fnc", "8", "SCENE"), "wrong value 8"),
        (("-ai:lve", "2", "SCENE"), "-ai:lve: unknown flag of this renderer"),
        (("SCENE", "-s", "1"), "the scene must come last"),
    ],
)
def test_r1_what_render_does_not_know_is_refused(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(list(arguments))


def test_r1_after_a_wrong_flag_nothing_is_rendered(place: Place) -> None:
    ended = place.render("-frames", "1..2")
    assert ended.code == behaviours.USAGE
    assert "-frames: unknown flag" in ended.text
    assert "Usage: Render" in ended.text
    assert not place.images.exists()
    ended = place.run("-r", "arnold", "-rd", str(place.scene))
    assert ended.code == behaviours.USAGE
    assert "no scene was named" in ended.text


def test_r1_negative_numbers_are_values(place: Place) -> None:
    assert place.render("-s", "-1", "-e", "0").code == 0
    assert place.files() == ["masterLayer/shot.-0001.exr", "masterLayer/shot.0000.exr"]


def test_r1_help_and_version_are_told(place: Place) -> None:
    assert "-skipExistingFrames" in place.run("-help").text
    assert place.run("-listRenderers").lines == ["arnold", "sw", "hw2", "file"]
    assert place.run("-version").text.startswith("Maya 2024,")
    assert place.run("-v", MAYA_STANDIN_VERSION="2026").text.startswith("Maya 2026,")
    assert place.run("-v", program=install(place.folder, 2025)).text.startswith("Maya 2025,")


# --- R2, R3: scene and renderer ---


def test_r2_a_missing_scene_is_reported_by_mel(place: Place) -> None:
    place.scene.unlink()
    ended = place.render(*ONE)
    assert ended.code == 210
    assert re.search(rf"Error: file: \S+/ASTMP\w+\.mel line 34: Scene {place.scene} failed to render\.", ended.text)
    assert "// Maya exited with status 210" in ended.lines


def test_r2_what_is_no_scene_fails(place: Place) -> None:
    place.scene.write_bytes(b"PK\3\4 an archive")
    assert place.render(*ONE).code == 210


def test_r2_binary_scenes_are_read(place: Place) -> None:
    place.scene = make_scene(place.folder / "shot.mb", start=5, end=5)
    assert place.render().code == 0
    assert place.files() == ["masterLayer/shot.0005.exr"]


def test_r3_a_renderer_that_is_not_installed_is_refused(place: Place) -> None:
    ended = place.run("-r", "renderman", str(place.scene))
    assert ended.code == behaviours.RENDERER_NOT_VALID
    assert ended.lines == ['Renderer "renderman" is not valid']
    assert place.run("-r", "arnold", str(place.scene), MAYA_STANDIN_RENDERERS="sw,file").code != 0


def test_r3_without_a_renderer_it_is_the_scenes_own(place: Place) -> None:
    place.with_scene(renderer="sw")
    for chosen in ((), ("-r", "file")):
        ended = place.run(*chosen, *ONE, "-fnc", "3", "-of", "png", "-rd", str(place.images), str(place.scene))
        assert ended.code == 0
        assert f"Finished Rendering {place.images}/masterLayer/shot.1.png." in ended.lines
        assert "log started" not in ended.text


# --- R4: frames ---


def test_r4_a_range_with_a_step_is_one_process(place: Place) -> None:
    assert place.render("-s", "1", "-e", "6", "-b", "2").code == 0
    assert place.files() == [f"masterLayer/shot.{frame:04d}.exr" for frame in (1, 3, 5)]


def test_r4_arnold_takes_lists(place: Place) -> None:
    ended = place.render("-seq", "9 2..3;4..8:2")
    assert ended.code == 0
    assert place.files() == [f"masterLayer/shot.{frame:04d}.exr" for frame in (2, 3, 4, 6, 8, 9)]
    assert "[mtoa] Rendering Frame: 9 (1/6)  Camera: persp  Layer: masterLayer" in ended.lines
    assert place.render("-seq", "1,2").code == behaviours.USAGE


def test_r4_other_renderers_take_no_lists(place: Place) -> None:
    assert place.run("-r", "hw2", "-seq", "1 2", str(place.scene)).code == behaviours.USAGE


def test_r4_existing_images_are_skipped_if_asked_for(place: Place) -> None:
    place.render(*ONE)
    ended = place.render(*TWO, "-skipExistingFrames", "1")
    assert f"[mtoa] Skipping existing image: {place.images}/masterLayer/shot.0001.exr" in ended.lines
    assert ended.written == [f"{place.images}/masterLayer/shot.0002.exr"]


# --- R5, R6: names and folders ---


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        (1, "shot"),
        (2, "shot.exr"),
        (3, "shot.01.exr"),
        (4, "shot.exr.01"),
        (5, "shot.01"),
        (6, "shot01.exr"),
        (7, "shot_01.exr"),
    ],
)
def test_r5_numbering_schemes_have_their_names(scheme: int, name: str) -> None:
    assert image_path("shot", scheme, frame="01", suffix="exr", values={}, folders=()) == name


@pytest.mark.parametrize(("scheme", "names"), [("2", ["shot.exr"]), ("7", ["shot_01.exr", "shot_02.exr"])])
def test_r5_without_numbers_one_frame_is_rendered(place: Place, scheme: str, names: list[str]) -> None:
    assert place.render(*TWO, "-fnc", scheme, "-pad", "2").code == 0
    assert place.files() == [f"masterLayer/{name}" for name in names]


def test_r5_without_flags_the_scenes_own_settings_count(place: Place) -> None:
    place.with_scene(end=2, prefix="own", resolution=[8, 4])
    assert place.run("-r", "arnold", "-rd", str(place.images), str(place.scene)).code == 0
    assert place.files() == ["masterLayer/own_1.tif", "masterLayer/own_2.tif"]
    assert pixel(place.images / "masterLayer" / "own_2.tif") == ((8, 4), [2, 0, 128])


@pytest.mark.parametrize(
    ("kind", "name", "colour"),
    [
        ("exr", "shot.0007.exr", [7, 0, 128]),
        ("png", "shot.0007.png", [7, 0, 128]),
        ("tif", "shot.0007.tif", [7, 0, 128]),
        ("jpeg", "shot.0007.jpg", [128]),
    ],
)
def test_r5_images_are_real(place: Place, kind: str, name: str, colour: list[int]) -> None:
    assert place.render("-s", "7", "-e", "7", "-of", kind, "-x", "50", "-y", "30", "-percentRes", "50").code == 0
    assert pixel(place.images / "masterLayer" / name) == ((25, 15), colour)


def test_r6_without_a_folder_images_go_to_the_project(place: Place) -> None:
    project = place.folder / "project"
    assert place.run(*PREDICTABLE, *ONE, "-proj", str(project), str(place.scene)).code == 0
    assert place.files(project / "images") == ["masterLayer/shot.0001.exr"]
    (project / "workspace.mel").write_text('workspace -fr "images" "pictures";\n')
    assert place.run(*PREDICTABLE, *ONE, "-proj", str(project), str(place.scene)).code == 0
    assert place.files(project / "pictures") == ["masterLayer/shot.0001.exr"]


def test_r6_without_a_project_images_go_to_the_users_own(place: Place) -> None:
    assert place.run(*PREDICTABLE, *ONE, str(place.scene)).code == 0
    assert place.files(place.home) == ["projects/default/images/masterLayer/shot.0001.exr"]
    assert place.run(*PREDICTABLE, *ONE, "-proj", "/nowhere", str(place.scene)).code == 210


# --- R7: layers and cameras ---


def test_r7_all_layers_and_cameras_have_their_folders(place: Place) -> None:
    place.with_scene(layers=["masterLayer", "beauty"], cameras=["left", "right"])
    ended = place.render(*ONE)
    assert place.files() == [
        f"{layer}/{camera}/shot.0001.exr" for layer in ("beauty", "masterLayer") for camera in ("left", "right")
    ]
    assert len(ended.written) == 4
    assert pixel(place.images / "beauty" / "left" / "shot.0001.exr")[1] == [1, 10, 128]


def test_r7_one_layer_and_one_camera_are_asked_for(place: Place) -> None:
    place.with_scene(layers=["masterLayer", "beauty"], cameras=["left", "right"])
    place.render(*ONE, "-rl", "beauty", "-cam", "right")
    assert place.files() == ["beauty/shot.0001.exr"]
    place.render(*ONE, "-rl", "defaultRenderLayer", "-cam", "right")
    assert place.files() == ["beauty/shot.0001.exr", "masterLayer/shot.0001.exr"]
    assert place.render(*ONE, "-rl", "fog").code == 210


def test_r7_tokens_in_the_name_are_expanded(place: Place) -> None:
    place.render(*ONE, "-im", "<Scene>/<RenderLayer>/<Camera>/%s")
    assert place.files() == ["shot/masterLayer/persp/shot.0001.exr"]


def test_r7_a_simple_scene_without_render_setup_has_no_folders(place: Place) -> None:
    place.with_scene(render_setup=False).render(*ONE)
    assert place.files() == ["shot.0001.exr"]


def test_r7_passes_can_be_files_of_their_own(place: Place) -> None:
    place.with_scene(aovs=["diffuse"], merge_aovs=False).render(*ONE, "-im", "<RenderPass>/shot")
    assert place.files() == ["masterLayer/beauty/shot.0001.exr", "masterLayer/diffuse/shot.0001.exr"]


def test_r7_legacy_layers_render_the_wrong_one_and_do_not_fail(place: Place) -> None:
    ended = place.with_scene(layers=["beauty"], legacy_layers=True).render(*ONE)
    assert ended.code == 0
    assert "contains legacy render layers" in ended.errors.decode()
    assert place.files() == ["masterLayer/shot.0001.exr"]


# --- R8: processes ---


def test_r8_mayabatch_does_the_work_and_outlives_render(place: Place) -> None:
    with place.running("-s", "1", "-e", "1000", MAYA_STANDIN_SECONDS="0.02") as process:
        wait_for(lambda: place.images.exists() and place.files())
        (child,) = psutil.Process(process.pid).children()
        if sys.platform == "linux":
            assert child.name() == "mayabatch"
        process.terminate()
        assert process.wait(5) == -signal.SIGTERM
        before = len(place.files())
        wait_for(lambda: len(place.files()) > before + 2)


# --- R9 to R13: what is said ---


def test_r9_start_up_chatters_and_takes_its_time(place: Place) -> None:
    started = time.monotonic()
    ended = place.render(*ONE, MAYA_STANDIN_STARTUP="0.5")
    assert time.monotonic() - started > 0.5
    assert "Initialized VP2.0 renderer {" in ended.lines
    assert "Detected 1 OpenCL Platforms:" in ended.lines
    assert re.search(r"^File read in  \d+\.\d\d seconds\.$", ended.text, re.MULTILINE)
    assert f"Result: {place.scene}" in ended.lines
    assert "Starting" not in ended.text


def test_r9_windows_names_the_program_first(place: Place) -> None:
    place.scene = make_scene(place.folder / "场景.ma")
    ended = place.render(*ONE, MAYA_STANDIN_WINDOWS="1")
    first, *_ = ended.output.splitlines()
    assert re.fullmatch(rb'Starting ".*mayabatch\.exe"', first)
    assert ended.output.count(b"\r\n") >= ended.output.count(b"\n") - 1  # Arnold's plug-in folder is another's line
    assert "场景.ma completed.".encode("gbk") in ended.output


def test_r10_arnold_tells_its_progress_frame_by_frame(place: Place) -> None:
    ended = place.render(*TWO)
    lines = [line for line in ended.lines if re.match(r"\d\d:\d\d:\d\d +\d+MB [ A-Z]{8}\| ", line)]
    told = [int(found[1]) for line in lines if (found := re.search(r"(\d+)% done - \d+ rays/pixel$", line))]
    assert told == [*range(0, 101, 5)] * 2
    marks = [mark for line in lines for mark in ("log started", "writing file", "Arnold shutdown") if mark in line]
    assert marks == ["log started", "writing file", "Arnold shutdown"] * 2
    assert len(re.findall(r"\|  render done in \d+:\d\d\.\d{3}$", "\n".join(lines), re.MULTILINE)) == 2


@pytest.mark.parametrize("level", [(), ("-ai:lve", "1"), ("-ai:lve", "2", "-ai:ltc", "off")])
def test_r10_unless_asked_for_arnold_says_nothing(place: Place, level: tuple[str, ...]) -> None:
    flags = PREDICTABLE[:-2]
    ended = place.run(*flags, *level, *ONE, "-rd", str(place.images), str(place.scene))
    assert ended.code == 0
    assert place.files() == ["masterLayer/shot.0001.exr"]
    assert "% done" not in ended.text
    assert not ended.written


def test_r10_logs_can_be_files(place: Place) -> None:
    place.render(*ONE, "-ai:lfn", str(place.folder / "arnold.log"), "-log", str(place.folder / "maya.log"))
    assert "writing file" in (place.folder / "arnold.log").read_text()
    assert "completed." in (place.folder / "maya.log").read_text(errors="replace")


def test_r11_the_frame_is_told_by_the_file_only(place: Place) -> None:
    ended = place.render("-s", "7321", "-e", "7321")
    path = f"{place.images}/masterLayer/shot.7321.exr"
    assert [line for line in ended.lines if "7321" in line and "log started" not in line] == [
        line for line in ended.lines if line.endswith(f"|  [driver_exr] writing file `{path}'")
    ]
    assert ended.written == [path]


def test_r12_streams_pieces_line_ends_and_encodings_are_mixed(place: Place) -> None:
    with place.running("-s", "1", "-e", "4", MAYA_STANDIN_SECONDS="0.05") as process:
        assert process.stdout
        pieces = []
        while piece := os.read(process.stdout.fileno(), 65536):
            pieces.append(piece)
    assert any(not piece.endswith(b"\n") for piece in pieces)
    assert any(b"\r\n" in piece for piece in pieces)
    with pytest.raises(UnicodeDecodeError):
        b"".join(pieces).decode()
    ended = place.render(*ONE)
    assert b"Updating Arnold Scene..." in ended.errors
    assert b"log started" in ended.output


def test_r13_a_success_is_said_twice(place: Place) -> None:
    ended = place.render(*ONE)
    assert ended.code == 0
    assert ended.output.decode("utf-8", "replace").splitlines()[-2:] == [
        f"Scene {place.scene} completed.",
        "// Maya exited with status 0",
    ]
    assert place.files(place.temporary) == []


# --- R14 to R25: what goes wrong ---


def test_r14_fail210(place: Place) -> None:
    ended = place.render(*TWO, MAYA_STANDIN_MODE="fail210", MAYA_STANDIN_FRAME="2")
    assert ended.code == 210
    assert "Error: [mtoa] Failed batch render" in ended.lines
    assert f"Scene {place.scene} failed to render." in ended.text
    assert "completed." not in ended.text
    assert place.files() == ["masterLayer/shot.0001.exr"]


def test_r14_only_the_first_starts_fail(place: Place) -> None:
    state = place.folder / "state"
    state.mkdir()
    steer = {"MAYA_STANDIN_MODE": "fail210", "MAYA_STANDIN_ATTEMPTS": "2", "MAYA_STANDIN_STATE": str(state)}
    assert [place.render(*ONE, **steer).code for _ in range(3)] == [210, 210, 0]
    assert len((state / "shot.ma.starts").read_text().splitlines()) == 3


def test_r15_crash_leaves_a_dialog_that_holds_the_pipe(place: Place) -> None:
    with place.running(*ONE, MAYA_STANDIN_MODE="crash", MAYA_STANDIN_DIALOG="1") as process:
        assert process.wait(5) == behaviours.SIGNALLED + signal.SIGSEGV
        assert process.stdout
        os.set_blocking(process.stdout.fileno(), False)
        output = os.read(process.stdout.fileno(), 65536)
        # The end would be read, and nothing raised, if nobody else could write any more.
        with pytest.raises(BlockingIOError):
            os.read(process.stdout.fileno(), 65536)
    assert b"Fatal Error. Attempting to save in " in output
    assert b"exited with status" not in output
    assert not place.images.exists()


def test_r15_crash_without_a_dialog_where_that_is_forbidden(place: Place) -> None:
    ended = place.render(*ONE, MAYA_STANDIN_MODE="crash")  # ends only when nobody holds the pipe
    assert ended.code == behaviours.SIGNALLED + signal.SIGSEGV


def test_r16_no_output_255(place: Place) -> None:
    assert place.render(*ONE, MAYA_STANDIN_MODE="no_output_255") == (255, b"", b"")


def assert_said_to_be_done(ended: Ended, frames: int) -> None:
    assert ended.code == 0
    assert ended.lines.count("// Maya exited with status 0") == 1
    assert "completed." in ended.text
    assert len(ended.written) == frames


def test_r17_lie_nofile(place: Place) -> None:
    ended = place.render(*TWO, MAYA_STANDIN_MODE="lie_nofile", MAYA_STANDIN_FRAME="2")
    assert_said_to_be_done(ended, 2)
    assert place.files() == ["masterLayer/shot.0001.exr"]


def test_r17_lie_old(place: Place) -> None:
    old = place.images / "masterLayer" / "shot.0001.exr"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"of an earlier attempt")
    assert_said_to_be_done(place.render(*ONE, MAYA_STANDIN_MODE="lie_old"), 1)
    assert old.read_bytes() == b"of an earlier attempt"
    old.unlink()
    assert_said_to_be_done(place.render(*ONE, MAYA_STANDIN_MODE="lie_old"), 1)
    assert can_be_read(old)
    assert old.stat().st_mtime < time.time() - 1_000_000


def test_r18_lie_zero_and_lie_cut(place: Place) -> None:
    for mode, empty in (("lie_zero", True), ("lie_cut", False)):
        assert_said_to_be_done(place.render(*ONE, MAYA_STANDIN_MODE=mode), 1)
        file = place.images / "masterLayer" / "shot.0001.exr"
        assert (file.stat().st_size == 0) == empty
        assert not can_be_read(file)


def test_r19_licence_abort(place: Place) -> None:
    ended = place.render(*ONE, MAYA_STANDIN_MODE="licence_abort")
    assert ended.code == 210
    assert re.search(
        r"MB ERROR   \|  aborting render because this is a batch render and abort_on_license_fail option is enabled$",
        ended.text,
        re.MULTILINE,
    )
    assert not place.images.exists()


@pytest.mark.parametrize(
    ("mode", "flags"), [("watermark", ()), ("licence_abort", ("-ai:alf", "0"))], ids=["mode", "abort off"]
)
def test_r20_watermark(place: Place, mode: str, flags: tuple[str, ...]) -> None:
    ended = place.render(*ONE, *flags, MAYA_STANDIN_MODE=mode)
    assert_said_to_be_done(ended, 1)
    assert "MB WARNING | rendering with watermarks because of failed authorization:" in ended.text
    assert pixel(place.images / "masterLayer" / "shot.0001.exr")[1] == [1, 0, 255]


def test_r21_licence_wait(place: Place) -> None:
    started = time.monotonic()
    ended = place.render(*ONE, MAYA_STANDIN_MODE="licence_wait", MAYA_STANDIN_WAIT="0.5")
    assert time.monotonic() - started > 0.5
    assert ended.code == behaviours.LICENCE_REFUSED
    assert ended.lines[-1] == "Error: License was not obtained"
    assert not place.images.exists()


def test_r22_no_camera(place: Place) -> None:
    ended = place.render(*ONE, MAYA_STANDIN_MODE="no_camera")
    assert ended.code == 210
    assert "Error: makeCameraRenderable.mel line 34: Camera [None] does not exist." in ended.lines
    assert f"Scene {place.scene} failed to render." in ended.text
    assert "Camera [drone] does not exist." in place.render(*ONE, "-cam", "drone").text
    assert "Camera [None] does not exist." in place.with_scene(cameras=[]).render(*ONE).text


def test_r23_missing_texture(place: Place) -> None:
    ended = place.render(*ONE, MAYA_STANDIN_MODE="missing_texture")
    assert_said_to_be_done(ended, 1)
    assert re.search(r'ERROR   \|  \[texturesys\] \S+: Invalid image file "sourceimages/missing\.tx"', ended.text)
    assert "WARNING | render terminating early: received abort signal" in ended.text
    assert "100% done" not in ended.text
    assert can_be_read(place.images / "masterLayer" / "shot.0001.exr")


def test_r23_a_scenes_textures_are_looked_for_in_the_project(place: Place) -> None:
    place.with_scene(textures=["sourceimages/wood.tx"])
    project = place.folder / "project"
    (project / "sourceimages").mkdir()
    (project / "sourceimages" / "wood.tx").touch()
    assert "[texturesys]" not in place.render(*ONE, "-proj", str(project)).text
    assert "[texturesys]" in place.render(*ONE).text
    ended = place.with_scene(textures_missing=["/srv/sky.tx"]).render(*ONE, "-ai:aerr", "0")
    assert 'Invalid image file "/srv/sky.tx"' in ended.text
    assert "100% done" in ended.text


def test_r24_oom(place: Place) -> None:
    ended = place.render(*ONE, MAYA_STANDIN_MODE="oom")
    assert ended.code == 137
    assert "bad_alloc" in ended.text
    assert "exited with status" not in ended.text
    assert not can_be_read(place.images / "masterLayer" / "shot.0001.exr")


def test_r25_hang(place: Place) -> None:
    with place.running(*ONE, MAYA_STANDIN_MODE="hang") as process:
        assert process.stdout
        output = b""
        while b"   45% done" not in output:
            output += os.read(process.stdout.fileno(), 65536)
        os.killpg(process.pid, signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        assert len(psutil.Process(process.pid).children()) == 1
    assert b"   50% done" not in output
    assert not place.images.exists()


def test_a_folder_that_can_not_be_written_fails(place: Place) -> None:
    place.images.touch()
    ended = place.render(*ONE)
    assert ended.code == 210
    assert "can't create file" in ended.text


# --- R26: surroundings ---


def test_r26_a_place_for_settings_must_be_there(place: Place) -> None:
    ended = place.render(*ONE, MAYA_APP_DIR=str(place.folder / "nowhere"))
    assert ended.code == behaviours.NOT_INITIALIZED
    assert "necessary write permissions of MAYA_APP_DIR." in ended.text


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME"])
def test_r26_somebody_elses_python_is_refused(place: Place, name: str) -> None:
    ended = place.render(*ONE, **{name: sys.prefix if name == "PYTHONPATH" else sys.base_prefix})
    assert ended.code != 0
    assert not place.images.exists()


def test_r26_a_newer_scene_is_refused(place: Place) -> None:
    place.with_scene(maya=2025)
    assert place.render(*ONE).code == 210
    assert place.render(*ONE, MAYA_STANDIN_VERSION="2025").code == 0
    assert place.run(*ONE, str(place.scene), program=install(place.folder, 2026)).code == 0


@pytest.mark.parametrize(
    "steer", [{"MAYA_UI_LANGUAGE": ""}, {"MAYA_UI_LANGUAGE": "zh_CN"}, {"MAYA_STANDIN_MODE": "not_english"}]
)
def test_r26_without_english_the_must_see_lines_are_translated(place: Place, steer: dict[str, str]) -> None:
    ended = place.render(*ONE, **steer)
    assert ended.code == 0
    assert f"场景 {place.scene} 已完成。" in ended.lines
    assert "completed." not in ended.text
    assert len(ended.written) == 1


def test_a_mode_that_does_not_exist_is_refused(place: Place) -> None:
    assert "crash" in MODES
    assert "there is no crahs" in place.render(*ONE, MAYA_STANDIN_MODE="crahs").text
    with pytest.raises(TypeError):
        make_scene(place.scene, colour="red")


def test_a_plain_python_of_any_folder_starts_it(place: Place) -> None:
    """Without the bytecode and packages of these tests."""
    link = install(place.folder, 2024)
    command = [sys.executable, "-I", "-S", str(link), *PREDICTABLE, *ONE, "-rd", str(place.images), str(place.scene)]
    assert subprocess.run(command, cwd="/", env=place.environment, capture_output=True, check=False).returncode == 0
    assert place.files() == ["masterLayer/shot.0001.exr"]
