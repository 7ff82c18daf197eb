"""Folders, packed to one file that is the same as long as they are."""

import os
import zipfile
from pathlib import Path

import pytest

from render_manager.domain.errors import ObjectNotFound, ObjectPathError, ObjectStoreError
from render_manager.services.packing import content_of, pack
from tests.services.conftest import House


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "kitchen 010"
    for name, data in {
        "shot.blend": b"BLENDER" * 1000,
        "textures/木.exr": b"\0" * 5000,
        "textures/.DS_Store": b"litter",
        ".git/config": b"litter",
        "Saved/Logs/log.txt": b"made anew",
        "empty.txt": b"",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(data)
    return project


def test_what_is_packed(project: Path, tmp_path: Path) -> None:
    content = content_of(project, leave_out={"saved"})
    assert [file.name for file in content.files] == ["empty.txt", "shot.blend", "textures/木.exr"]
    told: list[tuple[int, int | None]] = []
    pack(content, tmp_path / "out" / "a.zip", lambda done, total: told.append((done, total)))
    assert told[-1] == (12_000, 12_000)
    with zipfile.ZipFile(tmp_path / "out" / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["empty.txt", "shot.blend", "textures/木.exr"]
        assert archive.read("shot.blend") == b"BLENDER" * 1000
    assert os.listdir(tmp_path / "out") == ["a.zip"]


def test_the_same_folder_is_the_same_zip(project: Path, tmp_path: Path) -> None:
    pack(content_of(project), tmp_path / "1.zip")
    before = content_of(project).mark
    for file in sorted(project.rglob("*"), reverse=True):
        os.utime(file, ns=(1, file.stat().st_mtime_ns))  # read meanwhile, as a backup does
    pack(content_of(project), tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert content_of(project).mark == before
    (project / "shot.blend").write_bytes(b"another")
    assert content_of(project).mark != before


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_are_followed_but_not_in_circles(project: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "brass.tx").write_bytes(b"1")
    (project / "lib").symlink_to(library)
    (project / "again").symlink_to(project)
    names = [file.name for file in content_of(project).files]
    assert "lib/brass.tx" in names
    assert not [name for name in names if name.startswith("again/")]


def test_a_file_that_changes_under_the_hand(project: Path, tmp_path: Path) -> None:
    content = content_of(project)
    (project / "shot.blend").write_bytes(b"saved again")
    with pytest.raises(ObjectStoreError, match=r"shot\.blend was changed while it was being packed"):
        pack(content, tmp_path / "a.zip")
    assert not list(tmp_path.glob("*.zip*"))


def test_a_folder_is_submitted_once(house: House, project: Path) -> None:
    words: list[str] = []
    first = house.submission.submit(
        house.spec(path=str(project)),
        progress=lambda done, total: words.append("upload"),
        packing=lambda done, total: words.append("pack"),
    )
    assert first.oss_file_path.startswith("uploads/li/")
    assert first.oss_file_path.endswith("/kitchen 010.zip")
    assert (first.name, first.is_compressed) == ("kitchen 010", True)
    assert words == sorted(words), "packed, then uploaded"
    again = house.submit("1", path=str(project))
    assert again.oss_file_path == first.oss_file_path
    assert len(house.objects.uploads) == 1
    assert not list(house.packed.rglob("*.zip")), "what was sent is not kept here"


def test_an_upload_that_broke_off_needs_no_second_packing(house: House, project: Path) -> None:
    house.objects.away_for_uploads = True
    with pytest.raises(ObjectStoreError):
        house.submit("1", path=str(project))
    kept = list(house.packed.rglob("*.zip"))
    assert len(kept) == 1
    packed_at = kept[0].stat().st_mtime_ns
    house.objects.away_for_uploads = False
    packings: list[int] = []
    house.submission.submit(house.spec(path=str(project)), packing=lambda done, _: packings.append(done))
    assert packings == []
    assert packed_at
    assert not kept[0].exists()


def test_a_packing_that_is_stopped_leaves_nothing(house: House, project: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int | None) -> None:
        raise Stop

    with pytest.raises(Stop):
        house.submission.submit(house.spec(path=str(project)), packing=stop)
    assert [file for file in house.packed.rglob("*") if file.is_file()] == []


def test_what_is_found_at_a_path(house: House, project: Path) -> None:
    found = house.submission.find(str(project))
    assert (found.files, found.local, found.engine) == (4, True, "blender")
    assert house.submission.find("projects/shot.zip").size == 3
    assert house.submission.find(str(project / "shot.blend")).local
    for missing in ("projects/no.zip", str(project / "no.blend")):
        with pytest.raises(ObjectNotFound):
            house.submission.find(missing)
    empty = project / "textures" / "empty"
    empty.mkdir()
    with pytest.raises(ObjectNotFound, match="holds no file"):
        house.submission.find(str(empty))


def test_a_folder_at_a_key_of_its_own(house: House, project: Path) -> None:
    path = house.uploading.upload(project, user="li", prefix="films/").path
    assert path.key == "films/kitchen 010.zip"
    (project / "shot.blend").write_bytes(b"another")
    with pytest.raises(ObjectPathError, match="exists, and not with this content"):
        house.uploading.upload(project, user="li", prefix="films/")
    assert house.uploading.upload(project, user="li", prefix="films/", overwrite=True).fresh


@pytest.mark.parametrize("whole", [Path("/"), Path.home()])
def test_nobody_sends_a_whole_disk_by_a_slip(house: House, whole: Path) -> None:
    with pytest.raises(ObjectPathError, match="far more than a project"):
        house.submit("1", path=str(whole))
