"""A host that can't fetch a project costs no attempt, and another one renders the task."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.domain.failures import FailureClass
from render_manager.domain.states import TaskStatus
from tests.support.farm import wait_until
from tests.support.oss_server import OssServer
from tests.support.servers import free_port
from tests.support.standin_farm import StandinFarm, open_standin_farm

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line")


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[StandinFarm]:
    with OssServer() as oss:
        environment = {
            **oss.environment,
        }
        with open_standin_farm(tmp_path, environment) as farm:
            yield farm


@pytest.mark.parametrize("fault", ["away", "refuses the key"])
def test_what_one_host_can_t_fetch_another_one_renders(farm: StandinFarm, fault: str) -> None:
    wrong = {
        "away": {"OSS_ENDPOINT": f"http://127.0.0.1:{free_port()}"},
        "refuses the key": {"OSS_ACCESS_KEY_SECRET": "wrong"},
    }
    said = {"away": "can't be reached", "refuses the key": "The access key was refused"}[fault]
    tasks = [farm.submit(farm.key, "1-3", max_attempts=1) for _ in range(2)]
    farm.start_host("lame", **wrong[fault])
    for task in tasks:
        wait_until(lambda task=task: "lame tries it again in" in farm.row(task).note)
        assert farm.row(task).task.status is TaskStatus.PENDING
        assert said in farm.row(task).note
        first = farm.services.queries.frames(task.id)[0]
        assert (first.attempts_used, first.failure) == (0, FailureClass.OBJECT_STORE)
    farm.start_host("sound")
    for task in tasks:
        assert farm.settled(task).task.status is TaskStatus.COMPLETED, farm.row(task).note
