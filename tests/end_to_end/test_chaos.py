"""A farm of real processes in which everything breaks, again and again, at random.

Four workers (threads, solo and two lanes; some with a wrong clock) render with a stand-in for Blender, on PostgreSQL
and a Redis of the farm, and the same on one machine with SQLite and the embedded Redis. Workers and renderers are
killed, stopped and frozen, Redis and the database are killed, emptied, restored from a stale backup and started again,
people pause, cancel, retry and skip, and tickets come twice, late and about nothing. `--chaos-faults 1000` makes a long
run of it, `--chaos-seed` chooses the same faults again; how processes interleave no seed can choose.

What is judged, and how it can be: a trigger in the database writes every move of a frame down, the stand-ins keep a
journal, and the test knows whom it killed or froze when.

* Whatever happened, everything ends in a final state, and a retry then completes it all.
* The database accepts a frame as completed once for each time that it was asked for, and only when the renderer of the
  very worker that holds the claim was done with it. (A renderer may finish a frame whose worker is killed before it can
  say so; then it is rendered again, and only the second image was ever accepted.)
* A renderer ends with its claim. It may outlive it only while its worker is frozen or the database away, as that is
  what a lease is for; otherwise no two are at the same frame.
* A lease ends only of a worker that is gone or frozen, or while the database is away.
* At every moment the counters of a task are those of its frames, and only rendering frames have a lease.
* Every completed frame has an image that can be read, and no process is left.
"""

import contextlib
import random
import re
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.states import TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.support.chaos.backing import Backing, EmbeddedBroker
from tests.support.chaos.crew import Crew
from tests.support.chaos.faults import Faults
from tests.support.chaos.moves import claims_of, moves, write_moves_down
from tests.support.chaos.renderers import RendererWatch
from tests.support.chaos.rows import unsettled_rows, wrong_rows
from tests.support.chaos.verdict import Verdict, wrong_moves
from tests.support.chaos.work import Work
from tests.support.farm import Farm, open_farm, wait_until
from tests.support.servers import Postgres, RedisServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, and renderers that die with their workers")

LEASE = 3.0
SETTINGS = {"LEASE_SECONDS": str(LEASE), "HEARTBEAT_SECONDS": "0.5", "MAX_ATTEMPTS": "10"}
FAULTS = 25
MANY = 200  #: faults from which on it is a long run, with more and larger tasks
SETTLE_WITHIN = 180.0


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return request.config.getoption("--chaos-seed", default=5) or secrets.randbelow(1_000_000)


@pytest.fixture
def rng(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many faults."""
    return request.config.getoption("--chaos-faults", default=FAULTS)


@contextmanager
def servers_of_a_farm(home: Path, rng: random.Random) -> Iterator[tuple[Farm, Backing]]:
    with Postgres() as postgres, RedisServer() as redis, postgres.database() as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        environment = {**SETTINGS, "DATABASE_URL": url, "REDIS_URL": redis.url}
        with open_farm(home, environment, workers=0) as farm, Backing(redis, postgres, rng) as backing:
            yield farm, backing


@contextmanager
def servers_of_one_machine(home: Path, rng: random.Random) -> Iterator[tuple[Farm, Backing]]:
    with open_farm(home, SETTINGS, workers=0) as farm:
        broker = EmbeddedBroker(home / "redis", str(farm.program.redis_url))
        with Backing(broker, None, rng) as backing:
            yield farm, backing
    wait_until(lambda: not processes_in(home))  # its Redis goes with the last who used it


def processes_in(folder: Path) -> list[psutil.Process]:
    """Workers, renderers and embedded servers all work in folders of the farm."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_farm(tmp_path: Path, rng: random.Random, seed: int, count: int, request: pytest.FixtureRequest) -> None:
    tasks, frames = (20, 100) if count >= MANY else (8, 30)
    home = tmp_path / "home"
    with servers_of_a_farm(home, rng) as (farm, backing):
        problems = Chaos(home, farm, backing, rng, workers=4, tasks=tasks, frames=frames).run(count, request.node)
    assert not problems, f"--chaos-seed {seed}:\n" + "\n".join(problems)


def test_one_machine(tmp_path: Path, rng: random.Random, seed: int, count: int, request: pytest.FixtureRequest) -> None:
    home = tmp_path / "home"
    with servers_of_one_machine(home, rng) as (farm, backing):
        problems = Chaos(home, farm, backing, rng, workers=3, tasks=4, frames=30).run(count // 2, request.node)
    assert not problems, f"--chaos-seed {seed}:\n" + "\n".join(problems)


class Chaos:
    """One run: disturb, let come to rest, judge."""

    def __init__(
        self, home: Path, farm: Farm, backing: Backing, rng: random.Random, *, workers: int, tasks: int, frames: int
    ) -> None:
        self._home = home
        self._farm = farm
        self._backing = backing
        self._rng = rng
        self._engine = open_engine(farm.program.settings.effective_database_url)
        write_moves_down(self._engine)
        self._clock = time.time() - time.monotonic()
        self._work = Work(farm, rng, tasks, frames)
        self._crew = Crew(home, rng, workers)
        self._faults = Faults(farm, self._crew, self._work, backing, rng, LEASE)
        self._problems: dict[str, None] = {}  #: in order, each once

    def run(self, count: int, item: pytest.Item) -> list[str]:
        try:
            with RendererWatch(self._home / "journals") as watch:
                self._disturb(count)
                self._faults.tell("the faults end")
                self._come_to_rest()
                self._faults.tell("the farm is at rest")
                self._crew.stop()
                self._faults.tell("the workers are gone")
            self._judge(watch)
        finally:
            item.add_report_section("call", "chaos", self._faults.story.read_text())
            self._crew.kill_all()
            self._engine.dispose()
        return list(self._problems)

    def _note(self, problems: Iterable[str]) -> None:
        self._problems |= dict.fromkeys(problems)

    def _tend(self) -> None:
        self._crew.tend()
        with contextlib.suppress(StoreUnavailable):
            self._note(wrong_rows(self._engine))

    def _disturb(self, count: int) -> None:
        wait_until(lambda: any(task.counts.completed for task in self._work.all()))
        while self._faults.done < count:
            self._work.top_up()
            self._faults.deal()
            pause = time.monotonic() + self._rng.uniform(0.1, 0.8)
            while time.monotonic() < pause:
                self._tend()
                time.sleep(0.05)

    def _come_to_rest(self) -> None:
        self._backing.wait()
        self._crew.thaw_all()
        self._until_settled("the farm does not come to rest")
        self._note(unsettled_rows(self._farm, self._work))
        self._work.mend()
        self._until_settled("what was asked for again does not end")
        self._note(
            f"task {task.id} is {task.status} after a retry without faults: {task.error_message}"
            for task in self._work.all()
            if task.status is not TaskStatus.COMPLETED
        )

    def _until_settled(self, otherwise: str) -> None:
        deadline = time.monotonic() + SETTLE_WITHIN
        while not self._work.settled():
            self._work.go_on()
            self._tend()
            if time.monotonic() > deadline:
                self._note([otherwise])
                return
            time.sleep(0.1)

    def _judge(self, watch: RendererWatch) -> None:
        self._note(self._crew.oddities)
        self._note(f"left running: {process}" for process in processes_in(self._home) if "redis" not in process.name())
        self._note(wrong_rows(self._engine))
        self._note(unsettled_rows(self._farm, self._work))
        made = moves(self._engine)
        self._note(wrong_moves(made, self._work.asked))
        stints = [(member, stint) for member in self._crew.everyone for stint in watch.stints(member.journal)]
        claims = claims_of(made)
        away = self._backing.database_away
        if self._backing.database is None:
            # SQLite's lock is a file's: who stands still while writing holds everybody up.
            away = [span for member in self._crew.everyone for span in member.troubles]
        verdict = Verdict(claims, stints, away, clock=self._clock, lease=LEASE)
        self._note(verdict.problems(self._crew.everyone))
        ended = [claim for held in claims.values() for claim in held]
        completed, lapsed = sum(claim.completed for claim in ended), sum(claim.lapsed for claim in ended)
        self._faults.tell(
            f"{len(self._crew.everyone)} workers; {len(ended)} claims, {lapsed} lapsed, {completed} completed; "
            f"{len(stints)} renderings, {sum(stint.done for _, stint in stints)} done, {verdict.late} ended late"
        )
        self._note(errors_in(self._home / "logs"))


def errors_in(logs: Path) -> Iterator[str]:
    """What workers call an error of their own; Celery's complaints about a lost Redis are not."""
    for log in sorted(logs.glob("*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if re.search(r" (ERROR|CRITICAL) (workers|render_manager)", line):
                yield f"{log.name}: {line}"
