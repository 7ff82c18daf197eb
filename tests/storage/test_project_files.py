"""Which file of a project is rendered."""

import os
from pathlib import Path

import pytest

from render_manager.domain.engines import Engine
from render_manager.domain.errors import ProjectFileError, SeveralProjectFiles
from render_manager.storage.project_files import find_project_file

BLENDER = Engine("blender", "Blender", (".blend",), "BLENDER_EXECUTABLE")
MAYA = Engine(
    "maya",
    "Maya",
    (".ma", ".mb"),
    "MAYA_EXECUTABLE",
    project_marker="workspace.mel",
    ignored_folders=frozenset({"incrementalsave", "autosave"}),
)


def find(
    tmp_path: Path, files: list[str], wanted: str | None = None, archive: str = "shot.zip", engine: Engine = BLENDER
) -> str:
    for name in files:
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "project").mkdir(exist_ok=True)
    found = find_project_file(tmp_path / "project", engine, wanted, archive)
    assert found.is_file()
    return found.relative_to(tmp_path / "project").as_posix()


@pytest.mark.parametrize(
    ("files", "archive", "expected"),
    [
        (["a.blend"], "shot.zip", "a.blend"),
        (["A.BLEND", "a.txt"], "shot.zip", "A.BLEND"),
        (["shot/a.blend", "shot/lib/b.blend"], "shot.zip", "shot/a.blend"),
        (["a.blend", "lib/shot.blend"], "shot.zip", "a.blend"),
        (["a.blend", "Shot.blend"], "shot.zip", "Shot.blend"),
        (["a.blend", "shot.blend"], "shot.tar.gz", "shot.blend"),
        (["a.blend", "shot.blend"], "folder/shot.blend.gz", "shot.blend"),
        (["a.blend", "shot.blend"], "SHOT.tgz", "shot.blend"),
        (["shot.blend", "shot.blend1", "shot.blend2"], "x.zip", "shot.blend"),
        (["a.blend", "quit.blend", "a_autosave.blend", "Autosave-1.blend"], "x.zip", "a.blend"),
        (["__MACOSX/a.blend", "x/._a.blend", "x/y/b.blend"], "x.zip", "x/y/b.blend"),
        (["镜头 1.blend"], "镜头.zip", "镜头 1.blend"),
    ],
)
def test_the_one_that_is_meant(tmp_path: Path, files: list[str], archive: str, expected: str) -> None:
    assert find(tmp_path, files, None, archive) == expected


def test_suffixes_are_the_engines(tmp_path: Path) -> None:
    assert find(tmp_path, ["a.blend", "scenes/b.mb"], None, "x.zip", MAYA) == "scenes/b.mb"


def test_several_are_listed_and_none_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(SeveralProjectFiles, match=r"a\.blend, b\.blend") as refused:
        find(tmp_path, ["a.blend", "b.blend", "lib/c.blend"])
    assert refused.value.candidates == ("a.blend", "b.blend")


def test_none_says_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match=r"shot\.zip holds no \.ma or \.mb file, but 0\.txt, .* and 3 more"):
        find(tmp_path, [f"{number}.txt" for number in range(8)], None, "shot.zip", MAYA)


def test_an_empty_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match="nothing at all"):
        find(tmp_path, [])


@pytest.mark.parametrize("wanted", ["lib/b.blend", "lib\\b.blend", "./lib/b.blend", " lib/b.blend "])
def test_the_named_one_decides(tmp_path: Path, wanted: str) -> None:
    assert find(tmp_path, ["a.blend", "lib/b.blend"], wanted) == "lib/b.blend"


@pytest.mark.parametrize("wanted", ["../secret.blend", "lib/../../secret.blend", "/etc/passwd", "\\etc\\passwd"])
def test_the_named_one_is_inside(tmp_path: Path, wanted: str) -> None:
    (tmp_path / "secret.blend").write_bytes(b"")
    with pytest.raises(ProjectFileError, match="inside the project"):
        find(tmp_path, ["a.blend"], wanted)


def test_a_link_to_the_outside_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.blend").write_bytes(b"")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link.blend").symlink_to(tmp_path / "secret.blend")
    with pytest.raises(ProjectFileError, match="inside the project"):
        find(tmp_path, [], "link.blend")


@pytest.mark.parametrize("wanted", ["missing.blend", "lib", ""])
def test_a_named_one_that_is_missing(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(ProjectFileError, match=r"it holds a\.blend, lib/b\.blend"):
        find(tmp_path, ["a.blend", "lib/b.blend"], wanted)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["p/workspace.mel", "p/scenes/shots/a.ma", "p/assets/rig.ma"], "p/scenes/shots/a.ma"),
        (["p/workspace.mel", "p/a.ma"], "p/a.ma"),  # no scenes: what there is
        (["scenes/a.ma", "scenes/incrementalSave/a.ma/a.0001.ma"], "scenes/a.ma"),
        (["scenes/cut_v009.ma", "scenes/cut_v010.ma", "scenes/cut_v2.mb"], "scenes/cut_v010.ma"),
        (["a.ma", "a.0003.ma", "a.0002.ma"], "a.0003.ma"),
    ],
)
def test_the_rules_of_maya(tmp_path: Path, files: list[str], expected: str) -> None:
    assert find(tmp_path, files, None, "x.zip", MAYA) == expected


def test_what_another_scene_refers_to_is_not_meant(tmp_path: Path) -> None:
    scene = """//Maya ASCII 2024 scene
file -rdi 1 -ns "rig" -rfn "rigRN" -op "v=0;p=17" -typ "mayaAscii"
\t\t "C:/server/assets/Rig.ma";
file -r -ns "rig" -dr 1 -rfn "rigRN" -typ "mayaBinary" "props.mb";
requires maya "2024";
"""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "cut.ma").write_text(scene)
    for name in ("rig.ma", "props.mb"):
        (tmp_path / "project" / name).write_bytes(b"")
    assert find_project_file(tmp_path / "project", MAYA, None, "x.zip").name == "cut.ma"


def test_of_two_formats_the_one_saved_last(tmp_path: Path) -> None:
    for moment, name in ((2000, "a.mb"), (1000, "a.ma")):
        path = tmp_path / "project" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        os.utime(path, (moment, moment))
    assert find_project_file(tmp_path / "project", MAYA, None, "x.zip").name == "a.mb"


def test_versions_of_different_things_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(SeveralProjectFiles):
        find(tmp_path, ["a_v1.ma", "b_v2.ma"], None, "x.zip", MAYA)
