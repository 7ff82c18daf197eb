"""What is said while Unreal Engine renders, as events."""

import json

import pytest

from render_manager.domain.failures import FailureClass
from workers.renderers.events import Event, FrameDone, FrameProgress, FrameStarted, Problem, SceneLoaded
from workers.renderers.unreal_output import UnrealOutput

TIME = "[2025.11.19-21.54.15:929][240]"
GOOD_LOG = """\
LogMovieRenderPipeline: Detected that the user intends to render a movie. Waiting until engine loop init is complete to
LogMovieRenderPipeline: MoviePipelineLinearExecutorBase starting 1 jobs.
LogMovieRenderPipeline: About to load target map /Game/Maps/Main
LogMovieRenderPipeline: Registering range: [800,19200) (InnerName: A OuterName: B
LogMovieRenderPipeline: [123] Initializing Camera Cut [1/12] in [Outer] Inner.
LogMovieRenderPipeline: Shot has 1 Passes. Total resolution: (1920x1080) Individual tile resolution: (1920x1080)
LogMovieRenderPipeline: Applying CVar "sg.ShadowQuality" PreviousValue: 1.000000 NewValue: 1.000000
LogLinker: Warning: Failed to load '/Game/Textures/T_Old': Can't find file.
LogStreaming: Error: Couldn't find file for package /Game/Maps/Sub requested by async loading code.
LogShaderCompilers: Display: 5 shaders left
LogPython: Error: Traceback (most recent call last):
LogMovieRenderPipeline: [N] Finished processing Camera Cut [1/1].
LogMovieRenderPipeline: Finished rendering last shot. Moving to Finalize to finish writing items to disk.
LogMovieRenderPipeline: Movie Pipeline completed. Duration: +00:00:16.892
LogMovieRenderPipeline: MoviePipelineLinearExecutorBase finished 1 jobs in +00:00:34.638.
LogExit: Exiting."""


def said(event: str, **values: object) -> str:
    return "@@RM " + json.dumps({"event": event, **values})


def result(success: bool, *frames: int) -> str:
    return said("result", success=success, files={str(frame): [f"/r/S.{frame:04d}.png"] for frame in frames})


def run(*lines: str, frames: range = range(1, 7), code: int = 0) -> tuple[list[Event], list[Event]]:
    """The events of the lines, and those of the end."""
    parse = UnrealOutput(frames)
    return [event for line in lines for event in parse(line)], parse.ended(code)


def reason(*lines: str, code: int = 0) -> Problem:
    (problem,) = run(*lines, code=code)[1]
    assert isinstance(problem, Problem)
    return problem


def test_a_good_run_has_every_frame_and_no_problem() -> None:
    log = [f"{TIME}{line}" for line in GOOD_LOG.splitlines()]
    report = [
        said("started", version="5.6.1"),
        said("loaded"),
        said("frame", frame=1),
        said("progress", frame=1, fraction=0.25),
        said("frame", frame=2),
        said("written", frame=1, files=["/r/S.0001.png"]),
        result(True, 1, 2),
    ]
    events, end = run(*log[:9], *report, *log[9:], frames=range(1, 3))
    first = FrameDone(1, "/r/S.0001.png", None, ("/r/S.0001.png",))
    assert events == [
        SceneLoaded(()),
        FrameStarted(1),
        FrameProgress(1, 0.25),
        FrameStarted(2),
        first,
        first,
        FrameDone(2, "/r/S.0002.png", None, ("/r/S.0002.png",)),
    ]
    assert end == []


def test_all_files_of_a_frame_are_named_and_the_size_is_of_the_first() -> None:
    parse = UnrealOutput([7], (640, 360))
    files = ["/r/S.0007.png", "/r/S.0007.Depth.png"]
    line = said("result", success=True, files={"7": files})
    assert parse(line) == [FrameDone(7, files[0], (640, 360), tuple(files))]


@pytest.mark.parametrize("code", [0, 3, -11, 0xC0000005, 777003])
def test_the_exit_code_says_nothing_after_a_good_result(code: int) -> None:
    assert run(result(True, 1, 2), f"{TIME}Fatal error!", code=code)[1] == []


@pytest.mark.parametrize("code", [0, 1, -9])
def test_without_a_result_it_has_failed_whatever_the_exit_code(code: int) -> None:
    problem = reason(said("frame", frame=1), said("written", frame=1, files=["/r/S.0001.png"]), code=code)
    assert (problem.fatal, problem.failure) == (False, FailureClass.UNKNOWN)  # the exit code tells more


def test_a_bad_result_is_a_failure_and_its_files_do_not_count() -> None:
    events, (problem,) = run(result(False, 1, 2))
    assert events == []
    assert isinstance(problem, Problem)
    assert problem.fatal
    assert "says that the render failed" in problem.message


def test_frames_that_the_result_does_not_name_are_not_done() -> None:
    events, end = run(result(True, 1, 2))
    assert [event.frame for event in events if isinstance(event, FrameDone)] == [1, 2]
    assert end == []


def test_frames_that_nobody_asked_for_are_passed_over() -> None:
    lines = said("frame", frame=99), said("progress", frame=99, fraction=0.5), result(True, 99)
    assert run(*lines)[0] == []


def test_what_our_executor_says_is_the_reason() -> None:
    line = said("error", message="The preset /Game/P.P can't be loaded.", failure="scene")
    problem = reason(f"{TIME}LogMovieRenderPipeline: Error: Something", line, result(False))
    assert problem == Problem("The preset /Game/P.P can't be loaded.", True, FailureClass.SCENE, line)
    assert reason(said("error", message="x", failure="nonsense")).failure is FailureClass.UNKNOWN


F = FailureClass


@pytest.mark.parametrize(
    ("line", "failure", "words"),
    [
        ("Out of video memory trying to allocate a rendering resource", F.GPU_MEMORY, "graphics card is full"),
        ("LogWindows: Error: Ran out of memory allocating 4096 bytes", F.MEMORY, "memory of the host"),
        ("LogD3D12RHI: Error: DXGI_ERROR_DEVICE_HUNG", F.CRASH, "graphics card stopped"),
        ("(Error: 0x887A0005 - 'DXGI_ERROR_DEVICE_REMOVED')", F.CRASH, "graphics card stopped"),
        ("LogWindows: Error: Fatal error!", F.CRASH, "crashed"),
        ("Assertion failed: IsValid() [File:A.cpp] [Line: 7]", F.CRASH, "crashed"),
        ("LogExit: Executing StaticShutdownAfterError", F.CRASH, "crashed"),
        ("FPlatformMisc::RequestExitWithStatus(1, 3, LaunchWindowsStartup.ExceptionHandler)", F.CRASH, "crashed"),
        ("LogMovieRenderPipeline: Error: No class set in Python Host Executor", F.NODE, "executor's class"),
        ("The following modules are missing or built with a different engine version: Film", F.NODE, "C++ modules"),
        ("LogPluginManager: Error: Unable to find plugin 'Water'", F.NODE, "plug-in"),
        ("LogLoad: Error: Failed to load map /Game/Maps/Main", F.SCENE, "could not load"),
        ("LogMovieRenderPipeline: Error: Failed to find sequence /Game/Cine/Shot", F.SCENE, "could not load"),
        ("LogMovieRenderPipeline: Error: Failed to load config /Game/P", F.SCENE, "could not load"),
        ("LogWindows: Warning: ReadFile failed: LastError=64", F.STORAGE, "network disk"),
        ("LogImageWriteQueue: Error: No space left on device", F.STORAGE, "disk is full"),
        ("LogMovieRenderPipeline: Error: No shots to render", F.UNKNOWN, "No shots to render"),
    ],
)
def test_the_log_tells_why(line: str, failure: FailureClass, words: str) -> None:
    for shown in (line, TIME + line):
        events, (problem,) = run(shown, code=1)
        assert events == [Problem(problem.message, False, failure, shown)]  # type: ignore[union-attr]
        assert isinstance(problem, Problem)
        assert (problem.fatal, problem.failure, problem.evidence) == (True, failure, shown)
        assert words in problem.message
        assert problem.message.endswith(".") or failure is F.UNKNOWN


def test_the_cause_counts_and_not_the_crash_that_follows() -> None:
    crash = "Fatal error: [File:D3D12Util.cpp] [Line: 811]"
    assert reason(crash, "Out of video memory", crash, code=3).failure is F.GPU_MEMORY
    assert reason("Out of video memory", crash, code=3).failure is F.GPU_MEMORY
    assert reason("LogLoad: Error: Failed to load map /Game/A", crash, code=3).failure is F.SCENE


def test_lines_that_are_no_reason() -> None:
    lines = [
        "LogLinker: Warning: Failed to load '/Game/Maps/Props/T_Old': Can't find file.",
        "LogTexture: Error: Something about a texture",
        "Failed to load 3 of 7 assets",
    ]
    assert run(*lines)[0] == []


@pytest.mark.parametrize("twice", [False, True])
def test_many_script_errors_are_a_failure_whatever_the_result(twice: bool) -> None:
    def errors(count: int) -> list[str]:
        lines = [f"[2025.11.19-21.54.15:{n:03d}][240]LogPython: Error: NameError" for n in range(count)]
        return lines * (1 + twice)

    few = run(*errors(24), result(True, *range(1, 7)))
    assert few[1] == []
    assert len(few[0]) == 6
    events, (problem,) = run(*errors(25), said("written", frame=1, files=["/r/a.png"]), result(True, *range(1, 7)))
    assert [event for event in events if isinstance(event, FrameDone)] == []
    assert isinstance(problem, Problem)
    assert (problem.fatal, problem.failure) == (True, F.NODE)
    assert "25 errors" in problem.message


@pytest.mark.parametrize(
    "line",
    ["@@RM ", "@@RM {", "@@RM []", "@@RM 7", '@@RM {"event": "frame"}', '@@RM {"event": "frame", "frame": "x"}',
     '@@RM {"event": "written", "frame": 1, "files": "abc"}', '@@RM {"event": "written", "frame": 1, "files": []}',
     '@@RM {"event": "result", "success": true}', '@@RM {"event": "result", "files": {"a": []}, "success": true}',
     '@@RM {"event": "progress", "frame": 1, "fraction": null}', "@@RM " + "[" * 100_000],
)  # fmt: skip
def test_lines_that_are_cut_say_nothing(line: str) -> None:
    assert run(line)[0] == []


def test_a_script_of_the_project_can_not_speak_for_ours_through_the_log() -> None:
    assert run(f"{TIME}LogPython: {result(True, 1)}")[0] == []
