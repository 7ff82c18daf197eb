"""Walking through the object store, as the window and the command line do."""

from pathlib import Path

import pytest

from render_manager.domain.errors import ObjectPathError
from render_manager.domain.object_listing import folder_of
from render_manager.services.browse import Browsing
from render_manager.services.upload import Uploading
from render_manager.storage.local import LocalStore
from tests.services.conftest import ENGINES


class _Bucket(LocalStore):
    """A folder that stands for the configured bucket."""

    bucket: str | None = "farm"  # type: ignore[assignment]


@pytest.fixture
def browsing(tmp_path: Path) -> Browsing:
    store = _Bucket(tmp_path / "objects")
    return Browsing(store, store, Uploading(store, "uploads", packed=tmp_path / "packed"), ENGINES)


@pytest.mark.parametrize(
    ("typed", "folder"),
    [("", ""), ("/", ""), ("a/b", "a/b/"), (" /a//b/ ", "a/b/"), ("oss://farm/", ""), ("oss://farm/镜头/x", "镜头/x/")],
)
def test_folders_as_people_type_them(browsing: Browsing, typed: str, folder: str) -> None:
    assert browsing.folder(typed) == folder


@pytest.mark.parametrize("typed", ["oss://other/a/", "../a", "a/../b", "a\\b"])
def test_what_is_no_folder(browsing: Browsing, typed: str) -> None:
    with pytest.raises(ObjectPathError):
        browsing.folder(typed)


def test_projects_are_told_by_their_names(browsing: Browsing) -> None:
    for key in ("a/b.ZIP", "b.tar.gz", "c.blend", "d.mb", "e.blend.gz"):
        assert browsing.can_be_project(key), key
    for key in ("a/b.exr", "zip", "blend/readme.txt", "c.blend1"):
        assert not browsing.can_be_project(key), key


def test_carried_in_and_out(browsing: Browsing, tmp_path: Path) -> None:
    scene = tmp_path / "shot.blend"
    scene.write_bytes(b"1")
    assert not browsing.is_taken(scene, "films/")
    assert str(browsing.upload(scene, "films/", user="li").path) == "oss://farm/films/shot.blend"
    assert browsing.is_taken(scene, "films/")
    assert not browsing.is_taken(scene, "")
    assert browsing.path("films/shot.blend") == "oss://farm/films/shot.blend"
    scene.write_bytes(b"another")
    with pytest.raises(ObjectPathError, match="exists"):
        browsing.upload(scene, "films/", user="li")
    browsing.upload(scene, "films/", user="li", overwrite=True)
    browsing.download("films/shot.blend", tmp_path / "again.blend")
    assert (tmp_path / "again.blend").read_bytes() == b"another"


@pytest.mark.parametrize(("key", "folder"), [("a/b/c.zip", "a/b/"), ("a/b/c/", "a/b/"), ("c.zip", ""), ("c/", "")])
def test_what_folder_something_is_in(key: str, folder: str) -> None:
    assert folder_of(key) == folder
