"""The frozen programs, copied elsewhere, with no Python to be found: window, worker, commands."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from render_manager import __version__
from render_manager.store.migrate import newest_version
from tests.support.farm import wait_until
from tests.support.frozen import Frozen, built, libraries, python_folders
from tests.support.oss_server import BUCKET, OssServer, oss_server
from tests.support.screen import Screen, colours
from tests.support.servers import Postgres
from workers.images import check_image

__all__ = ["oss_server"]

pytestmark = [
    pytest.mark.xdist_group("frozen"),  # one process builds, and uses what it built
    pytest.mark.timeout(900),  # the first test waits for the build
    pytest.mark.skipif(sys.platform != "linux", reason="Xvfb, /proc and links to sh"),
]

#: How many of the sample are waited for.
FRAMES = 3
SAMPLE = "_internal/resources/sample_project/sample_project.zip"
#: Colours of a window with a list, a frame grid with images and a preview; a bare one has a few dozen.
MANY_COLOURS = 500


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder, at a path that is no ASCII and has a space."""
    folder = tmp_path_factory.mktemp("frozen") / "Render Manager 渲染"
    subprocess.run(["cp", "-a", built(), folder], check=True)  # links stay links
    return folder


@pytest.fixture
def frozen(elsewhere: Path, tmp_path: Path, blender: Path) -> Iterator[Frozen]:
    frozen = Frozen(elsewhere, tmp_path, blender)
    yield frozen
    _, left = psutil.wait_procs(frozen.processes(), timeout=15)
    for process in left:
        process.kill()
    assert left == [], "a program went on after its test"


def test_the_window_shows_the_sample_project_that_its_own_worker_renders(frozen: Frozen, tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        window = frozen.start("render-manager", "demo", DISPLAY=screen.display)
        try:
            wait_until(lambda: len(_renders(frozen)) >= FRAMES, timeout=180)
            wait_until(lambda: colours(screen.picture()) > MANY_COLOURS, timeout=60)
            assert screen.picture().save(str(tmp_path / "window.png"))
            running = frozen.processes()
            assert {Path(one.exe()).name for one in running} >= {"render-manager", "render-worker", "valkey-server"}
            assert {path for one in running for path in libraries(one) if path.startswith(python_folders())} == set()
        finally:
            window.send_signal(signal.SIGINT)  # as if it were closed
            code = window.wait(60)
    assert code == 1, "a demo that is closed early has not shown all frames"
    for image in _renders(frozen)[: FRAMES - 1]:
        check_image(image, not_before=0)


def _renders(frozen: Frozen) -> list[Path]:
    return sorted(frozen.home.glob("workspaces/demo/*/Sys_Default_Renders/*.png"))


@pytest.mark.parametrize(("pool", "session"), [("threads", "true"), ("prefork", "false")])
def test_a_worker_alone_renders_and_its_renderer_sees_nothing_of_our_libraries(
    frozen: Frozen, pool: str, session: str
) -> None:
    worker = frozen.start("render-worker", "--name", "lone", "--pool", pool, LD_LIBRARY_PATH="/opt/mine")
    try:
        wait_until(lambda: "ready." in frozen.log("render-worker"))
        options = ("--engine", "blender", "--frames", "3", "--set", f"session={session}", "--wait")
        frozen.run("submit", str(frozen.folder / SAMPLE), *options)
        (task,) = frozen.json("tasks")
        (frame,) = frozen.json("frames", task["id"])
        assert (frame["status"], frame["worker"]) == ("completed", "lone")
        check_image(Path(frame["output_path"]), not_before=0)
    finally:
        worker.terminate()
        assert worker.wait(60) == 0
    seen = frozen.renderer_environment()
    assert seen["LD_LIBRARY_PATH"] == "/opt/mine", "the user's own stays"
    assert {name: value for name, value in seen.items() if str(frozen.folder / "_internal") in value} == {}
    assert [name for name in seen if name.startswith(("QT_", "_PYI", "LD_LIBRARY_PATH_"))] == []


def test_what_a_renderer_started_goes_with_a_frozen_worker_that_is_killed(frozen: Frozen, tmp_path: Path) -> None:
    guard = f"'{frozen.folder}/render-worker' --guard $$ /bin/sh -c '/bin/sleep 61 & /bin/sleep 62'; true"
    with subprocess.Popen(["/bin/sh", "-c", guard], start_new_session=True) as worker:
        family = psutil.Process(worker.pid)
        wait_until(lambda: sum(one.name() == "sleep" for one in family.children(recursive=True)) == 2)
        started = family.children(recursive=True)
        worker.kill()
        _, left = psutil.wait_procs(started, timeout=5)
        assert left == []


def test_commands_print_and_fail_as_ever(frozen: Frozen) -> None:
    assert frozen.run("--version") == f"render-manager {__version__}\n"
    assert "submit" in frozen.run("--help")
    assert frozen.json("tasks") == []
    assert frozen.run("tasks", code=2, REDIS_PORT="abc").startswith("render-manager: REDIS_PORT = 'abc' is not valid")
    assert "no display" in frozen.run(code=1)


def test_a_farm_of_postgresql_redis_and_oss_is_joined(
    frozen: Frozen, postgres: Postgres, redis_url: str, oss_server: OssServer
) -> None:
    oss_server.put("shots/one.zip", b"x")
    with postgres.database() as url:
        frozen.environment |= {
            "DATABASE_URL": url.replace("+psycopg", ""),
            "REDIS_URL": redis_url,
            **oss_server.environment,
        }
        assert newest_version() in frozen.run("db", "upgrade")
        assert "one.zip" in frozen.run("ls", f"oss://{BUCKET}/shots/")
        frozen.run("submit", f"oss://{BUCKET}/shots/one.zip", "--engine", "blender", "--frames", "1")
        assert len(frozen.json("tasks")) == 1
