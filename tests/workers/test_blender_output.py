"""Blender's own words, captured from real runs, as events."""

from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from workers.renderers.blender_output import NEEDS_PYTHON, BlenderOutput
from workers.renderers.events import Event, FileSaved, FrameDone, FrameProgress, Problem, Ready, SceneLoaded

LOGS = Path(__file__).parents[1] / "logs"


def events_of(log: str) -> list[Event]:
    parse = BlenderOutput()
    return [event for line in (LOGS / log).read_text(encoding="utf-8").splitlines() for event in parse(line)]


@pytest.mark.parametrize(
    ("log", "saved"),
    [
        ("blender-3.4.1-eevee.txt", [f"/p/out/ee/f_000{n}.png" for n in (1, 2, 3)]),
        ("bpy-5.0.1-cycles.txt", [f"/p/out/bpy_CYCLES/f_000{n}.png" for n in (1, 2, 3)]),
    ],
)
def test_every_saved_file_of_a_log_is_named(log: str, saved: list[str]) -> None:
    assert [event.path for event in events_of(log) if isinstance(event, FileSaved)] == saved


@pytest.mark.parametrize("log", ["blender-3.4.1-cycles.txt", "blender-3.4.1-eevee.txt"])
def test_progress_of_a_captured_log_grows_within_each_frame_to_its_end(log: str) -> None:
    by_frame: dict[int, list[float]] = {}
    for event in events_of(log):
        if isinstance(event, FrameProgress):
            by_frame.setdefault(event.frame, []).append(event.fraction)
    saved = [event for event in events_of(log) if isinstance(event, FileSaved)]
    assert list(by_frame) == list(range(1, len(saved) + 1))
    for fractions in by_frame.values():
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
        assert all(0 <= fraction <= 1 for fraction in fractions)


@pytest.mark.parametrize("log", sorted(path.name for path in LOGS.glob("*.txt")))
def test_a_good_run_has_no_problem(log: str) -> None:
    assert [event for event in events_of(log) if isinstance(event, Problem)] == []


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("Fra:7 Mem:9.54M (Peak 10.20M) | Time:00:00.10 | Scene, ViewLayer | Sample 1/4", FrameProgress(7, 0.25)),
        ("Fra:-7 Mem:9.54M | Time:00:00.10 | Sample 4/4", FrameProgress(-7, 1.0)),
        ("Fra:1 Mem:10.25M (Peak 11.36M) | Time:00:12.34 | Rendering 26 / 64 samples", FrameProgress(1, 26 / 64)),
        ("Fra:1 Mem:9M | Time:00:01.00 | Rendered 136/510 Tiles", FrameProgress(1, 136 / 510)),
        ("Fra:1 Mem:9M | Time:00:01.00 | Path Tracing Tile 136/510", FrameProgress(1, 136 / 510)),
        ("Fra:1 | Sample 0/0", FrameProgress(1, 0.0)),
        ("Fra:1 | Sample 9/4", FrameProgress(1, 1.0)),
        (
            "00:03.579  render           | Fra: 1 | Remaining: 00:10.41 | Mem: 1039M | Sample 1/256",
            FrameProgress(1, 1 / 256),
        ),
        ("00:00.400  render           | Fra: 1 | Rendering 8 / 16 samples", FrameProgress(1, 0.5)),
        ("00:01.250  render           | Fra: 3 | Mem: 12M | Rendered 136/510 Tiles", FrameProgress(3, 136 / 510)),
        ("00:01.250  render           | Fra: -3 | Mem: 12M | Sample 256/256", FrameProgress(-3, 1.0)),
        ("00:00.687  render           | Saved: /out/aov/beauty_0001.png", FileSaved("/out/aov/beauty_0001.png")),
        ("01:00:00.400  render        | Fra: 12 | Rendering 8 / 16 samples", FrameProgress(12, 0.5)),
        ("00:00.687  render           | Saved: '/tmp/out/0001.png'", FileSaved("/tmp/out/0001.png")),
        ("Saved: '/out/镜头 01/f_0001.png'", FileSaved("/out/镜头 01/f_0001.png")),
        ("Saved: /out/aov/beauty_0001.png", FileSaved("/out/aov/beauty_0001.png")),
        ("Saved: '/out/it's mine.png'", FileSaved("/out/it's mine.png")),
        ("Saved: 'C:\\out\\0001.png'\r", FileSaved("C:\\out\\0001.png")),
        ('@@RM {"event": "ready", "version": "3.4.1"}', Ready("3.4.1")),
        ('@@RM {"event": "opened", "missing": ["//tex.png"]}', SceneLoaded(("//tex.png",))),
        (
            '@@RM {"event": "rendered", "frame": 7, "path": "/o/f_0007.png", "size": [64, 32]}',
            FrameDone(7, "/o/f_0007.png", (64, 32)),
        ),
        ('@@RM {"event": "rendered", "frame": 7, "path": "/o/f.png"}', FrameDone(7, "/o/f.png", None)),
        (
            '@@RM {"event": "failed", "message": "There is no layer", "class": "scene", "evidence": null}',
            Problem("There is no layer", True, FailureClass.SCENE),
        ),
        (
            '@@RM {"event": "failed", "message": "Can\'t open", "class": "node", "evidence": "it said"}',
            Problem("Can't open", True, FailureClass.NODE, "it said"),
        ),
        (
            '@@RM {"event": "failed", "message": "Cannot render, no camera", "class": null}',
            Problem("Cannot render, no camera", True, FailureClass.SCENE),
        ),
        ('@@RM {"event": "failed", "message": "hm"}', Problem("hm", True)),
    ],
)
def test_a_line_and_its_event(line: str, event: Event) -> None:
    assert BlenderOutput()(line) == [event]


@pytest.mark.parametrize(
    "line",
    [
        *["", " ", "Blender 3.4.1", "Blender quit", " Time: 00:00.41 (Saving: 00:00.29)", "Read blend: /p/a.blend"],
        '00:00.001  blend            | Read blend: "/tmp/scene.blend"',
        "00:00.100  render           | Rendering animation (frames 1..3)",
        "00:00.110  render           | Rendering frame 1",
        "00:00.400  render           | Fra: 1 | Mem: 1039M | Synchronizing object | Cube",
        "00:00.400  reports          | WARNING negative range ignored",
        "00:00.688  render           | Time: 00:00.49 (Saving: 00:00.05)",
        "Fra:1 Mem:8.48M (Peak 10.20M) | Time:00:00.00 | Scene, ViewLayer | Updating Scene BVH | Building BVH 0%",
        *["Fra:", "Fra:x", "Errors are human", "@@RM nonsense", '@@RM {"event": "later version"}'],
        *["Warning: negative range ignored", "Info: No frames rendered, skipped to not overwrite"],
        *["EGL Error (0x3001): EGL_NOT_INITIALIZED", "No device available to denoise on"],
        '@@RM {"event": "failed", "message": "x", "class": "no such class"}',
        *["@@RM []", "@@RM 7", '@@RM {"event": "ready"}', '@@RM {"event": "rendered", "frame": "x", "path": ""}'],
    ],
)
def test_lines_that_say_nothing_of_note(line: str) -> None:
    assert BlenderOutput()(line) == []


def test_the_drivers_word_is_found_behind_half_a_line_of_blender() -> None:
    line = 'Fra:1 Mem:9M | Sample 4/4@@RM {"event": "failed", "message": "x"}'
    assert BlenderOutput()(line) == [FrameProgress(1, 1.0), Problem("x", fatal=True)]


OPENED = '@@RM {"event": "opened", "missing": [], "scripts": "%s"}'
RENDERED = '@@RM {"event": "rendered", "frame": 7, "path": "/o/f.png"}'


@pytest.mark.parametrize(
    "line",
    [
        "scripts disabled for \"/p/a.blend\", skipping 'reg.py'",
        "\tBPY_driver_exec: restricted access disallows name 'context', enable auto-execution to support",
        "BPY_driver_exec: restricted access disallows opcode '132', enable auto-execution to support",
    ],
)
def test_python_that_was_not_run_fails_what_follows_unless_it_is_ignored(line: str) -> None:
    while_loading, while_rendering, ignoring = BlenderOutput(), BlenderOutput(), BlenderOutput()
    needed = Problem(NEEDS_PYTHON, True, FailureClass.SCENE, line.strip())
    assert while_loading(line) == []
    assert while_loading(OPENED % "refused") == [needed]
    assert while_rendering(OPENED % "refused") == [SceneLoaded(())]
    assert while_rendering(line) == []
    assert while_rendering(RENDERED) == [needed]
    assert while_rendering(RENDERED) == [needed], "Blender does not say it again"
    harmless = OPENED.replace("}", ', "harmless": ["rig_ui.py"]}') % "refused"
    while_loading(line)
    assert while_loading(harmless) == [needed]
    ignoring(line)
    assert ignoring(OPENED % "ignored") == [SceneLoaded(())]
    assert ignoring(RENDERED) == [FrameDone(7, "/o/f.png")]


def test_a_script_that_only_draws_need_not_run() -> None:
    parse = BlenderOutput()
    skipped = "scripts disabled for \"/p/a.blend\", skipping '%s'"
    parse(skipped % "rig_ui.py")
    assert parse(OPENED.replace("}", ', "harmless": ["rig_ui.py"]}') % "refused") == [SceneLoaded(())]
    assert parse(skipped % "rig_ui.py") == [], "Blender's own words may come after the driver's"
    assert parse(RENDERED) == [FrameDone(7, "/o/f.png")]
    parse(skipped % "other.py")
    assert parse(RENDERED) == [Problem(NEEDS_PYTHON, True, FailureClass.SCENE, skipped % "other.py")]
