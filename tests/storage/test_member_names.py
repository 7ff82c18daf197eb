"""Property: no name that passes writes outside, and no two that pass meet on a disk that ignores case."""

import io
import ntpath
import os
import tarfile
import tempfile
import zipfile
from pathlib import Path, PureWindowsPath

from hypothesis import given, settings
from hypothesis import strategies as st

from render_manager.domain.errors import ArchiveError
from render_manager.storage.archives import unpack
from render_manager.storage.member_names import MemberNames, decode_names

_PIECES = st.sampled_from(
    ["..", ".", "/", "\\", "a", "A", "b", ":", "C:", " ", "con", "nul.txt", "~", "\0", "é", "字", "\ud800", "…", "*"]
)
NAMES = st.one_of(
    st.lists(_PIECES, min_size=1, max_size=8).map("".join),
    st.text(min_size=1, max_size=40),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(NAMES, st.booleans()), max_size=8))
def test_what_passes_stays_inside_on_every_system(members: list[tuple[str, bool]]) -> None:
    names = MemberNames(longest=500, limit=1000)
    files: list[str] = []
    for name, is_folder in members:
        try:
            path = names.check(name, is_folder=is_folder)
        except ArchiveError:
            continue
        if path is None:
            continue
        root = os.path.join(os.sep, "root", "project")
        assert os.path.normpath(os.path.join(root, path)).startswith(root + os.sep)
        windows = PureWindowsPath("D:/root/project") / path
        assert windows.drive == "D:"
        assert ntpath.normpath(str(windows)).startswith("D:\\root\\project\\")
        assert "\0" not in path
        if not is_folder:
            files.append(path.casefold())
    assert len(files) == len(set(files))
    assert not any(other.startswith(f"{path}/") for path in files for other in files)


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=5), st.sampled_from(["zip", "tar"]))
def test_no_archive_writes_outside(names: list[str], packer: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        archive = root / "archive"
        archive.write_bytes((_zip if packer == "zip" else _tar)(names))
        into = root / "deep" / "er" / "project"
        try:
            unpack(archive, into, name="archive", max_bytes=1000, free_margin=0)
        except ArchiveError:
            assert list(into.parent.iterdir()) == []
        assert {path for path in root.rglob("*") if path.is_file() and not path.is_relative_to(into)} == {archive}
        assert {path.name for path in root.iterdir()} == {"archive", "deep"}


def _zip(names: list[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in dict.fromkeys(name.encode("utf-8", "replace").decode() for name in names):
            info = zipfile.ZipInfo("x")
            info.filename = name
            file.writestr(info, b"1")
    return buffer.getvalue()


def _tar(names: list[str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.GNU_FORMAT, errors="replace") as file:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            file.addfile(info, io.BytesIO(b"1"))
    return buffer.getvalue()


@given(st.lists(st.binary(max_size=20)))
def test_every_name_can_be_decoded(names: list[bytes]) -> None:
    assert len(decode_names(names)) == len(names)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20)))
def test_utf8_names_are_never_taken_for_others(names: list[str]) -> None:
    assert decode_names([name.encode() for name in names]) == names


def test_one_archive_has_one_encoding() -> None:
    # The first alone is also valid UTF-8 ("ܾ"), together with the second it can only be GBK.
    written = ["芫".encode("gb18030"), "镜头".encode("gb18030")]
    assert decode_names(written) == ["芫", "镜头"]
