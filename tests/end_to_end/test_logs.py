"""Logs of other hosts: asked of the workers there through the broker, also while they render."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import BrokerUnavailable, LogUnavailable
from render_manager.domain.logs import PORTION, LogId
from render_manager.domain.states import FrameStatus, TaskStatus
from render_manager.messaging.remote_logs import CeleryLogs
from render_manager.store.tables import render_frames, workspaces
from tests.support.farm import wait_until
from tests.support.oss_server import OssServer
from tests.support.servers import free_port
from tests.support.standin_farm import StandinFarm, open_standin_farm

HOST = "gpu07"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[StandinFarm]:
    with open_standin_farm(tmp_path, seconds=120.0) as farm:
        yield farm


def rendering(farm: StandinFarm, pool: str = "threads") -> tuple[RenderFrame, Path]:
    """A frame that a host renders just now, and its log, of which the database gives paths of that host only."""
    task = farm.submit(farm.key, "1")
    farm.start_host(HOST) if pool == "threads" else farm.start(
        "--name", HOST, "--pool", pool, WORKSPACE_ROOT_DIR=str(farm.root(HOST))
    )
    wait_until(lambda: farm.services.queries.frame(task.id, 1).log_path)
    path = Path(farm.services.queries.frame(task.id, 1).log_path or "")
    wait_until(path.is_file)
    with farm.program.store.engine.begin() as connection:
        connection.execute(update(render_frames).values(log_path=f"/disk/of/{HOST}/{path.name}"))
        connection.execute(update(workspaces).values(path=f"/disk/of/{HOST}"))
    return farm.services.queries.frame(task.id, 1), path


def test_a_worker_gives_its_log_while_it_renders(farm: StandinFarm) -> None:
    frame, path = rendering(farm)
    with path.open("a") as log:
        log.write("镜头\n" * 200_000)
    file = farm.services.logs.find(frame)
    assert file.host == HOST
    size = path.stat().st_size
    part = file.read(0, 10 * PORTION)
    assert part.size >= size
    assert part.data == path.read_bytes()[:PORTION]
    told = file.read(part.size - 7, 100).data
    assert told == "镜头\n".encode()
    done = farm.command("log", frame.task_id, "1", "--attempt", "1")
    assert done.stdout == path.read_text()
    assert farm.services.queries.frame(frame.task_id, 1).status is FrameStatus.RENDERING


def test_nothing_but_logs_of_workspaces_is_given(farm: StandinFarm, tmp_path: Path) -> None:
    frame, path = rendering(farm)
    secret = tmp_path / "frame_0001.9.log"
    secret.write_text("secret")
    (path.parent / "frame_0001.8.log").symlink_to(secret)
    remote = CeleryLogs(farm.program.broker_url)
    profile = farm.worker(HOST).profile
    for log in (
        LogId(f"../{HOST}/li/{frame.task_id}", 1, 1),
        LogId("../..", 1, 1),
        LogId("*", 1, 1),
        LogId(frame.task_id, 1, 8),
        LogId(frame.task_id, 2, 1),
    ):
        with pytest.raises(LogUnavailable, match=r"is no task's id|is not on this host any more"):
            remote.read(profile, log, 0, 100)
    assert remote.read(profile, LogId(frame.task_id, 1, 1), -5, 4).data == path.read_bytes()[:4]


def test_it_is_said_who_is_offline_and_the_window_waits_for_nobody(farm: StandinFarm) -> None:
    frame, _ = rendering(farm)
    farm.processes[0].kill()
    wait_until(lambda: not farm.worker(HOST).alive)
    with pytest.raises(
        LogUnavailable, match=rf"lies on host {HOST}, which is offline since \d{{4}}-\d\d-\d\d \d\d:\d\d"
    ):
        farm.services.logs.find(frame)
    done = farm.command("log", frame.task_id, "1")
    assert done.returncode == 1
    assert f"The log lies on host {HOST}, which is offline since" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="another host's name is given by sitecustomize")
def test_a_worker_that_answers_only_between_frames_is_named(farm: StandinFarm) -> None:
    frame, _ = rendering(farm, "solo")
    with pytest.raises(LogUnavailable, match=r"does not answer within 1 s.*--pool solo"):
        CeleryLogs(farm.program.broker_url, 1.0).read(farm.worker(HOST).profile, LogId(frame.task_id, 1, 1), 0, 100)


def test_a_broker_that_is_away_is_named_without_its_address(farm: StandinFarm) -> None:
    away = CeleryLogs(f"redis://:hidden@127.0.0.1:{free_port()}/0")
    frame, _ = rendering(farm)
    with pytest.raises(BrokerUnavailable, match="The broker can't be reached") as caught:
        away.read(farm.worker(HOST).profile, LogId(frame.task_id, 1, 1), 0, 100)
    assert "hidden" not in str(caught.value)


def test_the_log_of_a_failed_attempt_is_kept_in_oss_and_read_from_there(tmp_path: Path) -> None:
    with OssServer() as oss:
        environment = {
            **oss.environment,
            "UPLOAD_RENDERS": "true",
            "BLENDER_STANDIN_FAIL": "1",
        }
        with open_standin_farm(tmp_path, environment) as farm:
            task = farm.submit(farm.key, "1", max_attempts=1)
            farm.start("--name", HOST)
            assert farm.settled(task).task.status is TaskStatus.FAILED
            path = Path(farm.services.queries.frame(task.id, 1).log_path or "")
            key = f"results/li/{task.id}/logs/{path.name}"
            wait_until(lambda: key in {one.key for one in farm.program.objects.list("results/")})
            farm.stop_all()
            written = path.read_bytes()
            path.unlink()
            file = farm.services.logs.find(farm.services.queries.frame(task.id, 1))
            assert file.where == key
            assert file.read(0, 10 * PORTION).data == written
