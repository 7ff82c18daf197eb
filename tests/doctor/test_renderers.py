"""Renderers: named wrongly, too old, not there; and a real frame by those that are."""

import os
from pathlib import Path

import pytest

from tests.doctor.conftest import Practice
from tests.support.standins.maya_scene import install

STANDIN = Path(__file__).parents[1] / "support" / "standins" / "blender.py"


def program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\n")
    path.chmod(0o755)
    return path


def test_a_wrong_path_of_maya(practice: Practice, tmp_path: Path) -> None:
    nowhere = tmp_path / "maya2024" / "bin" / "Render"
    report = practice.examine(MAYA_EXECUTABLE=str(nowhere))
    report.only_failed("renderers.maya", f"MAYA_EXECUTABLE = {nowhere}", "no program", "Correct MAYA_EXECUTABLE")
    nowhere.parent.mkdir(parents=True)
    nowhere.write_text("not to be executed")
    practice.examine("--only", "renderers", MAYA_EXECUTABLE=str(nowhere)).only_failed(
        "renderers.maya", "may not be executed"
    )


def test_a_blender_that_is_too_old(practice: Practice, tmp_path: Path) -> None:
    old = program(tmp_path / "blender", "Blender 2.79 (sub 0)\n\tbuild date: 2017-09-11")
    for settings in ({"BLENDER_EXECUTABLE": str(old)}, {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}):
        report = practice.examine(**settings)
        report.only_failed("renderers.blender", "Blender 2.79", "too old", "2.83 or later", "BLENDER_EXECUTABLE")
    program(tmp_path / "blender", "Blender 2.83.0")
    practice.examine("--only", "renderers", BLENDER_EXECUTABLE=str(old)).well_but("renderers.blender", "ok", "2.83.0")


def test_a_program_that_is_no_blender(practice: Practice, tmp_path: Path) -> None:
    other = program(tmp_path / "blender", "gimp 2.10")
    practice.examine("--only", "renderers", BLENDER_EXECUTABLE=str(other)).only_failed(
        "renderers.blender", "does not answer like Blender"
    )


def test_what_is_not_installed_is_no_fault(practice: Practice) -> None:
    report = practice.examine("--only", "renderers")
    report.well_but("renderers.maya", "note", "MAYA_EXECUTABLE")
    report.found("renderers.unreal", "note", "UE_EXECUTABLE")


def test_a_real_frame_by_blender(practice: Practice, blender: Path) -> None:
    # Where the user's own places can't be used, too.
    report = practice.examine("--render", "blender", "--only", "renderers", BLENDER_EXECUTABLE=str(blender))
    report.well_but("renderers.blender.test-frame", "ok", "its image is whole")
    assert report.findings["renderers.blender.test-frame"]["seconds"] > 0


def test_a_renderer_that_renders_badly(practice: Practice) -> None:
    only = ("--only", "renderers")
    failing = {"BLENDER_EXECUTABLE": str(STANDIN), "BLENDER_STANDIN_FAIL": "1"}
    report = practice.examine("--render", "blender", *only, **failing)
    report.only_failed("renderers.blender.test-frame", "the stand-in was told to fail")
    crashing = {"BLENDER_EXECUTABLE": str(STANDIN), "BLENDER_STANDIN_CRASH": "1"}
    practice.examine("--render", "blender", *only, **crashing).only_failed("renderers.blender.test-frame")


def test_a_frame_by_maya_and_none_by_unreal(practice: Practice, tmp_path: Path) -> None:
    render = install(tmp_path)
    report = practice.examine(
        "--render", "maya", "--render", "unreal", "--only", "renderers", MAYA_EXECUTABLE=str(render)
    )
    report.only_failed("renderers.unreal.test-frame", "was not found on this host")
    report.found("renderers.maya.test-frame", "ok", "Maya 2024 rendered a frame")


@pytest.mark.parametrize("asked", ["nuke", "blender=", "all=x"])
def test_an_engine_that_is_none(practice: Practice, asked: str) -> None:
    done = practice.run("--render", asked)
    assert done.returncode == 2
    assert "blender, maya, unreal" in done.stderr
