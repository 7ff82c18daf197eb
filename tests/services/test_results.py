"""Rendered frames, had from a disk or from the object store."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from render_manager.domain.entities import RenderTask, WorkspaceState
from render_manager.domain.errors import FrameRangeError, ObjectStoreError, RenderManagerError
from render_manager.services.image_cache import ImageCache
from render_manager.services.ports import Progress
from render_manager.services.tally import Tally
from tests.services.conftest import House
from tests.services.rendered import Host


@pytest.fixture
def host(house: House, tmp_path: Path) -> Host:
    return Host(house, tmp_path / "root")


@pytest.fixture
def task(host: Host) -> RenderTask:
    """Frames 1–3 completed, frame 4 failed."""
    task = host.house.submit("1-4")
    for _ in range(3):
        host.render(task)
    host.house.failed(host.house.claim(host.profile), "no camera")
    return task


@pytest.fixture
def uploaded(host: Host, task: RenderTask) -> RenderTask:
    """They are in the object store only: their host's disk can't be read from here."""
    for number in (1, 2, 3):
        host.send(task, number)
    shutil.rmtree(host.root)
    return task


def files(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


IMAGES = {"f_0001.png": "image 1", "f_0002.png": "image 2", "f_0003.png": "image 3"}


# -- from a disk -------------------------------------------------------------------------------------------------


def test_all_completed_frames_are_copied(house: House, task: RenderTask, tmp_path: Path) -> None:
    to = tmp_path / "a" / "b"
    told: list[tuple[int, int | None]] = []
    report = house.results.download(task.id[:8], to, progress=lambda *done: told.append(done))
    assert [path.name for path in report.copied] == list(IMAGES)
    assert files(to) == IMAGES
    assert (report.unchanged, report.problems, told[-1]) == ([], [], (21, 21))


def test_what_is_there_already_is_left_or_kept_or_replaced(house: House, task: RenderTask, tmp_path: Path) -> None:
    _left_or_kept_or_replaced(house, task, tmp_path / "out")


def _left_or_kept_or_replaced(house: House, task: RenderTask, to: Path) -> None:
    house.results.download(task.id, to)
    (to / "f_0002.png").write_text("retouched by hand")
    (to / "f_0003.png").unlink()
    told: list[tuple[int, int | None]] = []
    report = house.results.download(task.id, to, progress=lambda *done: told.append(done))
    assert [path.name for path in report.unchanged] == ["f_0001.png"]
    assert [path.name for path in report.copied] == ["f_0003.png"]
    assert len(report.problems) == 1
    assert "f_0002.png exists with other content; it was kept" in report.problems[0]
    assert files(to) == {**IMAGES, "f_0002.png": "retouched by hand"}
    assert told[-1] == (21, 21)
    report = house.results.download(task.id, to, overwrite=True)
    assert [path.name for path in report.copied] == ["f_0002.png"]
    assert files(to) == IMAGES


def test_folders_of_layers_and_passes_are_kept(host: Host, tmp_path: Path) -> None:
    house, task = host.house, host.house.submit("1-2")
    for _ in range(2):
        host.render(task, more={"aov/z_{:04d}.exr": "depth", "masterLayer/f_{:04d}.png": "layer"})
    wanted = {"f_0001.png": "image 1", "aov/z_0001.exr": "depth 1", "masterLayer/f_0001.png": "layer 1"}
    house.results.download(task.id, tmp_path / "disk", frames="1")
    assert files(tmp_path / "disk") == dict(sorted(wanted.items()))
    host.send(task, 1)
    shutil.rmtree(host.root)
    house.results.download(task.id, tmp_path / "store", frames="1")
    assert files(tmp_path / "store") == dict(sorted(wanted.items()))


def test_a_missing_pass_is_named_or_had_from_the_object_store(host: Host, tmp_path: Path) -> None:
    house, task = host.house, host.house.submit("1-2")
    for _ in range(2):
        frame = host.render(task, more={"z_{:04d}.exr": "depth"})
        if frame.frame_number == 1:
            host.send(task, 1)
        Path(str(frame.output_path)).with_name(f"z_{frame.frame_number:04d}.exr").unlink()
    report = house.results.download(task.id, tmp_path / "out")
    assert files(tmp_path / "out") == {"f_0001.png": "image 1", "f_0002.png": "image 2", "z_0001.exr": "depth 1"}
    assert len(report.problems) == 1
    assert report.problems[0].startswith("Frame 2: ")
    assert "z_0002.exr can't be read" in report.problems[0]


def test_frames_can_be_named(house: House, task: RenderTask, tmp_path: Path) -> None:
    report = house.results.download(task.id, tmp_path / "out", frames="2-4")
    assert [path.name for path in report.copied] == ["f_0002.png", "f_0003.png"]
    with pytest.raises(RenderManagerError, match="has no completed frame in 4 yet"):
        house.results.download(task.id, tmp_path / "out", frames="4")
    with pytest.raises(FrameRangeError):
        house.results.download(task.id, tmp_path / "out", frames="x")


def test_a_folder_that_cannot_be_made_is_named(house: House, task: RenderTask, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RenderManagerError, match="can't be made"):
        house.results.download(task.id, tmp_path / "file")


def test_two_frames_of_one_name_do_not_overwrite_each_other(host: Host, tmp_path: Path) -> None:
    """As where a scene's own file output has no frame number."""
    house, task = host.house, host.house.submit("1-2")
    for _ in range(2):
        frame = host.render(task)
        Path(frame.output_path or "").unlink()
        same = tmp_path / f"elsewhere {frame.frame_number}" / "beauty.png"
        same.parent.mkdir()
        same.write_text(f"image {frame.frame_number}")
        with house.store.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE render_frames SET output_path = ? WHERE frame_number = ?", (str(same), frame.frame_number)
            )
    report = house.results.download(task.id, tmp_path / "out")
    assert files(tmp_path / "out") == {"beauty.png": "image 1"}
    assert "beauty.png exists with other content" in report.problems[0]


# -- from the object store ---------------------------------------------------------------------------------------


def test_what_no_disk_here_has_comes_from_the_object_store(house: House, uploaded: RenderTask, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    report = house.results.download(uploaded.id, tmp_path / "out", progress=lambda *done: told.append(done))
    assert files(tmp_path / "out") == IMAGES
    assert (len(report.copied), report.problems, told[-1]) == (3, [], (21, 21))


def test_the_same_rules_hold_for_what_is_there(house: House, uploaded: RenderTask, tmp_path: Path) -> None:
    _left_or_kept_or_replaced(house, uploaded, tmp_path / "out")


def test_what_is_there_is_not_fetched_again(house: House, uploaded: RenderTask, tmp_path: Path) -> None:
    house.results.download(uploaded.id, tmp_path / "out")
    (tmp_path / "out" / "f_0002.png").unlink()
    house.objects.downloads.clear()
    report = house.results.download(uploaded.id, tmp_path / "out")
    assert len(report.unchanged) == 2
    assert [key.rpartition("/")[2] for key in house.objects.downloads if "/renders/" in key] == ["f_0002.png"]


def test_without_a_manifest_there_is_still_the_image(house: House, uploaded: RenderTask, tmp_path: Path) -> None:
    for key in [key for key in house.objects.held if "/manifests/" in key]:
        del house.objects.held[key]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "f_0001.png").write_text("other 1")
    report = house.results.download(uploaded.id, tmp_path / "out")
    assert files(tmp_path / "out") == {**IMAGES, "f_0001.png": "other 1"}
    assert len(report.problems) == 1


def test_an_object_that_was_replaced_is_not_taken(house: House, uploaded: RenderTask, tmp_path: Path) -> None:
    house.objects.held[f"results/li/{uploaded.id}/renders/f_0002.png"] = b"other 2"
    report = house.results.download(uploaded.id, tmp_path / "out")
    assert "f_0002.png was replaced since" in report.problems[0]
    assert files(tmp_path / "out") == {name: text for name, text in IMAGES.items() if name != "f_0002.png"}


def test_an_object_that_is_gone_is_named_and_the_others_come(
    house: House, uploaded: RenderTask, tmp_path: Path
) -> None:
    del house.objects.held[f"results/li/{uploaded.id}/renders/f_0002.png"]
    report = house.results.download(uploaded.id, tmp_path / "out")
    assert len(report.copied) == 2
    assert report.problems == [f"Frame 2: There is no object results/li/{uploaded.id}/renders/f_0002.png."]


def test_an_object_store_that_is_away_ends_it(house: House, host: Host, tmp_path: Path) -> None:
    task = house.submit("1-30")
    for number in range(1, 31):
        host.render(task)
        host.send(task, number)
    shutil.rmtree(host.root)
    house.objects.away = True
    with pytest.raises(ObjectStoreError, match="can't be reached"):
        house.results.download(task.id, tmp_path / "out")


def test_a_cancel_ends_all_transfers_and_the_next_download_goes_on(
    house: House, uploaded: RenderTask, tmp_path: Path
) -> None:
    class Cancelled(Exception):
        pass

    def cancel(done: int, total: int | None) -> None:
        if done >= 7:
            raise Cancelled

    with pytest.raises(Cancelled):
        house.results.download(uploaded.id, tmp_path / "out", progress=cancel)
    kept = files(tmp_path / "out")
    assert len(kept) < 3
    assert set(kept) < set(IMAGES), "no half image is left"
    report = house.results.download(uploaded.id, tmp_path / "out")
    assert len(report.unchanged) == len(kept)
    assert files(tmp_path / "out") == IMAGES


# -- from nowhere ------------------------------------------------------------------------------------------------


def test_what_can_be_had_from_nowhere_is_said_host_by_host(house: House, host: Host, tmp_path: Path) -> None:
    task = house.submit("1-4")
    other = Host(house, tmp_path / "other root", "h2")
    for each in (host, host, other, host):
        each.render(task)
    host.send(task, 4)
    shutil.rmtree(host.root)
    shutil.rmtree(other.root)
    report = house.results.download(task.id, tmp_path / "out")
    assert [path.name for path in report.copied] == ["f_0004.png"]
    assert len(report.problems) == 2
    assert report.problems[0].startswith("Frames 1-2: not in the object store, only on host h1 (worker h1-w), and ")
    assert report.problems[1].startswith("Frame 3: not in the object store, only on host h2 (worker h2-w), and ")
    assert "UPLOAD_RENDERS=true" in report.problems[0]
    assert "WORKSPACE_ROOT_DIR" in report.problems[0]


def test_a_clean_up_is_named_as_the_reason(house: House, host: Host, task: RenderTask, tmp_path: Path) -> None:
    shutil.rmtree(host.root)
    house.cleanup.request(house.cleanup.plan(task_ids=[task.id]))
    house.cleanup.done(house.cleanup.requested_of("h1")[0], size_left=0)
    assert house.queries.workspaces(task.id)[0].state is WorkspaceState.REMOVED
    (problem,) = house.results.download(task.id, tmp_path / "out").problems
    assert problem.startswith("Frames 1-3: not in the object store, and a clean-up of host h1")


def test_an_image_of_this_host_that_is_gone_is_said_to_be(
    house: House, host: Host, task: RenderTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "h1")
    Path(host.frame(task, 2).output_path or "").unlink()
    report = house.results.download(task.id, tmp_path / "out")
    assert len(report.copied) == 2
    assert len(report.problems) == 1
    assert report.problems[0].startswith("Frame 2: ")
    assert "is not there any more" in report.problems[0]


def test_an_old_image_at_the_same_path_is_not_taken_for_the_frames(
    house: House, uploaded: RenderTask, host: Host, tmp_path: Path
) -> None:
    """This computer is a host as well: the frame was rendered here first, and then elsewhere at the same path."""
    old = Path(host.frame(uploaded, 1).output_path or "")
    old.parent.mkdir(parents=True)
    old.write_text("old")
    (host.workspace(uploaded) / "logs").mkdir()
    (host.workspace(uploaded) / "logs" / "frame_0001.0.log").touch()
    house.results.download(uploaded.id, tmp_path / "out")
    assert files(tmp_path / "out") == IMAGES
    assert house.results.image(host.frame(uploaded, 1)).read_text() == "image 1"


# -- to look at --------------------------------------------------------------------------------------------------


def test_an_image_to_look_at_is_found_on_the_disk(house: House, host: Host, task: RenderTask) -> None:
    frame = host.frame(task, 1)
    assert house.results.image(frame) == Path(frame.output_path or "")


def test_an_image_to_look_at_is_fetched_once(house: House, host: Host, uploaded: RenderTask) -> None:
    path = house.results.image(host.frame(uploaded, 2))
    assert (path.suffix, path.read_text()) == (".png", "image 2")
    assert house.results.image(host.frame(uploaded, 2)) == path
    assert len(house.objects.downloads) == 1


def test_who_waits_for_anothers_fetch_hears_how_far_it_is_and_may_give_up(
    house: House, host: Host, uploaded: RenderTask, tmp_path: Path
) -> None:
    images, frame = ImageCache(tmp_path / "kept"), host.frame(uploaded, 1)
    begun, may_end = threading.Event(), threading.Event()

    def fetch(path: Path, noted: Progress) -> None:
        noted(3, 7)
        begun.set()
        assert may_end.wait(30)
        path.write_text("image")

    first = threading.Thread(target=images.get, args=(frame, fetch))
    first.start()
    assert begun.wait(30)

    def give_up(done: int, total: int | None) -> None:
        raise RenderManagerError(f"{done} of {total}")

    with pytest.raises(RenderManagerError, match="3 of 7"):
        images.get(frame, fetch, give_up)
    may_end.set()
    first.join()
    assert images.get(frame, fetch, give_up).read_text() == "image"


def test_an_image_that_is_nowhere_is_explained(house: House, host: Host, task: RenderTask) -> None:
    shutil.rmtree(host.root)
    with pytest.raises(RenderManagerError, match="only on host h1"):
        house.results.image(host.frame(task, 1))


def test_the_images_kept_stay_within_bounds(house: House, host: Host, uploaded: RenderTask, tmp_path: Path) -> None:
    house.results._images = ImageCache(tmp_path / "small", most_bytes=15)
    one, two = (house.results.image(host.frame(uploaded, number)) for number in (1, 2))
    for place, path in enumerate((one, two)):
        os.utime(path, (place, place))  # file systems' clocks are coarse
    house.results.image(host.frame(uploaded, 1))  # looked at again: now the second is the oldest
    three = house.results.image(host.frame(uploaded, 3))
    assert sorted((tmp_path / "small").iterdir()) == sorted([one, three])
    assert not two.exists()


# -- the sum of transfers ----------------------------------------------------------------------------------------


def test_transfers_are_told_as_one_and_may_begin_again() -> None:
    told: list[tuple[int, int | None]] = []
    tally = Tally(lambda *done: told.append(done))
    tally.total = 30
    one, two = tally.transfer(), tally.transfer()
    for transfer, done in ((one, 5), (two, 10), (one, 10), (one, 0), (one, 20)):
        transfer(done, None)
    assert told == [(5, 30), (15, 30), (20, 30), (10, 30), (30, 30)]


def test_the_first_error_ends_the_others() -> None:
    began = threading.Event()
    tally = Tally(None)
    tally.total = 0

    def work(number: int) -> None:
        if number == 0:
            began.wait(10)
            raise RenderManagerError("broken")
        began.set()
        while True:
            tally.add(0)

    with pytest.raises(RenderManagerError, match="broken"):
        tally.each(work, range(4))
