"""Submissions: every field checked before anything is fetched or written."""

import re
from pathlib import Path

import pytest

from render_manager.domain.errors import (
    FrameRangeError,
    InvalidTask,
    ObjectNotFound,
    ObjectPathError,
    UnknownEngine,
    UsageError,
)
from render_manager.domain.states import TaskStatus
from render_manager.services.submit import Submission
from render_manager.services.upload import Uploading
from tests.services.conftest import ENGINES, House


def test_what_is_submitted_is_what_is_stored(any_house: House) -> None:
    house = any_house
    given = house.spec(
        path=" oss://farm/projects/shot.zip ",
        engine="Blender",
        frames="１－３，9",
        unionid="王小明",
        priority=8,
        is_compressed=True,
        project_file="a/b.blend",
        task_info={"samples": "16"},
    )
    task = house.submission.submit(given)
    stored = house.task(task)
    assert stored.oss_file_path == "projects/shot.zip"
    assert (stored.name, stored.unionid, stored.render_engine, stored.frames) == ("shot", "王小明", "blender", "1-3,9")
    assert (stored.is_compressed, stored.project_file, stored.task_info) == (True, "a/b.blend", {"samples": 16})
    assert (stored.status, stored.priority, stored.total_frames) == (TaskStatus.PENDING, 8, 4)
    assert house.queue.bands["high_priority"] == [(task.id, stored.celery_task_id)]


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"path": "projects/none.zip"}, ObjectNotFound, r"no object projects/none\.zip"),
        ({"path": "oss://other/projects/shot.zip"}, ObjectPathError, "'other', but the configured bucket is 'farm'"),
        ({"path": ""}, ObjectPathError, "empty"),
        ({"path": "oss://farm/projects/"}, ObjectPathError, "folder"),
        ({"path": "/no/such/file.blend"}, ObjectNotFound, "does not exist or is no file"),
        ({"path": "/"}, ObjectPathError, "far more than a project"),
        ({"engine": "houdini"}, UnknownEngine, "use one of: blender, maya"),
        ({"frames": "abc"}, FrameRangeError, "abc"),
        ({"frames": "1-1001"}, FrameRangeError, "the limit is 1,000"),
        ({"frames": "1-3,101"}, FrameRangeError, "Maya can't render frame 101: its frames go from 0 to 100"),
        ({"frames": "-1-3"}, FrameRangeError, "Maya can't render frame -1"),
        (
            {"path": "projects/shot.ma"},
            InvalidTask,
            r"'shot\.ma' is a project of Maya, not of Blender: use",
        ),
        ({"path": "projects/shot.mb.gz"}, InvalidTask, "is a project of Maya"),
        ({"path": "/films/shot.MA"}, InvalidTask, "is a project of Maya"),
        ({"project_file": "scenes/shot.ma"}, InvalidTask, r"'scenes/shot\.ma' is a project of Maya"),
        ({"unionid": "../x"}, InvalidTask, "folder name"),
        ({"unionid": ""}, InvalidTask, "folder name"),
        ({"priority": 11}, InvalidTask, "Priority 11"),
        ({"name": "x" * 256}, InvalidTask, "up to 255 characters"),
        ({"name": "a\nb"}, InvalidTask, "on one line"),
        ({"task_info": {"colour": "red"}}, InvalidTask, "colour"),
        ({"task_info": {"samples": "many"}}, InvalidTask, "samples"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    house: House, fields: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        house.submit(**{"frames": "1-3", "engine": "maya" if "Maya can't" in said else "blender", **fields})
    assert isinstance(caught.value, UsageError | ObjectNotFound)
    assert house.store.tasks() == []
    assert house.bus.published == []
    assert list(house.objects.held) == ["projects/shot.zip"]


def test_a_local_file_is_uploaded_under_its_user_and_once(house: House, tmp_path: Path) -> None:
    file = tmp_path / "镜头 01.blend"
    file.write_bytes(b"BLENDER")
    told: list[tuple[int, int | None]] = []
    task = house.submission.submit(house.spec(path=str(file)), lambda *bytes_done: told.append(bytes_done))
    assert re.fullmatch(r"uploads/li/\w{10}/镜头 01\.blend", task.oss_file_path)
    assert house.objects.held[task.oss_file_path] == b"BLENDER"
    assert told == [(7, 7)]
    assert task.name == "镜头 01.blend"
    again = house.submission.submit(house.spec(path=str(file)), lambda *bytes_done: told.append(bytes_done))
    assert again.oss_file_path == task.oss_file_path
    assert told == [(7, 7)], "what is there already is not sent again"
    file.write_bytes(b"BLENDER 2")
    assert house.submission.submit(house.spec(path=str(file))).oss_file_path != task.oss_file_path
    assert house.objects.held[task.oss_file_path] == b"BLENDER", "the first task keeps what it was given"


def test_a_file_of_the_current_folder_needs_no_full_path(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shot.blend").write_bytes(b"here")
    task = house.submit(path="shot.blend")
    assert house.objects.held[task.oss_file_path] == b"here"


def test_a_name_that_is_neither_object_nor_file_says_so_of_both(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for ask in (house.submission.find, lambda path: house.submit(path=path)):
        with pytest.raises(ObjectNotFound, match=f"There is no file shto.blend in {re.escape(str(tmp_path))} either"):
            ask("shto.blend")
    with pytest.raises(ObjectNotFound) as caught:
        house.submit(path=f"oss://{house.objects.bucket}/shto.blend")
    assert "either" not in str(caught.value), "that can be no file"


def test_a_store_without_buckets_takes_any(house: House) -> None:
    house.objects.bucket = None
    assert house.submit(path="oss://whatever/projects/shot.zip").oss_file_path == "projects/shot.zip"


@pytest.mark.parametrize(
    ("key", "name"),
    [("a/shot.tar.gz", "shot"), ("a/SHOT.ZIP", "SHOT"), ("a/shot.blend", "shot.blend"), ("a/.zip", ".zip")],
)
def test_a_task_without_a_name_is_called_after_its_file(house: House, key: str, name: str) -> None:
    house.objects.held[key] = b""
    assert house.submit(path=key).name == name
    assert house.submit(path=key, name="镜头").name == "镜头"


def test_a_prefix_of_nothing_makes_no_leading_slash(house: House, tmp_path: Path) -> None:
    file = tmp_path / "shot.blend"
    file.write_bytes(b"BLENDER")
    uploading = Uploading(house.objects, "/", packed=tmp_path / "packed")
    submission = Submission(house.lifecycle, house.objects, ENGINES, max_frames=10, max_attempts=3, uploading=uploading)
    assert submission.submit(house.spec(path=str(file))).oss_file_path.startswith("li/")
