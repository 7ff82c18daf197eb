"""Opening and leaving a farm: settings, threads, other processes, scripts that end in the middle."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import render_manager
from render_manager import connect
from render_manager.api import LocalFarmError, NotConnected, NotDone, Setting, SettingsError
from render_manager.messaging.embedded_redis import EmbeddedRedis


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_the_package_alone_costs_nothing() -> None:
    loaded = python("import render_manager, sys; print(*sys.modules)").split()
    heavy = {"celery", "sqlalchemy", "redis", "pydantic", "typer", "rich", "PySide6", "oss2", "render_manager.api"}
    assert not heavy & set(loaded)
    with pytest.raises(AttributeError, match="conect"):
        _ = render_manager.conect


def test_no_window_and_no_command_line_come_with_it() -> None:
    loaded = python("from render_manager import connect; import sys; print(*sys.modules)").split()
    assert not {"typer", "PySide6", "oss2", "render_manager.cli"} & set(loaded)


def test_its_types_are_for_others_too() -> None:
    assert Path(render_manager.__file__).with_name("py.typed").is_file()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"redis_prot": 6380}, "There is no setting 'redis_prot': did you mean redis_port?"),
        ({"colour": "red"}, "There is no setting 'colour': docs/settings.md has all"),
        ({"redis_port": 0}, "REDIS_PORT = 0 is not valid"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Setting], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        connect(**settings)


def test_the_file_of_a_farm_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.env does not exist"):
        connect(tmp_path / "none.env")


def test_what_is_given_comes_before_the_file_and_the_file_before_nothing(
    own: dict[str, Setting], tmp_path: Path, scene: Path
) -> None:
    file = tmp_path / "farm.env"
    file.write_text("DEFAULT_USER=zhang\nMAX_ATTEMPTS=7\nMAX_FRAMES=5\n")
    with connect(str(file), **own | {"default_user": None, "max_attempts": 2}) as farm:
        task = farm.submit(scene, frames="1-5")
        assert (task.user, task.row.task.max_attempts) == ("zhang", 2)


def test_a_closed_farm_says_so(own: dict[str, Setting], scene: Path) -> None:
    with connect(**own) as farm:
        task = farm.submit(scene)
    farm.close()
    for use in (farm.tasks, task.refresh, task.frames, lambda: farm.cancel(task), lambda: farm.submit(scene)):
        with pytest.raises(NotConnected, match=r"closed: call connect\(\) again"):
            use()
    assert task.counts.pending == 1, "what was read stays"


def test_one_farm_serves_all_threads(own: dict[str, Setting], scene: Path) -> None:
    with connect(**own) as farm, ThreadPoolExecutor(8) as pool:

        def work(number: int) -> str:
            task = farm.submit(scene, frames="1-3", name=f"shot {number}")
            farm.skip(farm.set_priority(task, number % 11), "2")
            return task.id

        ids = set(pool.map(work, range(40)))
        found = farm.tasks()
        assert {task.id for task in found} == ids
        assert {task.priority for task in found if task.name == "shot 7"} == {7}
        assert all(task.counts.skipped == 1 for task in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
def test_a_forked_process_must_connect_anew(own: dict[str, Setting], scene: Path) -> None:
    # In a process of its own: a fork in the middle of a test run copies all of that.
    settings = {name: value if isinstance(value, int) else str(value) for name, value in own.items()}
    code = f"""
import os
from render_manager import connect
from render_manager.api import NotConnected
with connect(serve=True, **{settings!r}) as farm:
    child = os.fork()
    if child == 0:
        try:
            farm.tasks()
        except NotConnected as error:
            farm.close()
            os._exit(7 if "another process" in str(error) else 8)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    print(farm.submit({str(scene)!r}).status)
"""
    assert python(code) == "pending\n"


def test_a_script_that_does_not_close_leaves_nothing_behind(own: dict[str, Setting], tmp_path: Path) -> None:
    home = tmp_path / "farm"
    python(f"from render_manager import connect; farm = connect(serve=True, render_manager_home={str(home)!r})")
    assert EmbeddedRedis(home / "redis").url() is None


def test_without_serving_nothing_is_started(own: dict[str, Setting], scene: Path, tmp_path: Path) -> None:
    with connect(**own) as farm:
        with pytest.raises(NotDone, match="No worker is online: start one"):
            farm.submit(scene).wait()
        assert farm.workers() == []
        assert EmbeddedRedis(tmp_path / "farm" / "redis").url() is None


def test_a_worker_that_can_not_start_is_told(
    own: dict[str, Setting], scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(serve=True, **own) as farm:
        task = farm.submit(scene)
        monkeypatch.setenv("MAX_FRAMES", "none")
        with pytest.raises(LocalFarmError, match="MAX_FRAMES"):
            task.wait(30)
