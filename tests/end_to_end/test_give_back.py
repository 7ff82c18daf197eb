"""Frames go into the object store as they finish, whatever happens meanwhile, and come back out of it."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.domain.entities import RenderFrame, RenderTask, WorkspaceState
from render_manager.domain.states import TaskStatus
from tests.support.farm import wait_until
from tests.support.oss_server import Fault, OssServer
from tests.support.standin_farm import StandinFarm, open_standin_farm

MEGABYTE = 1024 * 1024
PART = 2 * MEGABYTE
IN_FLIGHT = 4 * PART
#: The port tries again for some seconds before it gives up, and the upload pauses then.
PATIENCE = 90.0


@pytest.fixture
def oss() -> Iterator[OssServer]:
    with OssServer() as server:
        yield server


@pytest.fixture
def farm(tmp_path: Path, oss: OssServer, request: pytest.FixtureRequest) -> Iterator[StandinFarm]:
    environment = {
        **oss.environment,
        "UPLOAD_RENDERS": "true",
        "RESULTS_PREFIX": "films/results",
        "WORKSPACE_ROOT_DIR": str(tmp_path / "root"),
    }
    with open_standin_farm(tmp_path, environment, seconds=getattr(request, "param", 0.0)) as farm:
        yield farm


def frames(farm: StandinFarm, task: RenderTask) -> list[RenderFrame]:
    return farm.services.queries.frames(task.id)


def uploaded(farm: StandinFarm, task: RenderTask) -> int:
    return sum(frame.uploaded_key is not None for frame in frames(farm, task))


def rendered(farm: StandinFarm, task: RenderTask) -> RenderTask:
    row = farm.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    return row.task


def away(oss: OssServer) -> Fault:
    """Nothing can be put there from now on."""
    return oss.fail(method="PUT", times=1_000_000, status=503)


def _images(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.png")}


@pytest.mark.parametrize("farm", [0.5], indirect=True)
def test_frames_are_uploaded_as_they_finish(farm: StandinFarm, oss: OssServer) -> None:
    task = farm.submit(farm.key, "1-12")
    farm.start("--name", "w1")
    wait_until(lambda: uploaded(farm, task))
    assert farm.row(task).task.status is TaskStatus.RUNNING, "the first ones are there before the last one is rendered"
    rendered(farm, task)
    wait_until(lambda: uploaded(farm, task) == 12)
    base = f"films/results/li/{task.id}"
    local = _images(farm.workspace(task) / "Sys_Default_Renders")
    assert len(local) == 12
    for name, content in local.items():
        assert oss.objects[f"{base}/renders/{name}"].data == content
    manifest = json.loads(oss.objects[f"{base}/manifests/frame_0007.1.json"].data)
    (image,) = manifest["files"]
    assert image["etag"] == oss.objects[image["key"]].etag
    assert image["key"] == frames(farm, task)[6].uploaded_key
    assert (manifest["frame"], manifest["attempt"], manifest["worker"]) == (7, 1, "w1")
    assert b"Rendering 1 / 1 samples" in oss.objects[manifest["log"]["key"]].data

    farm.services.control.retry(task.id, "7")
    wait_until(lambda: f"{base}/manifests/frame_0007.2.json" in oss.objects)
    wait_until(lambda: frames(farm, task)[6].uploaded_key)
    assert frames(farm, task)[6].attempt == 2


def test_renders_go_on_while_the_object_store_is_away_and_a_clean_up_waits(farm: StandinFarm, oss: OssServer) -> None:
    task = farm.submit(farm.key, "1-10")
    fault = away(oss)
    farm.start("--name", "w1")
    rendered(farm, task)
    assert uploaded(farm, task) == 0

    farm.services.cleanup.request(farm.services.cleanup.plan(task_ids=[task.id]))
    wait_until(lambda: "10 image(s)" in (farm.services.queries.workspaces(task.id)[0].message or ""))
    (workspace,) = farm.services.queries.workspaces(task.id)
    assert workspace.state is WorkspaceState.CLEANUP_REQUESTED
    assert "10 image(s)" in farm.row(task).note
    assert len(_images(farm.workspace(task))) == 10

    fault.times = 0
    wait_until(lambda: uploaded(farm, task) == 10, PATIENCE)
    wait_until(lambda: farm.services.queries.workspaces(task.id)[0].state is WorkspaceState.REMOVED)
    assert not farm.workspace(task).exists()
    report = farm.services.results.download(task.id, farm.folder / "out")
    assert len(report.copied) == 10
    assert report.problems == []


def test_what_a_killed_worker_left_the_next_one_of_its_host_uploads(farm: StandinFarm, oss: OssServer) -> None:
    task = farm.submit(farm.key, "1-5")
    fault = away(oss)
    worker = farm.start("--name", "w1")
    rendered(farm, task)
    worker.kill()
    worker.wait()
    fault.times = 0
    assert uploaded(farm, task) == 0
    farm.start("--name", "w2")
    wait_until(lambda: uploaded(farm, task) == 5)
    assert {frame.worker for frame in frames(farm, task)} == {"w1"}, "nothing was rendered again"


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
def test_a_worker_told_to_leave_uploads_what_its_host_has(farm: StandinFarm, oss: OssServer) -> None:
    task = farm.submit(farm.key, "1-40")
    worker = farm.start("--name", "w1")
    rendered(farm, task)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert uploaded(farm, task) == 40


def test_each_process_of_a_pool_uploads(farm: StandinFarm) -> None:
    if os.name == "nt":
        pytest.skip("There is no fork")
    task = farm.submit(farm.key, "1-20")
    farm.start("--name", "w1", "--pool", "prefork", "--concurrency", "2")
    rendered(farm, task)
    wait_until(lambda: uploaded(farm, task) == 20)


def test_a_download_where_the_workspace_can_not_be_seen(farm: StandinFarm, oss: OssServer) -> None:
    task = farm.submit(farm.key, "1-6")
    farm.start("--name", "w1")
    rendered(farm, task)
    wait_until(lambda: uploaded(farm, task) == 6)
    shutil.move(farm.program.settings.workspace_root, farm.folder / "disk of another host")
    to = farm.folder / "out"
    to.mkdir()
    (to / "shot_0003.png").write_bytes(b"retouched")
    told: list[tuple[int, int | None]] = []
    report = farm.services.results.download(task.id, to, frames="1-4", progress=lambda *done: told.append(done))
    assert [path.name for path in report.copied] == ["shot_0001.png", "shot_0002.png", "shot_0004.png"]
    assert len(report.problems) == 1
    assert "shot_0003.png exists with other content; it was kept" in report.problems[0]
    assert (to / "shot_0003.png").read_bytes() == b"retouched"
    assert told[-1][0] == told[-1][1] == sum(len(oss.objects[str(f.uploaded_key)].data) for f in frames(farm, task)[:4])
    before = len(oss.requests)
    again = farm.services.results.download(task.id, to, frames="1,2,4")
    assert len(again.unchanged) == 3
    assert not [one for one in oss.requests[before:] if one.method == "GET" and one.key.endswith(".png")]


def test_a_cut_download_goes_on_where_it_broke_off(farm: StandinFarm, oss: OssServer) -> None:
    """A large image; the first download is stopped, the second one loses its connection, too."""
    task = farm.submit(farm.key, "1")
    worker = farm.start("--name", "w1")
    rendered(farm, task)
    wait_until(lambda: uploaded(farm, task) == 1)
    worker.kill()
    worker.wait()
    (frame,) = frames(farm, task)
    image = os.urandom(32 * PART)
    Path(str(frame.output_path)).write_bytes(image)
    assert farm.services.give_back.send(task, frame, "h1")
    shutil.rmtree(farm.program.settings.workspace_root)

    class Stopped(Exception):
        pass

    def stop(done: int, total: int | None) -> None:
        if done > IN_FLIGHT + PART:
            raise Stopped

    to = farm.folder / "out"
    with pytest.raises(Stopped):
        farm.services.results.download(task.id, to, progress=stop)
    assert not (to / "shot_0001.png").exists()
    before = len(oss.requests)
    oss.fail(method="GET", drop_after=MEGABYTE, skip=2)  # the first is the manifest
    report = farm.services.results.download(task.id, to)
    assert report.problems == []
    assert (to / "shot_0001.png").read_bytes() == image
    assert [path.name for path in to.iterdir()] == ["shot_0001.png"]
    parts = [request for request in oss.requests[before:] if request.range]
    assert len(parts) < 32, "what had arrived is not fetched again"
