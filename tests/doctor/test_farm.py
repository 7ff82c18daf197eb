"""The farm: queues nobody listens to, workers of one name, tasks that wait."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from render_manager.domain.audit import Action
from render_manager.domain.entities import HostLoad
from tests.doctor.conftest import PATIENT, Practice
from tests.store.samples import worker
from tests.support.farm import wait_until
from tests.support.standin_farm import HOST_NAME, StandinFarm, open_standin_farm
from tests.support.standins.maya_scene import make_scene


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[StandinFarm]:
    (tmp_path / "farm").mkdir()
    with open_standin_farm(tmp_path / "farm", PATIENT) as farm:
        yield farm


@pytest.fixture
def doctor(practice: Practice, farm: StandinFarm) -> Practice:
    """Looks at that farm."""
    practice.environment = farm.environment
    return practice


def test_a_queue_that_nobody_listens_to(doctor: Practice, farm: StandinFarm) -> None:
    farm.start("--name", "w", "--queues", "default")
    report = doctor.examine()
    report.well_but("farm.queue.high-priority", "warning", "No worker", "render-worker --queues high_priority")
    task = farm.submit(farm.key, "1-3", priority=9)
    report = doctor.examine()
    report.only_failed("farm.queue.high-priority", "Frames that wait: 3", "render-worker --queues high_priority")
    report.found("farm.queue.low-priority", "warning")
    report.found("farm.queue.default", "ok", "Workers that listen: 1")
    report.found(f"farm.task.{task.id}", "warning", "No online worker listens to the queue high_priority")
    report.found("farm.waiting", "ok", "wait: 1, 1 of them")
    farm.start("--name", "w2", "--queues", "high_priority,low_priority")
    farm.settled(task)
    assert doctor.examine().states("warning") == set()


def test_a_disabled_worker_listens_to_nothing(doctor: Practice, farm: StandinFarm) -> None:
    farm.start("--name", "w")
    farm.services.workers.disable("w")
    farm.submit(farm.key, "1")
    doctor.examine().only_failed("farm.queue.default", "render-manager worker enable w")


def test_two_workers_with_one_name(doctor: Practice, farm: StandinFarm) -> None:
    farm.start("--name", "w")
    doctor.examine("--only", "farm").well_but("farm.names", "ok")
    other = {"PYTHONPATH": str(HOST_NAME), "HOST_NAME": "node-b"}
    for _ in range(2):
        assert farm.start("--name", "w", ready=False, **other).wait(30) == 2
    report = doctor.examine()
    report.only_failed("farm.names", "called w, and", "A worker of host node-b ", "--name")
    told = [entry for entry in farm.services.queries.worker_history("w") if entry.action is Action.TURN_AWAY]
    assert len(told) == 1, "one entry for a supervisor that starts it again and again"
    farm.start("--name", "w-b", **other)
    doctor.examine("--only", "farm").well_but("farm.names", "ok")


def test_two_hosts_with_one_name_push_one_another_out(doctor: Practice, farm: StandinFarm) -> None:
    """As two machines with one host name do: neither sees the process of the other, and takes it for dead."""
    blind = doctor.folder / "blind"
    blind.mkdir()
    (blind / "sitecustomize.py").write_text("import psutil\npsutil.pid_exists = lambda pid: False\n")
    first = farm.start("--name", "w")
    farm.start("--name", "w", PYTHONPATH=str(blind))
    wait_until(lambda: first.poll() is not None)
    report = doctor.examine("--only", "farm")
    report.only_failed(
        "farm.names", "called w, and", "A worker of host ", "Hosts that were copied need names of their own"
    )


def test_waiting_tasks_those_first_that_are_stuck(doctor: Practice, farm: StandinFarm) -> None:
    farm.start("--name", "w", BLENDER_STANDIN_SECONDS="3")
    first = farm.submit(farm.key, "1-20")
    wait_until(lambda: farm.row(first).task.counts.rendering)
    for _ in range(12):
        farm.submit(farm.key, "1")
    farm.program.objects.upload(make_scene(farm.folder / "shot.ma"), "shot.ma")
    stuck = [farm.submit("shot.ma", "1", engine="maya") for _ in range(10)]
    report = doctor.examine("--only", "farm")
    ids = [id for id in report.findings if id.startswith("farm.task.")]
    assert len(ids) == 20
    assert set(ids[:10]) == {f"farm.task.{task.id}" for task in stuck} == report.states("warning")
    report.found(ids[0], "warning", "No online worker can run Maya")
    report.found(ids[-1], "note", "ahead in default", "w, is busy")
    report.found("farm.more-tasks", "note", "And 2 more")
    report.found("farm.waiting", "ok", "wait: 22, 10 of them")
    assert report.code == 0


def test_versions_and_disks_of_workers(doctor: Practice, farm: StandinFarm) -> None:
    profile = replace(worker("w", "node-c"), release="0.0.9")
    farm.services.workers.register(profile)
    farm.services.workers.beat(profile, HostLoad(disk_free=1, disk_low=True))
    report = doctor.examine("--only", "farm")
    report.well_but("farm.releases", "warning", "w (0.0.9)", "db upgrade")
    report.found("farm.disk", "warning", "node-c", "MIN_FREE_DISK_GB", "render-manager cleanup")


def test_nobody_is_there_yet(doctor: Practice) -> None:
    report = doctor.examine("--only", "farm")
    report.well_but("farm.workers", "note", "No worker is online")
    report.found("farm.queue.default", "note", "start one")
    assert report.worst == "note"
