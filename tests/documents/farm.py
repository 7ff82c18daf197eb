"""The farm at which the documents' commands are typed, and what they speak of: tasks in each state, node07."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import redis

from render_manager.bootstrap import Program
from render_manager.domain.states import FINAL, TaskStatus
from render_manager.messaging.redis_bus import CHANNEL
from tests.support.farm import Farm, wait_until
from tests.support.standin_farm import HOST_NAME

#: The host and worker that the documents speak of.
NODE = "node07"


class DocumentedFarm(Farm):
    """Runs the documents' commands as somebody would at a desk of this farm.

    Args:
        home: the home folder of whoever types them; each document has a working folder in it.
    """

    def __init__(self, program: Program, home: Path, environment: Mapping[str, str], redis_url: str) -> None:
        super().__init__(program)
        self.home = home
        self.environment = dict(environment)
        self._redis_url = redis_url
        self._node: subprocess.Popen[bytes] | None = None

    def folder(self, name: str) -> Path:
        """Where the commands of that document are typed: with the farm's `.env`, and files to submit."""
        folder = self.home / name.replace("/", "-")
        if not folder.exists():
            folder.mkdir()
            shutil.copy(self.home / ".env", folder / ".env")
            for archive in ("scene.blend", "shot.zip", "textures.zip"):
                shutil.copy(self.home / archive, folder / archive)
        return folder

    def run(self, text: str, folder: Path, typed: str = "", timeout: float = 150) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end, with what is typed when it asks."""
        with self.start(text, folder) as process:
            try:
                out, err = process.communicate(typed, timeout)
            finally:
                process.kill()
        return subprocess.CompletedProcess(text, process.returncode, out, err)

    def start(self, text: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
        # In a session of its own it has no terminal: what it asks for, it reads from its standard input.
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        env = self.environment | environment
        return subprocess.Popen(["bash", "-c", text], cwd=folder, env=env, text=True, start_new_session=True, **streams)

    def listeners(self) -> int:
        """How many windows hear of changes."""
        with redis.Redis.from_url(self._redis_url) as client:
            return int(client.pubsub_numsub(CHANNEL)[0][1])

    def online(self) -> set[str]:
        return {worker.profile.name for worker in self.services.queries.workers() if worker.alive}

    def cancel_all(self) -> None:
        for row in self.services.queries.tasks():
            if row.task.status not in FINAL:
                self.services.control.cancel(row.task.id)

    # --- what the documents speak of ------------------------------------------------------------------------------

    def ready_node(self) -> None:
        """node07 is there and takes frames, whatever the last command did to it."""
        if self._node is None or self._node.poll() is not None:
            environment = self.environment | {
                "HOST_NAME": NODE,
                "PYTHONPATH": f"{self.environment['PYTHONPATH']}{os.pathsep}{HOST_NAME}",
            }
            log = (self.home / f"{NODE}.log").open("wb")
            command = [sys.executable, "-m", "workers"]
            self._node = subprocess.Popen(
                command, cwd=self.folder(NODE), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            log.close()
            wait_until(lambda: NODE in self.online())
        self.services.workers.enable(NODE)

    def stop_node(self) -> None:
        if self._node is not None and self._node.poll() is None:
            self._node.send_signal(signal.SIGTERM)
            self._node.wait(60)

    def completed(self) -> str:
        """A task that is rendered, frame 17 among its frames."""
        row = self.render("oss://films/shot.zip", "16-17")
        assert row.task.counts.completed == 2, row.note
        return row.task.id

    def waiting(self) -> str:
        """A task that no worker of this farm can render."""
        return self.submit("oss://films/shot.zip", "1-24", engine="maya").id

    def failed(self) -> str:
        """A task whose archive is none."""
        row = self.render("oss://films/broken.zip", "1")
        assert row.task.status is TaskStatus.FAILED, row.note
        return row.task.id

    def paused(self) -> str:
        task = self.waiting()
        self.services.control.pause(task)
        return task

    def held(self) -> str:
        """A task that waits for another one."""
        return self.submit("oss://films/shot.zip", "1", after=(self.waiting(),)).id

    def choosing(self) -> str:
        """A task that holds two project files, and waits to be told which."""
        task = self.submit("oss://films/cuts.zip", "1")
        wait_until(lambda: self.row(task).task.project_choices)
        return task.id
