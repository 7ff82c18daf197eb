"""A real RabbitMQ server for tests, in a folder and on ports of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support.servers import free_port, missing

START_TIMEOUT = 60.0
#: Debian's own start script insists on a user; the one beside the program does not.
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class RabbitMq:
    """A context manager."""

    def __init__(self) -> None:
        program = str(_PROGRAM) if _PROGRAM.exists() else shutil.which("rabbitmq-server")
        if not program:
            missing("RabbitMQ")
        self._program = program
        self._folder = tempfile.TemporaryDirectory(prefix="render-manager-rabbitmq-")
        self._port = free_port()
        folder = self._folder.name
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,  # its cookie
            "RABBITMQ_NODENAME": f"test{self._port}@localhost",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_BASE": folder,
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/no-such-file",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def __enter__(self) -> "RabbitMq":
        self._process = subprocess.Popen(
            [self._program],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            assert time.monotonic() < deadline, "RabbitMQ does not start"
            assert self._process.poll() is None, f"RabbitMQ ended with {self._process.returncode}"
            time.sleep(0.2)
        return self

    def _answers(self) -> bool:
        from kombu import Connection

        try:
            with Connection(self.url, connect_timeout=1) as connection:
                connection.connect()
        except OSError:
            return False
        return True

    def __exit__(self, *error: object) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(30)
        subprocess.run(["epmd", "-kill"], env=self._environment, capture_output=True, check=False)
        self._folder.cleanup()
