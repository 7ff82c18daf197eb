"""The stand-in for Unreal's editor behaves like it, in all that an adapter must live with: U1 to U26 below."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import OpenImageIO
import psutil
import pytest

from tests.support.standins.unreal.command_line import CommandLine
from tests.support.standins.unreal.disk import slow_disk
from tests.support.standins.unreal.steering import MODES
from tests.support.standins.unreal_project import make_installation, make_project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in's program is a script")

HOST_EXECUTOR = "/Script/MovieRenderPipelineCore.MoviePipelinePythonHostExecutor"
#: Two shots of three frames each.
SHOTS = [{"name": "a", "start": 0, "end": 3}, {"name": "b", "start": 3, "end": 6}]
SEQUENCE = {"start": 0, "end": 6, "fps": 30, "shots": SHOTS}
PRESET = {"path": "/Game/Presets/Final", "output_resolution": [48, 27]}
#: A script of somebody who knows the engine; tests put their faults into it.
SCRIPT = """
import unreal


@unreal.uclass()
class Mine(unreal.MoviePipelinePythonHostExecutor):
    pipeline = unreal.uproperty(unreal.MoviePipeline)

    @unreal.ufunction(override=True)
    def execute_delayed(self, queue):
        job = unreal.MoviePipelineQueue().allocate_new_job()
        job.sequence = unreal.SoftObjectPath("/Game/Cine/Shot.Shot")
        job.map = unreal.SoftObjectPath("/Game/Maps/Main.Main")
        config = job.get_configuration()
        output = config.find_or_add_setting_by_class(unreal.MoviePipelineOutputSetting)
        output.output_resolution = unreal.IntPoint(48, 27)
        config.find_or_add_setting_by_class(unreal.MoviePipelineDeferredPassBase)
        config.find_or_add_setting_by_class(unreal.MoviePipelineImageSequenceOutput_PNG)
        config.initialize_transient_settings()
        self.pipeline = unreal.new_object(unreal.MoviePipeline, outer=self)
        self.pipeline.on_movie_pipeline_work_finished_delegate.add_function_unique(self, "on_finished")
        self.pipeline.initialize(job)

    @unreal.ufunction(override=True)
    def on_begin_frame(self):
        super(Mine, self).on_begin_frame()

    @unreal.ufunction(params=[unreal.MoviePipelineOutputData])
    def on_finished(self, data):
        files = [path for shot in data.shot_data for one in shot.render_pass_data.values() for path in one.file_paths]
        unreal.log_error("finished %s with %d files" % (data.success, len(files)))
        self.on_executor_finished_impl()
"""
OUTPUT = "        output.output_resolution = unreal.IntPoint(48, 27)\n"


class Ended(NamedTuple):
    """A run that is over."""

    code: int
    output: str
    log: str


class Place:
    """A project in a folder, and an installation of the stand-in."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder
        self.program = program
        self.project = folder / "project" / "Film.uproject"
        self.with_project()
        self.environment = {
            "PATH": os.environ["PATH"],
            "UE_STANDIN_SPEED": "20",
            "UE_STANDIN_CHILD_SECONDS": "3",
        }

    def with_project(self, **fields: Any) -> None:
        given = {"maps": ["/Game/Maps/Main"], "sequences": {"/Game/Cine/Shot": SEQUENCE}, "presets": [PRESET]}
        make_project(self.project.parent, name="Film", **{**given, **fields})

    def with_script(self, text: str = SCRIPT) -> None:
        place = self.project.parent / "Content" / "Python"
        place.mkdir(parents=True, exist_ok=True)
        (place / "init_unreal.py").write_text(textwrap.dedent(text))

    @property
    def renders(self) -> Path:
        return self.project.parent / "Saved" / "MovieRenders"

    @property
    def images(self) -> list[str]:
        return sorted(path.relative_to(self.renders).as_posix() for path in self.renders.rglob("*") if path.is_file())

    @property
    def _log_file(self) -> Path:
        return self.project.parent / "Saved" / "Logs" / "Film.log"

    @property
    def log(self) -> str:
        return self._log_file.read_text("utf-8") if self._log_file.is_file() else ""

    @contextmanager
    def running(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process and what it started, all gone afterwards; both streams come out of one pipe."""
        self._log_file.unlink(missing_ok=True)  # nobody may take an earlier run's for this one's
        process = subprocess.Popen(
            [str(self.program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self.environment, **{f"UE_STANDIN_{name}": value for name, value in environment.items()}},
            cwd=self.folder,
            start_new_session=True,
        )
        # Compilers and trace server may have left the group, and no longer be the children of a process that is gone.
        family = {child.pid: child for child in _below(process.pid)}
        try:
            yield process
        finally:
            family.update((child.pid, child) for child in _below(process.pid))
            for member in family.values():
                with suppress(psutil.Error):
                    member.kill()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run to the end, with exactly these arguments."""
        output = self.folder / "output"
        with output.open("wb") as file:
            done = subprocess.run(
                [str(self.program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**self.environment, **{f"UE_STANDIN_{name}": value for name, value in environment.items()}},
                cwd=self.folder,
                timeout=20,
                check=False,
            )
        return Ended(done.returncode, output.read_text("utf-8"), self.log)

    def saved(self, *more: str) -> list[str]:
        """The arguments that render the sequence by the saved preset."""
        named = "-LevelSequence=/Game/Cine/Shot.Shot", "-MoviePipelineConfig=/Game/Presets/Final.Final"
        return [str(self.project), "/Game/Maps/Main", "-game", *named, "-unattended", *more]

    def scripted(self, *more: str) -> list[str]:
        """The arguments that render by the script of the project."""
        switches = f"-MoviePipelineLocalExecutorClass={HOST_EXECUTOR}", "-ExecutorPythonClass=/Engine/PythonTypes.Mine"
        return [str(self.project), "/Game/Maps/Main?game=x", "-game", *switches, "-unattended", *more]

    def hangs(self, *arguments: str, until: str, **environment: str) -> None:
        """It comes to say ``until``, and then nothing more, for ever."""
        with self.running(*arguments, **environment) as process:
            _wait(lambda: until in self.log)
            time.sleep(0.15)  # twenty times as much as all it could still have to do takes at this speed
            before = self.log
            time.sleep(0.15)
            assert process.poll() is None
            assert self.log == before


def _below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _valid(path: Path) -> bool:
    image: Any = OpenImageIO.ImageBuf(str(path))
    return bool(image.read(0, 0, True)) and not image.has_error


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_installation(tmp_path_factory.mktemp("engine") / "UE_5.4")


@pytest.fixture
def place(tmp_path: Path, program: Path) -> Place:
    return Place(tmp_path, program)


ALL = [f"Shot.{frame:04d}.png" for frame in range(6)]


# -- the command line ----------------------------------------------------------------------------------------------


def test_u1_the_first_word_is_a_project_that_is_there(place: Place) -> None:
    assert place.run(*place.saved()[1:]).code == 1
    assert "Failed to open descriptor" in place.run("nowhere.uproject", "-game").output
    place.project.write_text("no JSON")
    assert place.run(*place.saved()).code == 1
    assert place.images == []


def test_u1_a_project_of_a_newer_engine_is_not_opened(place: Place) -> None:
    place.with_project(association="5.5")
    ended = place.run(*place.saved())
    assert (ended.code, place.images) == (1, [])
    assert "is made for engine 5.5, this is 5.4.4" in ended.log
    place.hangs(*[word for word in place.saved() if word != "-unattended"], until="made for engine")


def test_u1_switches_it_does_not_know_are_taken_without_a_word(place: Place) -> None:
    ended = place.run(*place.saved("-NoSuchSwitch", "-Neither=1"))
    assert (ended.code, place.images) == (0, ALL)
    assert "Neither" not in ended.log


def test_u2_names_in_any_case_and_the_first_of_several_wins() -> None:
    line = CommandLine(["P.uproject", "-KEY=first", '-key="second"', '-Other="va lue"', "-flag"])
    assert (line.value("Key"), line.value("other")) == ("first", "va lue")
    assert line.has("FLAG")
    assert not line.has("game")
    assert line.text == 'P.uproject -KEY=first -key="second" -Other="va lue" -flag'


@pytest.mark.parametrize("missing", ["-game", "-MoviePipelineConfig=/Game/Presets/Final.Final"])
def test_u3_without_what_makes_it_render_it_is_the_editor_and_sits_there(place: Place, missing: str) -> None:
    place.hangs(*[word for word in place.saved() if word != missing], until="3 shaders left")
    assert place.images == []


def test_u4_a_saved_preset_renders_the_whole_range_whatever_is_asked(place: Place) -> None:
    assert place.run(*place.saved("-StartFrame=2", "-EndFrame=3")).code == 0
    assert place.images == ALL


def test_u4_the_preset_must_be_there(place: Place) -> None:
    place.with_project(presets=[])
    ended = place.run(*place.saved())
    assert (ended.code, place.images) == (0, [])
    assert "Failed to load config" in ended.log
    place.hangs(*place.saved(), until="Failed to load config", MISSING="idle")


def test_u4_a_saved_queue_renders_all_its_jobs(place: Place) -> None:
    jobs = [
        {"sequence": f"/Game/Cine/{name}", "map": "/Game/Maps/Main", "preset": "/Game/Presets/Final"}
        for name in ("Shot", "Other")
    ]
    sequences = {"/Game/Cine/Shot": SEQUENCE, "/Game/Cine/Other": {"start": 8, "end": 10}}
    place.with_project(sequences=sequences, queues=[{"path": "/Game/Queue", "jobs": jobs}])
    ended = place.run(str(place.project), "/Game/Maps/Main", "-game", "-MoviePipelineConfig=/Game/Queue.Queue")
    assert place.images == ["Other.0008.png", "Other.0009.png", *ALL]
    assert "finished 2 jobs in " in ended.log


# -- scripts -------------------------------------------------------------------------------------------------------


def test_u5_a_script_of_the_project_renders(place: Place) -> None:
    place.with_script()
    ended = place.run(*place.scripted())
    assert (ended.code, place.images) == (0, ALL)
    assert "finished True with 6 files" in ended.log


def test_u5_a_script_is_found_without_the_project_too(place: Place) -> None:
    scripts = place.folder / "scripts"
    scripts.mkdir()
    (scripts / "init_unreal.py").write_text(SCRIPT)
    place.environment["UE_PYTHONPATH"] = str(scripts)
    place.run(*place.scripted())
    assert place.images == ALL


@pytest.mark.parametrize("why", ["no script", "broken script", "no plug-in", "-DisablePython", "other class"])
def test_u5_without_the_class_nothing_is_rendered_and_all_is_well(place: Place, why: str) -> None:
    if why == "no plug-in":
        place.with_project(plugins=["PythonScriptPlugin"])
    if why != "no script":
        place.with_script("import nothing_like_this" if why == "broken script" else SCRIPT)
    words = place.scripted(*([why] if why.startswith("-") else []))
    if why == "other class":
        words = [word.replace(".Mine", ".Yours") for word in words]
    ended = place.run(*words)
    assert (ended.code, place.images) == (0, [])
    assert "No class set in Python Host Executor" in ended.log
    assert ("LogPython: Error:" in ended.log) is (why == "broken script")


def test_u5_a_plug_in_that_the_project_lacks_can_be_switched_on(place: Place) -> None:
    place.with_project(plugins=[])
    place.with_script()
    place.run(*place.scripted("-EnablePlugins=PythonScriptPlugin,MovieRenderPipeline"))
    assert place.images == ALL


@pytest.mark.parametrize(
    ("settings", "frames"),
    [
        (
            {"use_custom_playback_range": True, "custom_start_frame": 1, "custom_end_frame": 3},
            [1, 2],
        ),  # without the end
        ({"custom_start_frame": 1, "custom_end_frame": 3}, [0, 1, 2, 3, 4, 5]),
        ({"output_frame_step": 2}, [0, 2, 4]),
    ],
)
def test_u6_ranges_and_steps(place: Place, settings: dict[str, object], frames: list[int]) -> None:
    lines = "".join(f"        output.{name} = {value}\n" for name, value in settings.items())
    place.with_script(SCRIPT.replace(OUTPUT, OUTPUT + lines))
    place.run(*place.scripted())
    assert place.images == [f"Shot.{frame:04d}.png" for frame in frames]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("        config.find_or_add_setting_by_class(unreal.MoviePipelineDeferredPassBase)\n", ""),
        ("MoviePipelineDeferredPassBase", "MoviePipelineRenderPass"),  # which is abstract
        ("        config.find_or_add_setting_by_class(unreal.MoviePipelineImageSequenceOutput_PNG)\n", ""),
        ("        config.initialize_transient_settings()\n", ""),
    ],
)
def test_u6_without_a_pass_or_an_output_there_are_no_files_and_all_is_well(place: Place, good: str, bad: str) -> None:
    assert good in SCRIPT
    place.with_script(SCRIPT.replace(good, bad))
    ended = place.run(*place.scripted())
    assert (ended.code, place.images) == (0, [])
    assert "finished True with 0 files" in ended.log


def test_u6_plain_attributes_vanish(place: Place) -> None:
    base = "        super(Mine, self).on_begin_frame()"
    plain = SCRIPT.replace("    pipeline = unreal.uproperty(unreal.MoviePipeline)\n", "")
    place.with_script(plain.replace(base, f"{base}\n        self.pipeline"))
    assert "AttributeError: 'Mine' object has no attribute 'pipeline'" in place.run(*place.scripted()).log


def test_u6_the_base_must_be_called_or_nothing_goes_on(place: Place) -> None:
    place.with_script(SCRIPT.replace("super(Mine, self).on_begin_frame()", "pass"))
    place.hangs(*place.scripted(), until="Initializing Camera Cut")


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("    pipeline = unreal", "    pipeline_queue = unreal", "cannot override a property of the base type"),
        ("def execute_delayed", "def execute_now", "no base has it"),
        ("output.output_resolution", "output.resolution", "object has no attribute 'resolution'"),
        ("unreal.IntPoint(48, 27)", "(48, 27)", "Cannot nativize 'tuple' as 'output_resolution'"),
        ("(params=[unreal.MoviePipelineOutputData])", "()", "has 1 parameters, but 0 types"),
    ],
)
def test_u6_what_the_engine_does_not_take(place: Place, good: str, bad: str, words: str) -> None:
    place.with_script(SCRIPT.replace(good, bad))
    with place.running(*place.scripted()):
        _wait(lambda: words in place.log)
    assert place.images == []


# -- the movie scene capture ---------------------------------------------------------------------------------------


def capture(place: Place, *more: str) -> list[str]:
    switches = (
        "-MovieSceneCaptureType=/Script/MovieSceneCapture.AutomatedLevelSequenceCapture",
        "-resx=48",
        "-resy=27",
    )
    named = ("-LevelSequence=/Game/Cine/Shot", f"-MovieFolder={place.renders}", "-MovieName=Cap.{frame}")
    return [str(place.project), "/Game/Maps/Main", "-game", *switches, *named, "-MovieFormat=JPG", *more]


@pytest.mark.parametrize(("end", "last"), [("inclusive", 4), ("exclusive", 3)])
def test_u7_the_capture_takes_its_range_from_the_command_line(place: Place, end: str, last: int) -> None:
    range_ = "-MovieStartFrame=2", "-MovieEndFrame=4"
    assert place.run(*capture(place, "-noloadingscreen", *range_), MOVIE_END=end).code == 0
    assert place.images == [f"Cap.{frame:04d}.jpeg" for frame in range(2, last + 1)]
    assert all(_valid(place.renders / name) for name in place.images)


def test_u7_the_capture_needs_its_switch(place: Place) -> None:
    place.hangs(*capture(place), until="LoadMap:")
    assert place.images == []


# -- what it says and writes ---------------------------------------------------------------------------------------


def test_u8_shaders_are_compiled_once_for_a_project_and_a_cache(place: Place) -> None:
    cache = f"-LocalDataCachePath={place.folder / 'cache'}"
    assert "882 shaders left" in place.run(*place.saved(cache)).log
    assert "shaders left" not in place.run(*place.saved(cache)).log
    assert "shaders left" in place.run(*place.saved()).log


def test_u8_starting_takes_its_time(place: Place) -> None:
    began = time.monotonic()
    place.run(*place.saved(), STARTUP="8", SHADERS="0")  # at a twentieth
    assert time.monotonic() - began > 0.4


def test_u9_the_log_tells_of_shots_and_not_of_frames(place: Place) -> None:
    log = place.run(*place.saved()).log
    told = [line.partition("LogMovieRenderPipeline: ")[2] for line in log.splitlines() if "RenderPipeline: " in line]
    assert [line.partition(" (")[0] for line in told if "Registering" in line] == [
        *["Registering range: [0,2400)"] * 2,  # 800 ticks for each frame at 30 a second
        *["Registering range: [2400,4800)"] * 2,
    ]
    order = [
        "Detected that the user intends to render a movie.",
        "MoviePipelineLinearExecutorBase starting 1 jobs.",
        "Camera Cut [1/2] in [a]",
        "Finished processing Camera Cut [1/2].",
        "Camera Cut [2/2] in [b]",
        "Finished rendering last shot.",
        "Movie Pipeline completed. Duration: +00:00:",
        "MoviePipelineLinearExecutorBase finished 1 jobs in +00:00:",
    ]
    places = [next(place for place, line in enumerate(told) if words in line) for words in order]
    assert places == sorted(places)
    assert not [line for line in told if re.search(r"Shot\.\d{4}", line)]
    stamped = re.compile(r"^\[\d{4}(\.\d\d){2}-\d\d\.\d\d\.\d\d:\d{3}\]\[[ \d]{3}\]Log")
    assert [line for line in log.splitlines() if "RenderPipeline" in line and not stamped.match(line)] == []


def test_u9_files_are_told_of_where_somebody_asks(place: Place) -> None:
    assert "Shot.0003.png" in place.run(*place.saved("-LogCmds=LogMovieRenderPipelineIO Verbose")).log


def test_u10_nothing_goes_to_the_output_unless_asked(place: Place) -> None:
    assert place.run(*place.saved()).output == ""
    said = place.run(*place.saved("-stdout", "-FullStdOutLogOutput")).output
    assert "LogExit: Exiting." in said


@pytest.mark.parametrize("stdout", ["block", "line"])
def test_u10_the_output_comes_in_blocks_unless_told_otherwise(place: Place, stdout: str) -> None:
    words = place.saved("-stdout", "-FullStdOutLogOutput")
    with place.running(*words, MODE="hang_after_completed", STDOUT=stdout) as process:
        assert process.stdout
        os.set_blocking(process.stdout.fileno(), False)
        _wait(lambda: "finished 1 jobs" in place.log)
        time.sleep(0.05)
        said = process.stdout.read()
    assert (said is None) if stdout == "block" else (said and b"finished 1 jobs" in said)


def test_u10_the_log_goes_where_it_is_told_to(place: Place) -> None:
    named = place.folder / "a b" / "ue.log"
    place.run(*place.saved(f"-abslog={named}"))
    assert named.read_text("utf-8").startswith("\ufeffLog file open")
    assert place.log == ""


def test_u10_a_second_instance_has_a_log_of_its_own(place: Place) -> None:
    with place.running(*place.saved(), MODE="hang_loading"):
        _wait(lambda: "About to load" in place.log)
        place.run(*place.saved())
        assert "Exiting" in (place.project.parent / "Saved" / "Logs" / "Film_2.log").read_text("utf-8")
        assert "Exiting" not in place.log


def test_u11_tokens_in_names(place: Place) -> None:
    form = "{level_name}/{shot_name}/{sequence_name}_{camera_name}_v.{version}.{frame_number_shot_rel}.{frame_number}"
    place.with_project(presets=[{**PRESET, "file_name_format": form}])
    place.run(*place.saved())
    assert place.images[-1] == "Main/b/Shot_CineCameraActor_v.v001.0002.0005.png"


def test_u11_without_a_frame_number_frames_overwrite_each_other(place: Place) -> None:
    place.with_project(presets=[{**PRESET, "file_name_format": "{sequence_name}"}])
    place.run(*place.saved())
    assert place.images == ["Shot.png"]


def test_u11_passes_are_files_of_their_own_or_layers(place: Place) -> None:
    place.with_project(presets=[{**PRESET, "passes": ["FinalImage", "Unlit"], "formats": ["png", "exr"]}])
    place.run(*place.saved())
    assert place.images[:3] == ["Shot.0000.FinalImage.png", "Shot.0000.Unlit.png", "Shot.0000.exr"]
    channels = OpenImageIO.ImageBuf(str(place.renders / "Shot.0000.exr")).spec().channelnames
    assert "Unlit.R" in channels


@pytest.mark.parametrize("form", ["png", "jpg", "bmp", "exr"])
def test_u11_images_are_real(place: Place, form: str) -> None:
    place.with_project(presets=[{**PRESET, "formats": [form]}], sequences={"/Game/Cine/Shot": {"start": -1, "end": 1}})
    place.run(*place.saved())
    assert len(place.images) == 2
    assert place.images[0].startswith("Shot.-0001.")
    for name in place.images:
        spec = OpenImageIO.ImageBuf(str(place.renders / name)).spec()
        assert (spec.width, spec.height, _valid(place.renders / name)) == (48, 27, True)


def test_u12_files_come_after_their_shots_and_before_the_end(place: Place) -> None:
    with place.running(*place.saved(), LAG="20", SECONDS="0.02"):
        _wait(lambda: "Finished rendering last shot" in place.log)
        assert "Movie Pipeline completed" not in place.log
        assert place.images == []
        _wait(lambda: "Movie Pipeline completed" in place.log)
        assert place.images == ALL


# -- processes -----------------------------------------------------------------------------------------------------


def test_u13_compilers_and_the_trace_server_outlive_a_kill_of_the_program(place: Place) -> None:
    with place.running(*place.saved(), MODE="hang_loading") as process:
        _wait(lambda: "About to load" in place.log)
        children = _below(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        try:
            if sys.platform == "linux":
                assert sorted(child.name() for child in children) == [
                    "ShaderCompileWo",
                    "ShaderCompileWo",
                    "UnrealTraceServ",
                ]
            assert [child.is_running() for child in children] == [True] * 3
            assert process.stdout
            os.set_blocking(process.stdout.fileno(), False)
            assert process.stdout.read() is None  # the trace server has it open: no end of file
        finally:
            for child in children:
                child.kill()


# -- how it fails --------------------------------------------------------------------------------------------------


def test_u14_a_failed_render_ends_with_0(place: Place) -> None:
    place.with_script()
    ended = place.run(*place.scripted(), MODE="exit0_fail")
    assert (ended.code, place.images) == (0, [])
    assert "finished False with 0 files" in ended.log


def test_u15_a_crash_leaves_good_frames_and_one_that_is_cut_short(place: Place) -> None:
    ended = place.run(*place.saved(), MODE="crash3", FRAME="4")
    assert ended.code == 3
    assert place.images == ALL[:5]
    assert [_valid(place.renders / name) for name in place.images] == [True] * 4 + [False]
    assert "LogWindows: Error: Fatal error!" in ended.log


def test_u15_only_the_first_starts_fail_if_so_told(place: Place) -> None:
    steering = {"MODE": "crash3", "ATTEMPTS": "1"}
    assert [place.run(*place.saved(), **steering).code for _ in range(2)] == [3, 0]


def test_u16_a_crash_after_all_is_done(place: Place) -> None:
    ended = place.run(*place.saved(), MODE="teardown_crash")
    assert (ended.code, place.images) == (3, ALL)
    assert "finished 1 jobs" in ended.log
    assert all(_valid(place.renders / name) for name in ALL)


@pytest.mark.parametrize(
    ("mode", "words"), [("vram", "Out of video memory"), ("device_removed", "DXGI_ERROR_DEVICE_REMOVED")]
)
def test_u17_faults_of_the_graphics_card(place: Place, mode: str, words: str) -> None:
    ended = place.run(*place.saved(), MODE=mode, FRAME="2")
    assert (ended.code, place.images) == (3, ALL[:2])
    assert words in ended.log


@pytest.mark.parametrize(
    ("mode", "until"),
    [
        ("hang_loading", "About to load target map"),
        ("hang_render", "Initializing Camera Cut [2/2]"),
        ("hang_after_completed", "finished 1 jobs"),
    ],
)
def test_u18_it_hangs_at_three_places(place: Place, mode: str, until: str) -> None:
    place.hangs(*place.saved(), until=until, MODE=mode, FRAME="3")


def test_u18_what_hangs_does_not_listen(place: Place) -> None:
    with place.running(*place.saved(), MODE="hang_after_completed") as process:
        _wait(lambda: "finished 1 jobs" in place.log)
        time.sleep(0.1)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)


def test_u19_black_images_and_none_without_a_device(place: Place) -> None:
    assert place.run(*place.saved("-NullRHI")).code == 0
    assert place.images == []
    assert place.run(*place.saved(), MODE="black").code == 0
    pixels = OpenImageIO.ImageBuf(str(place.renders / ALL[0])).get_pixels()
    assert (len(place.images), pixels.max()) == (6, 0)


@pytest.mark.parametrize("mode", ["missing_map", "missing_sequence"])
def test_u20_content_that_is_missing(place: Place, mode: str) -> None:
    ended = place.run(*place.saved(), MODE=mode)
    assert (ended.code, place.images) == (0, [])
    assert f"Failed to load {mode.partition('_')[2]}" in ended.log
    place.hangs(*place.saved(), until="Failed to load", MODE=mode, MISSING="idle")


def test_u20_content_that_is_really_missing(place: Place) -> None:
    place.with_project(maps=["/Game/Maps/Other"])
    assert "Failed to load map /Game/Maps/Main" in place.run(*place.saved()).log
    place.with_project(sequences={})
    assert "Failed to load sequence /Game/Cine/Shot" in place.run(*place.saved()).log


def test_u21_code_that_nobody_compiled(place: Place) -> None:
    place.with_project(modules=["Film"])
    ended = place.run(*place.saved())
    assert (ended.code, place.images) == (1, [])
    assert "modules are missing or built with a different engine version: Film" in ended.log
    place.hangs(*[word for word in place.saved() if word != "-unattended"], until="modules are missing")
    binaries = place.project.parent / "Binaries" / "Linux"
    binaries.mkdir(parents=True)
    (binaries / "Film.so").touch()
    assert place.run(*place.saved()).code == 0
    assert place.run(*place.saved(), MODE="modules_missing").code == 1


def test_u22_it_stops_after_the_first_shot_and_says_all_is_well(place: Place) -> None:
    ended = place.run(*place.saved(), MODE="short")
    assert (ended.code, place.images) == (0, ALL[:3])
    assert "Movie Pipeline completed" in ended.log
    assert "finished 1 jobs" in ended.log


def test_u23_scripts_that_fail_again_and_again(place: Place) -> None:
    ended = place.run(*place.saved(), MODE="script_errors")
    assert (ended.code, place.images) == (0, ALL)
    assert ended.log.count("LogPython: Error:") == 30


def test_u24_files_that_are_seen_after_the_end(place: Place) -> None:
    disk = place.folder / "disk"
    with slow_disk(disk, 0.3):
        assert place.run(*place.saved(), MODE="slow_nas", DISK=str(disk), SECONDS="0.01", LAG="0").code == 0
        assert ALL[-1] not in place.images
        _wait(lambda: place.images == ALL)
    assert all(_valid(place.renders / name) for name in ALL)


def test_u25_the_window_s_size_is_not_that_of_images(place: Place) -> None:
    place.run(*place.saved("-ForceRes", "-resx=640", "-resy=360"))
    assert OpenImageIO.ImageBuf(str(place.renders / ALL[0])).spec().width == 48


def test_u26_ending_takes_its_time(place: Place) -> None:
    with place.running(*place.saved(), TEARDOWN="10") as process:  # at a twentieth
        _wait(lambda: "finished 1 jobs" in place.log)
        began = time.monotonic()
        assert process.wait() == 0
        assert time.monotonic() - began > 0.3


def test_empty_files(place: Place) -> None:
    place.run(*place.saved(), MODE="lie_zero", FRAME="2")
    assert [(place.renders / name).stat().st_size > 0 for name in ALL] == [True, True, False, True, True, True]


# -- steering ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"MODE": "crash"}, {"MOOD": "crash3"}, {"MODE": "slow_nas"}], ids=["mode", "name", "no disk"]
)
def test_a_wish_that_nobody_knows_ends_it(place: Place, wrong: dict[str, str]) -> None:
    ended = place.run(*place.saved(), **wrong)
    assert ended.code == 1
    assert f"UE_STANDIN_{next(iter(wrong))}" in ended.output


def test_every_mode_is_documented_at_the_program() -> None:
    text = Path(make_installation.__code__.co_filename).with_name("unreal_editor_cmd.py").read_text("utf-8")
    assert [mode for mode in sorted(MODES) if not re.search(rf"^ +.*\b{mode}\b", text, re.MULTILINE)] == []
