"""Maya kept open: requests, answers and what is found beside Render."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from tests.support.standins.maya_scene import install, make_scene
from workers.renderers.base import Installation, Limits, RenderJob
from workers.renderers.events import DRIVER_PREFIX, FileSaved, FrameDone, FrameProgress, Problem, Ready, SceneLoaded
from workers.renderers.maya import Maya
from workers.renderers.maya_session import MayaSessionOutput
from workers.session import Session, SessionNotReady

MAYA = Maya()
LIMITS = Limits(startup=60.0, frame=60.0)
A_SCRIPT = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script, which Windows does not start")


def answer(**said: object) -> str:
    return DRIVER_PREFIX + json.dumps(said)


def test_a_session_is_for_who_asks(tmp_path: Path) -> None:
    assert MAYA.in_session({"session": True})
    assert not MAYA.in_session({"session": False})
    assert not MAYA.in_session({})


def test_mayapy_stands_beside_render() -> None:
    for program, meant in (("bin/Render", "mayapy"), ("bin/Render.exe", "mayapy.exe")):
        command = MAYA.session_command(Installation(Path(program), "2024"))
        assert Path(command[0]) == Path("bin") / meant
        assert Path(command[1]).is_file()


def test_the_driver_is_told_what_render_would_be(tmp_path: Path) -> None:
    scene = make_scene(tmp_path / "project" / "scenes" / "a<b>.ma")
    job = RenderJob(scene, tmp_path / "project", tmp_path / "renders", tmp_path, {"layers": "x, y", "samples": 3})
    request = json.loads(MAYA.open_request(job))
    assert (request["root"], request["name"]) == (str(tmp_path / "project"), "a_b_")
    assert (request["layers"], request["format"], request["options"]["samples"]) == (["x", "y"], "exr", 3)


def test_lines_of_a_good_frame() -> None:
    parse = MayaSessionOutput()
    assert parse(answer(event="ready", version="2024")) == [Ready("2024")]
    assert parse(answer(event="opened")) == [SceneLoaded(())]
    assert parse("[mtoa] Rendering Frame: 7 (1/1)  Camera: persp  Layer: masterLayer") == []
    assert parse("00:00:02   504MB         |    50% done - 60 rays/pixel") == [FrameProgress(7, 0.5)]
    assert parse("00:00:09   504MB         |  [driver_exr] writing file `/o/x.0007.exr'") == [
        FileSaved("/o/x.0007.exr")
    ]
    assert parse(answer(event="rendered", frame=7, files=["/o/x.0007.exr"])) == [
        FrameDone(7, "", files=("/o/x.0007.exr",))
    ]


def test_what_goes_wrong_ends_a_frame_with_the_drivers_answer_and_only_this_frame() -> None:
    parse = MayaSessionOutput()
    (said,) = parse("00:00:02   504MB ERROR   |  aborting render because abort_on_license_fail option is enabled")
    assert isinstance(said, Problem)
    assert not said.fatal
    (end,) = parse(answer(event="rendered", frame=1, files=["/o/x.0001.exr"]))
    assert isinstance(end, Problem)
    assert (end.fatal, end.failure) == (True, FailureClass.LICENCE)
    assert parse(answer(event="rendered", frame=2, files=[])) == [FrameDone(2, "")]


def test_the_log_knows_better_than_a_command_why_it_failed_but_not_than_the_driver() -> None:
    parse = MayaSessionOutput()
    texture = 'x ERROR |  [texturesys] file1: Invalid image file "a.tx"'
    parse(texture)
    (end,) = parse(answer(event="failed", message="arnoldRender failed", **{"class": None}))
    assert isinstance(end, Problem)
    assert (end.failure, end.evidence) == (FailureClass.ASSET, texture)
    parse(texture)
    assert parse(answer(event="failed", message="No such camera.", **{"class": "scene"})) == [
        Problem("No such camera.", True, FailureClass.SCENE)
    ]
    (end,) = parse(answer(event="failed", message="License was not obtained", **{"class": None}))
    assert isinstance(end, Problem)
    assert end.failure is FailureClass.LICENCE


@pytest.mark.parametrize("line", ["not json", '{"event": "rendered"}', '{"event": "opened"', "[1]", '{"event": "?"}'])
def test_what_is_no_answer_of_the_driver_says_nothing(line: str) -> None:
    assert MayaSessionOutput()(DRIVER_PREFIX + line) == []


@A_SCRIPT
def test_the_driver_renders_the_frames_it_is_sent_and_says_where_they_are(tmp_path: Path) -> None:
    session = Session(MAYA, Installation(install(tmp_path), "2024"), LIMITS, tmp_path / "tmp")
    try:
        scene = make_scene(tmp_path / "project" / "good.ma")
        session.open(RenderJob(scene, scene.parent, tmp_path / "renders", tmp_path, {}))
        session.loaded()
        log: list[str] = []
        for frame in (5, 3):
            session.begin(frame)
            done, saved = session.finish(log.append, lambda fraction: None)
            assert done.frame == frame
            assert list(done.files) == saved == [f"{tmp_path}/renders/masterLayer/good.{frame:04d}.exr"]
        assert not [line for line in log if DRIVER_PREFIX in line]
    finally:
        session.close()
    assert not session.alive


@A_SCRIPT
def test_the_end_of_its_input_ends_mayapy_by_itself(tmp_path: Path) -> None:
    command = MAYA.session_command(Installation(install(tmp_path), "2024"))
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # which Maya's Python minds
    ended = subprocess.run(command, input="", env=outside, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert answer(version="2024", event="ready") in ended.stdout


@A_SCRIPT
def test_without_mayapy_no_session_comes_to_be(tmp_path: Path) -> None:
    program = install(tmp_path)
    program.with_name("mayapy").unlink()
    with pytest.raises(SessionNotReady, match=r"mayapy does not start: No such file"):
        Session(MAYA, Installation(program, "2024"), LIMITS, tmp_path)
