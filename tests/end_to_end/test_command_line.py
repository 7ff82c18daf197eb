"""render-manager and render-worker as a user runs them: output, JSON and exit codes."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from render_manager.messaging.embedded_redis import EmbeddedRedis
from render_manager.store.migrate import newest_version
from tests.support.farm import QUICK, wait_until
from tests.support.servers import free_port

SCENE = Path(__file__).parent.parent / "scenes" / "anim_cycles.blend"
DONE, FAILED, WRONG_USE = 0, 1, 2


class Shell:
    """Runs commands against one embedded farm."""

    def __init__(self, home: Path) -> None:
        self.home = home
        empty = home.parent / "none.env"
        empty.touch()
        self.environment = {
            **os.environ,
            **QUICK,
            "RENDER_MANAGER_HOME": str(home),
            "RENDER_MANAGER_ENV_FILE": str(empty),
            "DEFAULT_USER": "wang",
        }

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "render_manager", *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == DONE, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.ok(*arguments, "--json"))

    def refused(self, code: int, *arguments: str, **environment: str) -> str:
        """The one sentence of a command that ends with this code."""
        done = self.run(*arguments, **environment)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr + done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path / "home")
    yield shell
    assert EmbeddedRedis(shell.home / "redis").url() is None, "a command left its Redis running"
    left = [p for p in psutil.process_iter(["cmdline"]) if str(shell.home) in " ".join(p.info["cmdline"] or ())]
    assert not left, f"a command left processes: {left}"


def test_a_file_is_uploaded_once_and_submitted_by_the_path_that_is_printed(shell: Shell, tmp_path: Path) -> None:
    scene = tmp_path / "shot 1.blend"
    scene.write_bytes(b"BLENDER-v402")
    path = shell.ok("upload", str(scene)).strip()
    assert path.startswith("uploads/wang/")
    assert path.endswith("/shot 1.blend")
    (again,) = shell.json("upload", str(scene))
    assert (again["path"], again["size"], again["uploaded"]) == (path, 12, False)
    assert shell.json("submit", path)[0]["oss_file_path"] == path

    assert shell.ok("upload", str(scene), "--key", "films/a.blend").strip() == "films/a.blend"
    scene.write_bytes(b"BLENDER-v403")
    assert "films/a.blend exists" in shell.refused(WRONG_USE, "upload", str(scene), "--key", "films/a.blend")
    assert shell.ok("upload", str(scene), "--prefix", "films").strip() == "films/shot 1.blend"
    assert "--key names one object" in shell.refused(WRONG_USE, "upload", str(scene), str(scene), "--key", "x")
    assert "does not exist" in shell.refused(FAILED, "upload", str(tmp_path / "none.blend"))


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_a_transfer_shows_its_progress_on_a_terminal_and_ends_with_ctrl_c(shell: Shell, tmp_path: Path) -> None:
    import pty

    scene = tmp_path / "shot.blend"
    with scene.open("wb") as file:
        file.truncate(3_000_000_000)  # takes long to copy, and no room here
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "render_manager", "upload", str(scene)],
        env={**shell.environment, "TERM": "xterm"},
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=end,
        start_new_session=True,
    ) as process:
        os.close(end)
        shown = b""
        while b"Uploading shot.blend" not in shown or b"GB" not in shown:
            shown += os.read(terminal, 4096)
        process.send_signal(signal.SIGINT)
        while process.poll() is None:  # what it still shows must be read, or it waits for us
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                break
        assert process.wait(20) == 130
        assert process.stdout
        assert process.stdout.read() == b""
    os.close(terminal)
    assert not [path for path in (shell.home / "objects").rglob("*") if path.is_file()], "nothing half is left"


def test_a_whole_life_of_a_task(shell: Shell, tmp_path: Path, blender: Path) -> None:
    submitted = shell.json("submit", str(SCENE), "--frames", "1-3", "--priority", "8", "--name", "Shot 10", "--wait")[0]
    assert submitted["status"] == "completed"
    assert submitted["unionid"] == "wang"
    assert submitted["total_frames"] == 3
    task = submitted["id"]

    assert [row["id"] for row in shell.json("tasks")] == [task]
    assert "Shot 10" in shell.ok("tasks", "--status", "completed")
    assert "No tasks" in shell.ok("tasks", "--status", "failed")
    shown = shell.json("show", task[:4])
    assert shown["workspaces"][0]["state"] == "ready"
    assert shown["counts"]["completed"] == 3
    assert [frame["frame_number"] for frame in shell.json("frames", task, "--frames", "2-3")] == [2, 3]
    assert "Saved:" in shell.ok("log", task, "2")

    target = tmp_path / "out"
    assert "3 file(s) copied" in shell.ok("download", task, "--to", str(target))
    assert len(list(target.iterdir())) == 3
    assert "3 there already" in shell.ok("download", task, "--to", str(target))

    assert "1 waiting" in shell.ok("retry", task, "--frames", "2")
    assert "priority 2" in shell.ok("priority", task, "2")
    assert "paused" in shell.ok("pause", task)
    assert "running" in shell.ok("resume", task)
    assert "3 done, 0 failed, 0 waiting" in shell.ok("skip", task, "--frames", "2")
    assert "completed already" in shell.refused(WRONG_USE, "cancel", task)

    plan = shell.json("cleanup", "--status", "completed", "--dry-run")
    assert plan[0]["task"] == task
    assert plan[0]["size"] > 400_000
    assert "removed" in shell.ok("cleanup", "--user", "wang")
    assert not (shell.home / "workspaces" / "wang" / task).exists()
    assert "Nothing to clean up" in shell.ok("cleanup", "--days", "0")


def test_a_failed_task_gives_exit_code_1_and_the_reason(shell: Shell, blender: Path) -> None:
    scene = SCENE.with_name("nocam_cycles.blend")
    assert "no camera" in shell.refused(FAILED, "submit", str(scene), "--frames", "1", "--wait")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engine", "houdini"], "Engine 'houdini' is not known; use one of: blender"),
        (["--frames", "10-1x0"], "step of 0"),
        (["--frames", "abc"], '"abc"'),
        (["--frames", "1-9999999"], "the limit is 1,000,000"),
        (["--user", "../x"], "'../x' can't be used"),
        (["--user", ""], "'' can't be used"),
        (["--priority", "11"], "Priority 11 is out of range"),
        (["--set", "samples=many"], "samples = 'many' is not a whole number"),
        (["--set", "nonsense=1"], "'nonsense' is not known to Blender"),
        (["--set", "camera=-x"], "may not begin with a dash"),
        (["--set", "samples"], "write key=value"),
    ],
)
def test_wrong_use_is_refused_in_one_sentence(shell: Shell, arguments: list[str], said: str) -> None:
    assert said in shell.refused(WRONG_USE, "submit", str(SCENE), *arguments)
    assert shell.json("tasks") == []


def test_full_width_frames_are_understood(shell: Shell) -> None:
    assert shell.json("submit", str(SCENE), "--frames", "１－３，５")[0]["frames"] == "1-3,5"


def test_a_missing_object_is_named(shell: Shell) -> None:
    assert "no/such.zip" in shell.refused(FAILED, "submit", "oss://bucket/no/such.zip", "--engine", "blender")
    assert "nothing.blend" in shell.refused(FAILED, "submit", "./nothing.blend")


def test_one_wrong_path_of_many_submits_none(shell: Shell) -> None:
    shell.refused(WRONG_USE, "submit", str(SCENE), "oss://bucket/folder/")
    assert shell.json("tasks") == []


def test_unknown_tasks_and_commands(shell: Shell) -> None:
    assert "'zzzz' does not exist" in shell.refused(WRONG_USE, "show", "zzzz")
    shell.refused(WRONG_USE, "nonsense")
    shell.refused(WRONG_USE, "cleanup")


def test_with_redis_away_a_submitted_task_is_kept(shell: Shell) -> None:
    assert "Submitted" in shell.run("submit", str(SCENE), **redis_away()).stdout
    assert len(shell.json("tasks")) == 1


def test_with_redis_away_a_worker_says_so_and_goes_on_trying(shell: Shell, tmp_path: Path) -> None:
    shell.ok("submit", str(SCENE))
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "workers"],
            env={**shell.environment, **redis_away()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: "Cannot connect to redis" in (tmp_path / "log").read_text())
        assert "Redis can't be reached" in (tmp_path / "log").read_text()
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(30)
    assert not any(worker["alive"] for worker in shell.json("workers"))


def redis_away() -> dict[str, str]:
    return {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(free_port())}


def test_a_database_that_does_not_answer_is_named_without_its_password(shell: Shell) -> None:
    url = f"postgresql://me:sesame@127.0.0.1:{free_port()}/farm"
    said = shell.refused(FAILED, "tasks", DATABASE_URL=url)
    assert "can't be used" in said
    assert "sesame" not in said


def test_a_farm_database_is_made_by_db_upgrade(shell: Shell, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'farm.sqlite3'}"
    assert "render-manager db upgrade" in shell.refused(FAILED, "tasks", DATABASE_URL=url)
    assert newest_version() in shell.run("db", "upgrade", DATABASE_URL=url).stdout
    assert shell.run("tasks", DATABASE_URL=url).returncode == DONE


def test_a_local_worker_that_cannot_work_says_why(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = shell.refused(FAILED, "submit", str(SCENE), "--wait", WORKSPACE_ROOT_DIR=str(tmp_path / "file"))
    assert "The local worker ended by itself" in said
    assert "WORKSPACE_ROOT_DIR" in said


def test_a_wrong_setting_is_one_sentence(shell: Shell) -> None:
    assert "REDIS_PORT = 'abc' is not valid" in shell.refused(WRONG_USE, "tasks", REDIS_PORT="abc")


@pytest.mark.timeout(600)  # 24 frames, on whatever machine this is
def test_the_demo_renders_24_valid_frames(shell: Shell, blender: Path) -> None:
    said = shell.ok("demo", "--headless")
    assert "All 24 frames are valid images." in said
    assert (shell.home / "contact_sheet.png").stat().st_size > 10_000


def test_the_demo_fails_when_a_frame_is_no_image(shell: Shell, tmp_path: Path) -> None:
    """A stand-in that says it rendered but writes no file."""
    program = tmp_path / "blender"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        "if '--version' in sys.argv: print('Blender 3.4.1'); sys.exit()\n"
        "say = lambda **v: print('@@RM ' + json.dumps(v), flush=True)\n"
        "say(event='ready', version='3.4.1')\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        "    if asked['command'] == 'open': say(event='opened', missing=[])\n"
        "    else: say(event='rendered', frame=asked['frame'], path=asked['output'] + '.png', size=None)\n"
    )
    program.chmod(0o755)
    shell.environment["BLENDER_EXECUTABLE"] = str(program)
    assert "wrote no file" in shell.refused(FAILED, "demo", "--headless")


def test_up_runs_until_stopped_and_leaves_nothing(shell: Shell, blender: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "render_manager", "up"], env=shell.environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: shell.json("workers"))
        worker = shell.json("workers")[0]
        assert worker["engines"]["blender"]
        assert worker["bands"] == ["high_priority", "default", "low_priority"]
        task = shell.json("submit", str(SCENE), "--frames", "1")[0]["id"]
        wait_until(lambda: shell.json("show", task)["status"] == "completed")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == DONE


def test_a_zipped_sample_is_packed_with_its_texture() -> None:
    sample = Path(__file__).parents[2] / "resources" / "sample_project" / "sample_project.zip"
    with zipfile.ZipFile(sample) as archive:
        assert any(name.endswith(".blend") for name in archive.namelist())
        assert any(name.startswith("textures/") or "/textures/" in name for name in archive.namelist())


def test_the_solo_pool_renders_too(shell: Shell, blender: Path) -> None:
    task = shell.json("submit", str(SCENE), "--frames", "1-2")[0]["id"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "workers", "--pool=solo", "--name", "solo-1", "--queues", "default"],
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: shell.json("show", task)["status"] == "completed")
        assert shell.json("workers")[0]["bands"] == ["default"]
        twin = subprocess.run(
            [sys.executable, "-m", "workers", "--name", "solo-1"],
            env=shell.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert twin.returncode == WRONG_USE
        assert "online already" in twin.stderr
    finally:
        worker.terminate()
        assert worker.wait(30) == DONE
    assert not any(worker["alive"] for worker in shell.json("workers"))


def test_worker_options_are_checked(shell: Shell) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workers", "--queues", "urgent"],
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == WRONG_USE
    assert "'urgent' is not known" in done.stderr


def test_what_a_submission_asks_of_its_worker_and_of_other_tasks(shell: Shell) -> None:
    first = shell.json("submit", str(SCENE), "--frames", "1-4", "--order", "spread", "--max-attempts", "2")[0]
    assert (first["frame_order"], first["max_attempts"]) == ("spread", 2)
    asked = ("--require", "tag=GPU", "--require", "version>=3.6", "--require", "memory=8", "--max-workers", "1")
    second = shell.json("submit", str(SCENE), "--after", first["id"][:6], *asked)[0]
    assert second["task_info"] == {"requires": {"version": ">=3.6", "tags": ["gpu"], "memory_gb": 8.0}}
    assert shell.json("show", second["id"])["after"] == [first["id"]]
    assert second["note"].startswith(f"Waits until task {first['id']}")
    shell.ok("cancel", first["id"])
    assert "which is cancelled" in shell.json("show", second["id"])["note"]
    assert second["id"] in shell.ok("release", second["id"])
    assert shell.json("show", second["id"])["after"] == []
    actions = [entry["action"] for entry in shell.json("history", second["id"])]
    assert actions == ["release", "submit"]
    assert "cancel" in shell.ok("history", first["id"], "--limit", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--require", "gpu"), "--require 'gpu'"),
        (("--require", "tag>gpu"), "--require 'tag>gpu'"),
        (("--require", "version>=newest"), "can't be read"),
        (("--after", "nosuchtask"), "nosuchtask"),
        (("--max-workers", "0"), "Max workers 0 is out of range: use 1 or more"),
        (("--order", "random"), "random"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    assert said in shell.refused(WRONG_USE, "submit", str(SCENE), *arguments)
    assert shell.json("tasks") == []


def test_orders_to_workers_that_are_none_are_refused(shell: Shell) -> None:
    for order in ("enable", "disable", "drain", "forget"):
        assert "There is no worker 'nobody'" in shell.refused(WRONG_USE, "worker", order, "nobody")
    assert shell.json("worker", "history", "nobody") == []
