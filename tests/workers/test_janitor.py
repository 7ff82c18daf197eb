"""A host's clean-ups: carried out once, told truly, begun again where they were broken off."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from render_manager.config import load_settings
from render_manager.domain.entities import Keep, RenderTask, Workspace, WorkspaceState
from render_manager.storage.local import LocalStore
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore
from tests.services.conftest import House
from tests.support.farm import wait_until
from tests.workers.test_removal import NOBODY, as_nobody, place
from tests.workers.test_workspace import BLEND, SCENE, quiet
from workers import janitor as janitor_module
from workers.janitor import Janitor
from workers.workspace import Workspaces, measure

__all__ = ["as_nobody", "place"]

HOST = "h1"
FAILED, REMOVED, REQUESTED = WorkspaceState.CLEANUP_FAILED, WorkspaceState.REMOVED, WorkspaceState.CLEANUP_REQUESTED


class Host:
    """A host with prepared workspaces of settled tasks, and its janitors."""

    def __init__(self, folder: Path) -> None:
        engine = open_engine(f"sqlite:///{(folder / 'store.sqlite3').as_posix()}")
        upgrade(engine)
        self.house = House(SqlTaskStore(engine), folder)
        self.root = folder / "root"
        objects = LocalStore(folder / "objects")
        objects.upload(SCENE, "shot.blend")
        self.house.objects.held["shot.blend"] = b""
        self.workspaces = Workspaces(load_settings(min_free_disk_gb=0, workspace_root_dir=self.root), objects)
        self.janitors: list[Janitor] = []

    def janitor(self) -> Janitor:
        janitor = Janitor(self.house.cleanup, self.workspaces, HOST, self.house.store)
        self.janitors.append(janitor)
        janitor.start()
        return janitor

    def settled(self, path: Path | None = None) -> RenderTask:
        task = self.house.submit("1", path="shot.blend")
        self.workspaces.prepare(task, BLEND, quiet)
        root = self.workspaces.paths(task).root
        ready = Workspace(task.id, HOST, str(path or root), measure(root), WorkspaceState.READY)
        self.house.lifecycle.workspace_ready(ready)
        self.house.control.cancel(task.id)
        return task

    def kept_downloads(self) -> int:
        return len(list((self.root / ".downloads").glob("*/content")))

    def ask(self, keep: Keep = Keep.NOTHING) -> None:
        self.house.cleanup.request(self.house.cleanup.plan(keep=keep), keep=keep)

    def now(self, task: RenderTask) -> Workspace:
        return self.house.queries.workspaces(task.id)[0]

    def state(self, task: RenderTask) -> WorkspaceState:
        return self.now(task).state

    def held(self, task: RenderTask) -> Callable[[], None]:
        """A file of it can't be deleted until the result is called."""
        folder = self.workspaces.paths(task).project / "held"
        folder.mkdir()
        (folder / "in_use.exr").write_bytes(b"x")
        os.seteuid(0)
        os.chown(folder, 0, 0)
        os.seteuid(NOBODY)

        def let_go() -> None:
            os.seteuid(0)
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)

        return let_go


@pytest.fixture
def host(place: Path) -> Iterator[Host]:
    host = Host(place)
    yield host
    for janitor in host.janitors:
        janitor.stop()
    host.house.store.close()


def test_all_that_was_asked_goes(host: Host) -> None:
    tasks = [host.settled() for _ in range(3)]
    host.ask()
    host.janitor().wake()
    wait_until(lambda: [host.state(task) for task in tasks] == [REMOVED] * 3)
    assert [host.now(task).size for task in tasks] == [0, 0, 0]
    assert not (host.root / "li").exists()
    assert host.kept_downloads() == 1, "a retry after a clean-up needs no download where the cache has it"


def test_a_project_that_was_kept_is_ready_in_its_new_size(host: Host) -> None:
    task = host.settled()
    before = host.now(task).size
    host.ask(Keep.PROJECT)
    host.janitor().wake()
    wait_until(lambda: host.state(task) is WorkspaceState.READY)
    assert host.kept_downloads() == 0
    paths = host.workspaces.paths(task)
    assert host.now(task).size == measure(paths.root) < before
    assert not paths.source.exists()


def test_a_workspace_at_work_is_left_alone(host: Host) -> None:
    task, other = host.settled(), host.settled()
    host.ask()
    # Retried, claimed, and asked for once more by a plan that is older than that.
    host.house.control.retry(task.id)
    host.house.claim()
    with host.house.store.transaction() as tx:
        tx.save_workspace(Workspace(task.id, HOST, str(host.workspaces.paths(task).root), 1, REQUESTED))
    host.janitor().wake()
    wait_until(lambda: host.state(other) is REMOVED)
    assert host.state(task) is REQUESTED
    assert host.workspaces.paths(task).marker.exists()


def test_another_workers_removal_holds_nobody_up(host: Host) -> None:
    first, second = sorted([host.settled(), host.settled()], key=lambda task: task.id)
    host.ask()
    janitor = host.janitor()
    with host.workspaces.locked(first.id):
        janitor.wake()
        wait_until(lambda: host.state(second) is REMOVED)
        assert host.state(first) is REQUESTED
    janitor.wake()
    wait_until(lambda: host.state(first) is REMOVED)


def test_what_lies_elsewhere_is_not_touched_and_the_rest_is_done(host: Host, place: Path) -> None:
    elsewhere = place / "old_root" / "li" / "task"
    elsewhere.mkdir(parents=True)
    (elsewhere / "file").touch()
    moved, other = host.settled(elsewhere), host.settled()
    host.ask()
    host.janitor().wake()
    wait_until(lambda: (host.state(moved), host.state(other)) == (FAILED, REMOVED))
    assert host.now(moved).message == (f"{elsewhere} is not below this host's WORKSPACE_ROOT_DIR; delete it by hand.")
    assert (elsewhere / "file").exists()


def test_a_user_folder_that_leads_elsewhere_is_not_followed(host: Host, place: Path) -> None:
    task = host.settled()
    (host.root / "li").rename(place / "elsewhere")
    (host.root / "li").symlink_to(place / "elsewhere")
    host.ask()
    host.janitor().wake()
    wait_until(lambda: host.state(task) is FAILED)
    assert "would lie outside" in (host.now(task).message or "")
    assert (place / "elsewhere" / task.id).is_dir()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs files of somebody else's")
class TestFilesInUse:
    def test_they_are_named_when_patience_ends(
        self, as_nobody: None, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(janitor_module, "PATIENCE", 0.1)
        task = host.settled()
        let_go = host.held(task)
        host.ask()
        janitor = host.janitor()
        janitor.wake()
        wait_until(lambda: host.state(task) is FAILED)
        assert "in_use.exr (Permission denied)" in (host.now(task).message or "")
        assert host.house.queries.task(task.id).note == host.now(task).message
        let_go()
        host.ask()
        janitor.wake()
        wait_until(lambda: host.state(task) is REMOVED)
        assert host.house.queries.task(task.id).note == ""

    def test_a_worker_that_leaves_leaves_them_to_the_next(
        self, as_nobody: None, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(janitor_module, "PATIENCE", 1000.0)
        task = host.settled()
        let_go = host.held(task)
        host.ask()
        janitor = host.janitor()
        janitor.wake()
        wait_until(lambda: not host.workspaces.paths(task).source.exists())
        janitor.stop()
        assert "janitor" not in {thread.name for thread in threading.enumerate()}
        assert host.state(task) is REQUESTED
        let_go()
        host.janitor().wake()
        wait_until(lambda: host.state(task) is REMOVED)
