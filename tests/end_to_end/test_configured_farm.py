"""The same program as part of a farm: PostgreSQL, a Redis of the farm, OSS over HTTP."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from render_manager.domain.errors import ObjectNotFound, ObjectPathError
from render_manager.domain.states import TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.support.archives import zipped
from tests.support.farm import Farm, open_farm, wait_until
from tests.support.oss_server import BUCKET, OssServer
from tests.support.processes import gone
from tests.support.servers import Postgres

SCENE = Path(__file__).parent.parent / "scenes" / "anim_cycles.blend"


@pytest.fixture
def oss() -> Iterator[OssServer]:
    with OssServer() as server:
        yield server


@pytest.fixture
def farm(tmp_path: Path, oss: OssServer, postgres: Postgres, redis_url: str, blender: Path) -> Iterator[Farm]:
    with postgres.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        environment = {
            "DATABASE_URL": url.replace("+psycopg", ""),
            "REDIS_URL": redis_url,
            **oss.environment,
            "WORKSPACE_ROOT_DIR": str(tmp_path / "root"),
            "SOURCE_DIR_NAME": "src",
            "RENDERS_DIR_NAME": "out",
        }
        with open_farm(tmp_path / "home", environment) as farm:
            yield farm


def test_an_oss_path_becomes_frames(farm: Farm, oss: OssServer, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "shot.zip", {"镜头/shot.blend": SCENE})
    oss.put("films/镜头 10.zip", archive.read_bytes())
    row = farm.render(f"oss://{BUCKET}/films/镜头 10.zip", "1-3", priority=9)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    folder = tmp_path / "root" / "li" / row.task.id
    assert sorted(path.name for path in (folder / "out").iterdir()) == [f"shot_000{n}.png" for n in (1, 2, 3)]
    assert (folder / "src" / "镜头 10.zip").is_file()

    downloads = oss.count("GET")
    farm.services.control.retry(row.task.id, "2")
    assert farm.settled(row.task).task.status is TaskStatus.COMPLETED
    assert oss.count("GET") == downloads, "a retry must not download again"


def test_what_did_not_change_is_not_fetched_again(farm: Farm, oss: OssServer, tmp_path: Path) -> None:
    oss.put("shot.zip", zipped(tmp_path / "shot.zip", {"shot.blend": SCENE}).read_bytes())
    first = farm.render("shot.zip", "1")
    fetched = oss.count("GET")
    assert fetched
    assert farm.render("shot.zip", "1").task.status is TaskStatus.COMPLETED, "the same project in another task"
    cleanup = farm.services.cleanup
    cleanup.request(cleanup.plan(task_ids=[first.task.id]))
    wait_until(lambda: not (tmp_path / "root" / "li" / first.task.id).exists())
    farm.services.control.retry(first.task.id, "1")
    assert farm.settled(first.task).task.status is TaskStatus.COMPLETED
    assert oss.count("GET") == fetched

    oss.put("shot.zip", zipped(tmp_path / "shot.zip", {"other.blend": SCENE}).read_bytes())
    row = farm.render("shot.zip", "1")
    assert oss.count("GET") > fetched
    assert (tmp_path / "root" / "li" / row.task.id / "project" / "other.blend").is_file()


def test_a_killed_workers_download_is_gone_on_with(farm: Farm, oss: OssServer, tmp_path: Path) -> None:
    size = 48 * 1024 * 1024
    archive = zipped(tmp_path / "shot.zip", {"shot.blend": SCENE, "cache.bin": os.urandom(size)})
    oss.put("shot.zip", archive.read_bytes())
    oss.fail(times=1000, chunk_pause=0.02)
    task = farm.submit("shot.zip", "1")
    wait_until(lambda: "left" in farm.row(task).note)  # rate and time left are told
    assert farm.row(task).note.startswith("Downloading ")
    (worker,) = farm.services.queries.workers()
    process = psutil.Process(worker.profile.pid)
    process.kill()
    # Until it is gone the server would fill its sockets, and count that.
    wait_until(lambda: gone(process))
    before = oss.served
    oss.faults.clear()
    farm.services.local_workers.start()
    row = farm.settled(task, 90)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    assert oss.served < size + before / 2, "more than half of what was there has been fetched again"


def test_a_cancel_ends_a_stalled_download_at_once(farm: Farm, oss: OssServer, tmp_path: Path) -> None:
    oss.put("shot.zip", zipped(tmp_path / "shot.zip", {"shot.blend": SCENE}).read_bytes())
    oss.fail(times=1000, chunk_pause=25)
    task = farm.submit("shot.zip", "1")
    wait_until(lambda: oss.count("GET"))
    farm.services.control.cancel(task.id)
    # The only worker is free for something else, long before the line says a word.
    oss.faults.clear()
    oss.put("other.blend", SCENE.read_bytes())
    assert farm.render("other.blend", "1").task.status is TaskStatus.COMPLETED


def test_a_project_with_several_files_waits_for_a_choice(farm: Farm, oss: OssServer, tmp_path: Path) -> None:
    files = {"a/one.blend": SCENE, "b/two.blend": SCENE}
    oss.put("films.zip", zipped(tmp_path / "films.zip", files).read_bytes())
    task = farm.submit("films.zip", "1-2")
    wait_until(lambda: farm.row(task).task.project_choices)
    row = farm.row(task)
    assert (row.task.status, row.task.counts.pending) == (TaskStatus.PAUSED, 2)
    assert row.note == "Waits for its project file to be chosen: a/one.blend, b/two.blend."
    fetched = oss.count("GET")
    farm.services.control.choose_project_file(task.id, "b/two.blend")
    row = farm.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    frames = farm.services.queries.frames(task.id)
    assert [Path(frame.output_path or "").name for frame in frames] == ["two_0001.png", "two_0002.png"]
    assert oss.count("GET") == fetched


def test_an_object_url_and_a_local_file_work_too(farm: Farm, oss: OssServer) -> None:
    oss.put("anim.blend", SCENE.read_bytes())
    assert farm.render(f"{oss.url}/{BUCKET}/anim.blend?Signature=x", "1").task.status is TaskStatus.COMPLETED
    row = farm.render(SCENE, "1")
    assert row.task.status is TaskStatus.COMPLETED
    assert row.task.oss_file_path in oss.objects


def test_wrong_paths_are_refused_at_once(farm: Farm) -> None:
    with pytest.raises(ObjectNotFound, match=r"no/such\.zip"):
        farm.submit("no/such.zip")
    with pytest.raises(ObjectPathError, match="configured bucket"):
        farm.submit("oss://other-bucket/shot.zip")


def test_a_database_restart_in_mid_render_loses_nothing(farm: Farm, oss: OssServer, postgres: Postgres) -> None:
    oss.put("heavy.blend", SCENE.with_name("anim_cycles_heavy.blend").read_bytes())
    task = farm.submit("heavy.blend", "1-3", task_info={"resolution_percentage": "30"})
    wait_until(lambda: farm.row(task).task.counts.completed)
    postgres.stop()
    postgres.start()
    row = farm.settled(task)
    assert row.task.counts.completed == 3
    assert {frame.attempt for frame in farm.services.queries.frames(task.id)} == {1}
