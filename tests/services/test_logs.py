"""Finding a log: on a disk, with a worker, in the object store; and saying where it lies."""

from dataclasses import replace
from pathlib import Path

import pytest

from render_manager.domain.audit import Action, worker_as_actor
from render_manager.domain.entities import RenderFrame, RenderTask, Workspace, WorkspaceState
from render_manager.domain.errors import LogUnavailable
from render_manager.domain.logs import PORTION
from render_manager.services import give_back
from tests.services.conftest import House
from tests.store.samples import worker

GPU = worker("gpu07", host="gpu07")
GONE = "/srv/render/li/{}/logs/frame_0001.{}.log"


def tried(house: House, *ends: str, log: str = GONE) -> RenderFrame:
    """Frame 1 of a task after some attempts: f failed, c completed, r still rendering."""
    task = house.submit("1", max_attempts=10)
    for attempt, end in enumerate(ends, 1):
        house.lifecycle.actor = worker_as_actor(GPU.name)
        claim = house.claim(GPU)
        house.lifecycle.frame_started(claim, log.format(task.id, attempt))
        if end == "f":
            house.failed(claim, f"reason {attempt}")
        elif end == "c":
            house.completed(claim, "/renders/1.png")
    return house.queries.frame(task.id, 1)


def workspace(house: House, frame: RenderFrame, state: WorkspaceState = WorkspaceState.READY) -> None:
    with house.store.transaction() as tx:
        tx.save_workspace(Workspace(frame.task_id, "gpu07", f"/srv/render/li/{frame.task_id}", 1, state))


def test_a_log_on_a_disk_is_read_in_parts(house: House, tmp_path: Path) -> None:
    path = tmp_path / "frame_0001.1.log"
    path.write_bytes(b"first\nsecond\n")
    file = house.logs.find(tried(house, "r", log=str(path)))
    assert (file.path, file.host, file.where) == (path, None, str(path))
    part = file.read(6, 3)
    assert (part.data, part.start, part.end, part.size) == (b"sec", 6, 9, 13)
    beyond = file.read(1000, 3)
    assert (beyond.data, beyond.start) == (b"", 13)
    path.unlink()
    with pytest.raises(LogUnavailable, match=r"frame_0001\.1\.log can't be read: No such file"):
        file.read(0, 1)


def test_an_earlier_attempts_log_lies_beside_the_last_ones(house: House, tmp_path: Path) -> None:
    (tmp_path / "frame_0001.1.log").write_text("failed")
    (tmp_path / "frame_0001.2.log").write_text("better")
    frame = tried(house, "f", "c", log=str(tmp_path / "frame_0001.{1}.log"))
    assert house.logs.find(frame, 1).read(0, 10).data == b"failed"
    assert house.logs.find(frame).read(0, 10).data == b"better"
    with pytest.raises(LogUnavailable, match="no attempt 3: it was tried 2"):
        house.logs.find(frame, 3)


def test_the_worker_that_wrote_it_is_asked(house: House) -> None:
    house.online(GPU)
    frame = tried(house, "f", "r")
    workspace(house, frame)
    house.remote_logs.held["gpu07", "frame_0001.1.log"] = b"x" * (PORTION + 5)
    file = house.logs.find(frame, 1)
    assert (file.host, file.path) == ("gpu07", None)
    assert file.where == GONE.format(frame.task_id, 1)
    assert len(file.read(0, 10 * PORTION).data) == PORTION
    assert file.read(PORTION, PORTION).data == b"xxxxx"


def test_another_worker_of_that_host_answers_for_one_that_left(house: House) -> None:
    house.online(GPU, worker("gpu07-2", host="gpu07"), worker("else", host="h2"))
    frame = tried(house, "f")
    house.lose("gpu07")
    house.remote_logs.held["gpu07-2", "frame_0001.1.log"] = b"kept"
    assert house.logs.find(frame).read(0, 10).data == b"kept"
    assert {name for name, *_ in house.remote_logs.asked} == {"gpu07-2"}


def test_the_copy_in_the_object_store_is_read_where_the_host_is_away(house: House) -> None:
    house.online(GPU)
    frame = tried(house, "f")
    house.lose("gpu07")
    house.objects.held[f"results/li/{frame.task_id}/logs/frame_0001.1.log"] = b"from afar"
    file = house.logs.find(frame)
    assert file.where == f"results/li/{frame.task_id}/logs/frame_0001.1.log"
    assert file.read(0, 100).data == b"from afar"
    house.logs.find(frame)
    assert len(house.objects.downloads) == 1, "what was fetched is kept"


def test_it_is_said_where_a_log_lies_that_nobody_gives(house: House) -> None:
    house.online(GPU)
    frame = tried(house, "f")
    with pytest.raises(LogUnavailable, match=r"lies on host gpu07\. Worker gpu07 of host gpu07 does not answer"):
        house.logs.find(frame)
    house.lose("gpu07")
    with pytest.raises(LogUnavailable, match=r"lies on host gpu07, which is offline since 1970-01-01 \d\d:\d\d\."):
        house.logs.find(frame)
    house.objects.away = True
    with pytest.raises(LogUnavailable, match=r"lies on host gpu07\. The OSS endpoint can't be reached"):
        house.logs.find(frame)
    house.objects.away = False
    house.online(GPU)
    workspace(house, frame, WorkspaceState.REMOVED)
    with pytest.raises(LogUnavailable, match="A clean-up of host gpu07 removed the log"):
        house.logs.find(frame)


def test_there_is_none_before_the_renderer_starts(house: House) -> None:
    task = house.submit("1")
    with pytest.raises(LogUnavailable, match="no log yet"):
        house.logs.find(house.queries.frame(task.id, 1))
    house.claim()
    with pytest.raises(LogUnavailable, match="no log yet"):
        house.logs.find(house.queries.frame(task.id, 1))


def test_the_log_of_opening_the_project_is_never_another_hosts(house: House, tmp_path: Path) -> None:
    house.online(GPU)
    (tmp_path / "load.log").write_text("of this computer")
    frame = replace(tried(house, "f"), log_path=str(tmp_path / "load.log"))
    house.remote_logs.held["gpu07", "load.log"] = b"of the host that failed"
    assert house.logs.find(frame).read(0, 100).data == b"of the host that failed"


def test_who_made_which_attempt_is_remembered(house: House) -> None:
    house.online(GPU)
    frame = tried(house, "f", "f", "r")
    told = [(one.number, one.worker, one.outcome, one.why) for one in house.logs.attempts(frame)]
    assert told == [
        (1, "gpu07", Action.FAIL, "reason 1"),
        (2, "gpu07", Action.FAIL, "reason 2"),
        (3, "gpu07", None, None),
    ]


def test_a_failed_attempts_log_is_given_back_cut_where_it_is_long(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: RenderTask = house.submit("1")
    log = tmp_path / "frame_0001.1.log"
    log.write_bytes(b"begin\nmiddle\nend\n")
    key = f"results/li/{task.id}/logs/frame_0001.1.log"
    house.give_back.send_log(task, log)
    assert house.objects.held[key] == b"begin\nmiddle\nend\n"
    monkeypatch.setattr(give_back, "MOST_OF_A_LOG", 8)
    house.give_back.send_log(task, log)
    assert house.objects.held[key] == b"[Render Manager] The beginning of this log was left out.\nend\n"
