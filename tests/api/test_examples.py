"""The examples of docs/examples do what they say: the pipeline's step with Blender, Maya's button and Unreal's entry
with the stand-ins of these programs, their client wherever Render Manager is."""

import ast
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from render_manager import connect
from render_manager.api import TaskStatus
from tests.api.conftest import EXAMPLES, SCENES
from tests.support.farm import QUICK, open_farm, wait_until
from tests.support.maya_farm import open_maya_farm
from tests.support.standins.maya.desk import Desk as MayaDesk
from tests.support.standins.unreal.desk import Asset, Sequence
from tests.support.standins.unreal.desk import Desk as UnrealDesk
from tests.support.standins.unreal_project import make_installation, make_project

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in's program is a script")


def test_a_pipelines_step(tmp_path: Path, blender: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "pipeline.py", SCENES / "anim_cycles.blend", tmp_path / "out", "1-3"],
        env={**os.environ, **QUICK},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "3 frames in" in done.stdout
    assert len(list((tmp_path / "out").glob("*.png"))) == 3
    with connect() as farm:
        (task,) = farm.tasks()
        assert (task.status, task.priority) == (TaskStatus.COMPLETED, 8)


def test_a_pipelines_step_says_what_went_wrong(tmp_path: Path, blender: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "pipeline.py", SCENES / "nocam_cycles.blend", tmp_path / "out", "1"],
        env={**os.environ, **QUICK},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 1
    assert "is failed: " in done.stderr
    assert "camera" in done.stderr


# -- the client ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["render_manager_client", "maya_shelf", "unreal_utility"])
def test_it_is_python_of_the_oldest_program(name: str) -> None:
    ast.parse((EXAMPLES / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_client_needs_the_program_only(program: Path, examples: Path, tmp_path: Path, scene: Path) -> None:
    # Without packages, and with what another program sets for its own Python, which ours would not start with.
    code = f"""
import os, sys
sys.path.insert(0, {str(examples)!r})
os.environ["PYTHONHOME"] = {str(tmp_path)!r}
import render_manager_client as client
future = client.in_background(client.submit, {str(scene)!r}, "--frames=1-7", "--name=镜头")
print(client.outcome(future))
"""
    done = subprocess.run(
        [sys.executable, "-S", "-X", "utf8", "-c", code],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with connect() as farm:
        (task,) = farm.tasks()
    assert (task.name, task.counts.total) == ("镜头", 7)
    assert done.stdout == f"{(f'Submitted 镜头 as task {task.id}: 7 frame(s).', True)}\n"


def test_the_client_says_why_not(
    program: Path, examples: Path, tmp_path: Path, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = import_module("render_manager_client")
    with pytest.raises(client.NotSubmitted, match=r"^File .*none\.blend does not exist"):
        client.submit(tmp_path / "none.blend")
    with pytest.raises(client.NotSubmitted, match="can't be read: write a number"):
        client.submit(scene, "--frames=many")
    monkeypatch.setenv("RENDER_MANAGER", str(tmp_path / "nothing"))
    with pytest.raises(client.NotSubmitted, match="set the environment variable RENDER_MANAGER"):
        client.submit(scene)
    assert client.submit(scene, program=str(program))["status"] == "pending"


# -- Maya ------------------------------------------------------------------------------------------------------------


@posix
def test_mayas_button_submits_the_open_scene(
    program: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_maya_farm(tmp_path / "maya") as farm:
        project = tmp_path / "projects" / "镜头 010"
        scene = farm.scene(str(project / "scenes" / "shot.ma"))
        (project / "workspace.mel").write_text("//Maya 2024 Project Definition\n")
        desk = MayaDesk(scene, project, frames=(1.0, 5.0, 2.0))
        for name, module in desk.modules().items():
            monkeypatch.setitem(sys.modules, name, module)
        import_module("maya_shelf").add_button()

        desk.modified = True
        desk.answers = [("Submit", None), ("Save", None)]
        desk.press("Render Manager")
        wait_until(lambda: desk.idle() or len(desk.shown) == 3)
        (row,) = farm.services.queries.tasks()
        assert desk.shown == [
            "Frames",
            "shot.ma has changes that are not saved. Save and submit?",
            f"Submitted shot as task {row.task.id}: 3 frame(s).",
        ]
        assert desk.saves == 1
        assert (row.task.frames, row.task.project_file) == ("1-5x2", "scenes/shot.ma")
        assert farm.settled(row.task).task.status is TaskStatus.COMPLETED, farm.row(row.task).note


@posix
def test_mayas_button_takes_no_for_an_answer(
    program: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = tmp_path / "elsewhere" / "shot.ma"
    desk = MayaDesk(scene, tmp_path)
    for name, module in desk.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    shelf = import_module("maya_shelf")
    desk.answers = [("Cancel", None)]
    assert shelf.submit_open_scene() is None
    desk.modified, desk.answers = True, [("Submit", "7"), ("Cancel", None)]
    assert shelf.submit_open_scene() is None
    assert desk.saves == 0
    # A scene that lies in no project goes alone, and what is wrong with it is told.
    desk.modified, desk.answers = False, [("Submit", "7"), ("OK", None)]
    assert shelf.what_to_submit(str(scene), str(tmp_path))[0] == str(scene)
    shelf.submit_open_scene()
    wait_until(lambda: desk.idle() or "shot.ma does not exist" in desk.shown[-1])
    desk.scene, desk.answers = None, [("OK", None)]
    assert shelf.submit_open_scene() is None
    assert "Save the scene first" in desk.shown[-1]


# -- Unreal ----------------------------------------------------------------------------------------------------------


@posix
def test_unreals_entry_submits_the_open_sequence(
    program: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = ("/Game/Maps/Menu", "/Game/Maps/Shot")
    sequences = {f"/Game/Cine/{name}": {"start": 0, "end": 24, "fps": 24} for name in ("Shot010", "Shot020")}
    project = make_project(tmp_path / "Film", name="Film", maps=maps, sequences=sequences)
    desk = UnrealDesk(project, Sequence("/Game/Cine/Shot020", 2, 5), Asset("/Game/Maps/Shot"))
    monkeypatch.setitem(sys.modules, "unreal", desk.module())
    executable = make_installation(tmp_path / "UE_5.4")
    environment = {"UE_EXECUTABLE": str(executable), "UE_STANDIN_SPEED": "2", "UE_STANDIN_TEARDOWN": "0.02"}
    with open_farm(tmp_path / "home", environment) as farm:
        import_module("unreal_utility").add_menu_entry()
        desk.dirty = ["/Game/Cine/Shot020"]
        desk.click("Submit to Render Manager")
        assert desk.dirty == []
        wait_until(lambda: desk.tick() or desk.shown)
        assert not desk.ticking
        (row,) = farm.services.queries.tasks()
        assert desk.shown == [f"Submitted Shot020 as task {row.task.id}: 3 frame(s)."]
        assert row.task.frames == "2-4"
        assert json.loads(json.dumps(dict(row.task.task_info))) == {
            "sequence": "/Game/Cine/Shot020",
            "map": "/Game/Maps/Shot",
        }
        row = farm.settled(row.task, 90)
        assert row.task.status is TaskStatus.COMPLETED, row.note


def test_unreals_entry_wants_a_sequence_and_what_is_saved(
    program: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = UnrealDesk(tmp_path / "Film.uproject", None, Asset("/Game/Maps/Shot"))
    monkeypatch.setitem(sys.modules, "unreal", desk.module())
    utility = import_module("unreal_utility")
    assert utility.submit_open_sequence() is None
    assert desk.shown == ["Open the level sequence to render first."]
    desk.sequence, desk.dirty, desk.saves = Sequence("/Game/Cine/Shot020", 2, 5), ["/Game/Cine/Shot020"], False
    assert utility.submit_open_sequence() is None
    assert not desk.ticking
