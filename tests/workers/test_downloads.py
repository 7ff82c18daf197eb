"""What a host fetched: fetched once, used again, let go of in time, never half or old."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from render_manager.domain.entities import ObjectInfo
from render_manager.domain.errors import NotEnoughSpace, ObjectNotFound
from render_manager.storage.oss import OssStore
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, OssServer
from workers.downloads import Downloads
from workers.ends import Aborted
from workers.transfer import Transfer

MB = 1024 * 1024


@pytest.fixture
def oss_server() -> Iterator[OssServer]:
    with OssServer() as server:
        yield server


@pytest.fixture
def make_objects(oss_server: OssServer, tmp_path: Path) -> Iterator[Callable[..., OssStore]]:
    made: list[OssStore] = []

    def make(backoff: float = 0.01) -> OssStore:
        folder = tmp_path / "checkpoints"
        credentials = (ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET)
        made.append(
            OssStore(oss_server.url, *credentials, checkpoint_dir=folder, region=REGION, backoff=backoff, part_size=MB)
        )
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def objects(make_objects: Callable[..., OssStore]) -> OssStore:
    return make_objects()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def downloads(root: Path, objects: OssStore) -> Downloads:
    return Downloads(root, objects, most_bytes=10 * MB, min_free=0)


def quiet(_: str) -> None:
    return


def fetched(downloads: Downloads, key: str, target: Path) -> bytes:
    downloads.fetch(key, target, quiet)
    return target.read_bytes()


def test_what_did_not_change_is_fetched_once(downloads: Downloads, oss_server: OssServer, root: Path) -> None:
    oss_server.put("a.zip", b"first")
    for place in ("one", "two"):
        assert fetched(downloads, "a.zip", root / place) == b"first"
        (root / place).unlink()
    assert oss_server.count("GET") == 1
    oss_server.put("a.zip", b"second")
    assert fetched(downloads, "a.zip", root / "three") == b"second"
    assert oss_server.count("GET") == 2


def test_a_copy_that_somebody_changed_is_not_used(downloads: Downloads, oss_server: OssServer, root: Path) -> None:
    oss_server.put("a.zip", b"first")
    downloads.fetch("a.zip", root / "one", quiet)
    (root / "one").write_bytes(b"edited in place")
    assert fetched(downloads, "a.zip", root / "two") == b"first"


def test_a_disk_without_links_gets_a_copy(
    downloads: Downloads, oss_server: OssServer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    oss_server.put("a.zip", b"first")
    assert fetched(downloads, "a.zip", root / "one") == b"first"
    assert (root / "one").stat().st_nlink == 1
    assert sorted(path.name for path in root.iterdir()) == [".downloads", "one"]


def test_two_at_the_same_time_fetch_it_once(downloads: Downloads, oss_server: OssServer, root: Path) -> None:
    data = os.urandom(3 * MB)
    oss_server.put("a.zip", data)
    oss_server.fail(times=1000, chunk_pause=0.05)
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda place=place: downloads.fetch("a.zip", root / place, said.append))
        for place in ("one", "two")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (root / "one").read_bytes() == (root / "two").read_bytes() == data
    asked = sorted(request.range or "" for request in oss_server.requests if request.method == "GET")
    assert len(asked) == len(set(asked)), "a part was fetched twice"
    assert any("another task" in text for text in said)


def test_the_oldest_go_when_it_is_too_much(downloads: Downloads, oss_server: OssServer, root: Path) -> None:
    for number in range(4):
        oss_server.put(f"{number}.zip", bytes([number]) * 4 * MB)
        fetched(downloads, f"{number}.zip", root / "here")  # the link to the one before goes
        if number == 1:
            fetched(downloads, "0.zip", root / "here")  # used again: 1 is the oldest now
    before = oss_server.count("GET")
    for number in (3, 2, 0):
        fetched(downloads, f"{number}.zip", root / "here")
    assert oss_server.count("GET") == before
    fetched(downloads, "1.zip", root / "here")
    assert oss_server.count("GET") > before


def test_what_a_workspace_has_costs_nothing(root: Path, objects: OssStore, oss_server: OssServer) -> None:
    downloads = Downloads(root, objects, most_bytes=0, min_free=0)
    oss_server.put("a.zip", b"first")
    downloads.fetch("a.zip", root / "one", quiet)
    downloads.fetch("a.zip", root / "two", quiet)
    assert oss_server.count("GET") == 1
    for place in ("one", "two"):
        (root / place).unlink()
    downloads.trim()
    downloads.fetch("a.zip", root / "three", quiet)
    assert oss_server.count("GET") == 2


def test_what_is_in_use_stays(downloads: Downloads, oss_server: OssServer, root: Path) -> None:
    data = os.urandom(2 * MB)
    oss_server.put("a.zip", data)
    oss_server.fail(times=1000, chunk_pause=0.02)
    thread = threading.Thread(target=lambda: downloads.fetch("a.zip", root / "one", quiet))
    thread.start()
    while not oss_server.count("GET"):
        time.sleep(0.01)
    downloads.drop("a.zip")
    thread.join()
    assert (root / "one").read_bytes() == data
    downloads.drop("a.zip")
    assert not any(path.is_dir() for path in (root / ".downloads").iterdir())


def test_the_disk_is_cleared_of_downloads_before_a_task_is_refused(
    root: Path, objects: OssStore, oss_server: OssServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = Downloads(root, objects, most_bytes=100 * MB, min_free=5 * MB)
    kept = root / ".downloads"

    def free(_: object) -> object:
        used = sum(path.stat().st_size for path in kept.rglob("content")) if kept.exists() else 0
        return type("Usage", (), {"free": 12 * MB - used})

    monkeypatch.setattr("workers.downloads.shutil.disk_usage", free)
    for name in ("a", "b"):
        oss_server.put(name, os.urandom(4 * MB))
    fetched(downloads, "a", root / "here")
    (root / "here").unlink()
    fetched(downloads, "b", root / "here")
    assert len(list(kept.glob("*/content"))) == 1
    oss_server.put("huge", os.urandom(8 * MB))
    (root / "here").unlink()
    with pytest.raises(NotEnoughSpace, match=r"huge has 8\.0 MB, but only 12\.0 MB are free .* MIN_FREE_DISK_GB"):
        downloads.fetch("huge", root / "here", quiet)
    assert not (root / "here").exists()


@pytest.mark.parametrize("fault", [{"chunk_pause": 30.0}, {"status": 503}], ids=["stalled", "unavailable"])
def test_who_leaves_does_not_wait_for_the_network(
    make_objects: Callable[..., OssStore], oss_server: OssServer, root: Path, fault: dict[str, float]
) -> None:
    downloads = Downloads(root, make_objects(backoff=60), most_bytes=10 * MB, min_free=0)
    oss_server.put("a.zip", os.urandom(3 * MB))
    oss_server.fail(times=1000, **fault)
    asked_at = 0.0

    def leave(_: str) -> None:
        nonlocal asked_at
        if oss_server.count("GET"):
            asked_at = time.monotonic()
            raise Aborted

    with pytest.raises(Aborted):
        downloads.fetch("a.zip", root / "one", leave)
    assert time.monotonic() - asked_at < 1
    assert not (root / "one").exists()


def test_a_missing_object_is_said(downloads: Downloads, root: Path) -> None:
    with pytest.raises(ObjectNotFound, match="no/such"):
        downloads.fetch("no/such", root / "one", quiet)


def test_a_fetch_that_broke_off_is_resumed_by_another_task(
    downloads: Downloads, oss_server: OssServer, root: Path
) -> None:
    data = os.urandom(8 * MB)
    oss_server.put("a.zip", data)
    oss_server.fail(times=1000, chunk_pause=0.05)

    def leave_half_way(text: str) -> None:
        if sum(request.status == 206 for request in oss_server.requests) > 5:
            raise Aborted

    with pytest.raises(Aborted):
        downloads.fetch("a.zip", root / "one", leave_half_way)
    oss_server.faults.clear()
    before = oss_server.count("GET")
    assert fetched(downloads, "a.zip", root / "two") == data
    assert oss_server.count("GET") - before < 8


def test_how_far_it_is_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("workers.transfer.time.monotonic", lambda: now)
    transfer = Transfer()
    assert transfer.words() == "Downloading"
    transfer.progress(10 * MB, 400 * MB)
    assert transfer.words() == "Downloading 2 % of 400.0 MB"
    for second in range(1, 4):
        now = 1000.0 + second
        transfer.progress((10 + 30 * second) * MB, 400 * MB)
        said = transfer.words()
    assert said.startswith("Downloading 25 % of 400.0 MB, 3")
    assert said.endswith(" left")
    now += 60
    transfer.words()
    now += 2
    assert transfer.words() == "Downloading 25 % of 400.0 MB", "nothing moves"
    transfer.waits = "Waiting"
    assert transfer.words() == "Waiting"


def test_an_object_replaced_while_it_is_fetched_is_fetched_anew(
    downloads: Downloads, objects: OssStore, oss_server: OssServer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oss_server.put("a.zip", b"first")
    stat = objects.stat

    def replaced(key: str) -> ObjectInfo:
        info = stat(key)
        oss_server.put("a.zip", b"second")
        return info

    monkeypatch.setattr(objects, "stat", replaced)
    assert fetched(downloads, "a.zip", root / "one") == b"second"
