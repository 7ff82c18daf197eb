"""The stand-in itself, driven by plain oss2: a test double that lies would prove nothing."""

from typing import Any

import pytest

from render_manager.storage.oss_bucket import load_oss2
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, OssServer

oss2 = load_oss2()


@pytest.fixture(params=["v1", "v4"])
def bucket(request: pytest.FixtureRequest, oss_server: OssServer) -> Any:
    return bucket_of(oss_server, request.param)


def bucket_of(server: OssServer, version: str, secret: str = ACCESS_KEY_SECRET) -> Any:
    auth = oss2.make_auth(ACCESS_KEY_ID, secret, version)
    return oss2.Bucket(auth, server.url, BUCKET, region=REGION if version == "v4" else None)


def test_ranges_and_conditions(bucket: Any, oss_server: OssServer) -> None:
    stored = oss_server.put("k", bytes(range(100)))
    assert bucket.get_object("k", byte_range=(10, 19)).read() == bytes(range(10, 20))
    assert bucket.get_object("k", byte_range=(None, 5)).read() == bytes(range(95, 100))
    assert bucket.get_object("k", byte_range=(90, None)).read() == bytes(range(90, 100))
    assert bucket.get_object("k", headers={"If-Match": f'"{stored.etag}"'}).status == 200
    with pytest.raises(oss2.exceptions.PreconditionFailed):
        bucket.get_object("k", headers={"If-Match": "0" * 32})
    with pytest.raises(oss2.exceptions.PreconditionFailed):
        bucket.get_object("k", headers={"If-Unmodified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"})
    with pytest.raises(oss2.exceptions.ServerError, match="416"):
        bucket.get_object("k", byte_range=(100, 110))


def test_a_missing_object_has_its_code_on_head_too(bucket: Any) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.head_object("missing")
    assert (caught.value.status, caught.value.code) == (404, "NoSuchKey")


def test_lists(bucket: Any, oss_server: OssServer) -> None:
    keys = sorted(["a/1", "a/2", "b&c/<3>", "d", "é 镜头"])
    for key in keys:
        oss_server.put(key, b"")
    for iterator in (oss2.ObjectIterator, oss2.ObjectIteratorV2):
        assert [entry.key for entry in iterator(bucket, max_keys=2)] == keys
        folders = [entry.key for entry in iterator(bucket, delimiter="/", max_keys=2)]
        assert folders == ["a/", "b&c/", "d", "é 镜头"]


def test_multipart_and_batch_delete(bucket: Any, oss_server: OssServer) -> None:
    upload_id = bucket.init_multipart_upload("m p").upload_id
    parts = [
        oss2.models.PartInfo(number, bucket.upload_part("m p", upload_id, number, data).etag)
        for number, data in ((1, b"one"), (2, b"two"))
    ]
    assert [part.part_number for part in oss2.PartIterator(bucket, "m p", upload_id, max_parts=1)] == [1, 2]
    bucket.complete_multipart_upload("m p", upload_id, parts)
    assert oss_server.objects["m p"].data == b"onetwo"
    aborted = bucket.init_multipart_upload("x").upload_id
    bucket.abort_multipart_upload("x", aborted)
    with pytest.raises(oss2.exceptions.NoSuchUpload):
        bucket.upload_part("x", aborted, 1, b"")
    assert bucket.batch_delete_objects(["m p"]).deleted_keys == ["m p"]
    assert oss_server.objects == {}


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_wrong_secret_opens_nothing(oss_server: OssServer, version: str) -> None:
    oss_server.put("k", b"1")
    with pytest.raises(oss2.exceptions.SignatureDoesNotMatch):
        bucket_of(oss_server, version, "wrong").get_object("k")
    assert [request.status for request in oss_server.requests] == [403]


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_session_needs_its_token(version: str) -> None:
    with OssServer(security_token="token") as server:
        server.put("k", b"1")
        for token, status in (("token", 200), ("other", 403)):
            auth = oss2.StsAuth(ACCESS_KEY_ID, ACCESS_KEY_SECRET, token, version)
            bucket = oss2.Bucket(auth, server.url, BUCKET, region=REGION)
            try:
                answered = bucket.head_object("k").status
            except oss2.exceptions.ServerError as error:
                answered = error.status
            assert answered == status
