"""What every object store does, run against the local folder and against OSS over HTTP."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from render_manager.domain.errors import (
    NotEnoughSpace,
    ObjectNotFound,
    ObjectPathError,
    ObjectStoreError,
)
from render_manager.domain.object_listing import ObjectPage
from render_manager.services.ports import ObjectBrowser
from render_manager.storage.local import LocalStore
from render_manager.storage.oss import OssStore
from tests.storage.conftest import PART, MakeStore


class Stop(Exception):
    pass


@dataclass
class Subject:
    store: LocalStore | OssStore
    put: Callable[[str, bytes], None]


@pytest.fixture(params=["local", "oss"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    if request.param == "local":
        root = tmp_path / "objects"

        def put(key: str, data: bytes) -> None:
            (root / key).parent.mkdir(parents=True, exist_ok=True)
            (root / key).write_bytes(data)

        return Subject(LocalStore(root), put)
    make: MakeStore = request.getfixturevalue("make_oss")
    server = request.getfixturevalue("oss_server")
    return Subject(make(), lambda key, data: server.put(key, data))


SIZES = [0, 1, PART, PART + 1, 3 * PART + 17]


@pytest.mark.parametrize("size", SIZES)
def test_download_writes_the_object(subject: Subject, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    subject.put("shots/海边 镜头+1.zip", data)
    told: list[tuple[int, int | None]] = []
    target = tmp_path / "new folder" / "shot.zip"
    info = subject.store.download("shots/海边 镜头+1.zip", target, lambda *progress: told.append(progress))
    assert target.read_bytes() == data
    assert list(target.parent.iterdir()) == [target]
    assert info == subject.store.stat("shots/海边 镜头+1.zip")
    assert info.size == size
    assert told[0] == (0, size)
    assert told[-1] == (size, size)


@pytest.mark.parametrize("size", SIZES)
def test_upload_is_what_download_gives_back(subject: Subject, tmp_path: Path, size: int) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(os.urandom(size))
    told: list[tuple[int, int | None]] = []
    info = subject.store.upload(source, "a/b.bin", lambda *progress: told.append(progress))
    assert (info.key, info.size) == ("a/b.bin", size)
    subject.store.download("a/b.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == source.read_bytes()
    assert told[0] == (0, size)
    assert told[-1] == (size, size)


def test_download_replaces_an_older_file(subject: Subject, tmp_path: Path) -> None:
    target = tmp_path / "target.bin"
    target.write_bytes(b"old and longer")
    subject.put("k", b"new")
    subject.store.download("k", target)
    assert target.read_bytes() == b"new"


def test_etag_changes_with_the_content(subject: Subject) -> None:
    subject.put("k", b"one")
    first = subject.store.stat("k")
    subject.put("k", b"other")
    assert subject.store.stat("k").etag != first.etag
    assert first.modified_at > 1_600_000_000


def test_list_is_by_prefix_and_in_order(subject: Subject) -> None:
    for key in ["b/2.zip", "b/1.zip", "a/é ü.zip", "bc.zip"]:
        subject.put(key, key.encode())
    assert [entry.key for entry in subject.store.list()] == ["a/é ü.zip", "b/1.zip", "b/2.zip", "bc.zip"]
    entries = list(subject.store.list("b/"))
    assert [entry.key for entry in entries] == ["b/1.zip", "b/2.zip"]
    assert entries[0] == subject.store.stat("b/1.zip")
    assert list(subject.store.list("nothing")) == []


def test_a_missing_object_is_named(subject: Subject, tmp_path: Path) -> None:
    subject.put("folder/k", b"")
    for key in ["missing.zip", "folder"]:
        with pytest.raises(ObjectNotFound, match=key):
            subject.store.stat(key)
        with pytest.raises(ObjectNotFound, match=key):
            subject.store.download(key, tmp_path / "x" / "target")
    assert not (tmp_path / "x" / "target").exists()


def test_delete_twice(subject: Subject) -> None:
    subject.put("k", b"1")
    subject.store.delete("k")
    subject.store.delete("k")
    with pytest.raises(ObjectNotFound):
        subject.store.stat("k")


@pytest.mark.parametrize(
    "key", ["", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a\\b", "..\\x", "a\0b", "a\nb", "a/"]
)
def test_a_key_never_climbs(subject: Subject, tmp_path: Path, key: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"evil")
    before = sorted(tmp_path.rglob("*"))
    for call in (
        lambda: subject.store.stat(key),
        lambda: subject.store.download(key, tmp_path / "target"),
        lambda: subject.store.upload(source, key),
        lambda: subject.store.delete(key),
    ):
        with pytest.raises(ObjectPathError):
            call()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("size", [10, 3 * PART])
@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("error", [Stop("by user"), OSError(5, "from the callback"), ConnectionError("callback")])
def test_what_progress_raises_stops_a_download_and_passes(
    subject: Subject, tmp_path: Path, size: int, at_end: bool, error: Exception
) -> None:
    subject.put("k", os.urandom(size))
    calls = 0

    def stop(done: int, total: int | None) -> None:
        nonlocal calls
        if not at_end or done == total:
            calls += 1
            raise error

    with pytest.raises(type(error)) as caught:
        subject.store.download("k", tmp_path / "target", stop)
    assert caught.value is error
    assert calls == 1
    assert not (tmp_path / "target").exists()
    assert not (tmp_path / "target.part").exists()


@pytest.mark.parametrize("size", [10, 3 * PART])
@pytest.mark.parametrize("error", [Stop("by user"), OSError(5, "from the callback")])
def test_what_progress_raises_stops_an_upload_and_passes(
    subject: Subject, tmp_path: Path, size: int, error: Exception
) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))

    def stop(done: int, total: int | None) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        subject.store.upload(source, "k", stop)
    assert caught.value is error
    with pytest.raises(ObjectNotFound):
        subject.store.stat("k")
    assert list(subject.store.list()) == []


@pytest.mark.parametrize("size", [3 * PART, 5 * PART])
def test_a_disk_too_small_is_refused_before_writing(subject: Subject, tiny_disk: Path, size: int) -> None:
    (tiny_disk / "other").write_bytes(bytes(2 * PART))
    subject.put("k", os.urandom(size))
    with pytest.raises(NotEnoughSpace, match=r"2\.0 MB free; [35]\.0 MB are needed"):
        subject.store.download("k", tiny_disk / "target")
    assert [path.name for path in tiny_disk.iterdir()] == ["other"]


@pytest.mark.parametrize("size", [PART, 3 * PART])
def test_a_disk_that_becomes_full_is_left_clean(subject: Subject, tiny_disk: Path, size: int) -> None:
    subject.put("k", os.urandom(size))

    def someone_else(done: int, total: int | None) -> None:
        if not done:
            fill(tiny_disk / "other")

    with pytest.raises(NotEnoughSpace):
        subject.store.download("k", tiny_disk / "target", someone_else)
    (tiny_disk / "other").unlink()
    assert list(tiny_disk.iterdir()) == []
    # The same download works once there is room.
    assert subject.store.download("k", tiny_disk / "target").size == size


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for block in (65536, 4096, 1):
            try:
                while file.write(bytes(block)) == block:
                    pass
            except OSError:
                continue


def test_a_target_that_cannot_be_written_is_named(subject: Subject, tmp_path: Path) -> None:
    subject.put("k", b"data")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ObjectStoreError, match="file"):
        subject.store.download("k", tmp_path / "file" / "target")


def test_a_source_that_is_missing_is_named(subject: Subject, tmp_path: Path) -> None:
    with pytest.raises(ObjectStoreError, match=r"missing\.zip"):
        subject.store.upload(tmp_path / "missing.zip", "k")


def _all_pages(store: ObjectBrowser, folder: str, limit: int) -> list[ObjectPage]:
    pages = [store.page(folder, limit=limit)]
    while pages[-1].following:
        pages.append(store.page(folder, pages[-1].following, limit=limit))
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_a_folder_is_walked_through_page_by_page(subject: Subject, limit: int) -> None:
    for key in ("a/1", "a/2", "a/3", "a.zip", "é 镜头/<&>.blend", "z/deep/er/1.exr", "z/deep/er/2.exr", "z/x"):
        subject.put(key, key.encode())
    pages = _all_pages(subject.store, "", limit)
    assert [folder for page in pages for folder in page.folders] == ["a/", "z/", "é 镜头/"]
    assert [(info.key, info.size) for page in pages for info in page.objects] == [("a.zip", 5)]
    assert all(len(page.folders) + len(page.objects) <= limit for page in pages)
    inside = _all_pages(subject.store, "z/", limit)
    assert [folder for page in inside for folder in page.folders] == ["z/deep/"]
    assert [info.key for page in inside for info in page.objects] == ["z/x"]
    assert subject.store.page("é 镜头/").objects[0] == subject.store.stat("é 镜头/<&>.blend")


def test_a_folder_that_nothing_is_in(subject: Subject) -> None:
    subject.put("a/1", b"")
    assert subject.store.page("b/") == subject.store.page("a/1/") == ObjectPage((), ())


@pytest.mark.parametrize("folder", ["a", "../", "a/../../", "/", "a\\b/", "/etc/"])
def test_what_is_no_folder_is_not_looked_into(subject: Subject, folder: str) -> None:
    with pytest.raises(ObjectPathError):
        subject.store.page(folder)
