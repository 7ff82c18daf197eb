"""Removing a workspace: all of it or what is asked for, nothing else, and whatever stands in the way."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.config import load_settings
from render_manager.domain.entities import Keep, RenderTask
from render_manager.domain.errors import WorkspaceError
from render_manager.storage.local import LocalStore
from tests.support.archives import zipped
from tests.workers.test_workspace import BLEND, SCENE, make_task, quiet
from workers.removal import delete, remove
from workers.workspace import WorkspacePaths, Workspaces, measure

NOBODY = 65534
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders")


class House:
    """Workspaces of one user on one host, and something precious beside them."""

    def __init__(self, folder: Path) -> None:
        self.objects = LocalStore(folder / "objects")
        self.workspaces = Workspaces(
            load_settings(min_free_disk_gb=0, workspace_root_dir=folder / "root"), self.objects
        )
        archive = zipped(folder / "shot.zip", {"shot/镜头.blend": SCENE, "shot/textures/wood.png": b"x" * 5000})
        self.objects.upload(archive, "shot.zip")
        self.precious = folder / "precious"
        self.precious.mkdir()
        (self.precious / "file").write_text("x")

    def prepared(self) -> tuple[RenderTask, WorkspacePaths]:
        task = make_task("shot.zip")
        self.workspaces.prepare(task, BLEND, quiet)
        paths = self.workspaces.paths(task)
        (paths.renders / "shot_0001.png").write_bytes(b"image")
        (paths.logs / "0001.log").write_text("log")
        return task, paths


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that others reach, too, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="render-manager-removal-") as name:
        Path(name).chmod(0o777)
        (Path(name) / "empty.env").touch()
        monkeypatch.setenv("RENDER_MANAGER_ENV_FILE", f"{name}/empty.env")
        yield Path(name)


@pytest.fixture
def as_nobody(place: Path) -> Iterator[None]:
    """Root may delete everything: these tests are for somebody who may not."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture
def house(place: Path) -> House:
    return House(place)


def test_the_whole_workspace_goes_and_nothing_else(house: House) -> None:
    one, two = house.prepared(), house.prepared()
    paths = one[1]
    (paths.project / "link").symlink_to(house.precious)
    (paths.root / "another").symlink_to(house.precious)
    (paths.renders / "to_file").symlink_to(house.precious / "file")
    assert measure(paths.root) > SCENE.stat().st_size
    assert remove(paths, keep=Keep.NOTHING) is None
    assert not paths.root.exists()
    assert (house.precious / "file").exists()
    assert house.workspaces.prepare(two[0], BLEND, quiet)[1] is False


def test_the_folder_of_a_user_goes_with_the_last_workspace(house: House) -> None:
    (_, one), (_, two) = house.prepared(), house.prepared()
    remove(one, keep=Keep.NOTHING)
    assert one.root.parent.is_dir()
    remove(two, keep=Keep.NOTHING)
    assert not two.root.parent.exists()
    assert house.workspaces.root.is_dir()


def test_renders_and_logs_can_be_kept(house: House) -> None:
    task, paths = house.prepared()
    assert remove(paths, keep=Keep.RENDERS) is None
    assert {path.name for path in paths.root.iterdir()} == {paths.renders.name, paths.logs.name}
    assert house.workspaces.prepare(task, BLEND, quiet)[1] is True
    assert (paths.renders / "shot_0001.png").exists()
    assert remove(paths, keep=Keep.RENDERS) is None
    assert remove(paths, keep=Keep.NOTHING) is None, "and what was kept can go later"
    assert not paths.root.parent.exists()


def test_without_its_download_a_project_renders_on(house: House) -> None:
    task, paths = house.prepared()
    before = measure(paths.root)
    assert remove(paths, keep=Keep.PROJECT) is None
    assert not paths.source.exists()
    assert 0 < measure(paths.root) < before
    house.objects.delete("shot.zip")  # with the object gone, any download would fail
    project_file, fresh = house.workspaces.prepare(task, BLEND, quiet)
    assert (project_file.name, fresh) == ("镜头.blend", False)
    assert (paths.renders / "shot_0001.png").exists()


@pytest.mark.parametrize("keep", Keep)
def test_what_is_gone_already_is_no_failure(house: House, keep: Keep) -> None:
    _, paths = house.prepared()
    for _ in range(2):
        assert remove(paths, keep=keep) is None
    assert remove(house.workspaces.paths(make_task("shot.zip")), keep=keep) is None


def test_half_a_workspace_is_not_taken_for_ready_and_is_finished(house: House) -> None:
    task, paths = house.prepared()

    class Killed(BaseException):
        pass

    def die(event: str, details: tuple[object, ...]) -> None:
        if armed and event == "os.remove" and str(details[0]).endswith("wood.png"):
            raise Killed

    armed = True
    sys.addaudithook(die)  # hooks can't be taken back, hence the switch
    with pytest.raises(Killed):
        remove(paths, keep=Keep.NOTHING)
    armed = False
    assert paths.project.is_dir()
    assert not paths.marker.exists(), "it went first"
    assert remove(paths, keep=Keep.NOTHING) is None
    assert not paths.root.exists()
    assert house.workspaces.prepare(task, BLEND, quiet)[1] is True


@posix
def test_what_is_read_only_goes(as_nobody: None, house: House) -> None:
    _, paths = house.prepared()
    textures = paths.project / "shot" / "textures"
    (textures / "wood.png").chmod(0o400)
    locked = textures / "locked"
    locked.mkdir()
    (locked / "deep").write_text("x")
    locked.chmod(0o000)
    for folder in (textures, paths.project, paths.root):
        folder.chmod(0o555)
    assert remove(paths, keep=Keep.NOTHING) is None
    assert not paths.root.exists()


@posix
def test_permissions_outside_are_left_alone(as_nobody: None, house: House) -> None:
    """A link in a folder that can't be written stands in the way; what it points to has nothing to do with it."""
    _, paths = house.prepared()
    (paths.project / "link").symlink_to(house.precious / "file")
    (house.precious / "file").chmod(0o444)
    paths.project.chmod(0o555)
    assert remove(paths, keep=Keep.NOTHING) is None
    assert (house.precious / "file").stat().st_mode & 0o777 == 0o444


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="needs files of somebody else's")
class TestFilesInUse:
    """Files that can't be deleted now, as those that a program of Windows has open: here a folder of root's."""

    def test_they_are_tried_again(self, as_nobody: None, house: House) -> None:
        _, paths = house.prepared()
        held = self._held(paths)
        pauses = 0

        def pause() -> bool:
            nonlocal pauses
            pauses += 1
            if pauses == 3:
                self._let_go(held)
            return True

        assert remove(paths, keep=Keep.NOTHING, pause=pause) is None
        assert pauses == 3
        assert not paths.root.exists()

    def test_they_are_named_in_the_end_and_the_rest_is_gone(self, as_nobody: None, house: House) -> None:
        task, paths = house.prepared()
        held = self._held(paths)
        failure = remove(paths, keep=Keep.NOTHING)
        assert failure == (
            f"1 file(s) could not be deleted, first: {held / 'in_use.exr'} (Permission denied). "
            "Close the program that has it open, or change its permissions, and clean up again."
        )
        left = {path.name for path in paths.root.rglob("*") if path.is_file()}
        assert left == {"in_use.exr"}
        self._let_go(held)
        assert remove(paths, keep=Keep.NOTHING) is None
        assert house.workspaces.prepare(task, BLEND, quiet)[1] is True

    def test_a_deletion_that_must_succeed_names_them(self, as_nobody: None, house: House) -> None:
        _, paths = house.prepared()
        held = self._held(paths)
        with pytest.raises(WorkspaceError, match=r"in_use\.exr \(Permission denied\)"):
            delete(paths.project)
        self._let_go(held)
        delete(paths.project)
        assert not paths.project.exists()
        delete(paths.project)

    def _held(self, paths: WorkspacePaths) -> Path:
        folder = paths.project / "held"
        folder.mkdir()
        (folder / "in_use.exr").write_bytes(b"x")
        os.seteuid(0)
        os.chown(folder, 0, 0)
        os.seteuid(NOBODY)
        return folder

    def _let_go(self, folder: Path) -> None:
        os.seteuid(0)
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="needs files of somebody else's")
def test_with_a_marker_that_stays_nothing_goes(as_nobody: None, house: House) -> None:
    """A workspace that looks ready must be whole."""
    _, paths = house.prepared()
    before = set(paths.root.rglob("*"))
    os.seteuid(0)
    os.chown(paths.root, 0, 0)
    os.seteuid(NOBODY)
    failure = remove(paths, keep=Keep.NOTHING)
    assert failure
    assert str(paths.marker) in failure
    assert set(paths.root.rglob("*")) == before
