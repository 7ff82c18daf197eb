"""OSS over real HTTP with real oss2: signatures, what the network does, and what the user is told."""

import logging
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from render_manager.domain.errors import (
    ObjectNotFound,
    ObjectStoreError,
    RenderManagerError,
    SettingsError,
)
from render_manager.storage.oss import OssStore
from render_manager.storage.oss_endpoint import endpoint_url, region_of
from tests.storage.conftest import PART, MakeStore
from tests.support.oss_server import (
    ACCESS_KEY_ID,
    ACCESS_KEY_SECRET,
    BUCKET,
    REGION,
    OssServer,
)

SMALL = os.urandom(200_000)
LARGE = os.urandom(6 * PART + 5)


class Stop(Exception):
    pass


# --- endpoint and signature -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "url", "region"),
    [
        ("oss-cn-hangzhou.aliyuncs.com", "https://oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou"),
        ("oss-cn-hangzhou-internal.aliyuncs.com", "https://oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou"),
        ("http://oss-us-west-1.aliyuncs.com/", "http://oss-us-west-1.aliyuncs.com", "us-west-1"),
        ("renders.oss-cn-beijing.aliyuncs.com", "https://oss-cn-beijing.aliyuncs.com", "cn-beijing"),
        ("oss-accelerate.aliyuncs.com", "https://oss-accelerate.aliyuncs.com", None),
        ("oss-accelerate-overseas.aliyuncs.com", "https://oss-accelerate-overseas.aliyuncs.com", None),
        ("files.example.com", "https://files.example.com", None),
        ("localhost:9000", "http://localhost:9000", None),
        (" 10.0.0.7:9000 ", "http://10.0.0.7:9000", None),
        ("[::1]:9000", "http://[::1]:9000", None),
    ],
)
def test_scheme_and_region_are_read_from_the_endpoint(endpoint: str, url: str, region: str | None) -> None:
    assert endpoint_url(endpoint, BUCKET) == url
    assert region_of(endpoint) == region


@pytest.mark.parametrize("region", [REGION, None])
@pytest.mark.parametrize("token", [None, "session-token"])
def test_every_signature_is_accepted(tmp_path: Path, region: str | None, token: str | None) -> None:
    with OssServer(security_token=token) as server:
        store = OssStore(
            f" {server.url} ",
            f" {ACCESS_KEY_ID}\n",
            f"{ACCESS_KEY_SECRET} ",
            BUCKET,
            checkpoint_dir=tmp_path / "c",
            region=region,
            security_token=token,
            part_size=PART,
        )
        assert store.bucket == BUCKET
        source = tmp_path / "source"
        source.write_bytes(LARGE)
        store.upload(source, "镜头/a b.bin")
        assert [entry.key for entry in store.list("镜头/")] == ["镜头/a b.bin"]
        store.download("镜头/a b.bin", tmp_path / "target")
        assert (tmp_path / "target").read_bytes() == LARGE
        store.delete("镜头/a b.bin")
        assert server.objects == {}


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": ""},
        {"endpoint": "oss endpoint"},
        {"access_key_id": " "},
        {"access_key_secret": ""},
        {"bucket_name": ""},
        {"bucket_name": "Bad_Bucket"},
    ],
)
def test_settings_that_cannot_work_are_said_at_once(make_oss: MakeStore, change: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="OSS") as caught:
        make_oss(**change)
    assert ACCESS_KEY_SECRET not in str(caught.value)


def test_oss2_is_loaded_when_a_store_is_made_and_not_before() -> None:
    code = "import sys, render_manager.storage.oss; sys.exit('oss2' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", [REGION, None])
@pytest.mark.parametrize(
    "change",
    [{"access_key_secret": "wrong-secret"}, {"access_key_id": "wrong-id"}, {"security_token": "wrong-token"}],
)
def test_a_refused_key_is_said_once_and_without_secrets(
    make_oss: MakeStore,
    oss_server: OssServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    region: str | None,
    change: dict[str, str],
) -> None:
    caplog.set_level(logging.DEBUG)
    store = make_oss(region=region, **change)
    oss_server.put("k", b"1")
    (tmp_path / "source").write_bytes(b"2")
    calls: list[Callable[[], object]] = [
        lambda: store.stat("k"),
        lambda: store.download("k", tmp_path / "target"),
        lambda: store.upload(tmp_path / "source", "k"),
        lambda: list(store.list()),
        lambda: store.delete("k"),
    ]
    for call in calls:
        before = len(oss_server.requests)
        with pytest.raises(ObjectStoreError, match=f"access key was refused for bucket '{BUCKET}'") as caught:
            call()
        assert len(oss_server.requests) == before + 1
        assert caught.value.__cause__ is None
        said = str(caught.value)
        for secret in (ACCESS_KEY_SECRET, "wrong-secret", "wrong-token", "StringToSign", "http://"):
            assert secret not in said
    assert oss_server.objects["k"].data == b"1"
    assert "wrong-" not in caplog.text
    assert "string to be signed" not in caplog.text


def test_a_missing_bucket_is_no_missing_object(make_oss: MakeStore) -> None:
    with pytest.raises(ObjectStoreError, match="no bucket 'elsewhere'"):
        make_oss(bucket_name="elsewhere").stat("k")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "InvalidObjectState", "archive storage"),
        (403, "RequestTimeTooSkewed", "clock"),
        (400, "InvalidArgument", "InvalidArgument"),
        (403, "AccessDenied", "refused for bucket"),
    ],
)
def test_refusals_are_explained_and_not_repeated(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, status: int, code: str, said: str
) -> None:
    oss_server.put("k", SMALL)
    oss_server.fail(status=status, code=code, times=9)
    with pytest.raises(ObjectStoreError, match=said):
        make_oss().download("k", tmp_path / "folder" / "target")
    assert oss_server.count("GET") == 1
    assert list((tmp_path / "folder").iterdir()) == []


def test_an_endpoint_that_is_away_is_said(make_oss: MakeStore, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ObjectStoreError, match=f"{endpoint} can't be reached"):
            make_oss(endpoint=endpoint).download("k", tmp_path / "target")


def test_a_host_that_has_no_address_is_said(make_oss: MakeStore) -> None:
    with pytest.raises(ObjectStoreError, match=r"nowhere\.invalid can't be reached"):
        make_oss(endpoint="nowhere.invalid").stat("k")


def test_a_server_that_never_answers_is_given_up(make_oss: MakeStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = make_oss(endpoint=f"127.0.0.1:{silent.getsockname()[1]}", read_timeout=0.2)
        began = time.monotonic()
        with pytest.raises(ObjectStoreError, match="can't be reached"):
            store.stat("k")
        assert time.monotonic() - began < 5


# --- faults of the way ------------------------------------------------------------------------------------------------

FAULTS = [
    {"drop_after": 70_000},
    {"drop_after": 0},
    {"status": 500},
    {"status": 503, "code": "ServiceUnavailable"},
    {"status": 429, "code": "TooManyRequests"},
    {"corrupt": True},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_a_download_survives_faults(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, fault: dict[str, object], data: bytes
) -> None:
    oss_server.put("k", data)
    oss_server.fail(times=2, **fault)
    target = tmp_path / "folder" / "target"
    make_oss(attempts=4).download("k", target)
    assert target.read_bytes() == data
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_a_download_that_fails_leaves_no_target(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, fault: dict[str, object], data: bytes
) -> None:
    oss_server.put("k", data)
    oss_server.fail(times=1000, **fault)
    target = tmp_path / "folder" / "target"
    with pytest.raises(ObjectStoreError) as caught:
        make_oss().download("k", target)
    assert ACCESS_KEY_SECRET not in str(caught.value)
    assert not target.exists()
    if data is SMALL:
        assert list(target.parent.iterdir()) == []
        assert oss_server.count("GET") == 3
    # Whatever is left helps the next try and does not outlive it.
    oss_server.faults.clear()
    make_oss().download("k", target)
    assert target.read_bytes() == data
    assert list(target.parent.iterdir()) == [target]


def test_damage_is_told_from_a_lost_connection(make_oss: MakeStore, oss_server: OssServer, tmp_path: Path) -> None:
    oss_server.put("k", SMALL)
    oss_server.fail(times=9, corrupt=True)
    with pytest.raises(ObjectStoreError, match="damaged"):
        make_oss().download("k", tmp_path / "target")
    oss_server.faults.clear()
    oss_server.fail(times=9, status=503, code="ServiceUnavailable")
    with pytest.raises(ObjectStoreError, match="ServiceUnavailable"):
        make_oss().download("k", tmp_path / "target")


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_an_object_replaced_on_the_way_is_never_mixed(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, data: bytes
) -> None:
    oss_server.put("k", data)
    newer = os.urandom(len(data))
    oss_server.fail(method="HEAD", replace_with=newer)
    target = tmp_path / "target"
    before = oss_server.count("GET")
    with pytest.raises(ObjectStoreError, match="replaced while"):
        make_oss().download("k", target)
    assert oss_server.count("GET") - before <= 4  # one per thread, none repeated
    assert not target.exists()
    make_oss().download("k", target)
    assert target.read_bytes() == newer
    assert [path.name for path in tmp_path.iterdir() if "target" in path.name] == ["target"]


def test_a_replacement_between_parts_is_noticed(make_oss: MakeStore, oss_server: OssServer, tmp_path: Path) -> None:
    oss_server.put("k", LARGE)
    oss_server.fail(skip=3, replace_with=os.urandom(len(LARGE)))
    with pytest.raises(ObjectStoreError, match="replaced while"):
        make_oss().download("k", tmp_path / "target")


def test_a_large_download_is_resumed_by_another_store(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path
) -> None:
    oss_server.put("k", LARGE)
    oss_server.fail(skip=3, times=1000, drop_after=2)
    target = tmp_path / "target"
    with pytest.raises(ObjectStoreError, match="breaks the connection"):
        make_oss().download("k", target)
    oss_server.faults.clear()
    oss_server.requests.clear()
    told: list[int] = []
    make_oss().download("k", target, lambda done, total: told.append(done))
    assert target.read_bytes() == LARGE
    assert oss_server.count("GET") == 4  # of seven parts
    assert list((tmp_path / "checkpoints").rglob("*--*")) == []
    assert [path for path in tmp_path.iterdir() if ".tmp-" in path.name] == []


def test_a_download_cut_three_times_fetches_little_twice(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path
) -> None:
    """As when the network goes for a moment: every connection breaks at once."""
    size = 300 * 1024 * 1024
    data = random.Random(1).randbytes(1024 * 1024) * (size // (1024 * 1024))
    oss_server.put("k", data)
    oss_server.cuts = [size * percent // 100 for percent in (30, 60, 90)]
    make_oss(part_size=2 * PART).download("k", tmp_path / "target")
    assert not oss_server.cuts
    assert (tmp_path / "target").read_bytes() == data
    assert oss_server.served < 1.15 * size


def test_what_lay_on_the_disk_is_checked_before_it_is_trusted(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path
) -> None:
    oss_server.put("k", LARGE)
    oss_server.fail(skip=3, times=1000, drop_after=2)
    target = tmp_path / "target"
    with pytest.raises(ObjectStoreError):
        make_oss().download("k", target)
    oss_server.faults.clear()
    [unfinished] = tmp_path.glob("target.part.tmp-*")
    unfinished.write_bytes(bytes(unfinished.stat().st_size))  # as after a power cut
    make_oss().download("k", target)
    assert target.read_bytes() == LARGE


def test_tries_are_counted_anew_after_a_gain(make_oss: MakeStore, oss_server: OssServer, tmp_path: Path) -> None:
    """A bad line that loses every connection now and then still brings a big project home."""
    oss_server.put("k", LARGE)
    for _ in range(6):  # more than there are attempts; on a busy machine two in a row may fall between two gains
        oss_server.fail(skip=1, times=1, drop_after=2)
    make_oss(attempts=4).download("k", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == LARGE


def test_strays_of_lost_checkpoints_are_removed(make_oss: MakeStore, oss_server: OssServer, tmp_path: Path) -> None:
    oss_server.put("k", LARGE)
    stray = tmp_path / "target.part.tmp-abcdefghijkl"
    stray.write_bytes(b"of a machine that was set up anew")
    make_oss().download("k", tmp_path / "target")
    assert not stray.exists()


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_a_cancel_is_heard_within_a_part(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, data: bytes
) -> None:
    oss_server.put("k", data)
    oss_server.fail(times=1000, chunk_pause=0.3)
    began = time.monotonic()
    asked_at = 0.0

    def cancel(done: int, total: int | None) -> None:
        nonlocal asked_at
        if done:
            asked_at = time.monotonic()
            raise Stop

    threads = threading.active_count()
    with pytest.raises(Stop):
        make_oss().download("k", tmp_path / "target", cancel)
    assert asked_at > began
    assert time.monotonic() - asked_at < 2
    assert not (tmp_path / "target").exists()
    assert threading.active_count() <= threads + 4 + 1  # the stand-in's, which end with their connections


def test_a_cancel_is_heard_while_waiting_for_the_next_try(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path
) -> None:
    oss_server.put("k", SMALL)
    oss_server.fail(times=1000, status=503)
    began = time.monotonic()

    def cancel(done: int, total: int | None) -> None:
        if time.monotonic() - began > 0.3:
            raise Stop

    with pytest.raises(Stop):
        make_oss(backoff=60).download("k", tmp_path / "target", cancel)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "fault", [{"drop_after": 70_000}, {"status": 500}, {"status": 503}, {"corrupt": True}], ids=str
)
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_an_upload_survives_faults(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, fault: dict[str, object], data: bytes
) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    oss_server.fail(method="PUT", times=2, **fault)
    info = make_oss(attempts=4).upload(source, "k")
    assert oss_server.objects["k"].data == data
    assert info.size == len(data)
    assert oss_server.uploads == {}


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_an_upload_that_always_arrives_damaged_fails(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, data: bytes
) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    oss_server.fail(method="PUT", times=1000, corrupt=True)
    with pytest.raises(ObjectStoreError, match="damaged"):
        make_oss().upload(source, "k")


def test_a_large_upload_is_resumed(make_oss: MakeStore, oss_server: OssServer, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(LARGE)
    oss_server.fail(method="PUT", skip=3, times=1000, status=503)
    with pytest.raises(ObjectStoreError):
        make_oss().upload(source, "k")
    assert "k" not in oss_server.objects
    oss_server.faults.clear()
    oss_server.requests.clear()
    make_oss().upload(source, "k")
    assert oss_server.objects["k"].data == LARGE
    assert oss_server.count("PUT") == 4  # of seven parts


# oss2 says that it begins anew in a way that Python no longer likes.
@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning")
@pytest.mark.parametrize("lost", ["file", "upload"])
def test_an_upload_that_cannot_be_resumed_begins_anew(
    make_oss: MakeStore, oss_server: OssServer, tmp_path: Path, lost: str
) -> None:
    source = tmp_path / "source"
    source.write_bytes(LARGE)
    oss_server.fail(method="PUT", skip=3, times=1000, status=503)
    with pytest.raises(ObjectStoreError):
        make_oss().upload(source, "k")
    oss_server.faults.clear()
    if lost == "file":
        source.write_bytes(LARGE[::-1])
    else:
        oss_server.uploads.clear()
    make_oss().upload(source, "k")
    assert oss_server.objects["k"].data == source.read_bytes()


def test_a_long_list_comes_in_pages_and_survives_faults(make_oss: MakeStore, oss_server: OssServer) -> None:
    keys = sorted(f"frames/镜头 {number:04}+.exr" for number in range(2345))
    for key in keys:
        oss_server.put(key, b"")
    oss_server.put("frames/", b"")
    oss_server.fail(skip=1, times=2, drop_after=0, status=503)
    assert [entry.key for entry in make_oss().list("frames/")] == keys
    assert oss_server.count("GET") == 3 + 2


def test_stat_survives_faults(make_oss: MakeStore, oss_server: OssServer) -> None:
    oss_server.put("k", SMALL)
    oss_server.fail(method="HEAD", times=2, status=502)
    assert make_oss().stat("k").size == len(SMALL)
    oss_server.fail(method="HEAD", times=9, status=502)
    with pytest.raises(ObjectStoreError, match="try later"):
        make_oss().stat("k")


def test_a_missing_object_is_asked_for_once(make_oss: MakeStore, oss_server: OssServer, tmp_path: Path) -> None:
    with pytest.raises(ObjectNotFound, match=f"oss://{BUCKET}/missing"):
        make_oss().download("missing", tmp_path / "target")
    assert len(oss_server.requests) == 1


def test_errors_are_ours(make_oss: MakeStore) -> None:
    with pytest.raises(RenderManagerError):
        make_oss().stat("k")
