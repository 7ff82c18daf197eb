"""Workspaces: isolated, filled once per host, never half-made, removed without touching anything else."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render_manager.config import load_settings
from render_manager.domain.entities import RenderTask, new_task_id
from render_manager.domain.errors import InvalidTask, NotEnoughSpace, ProjectFileError, WorkspaceError
from render_manager.storage.local import LocalStore
from tests.support.archives import gzipped, zipped
from workers.ends import Aborted
from workers.renderers.registry import RENDERERS
from workers.workspace import Workspaces

SCENE = Path(__file__).parent.parent / "scenes" / "anim_cycles.blend"
BLEND = RENDERERS["blender"].engine


def make_task(key: str, unionid: str = "li", **fields: object) -> RenderTask:
    values: dict[str, object] = {
        "id": new_task_id(),
        "name": "Shot",
        "unionid": unionid,
        "oss_file_path": key,
        "is_compressed": None,
        "project_file": None,
        "render_engine": "blender",
        "task_info": {},
        "frames": "1",
        "priority": 5,
    }
    return RenderTask(**values | fields)  # type: ignore[arg-type]


@pytest.fixture
def objects(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "objects")


@pytest.fixture
def workspaces(tmp_path: Path, objects: LocalStore) -> Workspaces:
    return Workspaces(load_settings(min_free_disk_gb=0), objects)


def quiet(_: str) -> None:
    return


def test_a_zip_is_unpacked_and_its_scene_found(workspaces: Workspaces, objects: LocalStore, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "shot.zip", {"shot/镜头.blend": SCENE, "shot/textures/wood.png": b"x"})
    objects.upload(archive, "films/shot.zip")
    task = make_task("films/shot.zip")
    told: list[str] = []
    project_file, fresh = workspaces.prepare(task, BLEND, told.append)
    paths = workspaces.paths(task)
    assert fresh
    assert project_file == paths.project / "shot" / "镜头.blend"
    assert paths.root == workspaces.root / "li" / task.id
    assert (paths.source / "shot.zip").read_bytes() == archive.read_bytes()
    assert any(text.startswith("Downloading") for text in told)
    assert workspaces.prepare(task, BLEND, quiet) == (project_file, False)


def test_a_gz_unpacks_to_its_one_file(workspaces: Workspaces, objects: LocalStore, tmp_path: Path) -> None:
    objects.upload(gzipped(SCENE, tmp_path), "anim.blend.gz")
    project_file, _ = workspaces.prepare(make_task("anim.blend.gz"), BLEND, quiet)
    assert project_file.name == "anim.blend"
    assert project_file.read_bytes() == SCENE.read_bytes()


def test_a_failed_preparation_is_not_taken_for_ready(
    workspaces: Workspaces, objects: LocalStore, tmp_path: Path
) -> None:
    objects.upload(zipped(tmp_path / "a.zip", {"readme.txt": b"x"}), "a.zip")
    task = make_task("a.zip")
    for _ in range(2):
        with pytest.raises(ProjectFileError):
            workspaces.prepare(task, BLEND, quiet)
    assert not workspaces.paths(task).marker.exists()


def test_an_abort_while_downloading_leaves_nothing_ready(
    workspaces: Workspaces, objects: LocalStore, tmp_path: Path
) -> None:
    objects.upload(SCENE, "anim.blend")
    task = make_task("anim.blend")

    def abort(_: str) -> None:
        raise Aborted

    with pytest.raises(Aborted):
        workspaces.prepare(task, BLEND, abort)
    assert not workspaces.paths(task).marker.exists()
    assert workspaces.prepare(task, BLEND, quiet)[1]


def test_a_disk_that_is_too_small_is_named_before_anything_is_fetched(objects: LocalStore, tmp_path: Path) -> None:
    objects.upload(SCENE, "anim.blend")
    workspaces = Workspaces(load_settings(min_free_disk_gb=1_000_000), objects)
    task = make_task("anim.blend")
    with pytest.raises(NotEnoughSpace, match="MIN_FREE_DISK_GB"):
        workspaces.prepare(task, BLEND, quiet)
    assert not list(workspaces.paths(task).source.iterdir())


def test_another_worker_of_the_host_waits_and_finds_it_done(
    workspaces: Workspaces, objects: LocalStore, tmp_path: Path
) -> None:
    objects.upload(SCENE, "anim.blend")
    task = make_task("anim.blend")
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda: results.append(workspaces.prepare(task, BLEND, quiet)[1])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]


@pytest.mark.parametrize("unionid", ["../x", "", ".", "..", "a/b", "a\\b", "CON"])
def test_a_user_that_is_no_folder_name_is_refused(workspaces: Workspaces, unionid: str) -> None:
    with pytest.raises(InvalidTask):
        workspaces.paths(make_task("k", unionid))


def test_an_id_that_climbs_is_refused(workspaces: Workspaces) -> None:
    with pytest.raises(WorkspaceError):
        workspaces.paths(make_task("k", id="../../etc"))


def test_a_user_folder_that_is_a_link_elsewhere_is_refused(workspaces: Workspaces, tmp_path: Path) -> None:
    workspaces.root.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (workspaces.root / "li").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="outside"):
        workspaces.paths(make_task("k"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(key=st.text(min_size=1, max_size=60), unionid=st.text(max_size=20))
def test_nothing_lies_outside_the_task_whatever_its_names(workspaces: Workspaces, key: str, unionid: str) -> None:
    task = make_task(key, unionid)
    try:
        paths = workspaces.paths(task)
    except InvalidTask:
        return
    inside = os.path.normpath(paths.root)
    assert os.path.dirname(os.path.dirname(inside)) == os.path.normpath(workspaces.root)
    for folder in (paths.source, paths.project, paths.renders, paths.logs, paths.temporary, paths.marker):
        assert os.path.normpath(folder).startswith(inside + os.sep)
