"""The Blender add-on of docs/examples in real Blender: what it submits is rendered by a real worker, and the scene that
is open stays as it was."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import OpenImageIO
import pytest

from render_manager.domain.states import TaskStatus
from tests.api.conftest import EXAMPLES
from tests.support.farm import Farm, open_farm
from tests.support.servers import missing

DESK = Path(__file__).with_name("blender_desk.py")
Blender = Callable[..., dict[str, Any]]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "home", workers=0) as farm:
        yield farm


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


@pytest.fixture
def desk(tmp_path: Path, project: Path, blender: Path, program: Path, farm: Farm) -> Blender:
    """Does a step of blender_desk.py in a Blender of a new user, which has the client in its folder of modules."""
    scripts, temporary = tmp_path / "scripts", tmp_path / "temporary"
    (scripts / "modules").mkdir(parents=True)
    (scripts / "addons").mkdir()
    temporary.mkdir()
    shutil.copy(EXAMPLES / "render_manager_client.py", scripts / "modules")
    environment = {
        **os.environ,
        "BLENDER_USER_SCRIPTS": str(scripts),
        "BLENDER_USER_CONFIG": str(tmp_path / "config"),
        "TMPDIR": str(temporary),
    }

    def run(step: str, *start: str, **more: str) -> dict[str, Any]:
        arguments = ["--python", DESK, "--", step, project, EXAMPLES / "blender_addon.py"]
        done = subprocess.run(
            [*(start or (blender, "-b")), *arguments],
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=150,
            check=False,
        )
        answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
        assert answers, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        assert not list(temporary.glob("render-manager-*")), "the copy must go"
        return json.loads(answers[-1].removeprefix("ANSWER "))

    return run


def test_the_open_scene_is_rendered_with_all_it_needs_and_stays_as_it_is(
    desk: Blender, farm: Farm, project: Path
) -> None:
    told = desk("submit")
    (row,) = farm.services.queries.tasks()
    assert told["said"] == f"Submitted shot as task {row.task.id}: 3 frame(s)."
    assert (row.task.frames, row.task.priority) == ("1-3", 8), "the change that was not saved counts"
    assert told["after"] == told["before"]
    assert told["before"]["paths"] == ["//library.blend", "//textures/green.png"]
    assert told["before"]["packed"] == [False, False]
    assert told["before"]["dirty"]

    shutil.rmtree(project)  # a render host has nothing of it
    farm.services.local_workers.start()
    row = farm.settled(row.task, 90)
    frame = farm.services.queries.frame(row.task.id, 2)
    assert row.task.status is TaskStatus.COMPLETED, f"{row.note} {frame.error_message}"
    image = OpenImageIO.ImageBuf(frame.output_path)
    assert [round(value) for value in image.getpixel(8, 8)[:3]] == [0, 1, 0], "the texture"
    assert [round(value) for value in image.getpixel(24, 8)[:3]] == [1, 0, 0], "the library's material"


def test_what_can_not_be_packed_is_said_before_it_is_missed(desk: Blender, farm: Farm) -> None:
    told = desk("missing")
    assert told["refused"].startswith("Blender can't pack ")
    assert "green.png: mend the path, or tick 'External files'" in told["refused"]
    (row,) = farm.services.queries.tasks()
    assert told["said"] == f"Submitted shot as task {row.task.id}: 1 frame(s)."
    assert row.task.frames == "7"


def test_a_scene_that_was_never_saved_goes_too(desk: Blender, farm: Farm) -> None:
    told = desk("never_saved")
    (row,) = farm.services.queries.tasks()
    assert told == {"said": f"Submitted untitled as task {row.task.id}: 250 frame(s).", "file": ""}


def test_without_the_program_the_artist_is_told_what_to_do(desk: Blender, farm: Farm) -> None:
    told = desk("never_saved", RENDER_MANAGER="nowhere")
    assert told["said"].startswith("Render Manager was not found (nowhere): set ")
    assert farm.services.queries.tasks() == []


def test_it_leaves_and_comes_again(desk: Blender) -> None:
    assert desk("leave")["found"] == [[False, False, False], [True, True, True]]


def test_a_click_does_not_stop_the_window(desk: Blender, farm: Farm, blender: Path) -> None:
    xvfb = shutil.which("xvfb-run")
    if xvfb is None:
        missing("Xvfb")
    told = desk("click", str(xvfb), "-a", "-s", "-screen 0 1280x1024x24", str(blender), "--no-window-focus")
    (row,) = farm.services.queries.tasks()
    assert told["said"] == f"Submitted untitled as task {row.task.id}: 250 frame(s)."
    assert "Submitting ..." in told["drawn"], "it was drawn while the submission was on its way"
