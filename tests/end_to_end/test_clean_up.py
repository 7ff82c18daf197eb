"""Clean-ups on two hosts: chosen in every way, from the command line and through the services, killed half-way."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import TaskBusy
from render_manager.domain.sizes import parse_size
from render_manager.domain.states import TaskStatus
from render_manager.store.tables import duties, render_tasks
from tests.support.archives import zipped
from tests.support.farm import wait_until
from tests.support.standin_farm import StandinFarm, open_standin_farm

A, B = "host-a", "host-b"
FAILING_FRAME = 13
READY, REMOVED, REQUESTED = WorkspaceState.READY, WorkspaceState.REMOVED, WorkspaceState.CLEANUP_REQUESTED
SETTINGS = {"BLENDER_STANDIN_FAIL": str(FAILING_FRAME), "MIN_FREE_DISK_GB": "0"}

#: What a wrangler chooses by: on the command line, and the same through the services.
Choice = tuple[list[str], dict[str, Any]]


class House:
    """A farm of two hosts, and its workspaces as they lie on the disks."""

    def __init__(self, farm: StandinFarm) -> None:
        self.farm = farm
        self.services = farm.services
        self.numbers = iter(range(1000))

    def rendered(self, host: str, *, megabytes: int = 1, failed: bool = False, days_ago: float = 0, **fields: object):
        """A settled task with a workspace of about that size on that host."""
        scene = self.farm.folder / "shot.blend"
        padding = self.farm.folder / "padding"
        padding.write_bytes(os.urandom(megabytes * 500_000))  # it lies there twice: packed and unpacked
        key = f"shot{next(self.numbers)}.zip"
        archive = zipped(self.farm.folder / key, {"shot/shot.blend": scene, "shot/padding.bin": padding})
        self.farm.program.objects.upload(archive, key)
        info = {"requires": {"tags": [host]}}
        frames = str(FAILING_FRAME) if failed else "1-2"
        row = self.farm.render(key, frames, task_info=info, max_attempts=1, **fields)
        assert row.task.status is (TaskStatus.FAILED if failed else TaskStatus.COMPLETED), row.note
        if days_ago:
            with self.farm.program.store.engine.begin() as connection:
                ended = self.farm.program.store.now() - days_ago * 86_400
                mine = render_tasks.c.id == row.task.id
                connection.execute(update(render_tasks).where(mine).values(finished_at=ended))
        return row.task

    def folder(self, host: str, task: RenderTask) -> Path:
        return self.farm.root(host) / task.unionid / task.id

    def states(self, *tasks: RenderTask) -> list[WorkspaceState]:
        return [workspace.state for task in tasks for workspace in self.services.queries.workspaces(task.id)]

    def on_disk(self) -> set[tuple[str, str]]:
        """Host and task of every workspace that stands."""
        found = ((host, marker.parent.name) for host in (A, B) for marker in self.farm.root(host).glob("*/*/source"))
        return set(found)

    def clean(self) -> None:
        """Nothing is left of earlier tests."""
        asked = self.services.cleanup.request(self.services.cleanup.plan())
        self.wait(asked)
        assert self.on_disk() == set()

    def wait(self, asked: list[Workspace]) -> None:
        wait_until(lambda: all(one.state is not REQUESTED for one in self.services.cleanup.state_of(asked)))

    # -- the two ways --------------------------------------------------------------------------------------------

    def by_command(self, choice: Choice, *, code: int = 0) -> None:
        done = self.farm.command("cleanup", *choice[0])
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr

    def by_services(self, choice: Choice, *, code: int = 0) -> None:
        keep = choice[1].get("keep", Keep.NOTHING)
        self.wait(self.services.cleanup.request(self.services.cleanup.plan(**choice[1]), keep=keep))

    def planned(self, choice: Choice) -> set[tuple[str, str]]:
        """Host and task of what would go: both ways say the same."""
        said = json.loads(self.farm.command("cleanup", *choice[0], "--dry-run", "--json").stdout)
        by_command = {(one["host"], item["task"]) for item in said for one in item["workspaces"]}
        items = self.services.cleanup.plan(**choice[1])
        by_services = {(one.host, item.task.id) for item in items for one in item.workspaces}
        assert by_command == by_services
        return by_services


@pytest.fixture(scope="module")
def two_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_standin_farm(tmp_path_factory.mktemp("two_hosts"), SETTINGS) as farm:
        for host in (A, B):
            farm.start_host(host)
        yield House(farm)


@pytest.fixture
def house(two_hosts: House) -> House:
    two_hosts.clean()
    return two_hosts


def pair(house: House, **fields: Any) -> tuple[RenderTask, RenderTask]:
    return house.rendered(A, **fields), house.rendered(B, **fields)


def places(*pairs: tuple[RenderTask, RenderTask]) -> set[tuple[str, str]]:
    return {(host, task.id) for pair in pairs for host, task in zip((A, B), pair, strict=True)}


@pytest.mark.parametrize("way", [House.by_command, House.by_services])
class TestEveryChoice:
    """Only what is chosen goes, on both hosts, and the plan says so before."""

    def check(
        self, house: House, way: Callable[..., None], choice: Choice, goes: set, stays: set, code: int = 0
    ) -> None:
        assert house.on_disk() == goes | stays
        assert house.planned(choice) == goes
        assert house.on_disk() == goes | stays, "a plan changes nothing"
        way(house, choice, code=code)
        assert house.on_disk() == stays

    def test_tasks(self, house: House, way: Callable[..., None]) -> None:
        chosen, others = pair(house), pair(house)
        ids = [task.id for task in chosen]
        self.check(house, way, (ids, {"task_ids": ids}), places(chosen), places(others))

    def test_status(self, house: House, way: Callable[..., None]) -> None:
        failed, completed = pair(house, failed=True), pair(house)
        choice = (["--status", "failed"], {"statuses": [TaskStatus.FAILED]})
        self.check(house, way, choice, places(failed), places(completed))

    def test_days(self, house: House, way: Callable[..., None]) -> None:
        old, young = pair(house, days_ago=8), pair(house, days_ago=6)
        self.check(house, way, (["--days", "7"], {"older_than_days": 7}), places(old), places(young))

    def test_user(self, house: House, way: Callable[..., None]) -> None:
        wangs, others = pair(house, unionid="wang"), pair(house)
        self.check(house, way, (["--user", "wang"], {"unionid": "wang"}), places(wangs), places(others))
        assert not any((house.farm.root(host) / "wang").exists() for host in (A, B)), "empty folders of users go"

    def test_host(self, house: House, way: Callable[..., None]) -> None:
        on_a, on_b = pair(house)
        self.check(house, way, (["--host", B], {"hosts": [B]}), {(B, on_b.id)}, {(A, on_a.id)})

    def test_disk_needed(self, house: House, way: Callable[..., None]) -> None:
        newest, oldest = pair(house, days_ago=1), pair(house, days_ago=9)
        choice = (["--free", "0.9MB"], {"free": parse_size("0.9MB")})
        self.check(house, way, choice, places(oldest), places(newest))

    def test_more_than_there_is(self, house: House, way: Callable[..., None]) -> None:
        chosen, others = pair(house, failed=True), pair(house)
        arguments = ["--free", "5MB", "--status", "failed"]
        choice = (arguments, {"free": parse_size("5MB"), "statuses": [TaskStatus.FAILED]})
        said = house.farm.command("cleanup", *arguments, "--dry-run")
        for host in (A, B):
            assert f"{host} has no more to remove: 4.0 MB less than asked for." in said.stderr
        assert said.returncode == 1
        self.check(house, way, choice, places(chosen), places(others), code=1)

    def test_several_together(self, house: House, way: Callable[..., None]) -> None:
        goes, stays = house.rendered(A, unionid="wang", days_ago=8), house.rendered(B, unionid="wang")
        other = house.rendered(A, days_ago=8)
        choice = (["--user", "wang", "--days", "7"], {"unionid": "wang", "older_than_days": 7})
        self.check(house, way, choice, {(A, goes.id)}, {(B, stays.id), (A, other.id)})

    def test_renders_are_kept(self, house: House, way: Callable[..., None]) -> None:
        tasks = pair(house)
        way(house, (["--user", "li", "--keep", "renders"], {"unionid": "li", "keep": Keep.RENDERS}))
        for host, task in zip((A, B), tasks, strict=True):
            kept = {path.name for path in house.folder(host, task).iterdir()}
            assert kept == {"Sys_Default_Renders", "logs"}
        assert house.states(*tasks) == [REMOVED, REMOVED]

    def test_the_project_is_kept_and_renders_without_a_download(self, house: House, way: Callable[..., None]) -> None:
        tasks = pair(house)
        before = [house.services.queries.workspaces(task.id)[0].size for task in tasks]
        way(house, (["--user", "li", "--keep", "project"], {"unionid": "li", "keep": Keep.PROJECT}))
        assert house.on_disk() == set(), "no source folder is left"
        after = [house.services.queries.workspaces(task.id)[0].size for task in tasks]
        assert house.states(*tasks) == [READY, READY]
        assert all(0 < now < 0.6 * then for now, then in zip(after, before, strict=True))
        for task in tasks:
            house.farm.program.objects.delete(task.oss_file_path)
            house.services.control.retry(task.id, "1")
            row = house.farm.settled(task)
            assert row.task.status is TaskStatus.COMPLETED, row.note


def test_a_cleaned_task_prepares_again(house: House) -> None:
    task = house.rendered(A)
    house.by_command(([task.id], {}))
    assert not house.folder(A, task).exists()
    assert house.states(task) == [REMOVED]
    house.services.control.retry(task.id, "2")
    assert house.farm.settled(task).task.status is TaskStatus.COMPLETED
    renders = house.folder(A, task) / "Sys_Default_Renders"
    assert [path.name for path in renders.iterdir()] == ["shot_0002.png"]
    assert house.states(task) == [READY]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_what_renders_again_since_it_was_planned_is_left_alone(tmp_path: Path) -> None:
    gate, wait = tmp_path / "gate", tmp_path / "wait.sh"
    gate.touch()
    wait.write_text(f"#!/bin/sh\nwhile [ ! -e {gate} ]; do sleep 0.02; done\n")
    wait.chmod(0o755)
    with open_standin_farm(tmp_path, {**SETTINGS, "BLENDER_STANDIN_COMMAND": str(wait)}) as farm:
        house = House(farm)
        farm.start_host(A)
        task = house.rendered(A)
        plan = house.services.cleanup.plan()
        gate.unlink()
        house.services.control.retry(task.id, "1")
        wait_until(lambda: farm.row(task).task.counts.rendering)
        with pytest.raises(TaskBusy, match="is rendering 1 frame"):
            house.services.cleanup.request(plan)
        with pytest.raises(TaskBusy, match="is rendering 1 frame"):
            house.services.cleanup.request(house.services.cleanup.plan(task_ids=[task.id]))
        for arguments in ([], ["--dry-run"]):
            said = farm.command("cleanup", task.id, *arguments)
            assert (said.returncode, "is rendering 1 frame" in said.stderr) == (1, True), "refused, planned or not"
        gate.touch()
        assert farm.settled(task).task.status is TaskStatus.COMPLETED
        assert house.on_disk() == {(A, task.id)}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_killed_half_way_is_finished_by_the_next(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, SETTINGS) as farm:
        house = House(farm)
        killed = farm.start_host(A)
        farm.start_host(B)
        large, small = house.rendered(A), house.rendered(B)
        many = house.folder(A, large) / "project" / "many"
        folders = [many / f"{number:03}" for number in range(300)]
        for folder in folders:
            folder.mkdir(parents=True)
            for number in range(200):
                (folder / str(number)).touch()
        asked = house.services.cleanup.request(house.services.cleanup.plan(unionid="li"))
        wait_until(lambda: sum(1 for _ in many.iterdir()) < len(folders))
        killed.kill()
        killed.wait()
        assert any(many.iterdir()), "it was killed before it was done"
        wait_until(lambda: house.states(small) == [REMOVED])
        assert house.states(large) == [REQUESTED]

        farm.start_host(A)
        house.wait(asked)
        assert house.states(large) == [REMOVED]
        assert house.on_disk() == set()
        assert not (farm.root(A) / "li").exists()
        house.services.control.retry(large.id, "1")
        assert farm.settled(large).task.status is TaskStatus.COMPLETED


def test_retention_cleans_up_what_is_old_and_nothing_else(tmp_path: Path) -> None:
    settings = {**SETTINGS, "CLEANUP_AFTER_DAYS": "7", "CLEANUP_KEEP": "renders"}
    with open_standin_farm(tmp_path, settings) as farm:
        house = House(farm)
        for host in (A, B):
            farm.start_host(host)
        old, young = pair(house, days_ago=8), pair(house, days_ago=6)
        with farm.program.store.engine.begin() as connection:  # it was done when the workers came: now again
            connection.execute(update(duties).values(due_at=0.0))
        wait_until(lambda: house.states(*old) == [REMOVED, REMOVED])
        assert house.on_disk() == places(young)
        assert (house.folder(A, old[0]) / "Sys_Default_Renders" / "shot_0001.png").is_file()
        whys = [entry.why for entry in house.services.queries.history(old[0].id)]
        assert "Retention: the task ended more than 7 days ago; rendered frames and logs are kept." in whys
        assert f"Removed from {A}; rendered frames and logs are kept." in whys


def test_without_a_setting_nothing_is_ever_cleaned_up_by_itself(house: House) -> None:
    tasks = pair(house, days_ago=10_000)
    with house.farm.program.store.engine.begin() as connection:
        connection.execute(update(duties).values(due_at=0.0))
    wait_until(lambda: _done_again(house))
    assert house.on_disk() == places(tasks)


def _done_again(house: House) -> bool:
    with house.farm.program.store.engine.connect() as connection:
        return all(row.due_at > 0 for row in connection.execute(duties.select()))
