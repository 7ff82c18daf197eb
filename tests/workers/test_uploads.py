"""The thread that uploads: what its queue loses is found, and one failure does not hold up the rest."""

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from render_manager.domain.entities import Claim, ObjectInfo, RenderTask
from render_manager.domain.errors import ObjectStoreError
from render_manager.domain.failures import FailureClass
from render_manager.services.result_files import files_of
from tests.services.conftest import House, house
from tests.services.rendered import Host
from workers import uploads as module
from workers.attempt import Attempt
from workers.renderers.events import FrameDone
from workers.uploads import Uploads

__all__ = ["house"]


@pytest.fixture
def host(house: House, tmp_path: Path) -> Host:
    return Host(house, tmp_path / "root")


def uploads(host: Host, leaving: threading.Event | None = None, *, looks: bool = True) -> Uploads:
    folder = host.root / ".locks"
    return Uploads(host.house.give_back, host.profile, folder, leaving or threading.Event(), looks=looks)


def keys(host: Host, task: RenderTask) -> list[str | None]:
    return [frame.uploaded_key for frame in host.house.queries.frames(task.id)]


def complete(host: Host, task: RenderTask, count: int, told: Uploads | None = None) -> None:
    for _ in range(count):
        frame = host.render(task)
        if told:
            told.completed(Claim(task, frame.frame_number, frame.attempt, host.profile.name))


def test_what_overflows_the_queue_is_found(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    task = host.house.submit("1-4")
    children, parent = uploads(host, looks=False), uploads(host)
    complete(host, task, 4, children)
    children.finish()
    assert [key is not None for key in keys(host, task)] == [False, False, False, True]
    parent.finish()
    assert None not in keys(host, task)
    assert len(host.house.objects.uploads) == 4 * 3, "image, log and manifest of each, once"


def test_an_object_that_is_refused_does_not_hold_up_the_others(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    task = host.house.submit("1-4")
    complete(host, task, 4)
    upload = host.house.objects.upload

    def refuse(source: Path, key: str, progress: object = None) -> ObjectInfo:
        if key.endswith("f_0002.png"):
            raise ObjectStoreError("OSS refused the request.")
        return upload(source, key)

    monkeypatch.setattr(host.house.objects, "upload", refuse)
    uploads(host).finish()
    assert [key is not None for key in keys(host, task)] == [True, False, True, True]


def test_an_object_store_that_is_away_is_not_asked_for_each_frame(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    task = host.house.submit("1-9")
    complete(host, task, 9)
    asked: list[str] = []

    def refuse(source: Path, key: str, progress: object = None) -> ObjectInfo:
        asked.append(key)
        raise ObjectStoreError("The OSS endpoint can't be reached.")

    monkeypatch.setattr(host.house.objects, "upload", refuse)
    uploads(host).finish()
    assert len(asked) == 3


def test_a_worker_that_must_go_at_once_leaves_it(host: Host) -> None:
    task = host.house.submit("1-2")
    complete(host, task, 2)
    leaving = threading.Event()
    leaving.set()
    uploads(host, leaving).finish()
    assert keys(host, task) == [None, None]


def test_another_process_of_the_host_looks(host: Host) -> None:
    task = host.house.submit("1")
    complete(host, task, 1)
    (host.root / ".locks").mkdir()
    with FileLock(host.root / ".locks" / "upload-look.lock"):
        uploads(host).finish()
        assert keys(host, task) == [None]
    uploads(host).finish()
    assert None not in keys(host, task)


def test_what_is_outstanding_is_counted_for_a_clean_up(host: Host) -> None:
    task = host.house.submit("1-3")
    complete(host, task, 3)
    host.send(task, 2)
    (workspace,) = host.house.queries.workspaces(task.id)
    assert uploads(host).outstanding(workspace) == 2


def test_an_attempt_keeps_a_list_of_its_files(host: Host, tmp_path: Path) -> None:
    """A frame's row names one file; the others are told of beside its log."""
    images = Path(__file__).parents[1] / "images"
    one, two = tmp_path / "one.png", tmp_path / "two.exr"
    task = host.house.submit("1")
    claim = host.house.claim(host.profile)
    log = tmp_path / "logs" / "frame_0001.1.log"
    log.parent.mkdir()
    attempt = Attempt(claim, str(log), "h1")
    one.write_bytes((images / "good_64.png").read_bytes())
    two.write_bytes((images / "good_single_64.exr").read_bytes())
    attempt.end()
    outcome = attempt.completed(FrameDone(1, str(one)), [str(one), str(two)])
    assert (outcome.error, outcome.failure) == (None, FailureClass.UNKNOWN)
    host.house.lifecycle.frame_started(claim, str(log))
    host.house.lifecycle.end_frame(claim, outcome)
    assert files_of(host.frame(task, 1)) == [str(one), str(two)]


def test_a_disk_that_takes_no_lock_does_not_keep_a_worker_from_leaving(host: Host) -> None:
    task = host.house.submit("1")
    complete(host, task, 1)
    (host.root / ".locks").write_text("in the way")
    uploads(host).finish()
    assert keys(host, task) == [None]
