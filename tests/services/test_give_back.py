"""What was rendered, put into the object store."""

import json
import shutil
from pathlib import Path

import pytest

from render_manager.domain.entities import Keep, WorkspaceState
from render_manager.domain.errors import ObjectNotFound, ObjectStoreError
from render_manager.domain.notices import Notice, Topic
from render_manager.services.result_files import Manifest, clean_name, result_name
from tests.services.conftest import House
from tests.services.rendered import Host
from tests.store.samples import make_task


@pytest.fixture
def host(house: House, tmp_path: Path) -> Host:
    return Host(house, tmp_path / "root")


def test_a_frame_goes_up_with_all_its_files_its_log_and_a_manifest(host: Host) -> None:
    house, task = host.house, host.house.submit("7")
    host.render(task, more={"aov/depth_{:04d}.exr": "depth"})
    house.notices()
    assert host.send(task, 7)
    base = f"results/li/{task.id}"
    objects = house.objects.held
    assert objects[f"{base}/renders/f_0007.png"] == b"image 7"
    assert objects[f"{base}/renders/aov/depth_0007.exr"] == b"depth 7"
    assert objects[f"{base}/logs/frame_0007.1.log"] == b"Fra:1"
    manifest = json.loads(objects[f"{base}/manifests/frame_0007.1.json"])
    about = ("task", "task_name", "user", "engine", "frame", "attempt", "worker", "host")
    assert [manifest[name] for name in about] == [task.id, "shot", "li", "blender", 7, 1, "h1-w", "h1"]
    files = [(file["name"], file["size"]) for file in manifest["files"]]
    assert files == [("f_0007.png", 7), ("aov/depth_0007.exr", 7)]
    assert manifest["files"][0]["etag"].lower() == manifest["files"][0]["md5"]
    assert manifest["log"]["key"] == f"{base}/logs/frame_0007.1.log"
    assert host.frame(task, 7).uploaded_key == f"{base}/renders/f_0007.png"
    assert house.notices() == [Notice(Topic.FRAMES, task.id, (7,))]
    assert house.give_back.outstanding(task.id) == []
    assert house.give_back.still_wanted(task.id, 7) is None


def test_the_mark_comes_last(host: Host) -> None:
    task = host.house.submit("1")
    host.render(task)
    host.house.objects.away = True
    with pytest.raises(ObjectStoreError):
        host.send(task, 1)
    assert host.frame(task, 1).uploaded_key is None
    assert [frame.frame_number for frame in host.house.give_back.outstanding(task.id)] == [1]


def test_an_image_that_is_gone_is_not_outstanding_and_named_when_sent(host: Host) -> None:
    task = host.house.submit("1")
    frame = host.render(task)
    Path(frame.output_path or "").unlink()
    assert host.house.give_back.outstanding(task.id) == []
    with pytest.raises(ObjectNotFound, match=r"f_0001\.png can't be read"):
        host.send(task, 1)


def test_a_late_upload_does_not_count_and_is_mended(host: Host, tmp_path: Path) -> None:
    """The first host sends its image of a frame that another one rendered again meanwhile."""
    house, task = host.house, host.house.submit("1")
    old = host.render(task, "old")
    other = Host(house, tmp_path / "other root", "h2")
    house.control.retry(task.id, "1")
    other.render(task, "new")
    assert other.send(task, 1)
    key = other.frame(task, 1).uploaded_key
    assert not house.give_back.send(task, old, "h1")
    assert house.objects.held[key] == b"old 1"
    assert other.frame(task, 1).uploaded_key is None, "what was replaced must be sent again"
    assert [frame.attempt for frame in house.give_back.outstanding(task.id)] == [2]
    assert other.send(task, 1)
    assert house.objects.held[key] == b"new 1"


def test_a_claim_forgets_the_upload(host: Host) -> None:
    house, task = host.house, host.house.submit("1")
    host.render(task)
    host.send(task, 1)
    house.control.retry(task.id, "1")
    claim = house.claim(host.profile)
    assert host.frame(task, 1).uploaded_key is None
    house.failed(claim, "no camera")
    assert not house.lifecycle.frame_uploaded(host.frame(task, 1), "results/late")
    assert host.frame(task, 1).uploaded_key is None, "only completed frames have an image"


def test_hosts_with_the_same_paths_do_not_send_each_others_images(house: House, tmp_path: Path) -> None:
    """Both have the same root; what lies there on h1 is of an attempt that no longer counts."""
    first = Host(house, tmp_path / "root")
    task = house.submit("1")
    first.render(task, "old")
    moved_away = tmp_path / "disk of h1"
    shutil.move(first.root, moved_away)
    house.control.retry(task.id, "1")
    second = Host(house, tmp_path / "root", "h2")
    second.render(task, "new")
    assert len(house.give_back.outstanding(task.id, "h2")) == 1
    shutil.rmtree(second.root)
    shutil.move(moved_away, first.root)
    assert Path(first.frame(task, 1).output_path or "").read_text() == "old 1"
    assert house.give_back.outstanding(task.id) == []


def test_where_hosts_share_a_disk_the_one_that_rendered_it_sends_it(house: House, tmp_path: Path) -> None:
    one, two = Host(house, tmp_path / "root"), Host(house, tmp_path / "root", "h2")
    task = house.submit("1")
    one.render(task)
    assert house.give_back.outstanding(task.id, two.name) == []
    assert len(house.give_back.outstanding(task.id, one.name)) == 1
    house.lose(one.profile.name)
    assert len(house.give_back.outstanding(task.id, two.name)) == 1, "one that is offline can't"


def test_a_clean_up_that_waits_says_so_once(host: Host) -> None:
    house, task = host.house, host.house.submit("1")
    host.render(task)
    house.cleanup.request(house.cleanup.plan(task_ids=[task.id]), keep=Keep.NOTHING)
    for images in (2, 1, 1):
        (workspace,) = house.cleanup.requested_of("h1")
        house.cleanup.hold(workspace, f"The clean-up waits: {images} image(s).")
    (workspace,) = house.cleanup.requested_of("h1")
    assert (workspace.state, workspace.message) == (
        WorkspaceState.CLEANUP_REQUESTED,
        "The clean-up waits: 1 image(s).",
    )
    assert house.queries.task(task.id).note == workspace.message
    assert len([entry for entry in house.queries.history(task.id) if entry.why and "waits" in entry.why]) == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/srv/root/li/{id}/Sys_Default_Renders/f_0001.png", "f_0001.png"),
        ("D:\\root\\li\\{id}\\out\\masterLayer\\persp\\shot.0001.exr", "masterLayer/persp/shot.0001.exr"),
        ("/mnt/share/aov/z_0001.exr", "z_0001.exr"),
        ("/srv/root/li/{id}/out/../../x:y.png", "x_y.png"),
        ("/srv/root/li/{id}/out/镜头 1/f.png", "镜头 1/f.png"),
    ],
)
def test_names_are_those_below_the_folder_of_renders(path: str, name: str) -> None:
    task = make_task()
    assert result_name(path.format(id=task.id), task) == name
    assert clean_name(name) == name


@pytest.mark.parametrize("name", ["../up.png", "/root.png", "C:/x.png", "a//b.png", "con\\x", "", "x. "])
def test_a_manifest_can_not_lead_out_of_its_folder(name: str) -> None:
    files = [{"name": name, "key": "k", "size": 1, "etag": "e", "md5": "m"}]
    values = {
        "task": "t",
        "task_name": "",
        "user": "",
        "engine": "",
        "frame": 1,
        "attempt": 1,
        "worker": "",
        "host": "",
    }
    with pytest.raises(ValueError, match="can't be used"):
        Manifest.from_json(json.dumps({**values, "files": files}))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": [{}]}', '{"files": 3}', "null"])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Manifest.from_json(text)
