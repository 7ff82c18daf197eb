"""Archives: what is unpacked is exactly what was packed, and what is refused leaves nothing."""

import gzip
import io
import os
import stat
import struct
import tarfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from render_manager.domain.errors import ArchiveError, NotEnoughSpace, WorkspaceError
from render_manager.storage.archives import ArchiveKind, kind_of, unpack

MB = 1024 * 1024


class Stop(Exception):
    pass


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "project"


def run(archive: Path, into: Path, **changes: Any) -> dict[str, bytes]:
    settings: dict[str, Any] = {"name": archive.name, "max_bytes": 64 * MB, "free_margin": 0}
    written = unpack(archive, into, **settings | changes)
    files = tree(into)
    assert written == sum(map(len, files.values()))
    assert not into.with_name("project.unpacking").exists()
    return files


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse(archive: Path, into: Path, match: str, error: type[Exception] = ArchiveError, **changes: Any) -> None:
    with pytest.raises(error, match=match):
        run(archive, into, **changes)
    assert not into.parent.exists() or list(into.parent.iterdir()) == []


def zip_of(path: Path, members: dict[str, bytes] | list[tuple[str, bytes]], **settings: Any) -> Path:
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **settings) as file:
        for name, data in pairs:
            info = zipfile.ZipInfo("x", (2024, 5, 6, 7, 8, 10))
            info.filename = name  # as it is: the constructor would tidy it
            info.compress_type = file.compression
            with warnings.catch_warnings(action="ignore"):  # of names that come twice
                file.writestr(info, data)
    return path


def tar_of(path: Path, members: list[tuple[tarfile.TarInfo | str, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for member, data in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            if info.isreg():
                info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def patched(path: Path, *changes: tuple[bytes, bytes]) -> Path:
    data = path.read_bytes()
    for old, new in changes:
        assert old in data
        assert len(old) == len(new)
        data = data.replace(old, new)
    path.write_bytes(data)
    return path


# --- what unpacks -----------------------------------------------------------------------------------------------------

PROJECT = {
    "shot.blend": b"BLENDER" * 1000,
    "textures/wood.png": os.urandom(3 * MB),
    "textures/空.txt": b"",
    "a/b/c": b"1",
}


def test_zip(tmp_path: Path, into: Path) -> None:
    told: list[tuple[int, int | None]] = []
    archive = zip_of(tmp_path / "shot.zip", PROJECT)
    assert run(archive, into, progress=lambda *progress: told.append(progress)) == PROJECT
    total = sum(map(len, PROJECT.values()))
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    assert (into / "shot.blend").stat().st_mtime == time.mktime((2024, 5, 6, 7, 8, 10, 0, 0, -1))


def test_tar_gz(tmp_path: Path, into: Path) -> None:
    members = [(f"./{name}", data) for name, data in PROJECT.items()]
    dated = tarfile.TarInfo("dated")
    dated.mtime = 1_600_000_000
    told: list[tuple[int, int | None]] = []
    archive = tar_of(tmp_path / "shot.tgz", [(special("./", tarfile.DIRTYPE), b""), *members, (dated, b"x")])
    assert run(archive, into, progress=lambda *progress: told.append(progress)) == PROJECT | {"dated": b"x"}
    assert (into / "dated").stat().st_mtime == 1_600_000_000
    assert told[-1] == (archive.stat().st_size,) * 2


@pytest.mark.parametrize(
    ("name", "unpacked"),
    [
        ("shot_010.ma.gz", "shot_010.ma"),
        ("folder/scene.blend.GZ", "scene.blend"),
        ("scene.blend", "scene.blend"),
        ("odd.tgz", "odd.tar"),
    ],
)
def test_gz_is_called_like_the_object(tmp_path: Path, into: Path, name: str, unpacked: str) -> None:
    archive = tmp_path / "download"
    with archive.open("wb") as raw, gzip.GzipFile("../../evil.ma", "wb", fileobj=raw) as file:
        file.write(b"scene" * 1000)
    assert run(archive, into, name=name) == {unpacked: b"scene" * 1000}


def test_gz_of_several_members_and_padding(tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "a.ma.gz"
    archive.write_bytes(gzip.compress(b"one ") + gzip.compress(b"two") + bytes(512))
    assert run(archive, into) == {"a.ma": b"one two"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_methods(tmp_path: Path, into: Path, method: int) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", method) as file:
        file.writestr("a.txt", b"text" * 1000)
    assert run(archive, into) == {"a.txt": b"text" * 1000}


def test_an_empty_zip(tmp_path: Path, into: Path) -> None:
    assert run(zip_of(tmp_path / "a.zip", {}), into) == {}
    assert into.is_dir()


def test_folders_backslashes_and_litter(tmp_path: Path, into: Path) -> None:
    archive = zip_of(
        tmp_path / "a.zip",
        {
            "empty/": b"",
            "Shot\\scenes\\a.ma": b"1",
            "shot//./b.ma": b"2",
            "__MACOSX/._a.ma": b"litter",
            "x/.DS_Store": b"litter",
            "._a.ma": b"litter",
            "../__MACOSX/x": b"litter",
        },
    )
    assert run(archive, into) == {"Shot/scenes/a.ma": b"1", "shot/b.ma": b"2"}
    assert (into / "empty").is_dir()
    assert not (into / "x").exists()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("镜头/材质 诚.png".encode("gbk"), "镜头/材质 诚.png"),
        ("镜头/ü.png".encode(), "镜头/ü.png"),
        ("Tür/café.png".encode("cp437"), "Tür/café.png"),
        (b"plain.png", "plain.png"),
    ],
)
@pytest.mark.parametrize("packer", ["zip", "tar"])
def test_names_are_what_the_packer_meant(tmp_path: Path, into: Path, written: bytes, meant: str, packer: str) -> None:
    if packer == "zip":
        archive = zip_of(tmp_path / "a.zip", {"n" * len(written): b"1"})
        patched(archive, (b"n" * len(written), written))
    else:
        archive = tmp_path / "a.tar.gz"
        with tarfile.open(archive, "w:gz", format=tarfile.GNU_FORMAT) as file:
            info = tarfile.TarInfo(written.decode("utf-8", "surrogateescape"))
            info.size = 1
            file.addfile(info, io.BytesIO(b"1"))
    assert run(archive, into) == {meant: b"1"}


def test_a_gbk_trail_byte_is_no_backslash(tmp_path: Path, into: Path) -> None:
    written = "誠.png".encode("gb18030")
    assert b"\\" in written
    archive = patched(zip_of(tmp_path / "a.zip", {"n" * len(written): b"1"}), (b"n" * len(written), written))
    assert run(archive, into) == {"誠.png": b"1"}


def test_names_marked_as_utf8(tmp_path: Path, into: Path) -> None:
    assert run(zip_of(tmp_path / "a.zip", {"镜头.png": b"1", "a.png": b"2"}), into) == {"镜头.png": b"1", "a.png": b"2"}


def test_an_impossible_date_is_no_obstacle(tmp_path: Path, into: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", {"a": b"1"})
    date = struct.pack("<HH", 7 << 11 | 8 << 5 | 5, (2024 - 1980) << 9 | 5 << 5 | 6)
    patched(archive, (date, bytes(4)))
    assert run(archive, into) == {"a": b"1"}


def test_what_lay_there_is_replaced(tmp_path: Path, into: Path) -> None:
    into.mkdir(parents=True)
    (into / "old").write_bytes(b"old")
    side = into.with_name("project.unpacking")
    (side / "half").mkdir(parents=True)
    assert run(zip_of(tmp_path / "a.zip", {"new": b"1"}), into) == {"new": b"1"}


def test_a_failure_keeps_what_lay_there(tmp_path: Path, into: Path) -> None:
    into.mkdir(parents=True)
    (into / "old").write_bytes(b"old")
    with pytest.raises(ArchiveError):
        run(zip_of(tmp_path / "a.zip", {"../new": b"1"}), into)
    assert tree(into.parent) == {"project/old": b"old"}


def test_a_link_in_the_place_of_the_side_folder_is_not_followed(tmp_path: Path, into: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_bytes(b"1")
    into.parent.mkdir()
    into.with_name("project.unpacking").symlink_to(outside)
    run(zip_of(tmp_path / "a.zip", {"new": b"1"}), into)
    assert tree(outside) == {"keep": b"1"}


# --- what is refused --------------------------------------------------------------------------------------------------

BAD_NAMES = {
    "../evil": "climbs",
    "a/../../evil": "climbs",
    "a\\..\\..\\evil": "climbs",
    "a/..": "climbs",
    "/etc/evil": "absolute",
    "\\evil": "absolute",
    "\\\\server\\share\\evil": "absolute",
    "C:\\evil": "drive",
    "c:/evil": "drive",
    "C:evil": "drive",
    "a.txt:stream": "stream",
    "CON": "reserved",
    "a/nul.txt": "reserved",
    "aux .tar.gz": "reserved",
    "com1": "reserved",
    "LPT9.log": "reserved",
    "COM¹": "reserved",
    "CONOUT$": "reserved",
    "a\x01b": "control",
    "a\nb": "control",
    "a\x7fb": "control",
    "a\x85b": "control",
    "evil.": "dot or a space",
    "evil ": "dot or a space",
    "folder /x": "dot or a space",
    ".../x": "dot or a space",
    "n" * 256: "too long",
    "字" * 86: "too long",
    "/".join(["n" * 100] * 12): "too long",
}


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:20])
@pytest.mark.parametrize("packer", ["zip", "tar"])
def test_bad_names(tmp_path: Path, into: Path, name: str, packer: str) -> None:
    if packer == "zip":
        archive = zip_of(tmp_path / "a.zip", {"good": b"1", name: b"evil"})
    else:
        archive = tar_of(tmp_path / "a.tar.gz", [("good", b"1"), (name, b"evil")])
    refuse(archive, into, BAD_NAMES[name])


def test_the_member_is_named(tmp_path: Path, into: Path) -> None:
    refuse(zip_of(tmp_path / "a.zip", {"x/../../evil": b""}), into, r"Archive a\.zip .*'x/\.\./\.\./evil'")


def test_a_nul_does_not_hide_the_rest_of_a_name(tmp_path: Path, into: Path) -> None:
    archive = patched(zip_of(tmp_path / "a.zip", {"a.pngXevil": b"1"}), (b"a.pngXevil", b"a.png\0evil"))
    refuse(archive, into, "control")


@pytest.mark.parametrize(
    "names",
    [
        ["a.png", "a.png"],
        ["a.png", "A.PNG"],
        ["tex/a.png", "Tex/A.png"],
        ["é.png", "e\u0301.png"],
        ["a", "a/b"],
        ["a/b", "a"],
        ["A", "a/"],
        ["a/", "A"],
        ["x/y", "X/Y/z"],
    ],
)
@pytest.mark.parametrize("packer", ["zip", "tar"])
def test_members_that_would_meet(tmp_path: Path, into: Path, names: list[str], packer: str) -> None:
    if packer == "zip":
        archive = zip_of(tmp_path / "a.zip", [(name, b"") for name in names])
    else:
        archive = tar_of(
            tmp_path / "a.tgz",
            [(special(name, tarfile.DIRTYPE) if name.endswith("/") else name, b"") for name in names],
        )
    refuse(archive, into, "would meet another")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_special_members_of_zip(tmp_path: Path, into: Path, kind: int) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        info = zipfile.ZipInfo("link")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    refuse(archive, into, "'link' is (a symbolic link|neither)")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_special_members_of_tar(tmp_path: Path, into: Path, kind: bytes) -> None:
    refuse(
        tar_of(tmp_path / "a.tgz", [(special("link", kind, "/etc/passwd"), b"")]), into, "'link' is (a link|neither)"
    )


def local_and_central(offset_local: int, offset_central: int) -> Callable[[bytearray, bytes], None]:
    """Overwrite a field in the first member's two headers."""

    def change(data: bytearray, value: bytes) -> None:
        central = data.index(b"PK\x01\x02")
        data[offset_local : offset_local + len(value)] = value
        data[central + offset_central : central + offset_central + len(value)] = value

    return change


set_flags = local_and_central(6, 8)
set_method = local_and_central(8, 10)
set_size = local_and_central(22, 24)


def changed(path: Path, change: Callable[[bytearray, bytes], None], value: bytes) -> Path:
    data = bytearray(path.read_bytes())
    change(data, value)
    path.write_bytes(data)
    return path


def test_encrypted(tmp_path: Path, into: Path) -> None:
    archive = changed(zip_of(tmp_path / "a.zip", {"a": b"1" * 99}), set_flags, struct.pack("<H", 1))
    refuse(archive, into, "'a' is encrypted; pack it again without a password")


@pytest.mark.parametrize(("method", "called"), [(9, "Deflate64"), (93, "Zstandard"), (98, "PPMd"), (77, "method 77")])
def test_unknown_compression(tmp_path: Path, into: Path, method: int, called: str) -> None:
    archive = changed(zip_of(tmp_path / "a.zip", {"a": b"1" * 99}), set_method, struct.pack("<H", method))
    refuse(archive, into, f"{called}.*pack it again with Deflate")


def test_aes_is_called_encrypted(tmp_path: Path, into: Path) -> None:
    archive = changed(zip_of(tmp_path / "a.zip", {"a": b"1" * 99}), set_method, struct.pack("<H", 99))
    refuse(archive, into, "encrypted")


@pytest.mark.parametrize("size", [0, 98, 100, 5 * MB])
def test_a_lying_size(tmp_path: Path, into: Path, size: int) -> None:
    archive = changed(zip_of(tmp_path / "a.zip", {"a": b"1" * 99}), set_size, struct.pack("<I", size))
    refuse(archive, into, "'a' is damaged")


def test_a_bomb_is_refused_before_writing(tmp_path: Path, into: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", {"a": bytes(3 * MB), "b": bytes(3 * MB)})
    assert archive.stat().st_size < 20_000
    told: list[int] = []
    refuse(
        archive, into, r"6\.0 MB or more; the limit is 5\.0 MB", max_bytes=5 * MB, progress=lambda *p: told.append(1)
    )
    assert told == []


def test_members_that_share_their_bytes_count_each(tmp_path: Path, into: Path) -> None:
    """The bomb whose members overlap: small on disk, its directory names the same data many times."""
    archive = zip_of(tmp_path / "a.zip", {"a": bytes(MB)})
    data = archive.read_bytes()
    first = data.index(b"PK\x01\x02")
    entry = data[first : data.index(b"PK\x05\x06")]
    directory = b"".join(entry.replace(b"a", bytes([65 + number])) for number in range(20))
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 20, 20, len(directory), first, 0)
    archive.write_bytes(data[:first] + directory + end)
    refuse(archive, into, "limit", max_bytes=10 * MB)


def test_a_bomb_in_gz_is_stopped_while_writing(tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "a.ma.gz"
    archive.write_bytes(gzip.compress(bytes(20 * MB)))
    refuse(archive, into, "limit", max_bytes=5 * MB)


def test_a_bomb_in_tar_is_refused_by_its_header(tmp_path: Path, into: Path) -> None:
    refuse(tar_of(tmp_path / "a.tgz", [("small", b"1"), ("big", bytes(6 * MB))]), into, "limit", max_bytes=5 * MB)


def test_a_bomb_behind_the_end_of_a_tar(tmp_path: Path, into: Path) -> None:
    archive = tar_of(tmp_path / "a.tgz", [("small", b"1")])
    archive.write_bytes(archive.read_bytes() + gzip.compress(bytes(20 * MB)))
    refuse(archive, into, "limit", max_bytes=5 * MB)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_tar_header_that_would_fill_the_memory(tmp_path: Path, into: Path, kind: bytes) -> None:
    header = special("h", kind)
    header.size = 3 * MB
    archive = tmp_path / "a.tgz"
    archive.write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(4 * MB)))
    refuse(archive, into, "too large")


@pytest.mark.parametrize("packer", ["zip", "tar"])
def test_too_many_members(tmp_path: Path, into: Path, packer: str) -> None:
    names = [f"f{number}" for number in range(11)]
    if packer == "zip":
        archive = zip_of(tmp_path / "a.zip", [(name, b"") for name in names])
    else:
        archive = tar_of(tmp_path / "a.tgz", [(name, b"") for name in names])
    refuse(archive, into, "more than 10 members", max_members=10)
    assert len(run(archive, into, max_members=11)) == 11


@pytest.mark.parametrize("cut", [10, 1000, 100_000, -1, -30])
@pytest.mark.parametrize("packer", ["zip", "gz", "tar"])
def test_a_truncated_archive(tmp_path: Path, into: Path, cut: int, packer: str) -> None:
    data = os.urandom(300_000)
    archive = {
        "zip": lambda: zip_of(tmp_path / "a.zip", {"a": data}),
        "tar": lambda: tar_of(tmp_path / "a.tar.gz", [("a", data)]),
        "gz": lambda: tmp_path / "a.ma.gz",
    }[packer]()
    if packer == "gz":
        archive.write_bytes(gzip.compress(data))
    archive.write_bytes(archive.read_bytes()[:cut])
    refuse(archive, into, "damaged|incomplete")


def test_a_tar_that_ended_too_early_before_it_was_compressed(tmp_path: Path, into: Path) -> None:
    whole = gzip.decompress(tar_of(tmp_path / "a.tgz", [("a", bytes(2000)), ("b", b"1")]).read_bytes())
    archive = tmp_path / "b.tgz"
    for length in (700, 2560 + 300):
        archive.write_bytes(gzip.compress(whole[:length]))
        refuse(archive, into, "damaged|incomplete")


def test_a_tar_with_a_broken_header_in_its_middle(tmp_path: Path, into: Path) -> None:
    whole = bytearray(gzip.decompress(tar_of(tmp_path / "a.tgz", [("a", b"1"), ("b", b"2")]).read_bytes()))
    whole[1024 + 100] ^= 0xFF
    archive = tmp_path / "b.tgz"
    archive.write_bytes(gzip.compress(bytes(whole)))
    refuse(archive, into, "damaged")


def test_damage_inside_a_zip(tmp_path: Path, into: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", {"good": b"1", "bad": os.urandom(5000)})
    data = bytearray(archive.read_bytes())
    data[3000] ^= 0xFF
    archive.write_bytes(data)
    refuse(archive, into, "'bad' is damaged")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_damage_in_every_method(tmp_path: Path, into: Path, method: int) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", method) as file:
        file.writestr("bad", os.urandom(5000))
    data = bytearray(archive.read_bytes())
    data[60:3000] = bytes(2940)
    archive.write_bytes(data)
    refuse(archive, into, "'bad' is damaged")


def test_trailing_junk_of_gz(tmp_path: Path, into: Path) -> None:
    archive = tmp_path / "a.ma.gz"
    archive.write_bytes(gzip.compress(b"scene") + b"junk")
    refuse(archive, into, "damaged")


@pytest.mark.parametrize(
    ("head", "said"),
    [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x01", "RAR"), (b"BLENDER", "zip, gz"), (b"", "zip, gz")],
)
def test_what_is_no_archive(tmp_path: Path, into: Path, head: bytes, said: str) -> None:
    (tmp_path / "a.zip").write_bytes(head)
    refuse(tmp_path / "a.zip", into, said)


def test_a_missing_archive(tmp_path: Path, into: Path) -> None:
    refuse(tmp_path / "missing.zip", into, "can't be read")


@pytest.mark.parametrize("name", ["..gz", "a:b.gz", "CON.gz", ".gz", "._a.gz"])
def test_a_gz_of_a_bad_name(tmp_path: Path, into: Path, name: str) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(b"1"))
    refuse(tmp_path / "a", into, "name", name=name)


# --- disk and cancel --------------------------------------------------------------------------------------------------


def archive_of(packer: str, folder: Path, size: int) -> Path:
    if packer == "gz":
        archive = folder / "a.ma.gz"
        archive.write_bytes(gzip.compress(bytes(size)))
        return archive
    if packer == "zip":
        return zip_of(folder / "a.zip", {"small": b"1", "big": bytes(size)})
    return tar_of(folder / "a.tgz", [("small", b"1"), ("big", bytes(size))])


@pytest.mark.parametrize("packer", ["zip", "tar"])
def test_room_is_looked_for_before_writing(tmp_path: Path, tiny_disk: Path, packer: str) -> None:
    archive = archive_of(packer, tmp_path, 3 * MB)
    refuse(
        archive,
        tiny_disk / "w" / "project",
        r"4\.0 MB free; 3\.0 MB are needed and 2\.0 MB kept free",
        NotEnoughSpace,
        free_margin=2 * MB,
    )
    assert len(run(archive, tiny_disk / "w" / "project")) == 2


def test_many_small_files_need_a_block_each(tmp_path: Path, tiny_disk: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", {f"f{number}": b"1" for number in range(1100)})
    refuse(archive, tiny_disk / "w" / "project", "4.3 MB are needed", NotEnoughSpace)


@pytest.mark.parametrize("packer", ["zip", "gz", "tar"])
def test_a_disk_that_becomes_full(tmp_path: Path, tiny_disk: Path, packer: str) -> None:
    archive = archive_of(packer, tmp_path, 3 * MB)
    into = tiny_disk / "w" / "project"

    def someone_else() -> None:
        side = into.with_name("project.unpacking")
        if any(path.stat().st_size > MB for path in side.rglob("*")) and not (tiny_disk / "other").exists():
            with (tiny_disk / "other").open("wb", buffering=0) as file:
                file.write(bytes(3 * MB))

    refuse(archive, into, "became full", NotEnoughSpace, check_cancel=someone_else)
    (tiny_disk / "other").unlink()
    assert len(run(archive, into)) >= 1


@pytest.mark.parametrize("packer", ["zip", "gz", "tar"])
@pytest.mark.parametrize("error", [Stop("by user"), OSError(28, "from the callback"), ArithmeticError()])
def test_a_cancel_passes_unchanged(tmp_path: Path, into: Path, packer: str, error: Exception) -> None:
    archive = archive_of(packer, tmp_path, 5 * MB)

    def stop(*_: object) -> None:
        raise error

    for changes in ({"check_cancel": stop}, {"progress": stop}):
        with pytest.raises(type(error)) as caught:
            run(archive, into, **changes)
        assert caught.value is error
        assert list(into.parent.iterdir()) == []


@pytest.mark.parametrize("packer", ["zip", "gz", "tar"])
def test_a_cancel_is_asked_for_within_a_file(tmp_path: Path, into: Path, packer: str) -> None:
    archive = archive_of(packer, tmp_path, 20 * MB)
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        if asked == 10:
            raise Stop

    with pytest.raises(Stop):
        run(archive, into, check_cancel=stop)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    archive = zip_of(tmp_path / "a.zip", {"a": b""})
    with pytest.raises(WorkspaceError, match="file"):
        run(archive, tmp_path / "file" / "project")


# --- kinds ------------------------------------------------------------------------------------------------------------


def test_kinds_are_told_by_content(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    zip_of(folder / "zip.dat", {"a": b"1"})
    zip_of(folder / "empty.zip", {})
    tar_of(folder / "tar.dat", [("a", b"1")])
    (folder / "gz.dat").write_bytes(gzip.compress(b"//Maya ASCII"))
    (folder / "text.zip").write_bytes(b"no archive")
    (folder / "nothing.zip").write_bytes(b"")
    kinds = {path.name: kind_of(path) for path in folder.iterdir()}
    assert kinds == {
        "zip.dat": ArchiveKind.ZIP,
        "empty.zip": ArchiveKind.ZIP,
        "tar.dat": ArchiveKind.TAR_GZ,
        "gz.dat": ArchiveKind.GZIP,
        "text.zip": None,
        "nothing.zip": None,
    }


@pytest.mark.parametrize(
    "head",
    [gzip.compress(b"BLENDER-v279", mtime=0), b"\x28\xb5\x2f\xfd" + bytes(20), b"BLENDER-v304"],
    ids=["gzip", "zstd", "plain"],
)
def test_a_blend_is_an_archive_only_if_somebody_says_so(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "Scene.BLEND"
    path.write_bytes(head)
    assert kind_of(path) is None
    assert kind_of(path, declared=True) == (ArchiveKind.GZIP if head.startswith(b"\x1f\x8b") else None)
