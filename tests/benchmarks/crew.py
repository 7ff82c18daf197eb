"""A farm's worth of workers without renderers: processes with threads, which all claim and complete frames at once."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import psycopg

from render_manager.domain.entities import Claim, WorkerProfile
from render_manager.domain.errors import StoreUnavailable
from render_manager.domain.priority import Band
from render_manager.messaging.redis_bus import RedisBus
from render_manager.messaging.tickets import CeleryTickets
from render_manager.services.endings import Outcome
from render_manager.services.lifecycle import FarmRules, Lifecycle
from render_manager.services.workers import Workers
from render_manager.store.engine import open_engine
from render_manager.store.repository import SqlTaskStore

PROCESSES, THREADS = 8, 8
WORKERS = PROCESSES * THREADS
#: The rows that the baseline changes; made by ``make_rows``.
_UPDATE = b"UPDATE benchmark_rows SET changed = changed + 1 WHERE id = %s"


@dataclass(frozen=True)
class Address:
    database: str
    redis: str


@dataclass(frozen=True)
class Done:
    count: int  #: frames completed, or rows changed
    refused: int  #: how often the database refused
    seconds: float
    cpu_seconds: float  #: of the crew's processes, without the database's

    @property
    def rate(self) -> float:
        """A second."""
        return self.count / self.seconds


class Crew:
    """Processes at the ready; each order is carried out by all of their threads, and timed as a whole."""

    def __init__(self, pipes: list[Connection]) -> None:
        self._pipes = pipes

    def claim(self, seconds: float, together: int) -> "Done":
        """Claim and complete frames, so many in a transaction, for so long or until none is left."""
        return self._order("claim", seconds, together)

    def update(self, times: int, *, one_row: bool) -> "Done":
        """As many bare commits of one changed row, all of the same row or each thread of its own."""
        return self._order("update one" if one_row else "update own", max(1, times // WORKERS))

    def _order(self, what: str, amount: float, together: int = 1) -> "Done":
        began = time.perf_counter()
        for pipe in self._pipes:
            pipe.send((what, amount, together))
        results = [pipe.recv() for pipe in self._pipes]
        count, refused, cpu = (sum(numbers) for numbers in zip(*results, strict=True))
        return Done(count, refused, time.perf_counter() - began, cpu)


@contextmanager
def crew(address: Address) -> Iterator[Crew]:
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    members = []
    for number in range(PROCESSES):
        ours, theirs = context.Pipe()
        members.append(context.Process(target=_member, args=(theirs, address, number), daemon=True))
        members[-1].start()
        pipes.append(ours)
    for pipe in pipes:
        pipe.recv()  # it stands ready
    yield Crew(pipes)
    for pipe, member in zip(pipes, members, strict=True):
        pipe.send(None)
        member.join()


def make_rows(address: Address) -> None:
    """The table of the baseline."""
    with psycopg.connect(_plain(address), autocommit=True) as connection:
        connection.execute("CREATE TABLE benchmark_rows (id integer PRIMARY KEY, changed integer NOT NULL)")
        connection.execute(f"INSERT INTO benchmark_rows SELECT n, 0 FROM generate_series(0, {WORKERS - 1}) n".encode())


def deadlocks(address: Address) -> int:
    with psycopg.connect(_plain(address)) as connection:
        row = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row
    return row[0]


def _plain(address: Address) -> str:
    return address.database.replace("+psycopg", "")


def _member(pipe: Connection, address: Address, number: int) -> None:
    """One process: as a worker of so many slots is wired."""
    store = SqlTaskStore(open_engine(address.database))
    queue, bus = CeleryTickets(address.redis), RedisBus(address.redis)
    lifecycle = Lifecycle(store, queue, bus, FarmRules(lease_seconds=60.0, alive_within=60.0), actor=f"worker {number}")
    profiles = [worker_profile(number, slot) for slot in range(THREADS)]
    for profile in profiles:
        Workers(lifecycle, sweep_every=60.0).register(profile)
    connections = [psycopg.connect(_plain(address), autocommit=True) for _ in profiles]
    pipe.send("ready")
    while order := pipe.recv():
        results: list[tuple[int, int]] = []
        began = time.process_time()

        def work(slot: int, order: tuple = order, results: list = results) -> None:
            what, amount, together = order
            if what == "claim":
                results.append(_claim(lifecycle, profiles[slot], amount, together))
                return
            row = 0 if what == "update one" else number * THREADS + slot
            for _ in range(int(amount)):
                connections[slot].execute(_UPDATE, (row,))
            results.append((int(amount), 0))

        _in_threads(work)
        count, refused = (sum(numbers) for numbers in zip(*results, strict=True))
        pipe.send((count, refused, time.process_time() - began))
    for connection in connections:
        connection.close()
    bus.close()
    queue.close()
    store.close()


def _in_threads(work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def worker_profile(process: int, slot: int) -> WorkerProfile:
    name = f"node{process}-{slot}"
    return WorkerProfile(
        name=name, host=f"node{process}", bands=tuple(Band), engines={"blender": "4.2.0"}, instance=name, memory=2**36
    )


def _claim(lifecycle: Lifecycle, profile: WorkerProfile, seconds: float, together: int) -> tuple[int, int]:
    """What a lane says to the database while it renders frames that take no time; frames completed, times the database
    refused. So many frames are reported and claimed in a transaction."""
    done = refused = 0
    task_id: str | None = None
    held: list[Claim] = []
    until = time.monotonic() + seconds

    def log_path(number: int, attempt: int) -> str:
        return f"/farm/li/{task_id}/logs/frame_{number:04d}.{attempt}.log"

    def outcome(claim: Claim) -> tuple[Claim, Outcome]:
        return claim, Outcome(output_path=f"/farm/li/{task_id}/Sys_Default_Renders/f_{claim.frame_number:04d}.png")

    while held or time.monotonic() < until:
        try:
            if not held:
                claim = lifecycle.claim_next(profile)
                if claim is None:
                    break
                held = [claim]
                if claim.task.id != task_id:
                    task_id = claim.task.id
                    lifecycle.ring_for_more(task_id)
                lifecycle.frame_started(claim, log_path(claim.frame_number, claim.attempt))
            ended, held = [outcome(claim) for claim in held], []
            if time.monotonic() >= until:  # as one does that was told to stop
                done += sum(lifecycle.end_frame(claim, its) for claim, its in ended)
            else:
                counted, held = lifecycle.end_and_claim(
                    ended[0][0].task.id, ended, profile, log_path, count=together, leave=int(together > 1)
                )
                done += counted
        except StoreUnavailable:
            refused += 1
    return done, refused
