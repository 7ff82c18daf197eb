"""Projects that can't be rendered: a clear reason on the task, and nothing half-written."""

import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from render_manager.domain.states import TaskStatus
from tests.support.archives import zipped
from tests.support.farm import Farm, open_farm, wait_until

SCENE = Path(__file__).parent.parent / "scenes" / "anim_cycles.blend"


def failed(farm: Farm, path: Path, **fields: object) -> str:
    """The reason for which the task failed; checks that no project folder was left."""
    row = farm.render(path, "1", **fields)
    assert row.task.status is TaskStatus.FAILED
    folder = farm.workspace(row.task)
    assert not (folder / "project.unpacking").exists()
    assert not (folder / ".workspace.json").exists()
    assert not list((folder / "Sys_Default_Renders").iterdir())
    outside = {path.name for path in folder.parent.parent.iterdir()} - {"li", ".locks", ".downloads"}
    assert not outside
    return row.note


@pytest.mark.parametrize(
    "name", ["../evil.blend", "a/../../evil.blend", "/evil.blend", "C:/evil.blend", "x\\..\\..\\e"]
)
def test_a_zip_that_climbs_out_is_refused(farm: Farm, tmp_path: Path, name: str) -> None:
    reason = failed(farm, zipped(tmp_path / "evil.zip", {"ok.blend": SCENE, name: b"x"}))
    assert "evil.zip" in reason


def test_a_zip_with_a_symlink_is_refused(farm: Farm, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr("ok.blend", SCENE.read_bytes())
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc")
    assert "link" in failed(farm, tmp_path / "link.zip")


def test_a_bomb_is_refused(tmp_path: Path, blender: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {"ok.blend": SCENE, "zeros": b"\0" * 50_000_000})
    with open_farm(tmp_path / "home", {"MAX_UNPACKED_GB": "0.01"}) as farm:
        assert "bomb.zip" in failed(farm, bomb)


def test_an_archive_without_a_project_file_says_what_it_holds(farm: Farm, tmp_path: Path) -> None:
    reason = failed(farm, zipped(tmp_path / "notes.zip", {"readme.txt": b"hello"}))
    assert ".blend" in reason
    assert "readme.txt" in reason


def test_two_candidates_are_listed_and_one_can_be_named(farm: Farm, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "two.zip", {"a.blend": SCENE, "b.blend": SCENE})
    task = farm.submit(archive, "1")
    wait_until(lambda: farm.row(task).task.status is TaskStatus.PAUSED)
    assert farm.row(task).note == "Waits for its project file to be chosen: a.blend, b.blend."
    row = farm.render(archive, "1", project_file="b.blend")
    assert row.task.status is TaskStatus.COMPLETED, row.note


def test_an_object_that_is_no_archive_though_said_to_be(farm: Farm) -> None:
    assert "neither .zip, .gz nor .tar.gz" in failed(farm, SCENE, is_compressed=True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("shot.zip", b"\x8f\x02 broken", "pack it as zip"), ("shot.7z", b"7z\xbc\xaf\x27\x1c...", "it is a 7z archive")],
)
def test_a_file_that_is_only_called_like_an_archive(
    farm: Farm, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    reason = failed(farm, tmp_path / name)
    assert f"Archive {name} can't be unpacked" in reason
    assert said in reason


def test_an_object_removed_before_it_was_fetched(tmp_path: Path, blender: Path) -> None:
    with open_farm(tmp_path / "home", workers=0) as farm:
        task = farm.submit(SCENE, "1")
        farm.program.objects.delete(task.oss_file_path)
        farm.services.local_workers.start()
        row = farm.settled(task)
        assert row.task.status is TaskStatus.FAILED
        assert task.oss_file_path in row.note


@pytest.mark.parametrize("there", [False, True], ids=["nowhere", "not executable"])
def test_without_blender_the_task_says_what_to_install(tmp_path: Path, there: bool) -> None:
    program = tmp_path / "blender"
    if there:
        program.touch(0o644)
    with open_farm(tmp_path / "home", {"BLENDER_EXECUTABLE": str(program)}) as farm:
        task = farm.submit(SCENE, "1")
        wait_until(lambda: "BLENDER_EXECUTABLE" in farm.row(task).note)
        note = farm.row(task).note
        assert note.startswith("No online worker can run Blender.")
        assert ("may not be executed" in note) is there
        assert farm.row(task).stuck


@pytest.mark.parametrize("session", ["true", "false"])
@pytest.mark.parametrize("option", ["scene", "camera", "view_layer"])
def test_what_a_scene_has_not_is_its_fault_and_not_tried_again(farm: Farm, option: str, session: str) -> None:
    row = farm.render(SCENE, "1-3", max_attempts=3, task_info={option: "Nope", "session": session})
    assert row.task.status is TaskStatus.FAILED
    assert f"There is no {option.replace('_', ' ')} 'Nope' in the scene; there are: " in row.note
    frames = farm.services.queries.frames(row.task.id)
    assert {frame.failure for frame in frames} == {FailureClass.SCENE}
    assert sum(frame.attempts_used for frame in frames) == 1


@pytest.mark.parametrize("session", ["true", "false"])
def test_a_folder_for_images_that_cannot_be_written(farm: Farm, session: str) -> None:
    task = farm.render(SCENE, "1", max_attempts=1, task_info={"session": session}).task
    renders = farm.workspace(task) / "Sys_Default_Renders"
    shutil.rmtree(renders)
    renders.write_text("a file in its place")
    farm.services.control.retry(task.id, "1")
    assert farm.settled(task).task.status is TaskStatus.FAILED
    frame = farm.services.queries.frame(task.id, 1)
    assert frame.failure is FailureClass.STORAGE
    assert "Sys_Default_Renders" in (frame.error_message or "")


@pytest.mark.parametrize("blocked", [".locks", "li"])
def test_a_workspace_root_that_cannot_be_written(tmp_path: Path, blender: Path, blocked: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / blocked).write_text("a file in the way of a folder")
    with open_farm(tmp_path / "home", {"WORKSPACE_ROOT_DIR": str(root)}) as farm:
        row = farm.render(SCENE, "1", max_attempts=1)
        assert row.task.status is TaskStatus.FAILED
        assert str(root) in row.note
        assert farm.services.queries.frame(row.task.id, 1).failure is FailureClass.STORAGE


def test_a_renderer_sees_no_credentials(tmp_path: Path) -> None:
    """A stand-in for Blender that writes its environment down instead of rendering."""
    program = tmp_path / "bin" / "blender"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$2" = --version ]; then echo "Blender 3.4.1"; exit 0; fi\nenv > {tmp_path}/seen\nexit 3\n'
    )
    program.chmod(0o755)
    secrets = {"BLENDER_EXECUTABLE": str(program), "AWS_SECRET_ACCESS_KEY": "sesame1", "DATABASE_PASSWORD": "sesame2"}
    with open_farm(tmp_path / "home", secrets) as farm:
        row = farm.render(SCENE, "1")
        assert row.task.status is TaskStatus.FAILED
        assert "exit code 3" in row.note
        seen = (tmp_path / "seen").read_text()
        assert "PATH=" in seen
        assert "sesame" not in seen
        assert (farm.program.redis_url or "") not in seen
        assert "RENDER_MANAGER" not in seen
