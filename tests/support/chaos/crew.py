"""The workers of a farm that is being disturbed: each one that ends is started again, as a wrangler would."""

import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.support import standins

STANDIN = Path(standins.__file__).parent / "blender.py"
SHIFTED_CLOCK = Path(standins.__file__).parent.parent / "shifted_clock"
#: One of each kind, however large the crew.
KINDS: tuple[tuple[str, ...], ...] = ((), ("--pool=solo",), ("--concurrency=2",), ("--pool=prefork",))
#: How long a frame takes: with every other worker much longer than a lease lasts without a heartbeat.
FRAME_SECONDS = (0.02, 5.0)
#: Seconds that a worker gets to finish its frame and leave, on a machine that is busy with starting others.
LEAVE_WITHIN = 60.0


@dataclass
class Span:
    """Some time, by the monotonic clock; without an end while it lasts."""

    begin: float
    end: float = math.inf

    def meets(self, begin: float, end: float) -> bool:
        return self.begin <= end and begin <= self.end


@dataclass
class Member:
    """One worker, also after its end: a process, for some with a pool of others."""

    name: str
    kind: tuple[str, ...]
    process: subprocess.Popen[bytes]
    journal: Path
    log: Path
    life: Span
    told_to_end: float | None = None
    troubles: list[Span] = field(default_factory=list)  #: when it could not renew its leases
    stopped: list[psutil.Process] = field(default_factory=list)

    def renderers(self) -> list[psutil.Process]:
        return [process for process in self._family() if _renders(process)]

    def pool(self) -> list[psutil.Process]:
        return [process for process in self._family() if not _renders(process)]

    def _family(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def _renders(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    return str(STANDIN) in command and "--version" not in command


class Crew:
    def __init__(self, home: Path, rng: random.Random, size: int) -> None:
        self._home = home
        self._rng = rng
        self._waiting: list[tuple[float, str, tuple[str, ...]]] = []  #: to be started again: when, name and kind
        self._lock = threading.RLock()
        self.everyone: list[Member] = []
        self.oddities: list[str] = []  #: what no worker should ever do
        for folder in ("journals", "logs"):
            (home / folder).mkdir(parents=True)
        for number in range(size):
            self._start(f"w{number + 1}", KINDS[number % len(KINDS)])

    @property
    def living(self) -> list[Member]:
        return [member for member in self.everyone if math.isinf(member.life.end)]

    @property
    def at_work(self) -> list[Member]:
        return [member for member in self.living if not member.stopped and member.told_to_end is None]

    def _start(self, name: str, kind: tuple[str, ...]) -> None:
        number = len(self.everyone)
        journal, log = (
            self._home / "journals" / f"{number:03d}-{name}",
            self._home / "logs" / f"{number:03d}-{name}.log",
        )
        journal.mkdir()
        environment = {
            **os.environ,
            # First of all our own Python: another may be a script that starts helpers.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "BLENDER_EXECUTABLE": str(STANDIN),
            "BLENDER_STANDIN_SECONDS": str(FRAME_SECONDS[len(self.everyone) % len(FRAME_SECONDS)]),
            "BLENDER_STANDIN_JOURNAL": str(journal),
        }
        if self._rng.random() < 0.3:
            hours = self._rng.choice((-720, -2, 5, 720))
            environment |= {"PYTHONPATH": str(SHIFTED_CLOCK), "SHIFTED_CLOCK_HOURS": str(hours)}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers", "--name", name, *kind],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                env=environment,
            )
        self.everyone.append(Member(name, kind, process, journal, log, Span(time.monotonic())))

    def tend(self) -> None:
        """Notice who has ended, start again whose time has come."""
        now = time.monotonic()
        for member in self.living:
            if member.process.poll() is not None:
                self._note_end(member)
            elif member.told_to_end and not member.stopped and now > member.told_to_end + LEAVE_WITHIN:
                self.oddities.append(f"{member.log.name}: told to end, it did not within {LEAVE_WITHIN:.0f} s")
                self.kill(member)
        for entry in [entry for entry in self._waiting if now >= entry[0]]:
            self._waiting.remove(entry)
            self._start(*entry[1:])

    def _note_end(self, member: Member) -> None:
        member.life.end = time.monotonic()
        if member.told_to_end is None:
            self._judge_end(member)
        base = member.name.partition("-")[0]
        name = member.name if self._rng.random() < 0.5 else f"{base}-{len(self.everyone)}"
        self._waiting.append((time.monotonic() + self._rng.uniform(0.1, 2.5), name, member.kind))

    def _judge_end(self, member: Member) -> None:
        """A worker may refuse to start, and say why; once it is ready nothing may end it."""
        said = member.log.read_text(errors="replace")
        refused = said.strip().splitlines()[-1:] and said.strip().splitlines()[-1].startswith("render-worker: ")
        if not refused or " ready." in said:
            self.oddities.append(f"{member.log.name}: ended by itself with exit code {member.process.returncode}")

    # -- what befalls a worker -----------------------------------------------------------------------------------

    def kill(self, member: Member) -> None:
        """Its main process; what else there is of it has to notice."""
        member.told_to_end = time.monotonic()
        member.process.kill()
        member.process.wait()
        self._note_end(member)
        self.thaw(member)

    def kill_in_pool(self, member: Member, process: psutil.Process) -> None:
        member.troubles.append(Span(time.monotonic(), time.monotonic()))
        _signal(process, signal.SIGKILL)

    def terminate(self, member: Member) -> None:
        """Once: finish the frame and leave. A second time: hand it back."""
        member.told_to_end = time.monotonic()
        member.process.terminate()

    def freeze(self, member: Member, seconds: float, *, with_renderers: bool) -> None:
        """As when its machine stalls; or only itself, so that its renderer goes on alone."""
        member.troubles.append(Span(time.monotonic()))
        member.stopped = [psutil.Process(member.process.pid), *member.pool()]
        member.stopped += member.renderers() if with_renderers else []
        for process in member.stopped:
            _signal(process, signal.SIGSTOP)
        # Not by whoever tends the crew: that one may wait for a lock which the frozen worker holds.
        thaw = threading.Timer(seconds, self.thaw, [member])
        thaw.daemon = True
        thaw.start()

    def thaw(self, member: Member) -> None:
        with self._lock:
            for process in member.stopped:
                _signal(process, signal.SIGCONT)
            if member.stopped:
                member.troubles[-1].end = time.monotonic()
            member.stopped = []

    def thaw_all(self) -> None:
        for member in self.everyone:
            self.thaw(member)

    def stop(self) -> None:
        """End all of them for good, as a wrangler does."""
        self.thaw_all()
        self._waiting.clear()  # whoever was to come back would not be told to leave
        for member in self.living:
            self.terminate(member)
        deadline = time.monotonic() + LEAVE_WITHIN
        while self.living and time.monotonic() < deadline:
            self.tend()
            self._waiting.clear()
            time.sleep(0.05)
        for member in self.living:
            self.oddities.append(f"{member.log.name}: did not leave at the end")
        self.kill_all()

    def kill_all(self) -> None:
        """Whatever happened before, nothing stays."""
        for member in self.living:
            self.kill(member)
        self._waiting.clear()


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
