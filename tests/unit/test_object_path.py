"""Every form in which people write the path of an object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.errors import ObjectPathError
from render_manager.domain.object_path import LocalPath, ObjectPath, parse_object_path


@pytest.mark.parametrize(
    ("text", "key", "bucket"),
    [
        ("oss://renders/shots/a.zip", "shots/a.zip", "renders"),
        ("OSS://renders/Shots/A.zip", "Shots/A.zip", "renders"),
        ("oss://renders//a.zip", "a.zip", "renders"),
        ("oss://renders/镜头 1.zip", "镜头 1.zip", "renders"),
        ("oss://renders/a%20b.zip", "a%20b.zip", "renders"),
        ("shots/a.zip", "shots/a.zip", None),
        ("a.blend", "a.blend", None),
        ("  'shots/a.zip'\r\n", "shots/a.zip", None),
        ("“shots/a.zip”", "shots/a.zip", None),
        ("\u3000<oss://renders/a.zip>\ufeff", "a.zip", "renders"),
        ("https://renders.oss-cn-hangzhou.aliyuncs.com/a%20b/%E9%95%9C.zip", "a b/镜.zip", "renders"),
        ("https://renders.oss-cn-hangzhou-internal.aliyuncs.com/a.zip", "a.zip", "renders"),
        ("https://renders.oss-cn-hangzhou.aliyuncs.com/a.zip?Expires=1&Signature=x%3D", "a.zip", "renders"),
        ("HTTPS://Renders.OSS-cn-hangzhou.aliyuncs.com/a.zip", "a.zip", "renders"),
        ("https://oss-cn-hangzhou.aliyuncs.com/renders/x/a.zip", "x/a.zip", "renders"),
        ("http://127.0.0.1:9000/renders/x/a.zip", "x/a.zip", "renders"),
        ("http://localhost/renders/a.zip", "a.zip", "renders"),
        ("http://[::1]:80/renders/a.zip", "a.zip", "renders"),
    ],
)
def test_objects(text: str, key: str, bucket: str | None) -> None:
    assert parse_object_path(text) == ObjectPath(key, bucket)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("C:\\shots\\a.zip", "C:\\shots\\a.zip"),
        ("c:/shots/a.zip", "c:/shots/a.zip"),
        ('"C:\\my shots\\a.zip"', "C:\\my shots\\a.zip"),
        ("\\\\server\\share\\a.zip", "\\\\server\\share\\a.zip"),
        ("/home/me/a.zip", "/home/me/a.zip"),
        ("~/a.zip", "~/a.zip"),
        ("./a.zip", "./a.zip"),
        ("../a.zip", "../a.zip"),
        ("file:///home/me/a%20b.zip", "/home/me/a b.zip"),
        ("file:///C:/shots/a.zip", "C:/shots/a.zip"),
    ],
)
def test_local_files(text: str, path: str) -> None:
    assert parse_object_path(text) == LocalPath(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (' " " ', "empty"),
        ("oss://renders", "names a folder"),
        ("oss://renders/", "names a folder"),
        ("oss://renders/folder/", "names a folder"),
        ("oss:///a.zip", "no bucket"),
        ("https://oss-cn-hangzhou.aliyuncs.com/renders", "names a folder"),
        ("https://example.com/a.zip", "no Alibaba Cloud OSS host"),
        ("https://renders.oss-cn-hangzhou.aliyuncs.com.evil.com/a.zip", "no Alibaba Cloud OSS host"),
        ("ftp://host/a.zip", "can't be used as a path"),
        ("s3://renders/a.zip", "can't be used as a path"),
        ("a/../b.zip", r"'\.\.'"),
        ("oss://renders/../b.zip", r"'\.\.'"),
        ("https://renders.oss-cn-hangzhou.aliyuncs.com/a%2F..%2F..%2Fb.zip", r"'\.\.'"),
        ("shots\\a.zip", "backslash"),
        ("a\nb.zip", "control character"),
        ("oss://renders/a\0.zip", "control character"),
    ],
)
def test_refusals_say_why(text: str, said: str) -> None:
    with pytest.raises(ObjectPathError, match=said):
        parse_object_path(text)


def test_an_object_has_a_name_and_reads_as_it_is_written() -> None:
    path = parse_object_path("oss://renders/shots/a.zip")
    assert isinstance(path, ObjectPath)
    assert path.name == "a.zip"
    assert str(path) == "oss://renders/shots/a.zip"
    assert str(ObjectPath("shots/a.zip")) == "shots/a.zip"


@given(st.text(max_size=60))
def test_a_key_never_climbs(text: str) -> None:
    try:
        path = parse_object_path(text)
    except ObjectPathError:
        return
    if isinstance(path, ObjectPath):
        assert path.key
        assert not path.key.startswith("/")
        assert not path.key.endswith("/")
        assert ".." not in path.key.split("/")
        assert "\\" not in path.key
