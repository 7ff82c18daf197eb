"""What the environment tells the stand-in to do; ``maya_render.py`` lists the names."""

import os
from collections.abc import Mapping

from tests.support.standins.maya import behaviours

#: Everything that can go wrong.
MODES = (
    # fmt: off
    "fail210",
    "crash",
    "no_output_255",
    "lie_nofile",
    "lie_old",
    "lie_zero",
    "lie_cut",
    "licence_abort",
    "watermark",
    "licence_wait",
    "no_camera",
    "missing_texture",
    "oom",
    "hang",
    "not_english",
    # fmt: on
)


class Settings:
    """The environment, read.

    Attributes:
        mode: what goes wrong; empty when this start is not among those that fail.
        frame: at which frame it goes wrong; None: at the first.
        startup, frame_seconds, licence_wait: how long these take, in seconds that really pass.
        speed: how much faster than a real machine's the clock runs that the log shows.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        def given(name: str) -> str:
            return environment.get(f"MAYA_STANDIN_{name}", "")

        self.mode = given("MODE")
        if self.mode not in ("", *MODES):
            raise SystemExit(f"MAYA_STANDIN_MODE: there is no {self.mode}")
        self.frame = int(given("FRAME")) if given("FRAME") else None
        self.attempts = int(given("ATTEMPTS")) if given("ATTEMPTS") else None
        self.state = given("STATE")
        self.speed = float(given("SPEED") or 100)
        self.startup = float(given("STARTUP") or behaviours.STARTUP / self.speed)
        self.frame_seconds = float(given("SECONDS") or behaviours.FRAME / self.speed)
        self.licence_wait = float(given("WAIT") or behaviours.LICENCE_WAIT / self.speed)
        self.renderers = (given("RENDERERS") or "arnold,sw,hw2,file").split(",")
        self.windows = given("WINDOWS") == "1" or os.name == "nt"
        self.dialog = given("DIALOG") == "1" or environment.get("MAYA_DISABLE_CER") != "1"
        self.english = environment.get("MAYA_UI_LANGUAGE") == "en_US"

    def count_start(self, scene: str) -> None:
        """Note that a process has started, and let it go well if enough of them failed."""
        if not self.state and self.attempts is None:
            return
        path = f"{os.path.join(self.state, os.path.basename(scene)) if self.state else scene}.starts"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        record = f"{os.getpid():9d}\n".encode()
        os.write(file, record)
        # Where the own record ends, even if others write at the same time.
        start = os.lseek(file, 0, os.SEEK_CUR) // len(record)
        os.close(file)
        if self.attempts is not None and start > self.attempts:
            self.mode = ""
