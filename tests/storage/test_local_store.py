"""A folder as object store: what only a folder has."""

from pathlib import Path

import pytest

from render_manager.domain.errors import ObjectNotFound, ObjectPathError, ObjectStoreError
from render_manager.storage.local import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "objects")


def test_it_has_no_bucket(store: LocalStore) -> None:
    assert store.bucket is None


def test_links_to_the_outside_are_refused(store: LocalStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "file").write_bytes(b"secret")
    (tmp_path / "objects" / "link").symlink_to(secret / "file")
    (tmp_path / "objects" / "folder").symlink_to(secret)
    (tmp_path / "objects" / "dangling").symlink_to(tmp_path / "new")
    for key in ["link", "folder/file", "dangling"]:
        with pytest.raises(ObjectPathError):
            store.stat(key)
        with pytest.raises(ObjectPathError):
            store.upload(secret / "file", key)
        with pytest.raises(ObjectPathError):
            store.delete(key)
    assert list(store.list()) == []
    assert (secret / "file").read_bytes() == b"secret"
    assert not (tmp_path / "new").exists()


def test_links_inside_are_objects(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "objects" / "real").write_bytes(b"1")
    (tmp_path / "objects" / "alias").symlink_to("real")
    assert [entry.key for entry in store.list()] == ["alias", "real"]


def test_an_unfinished_upload_is_no_object(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "objects" / ".uploading-0123").write_bytes(b"half")
    assert list(store.list()) == []


@pytest.mark.parametrize("key", ["a//b", "./a", "a/./b"])
def test_one_object_has_one_key(store: LocalStore, key: str) -> None:
    with pytest.raises(ObjectPathError):
        store.stat(key)


def test_an_object_changed_while_it_is_read_is_not_taken(store: LocalStore, tmp_path: Path) -> None:
    stored = tmp_path / "objects" / "k"
    stored.write_bytes(bytes(10))

    def change(done: int, total: int | None) -> None:
        stored.write_bytes(bytes(11))

    with pytest.raises(ObjectStoreError, match="changed while"):
        store.download("k", tmp_path / "target", change)
    assert not (tmp_path / "target").exists()


def test_a_key_below_an_object_is_refused(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "objects" / "a").write_bytes(b"")
    (tmp_path / "source").write_bytes(b"")
    with pytest.raises(ObjectNotFound):
        store.stat("a/b")
    with pytest.raises(ObjectStoreError):
        store.upload(tmp_path / "source", "a/b")


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ObjectStoreError, match="file"):
        LocalStore(tmp_path / "file")


def test_a_folder_that_went_away_is_no_missing_object(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "objects").rmdir()
    with pytest.raises(ObjectStoreError, match="can't be reached"):
        store.stat("k")
