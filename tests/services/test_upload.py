"""Local files, put into the object store."""

from pathlib import Path

import pytest

from render_manager.domain.errors import InvalidTask, ObjectNotFound, ObjectPathError
from tests.services.conftest import House


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    scene = tmp_path / "镜头 1.blend"
    scene.write_bytes(b"scene")
    return scene


def test_the_same_file_goes_to_the_same_place_once(house: House, scene: Path) -> None:
    first = house.uploading.upload(scene, user="li")
    assert str(first.path).startswith("oss://farm/uploads/li/")
    assert str(first.path).endswith("/镜头 1.blend")
    again = house.uploading.upload(scene, user="li")
    assert (again.path, first.fresh, again.fresh) == (first.path, True, False)
    assert len(house.objects.uploads) == 1
    scene.write_bytes(b"another scene")
    assert house.uploading.upload(scene, user="li").path != first.path, "an object may be in use: it is not replaced"
    task = house.submit("1", path=str(first.path))
    assert task.oss_file_path == first.path.key


def test_a_key_or_a_prefix_may_be_named(house: House, scene: Path) -> None:
    assert house.uploading.upload(scene, user="li", key="films/a.blend").path.key == "films/a.blend"
    assert house.uploading.upload(scene, user="li", prefix="/films/").path.key == "films/镜头 1.blend"
    assert house.uploading.upload(scene, user="li", prefix="").path.key == "镜头 1.blend"


def test_another_object_is_replaced_only_if_that_is_asked(house: House, scene: Path) -> None:
    house.objects.held["films/a.blend"] = b"other"
    with pytest.raises(ObjectPathError, match=r"oss://farm/films/a\.blend exists, and not with this content"):
        house.uploading.upload(scene, user="li", key="films/a.blend")
    assert house.objects.held["films/a.blend"] == b"other"
    assert house.uploading.upload(scene, user="li", key="films/a.blend", overwrite=True).fresh
    assert house.objects.held["films/a.blend"] == b"scene"
    assert not house.uploading.upload(scene, user="li", key="films/a.blend").fresh, "the same content is there"


def test_what_can_not_be_is_refused(house: House, scene: Path) -> None:
    with pytest.raises(ObjectNotFound, match="does not exist or is no file"):
        house.uploading.upload(scene.parent / "no.blend", user="li")
    with pytest.raises(InvalidTask):
        house.uploading.upload(scene, user="../li")
