"""Two workers, a person and a clock in any order, compared after each step with a model of a few lines."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from render_manager.domain.entities import Claim
from render_manager.domain.errors import IllegalMove
from render_manager.domain.states import FINAL, RUNNABLE, TaskStatus
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore
from tests.services.conftest import MAX_ATTEMPTS, House
from tests.store.samples import worker

FRAMES = 4
WORKERS = st.sampled_from(["w1", "w2"])
NUMBERS = st.integers(1, FRAMES)


class Farm(RuleBasedStateMachine):
    """The model: each frame's letter, who holds it, attempts, how often it was completed and asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        engine = open_engine(f"sqlite:///{(Path(self.folder.name) / 'farm.sqlite3').as_posix()}")
        upgrade(engine)
        self.house = House(SqlTaskStore(engine))
        self.letters = dict.fromkeys(range(1, FRAMES + 1), "p")
        self.attempts = dict.fromkeys(self.letters, 0)
        self.used = dict.fromkeys(self.letters, 0)
        self.held: dict[int, Claim] = {}
        self.claims: list[Claim] = []  #: every one ever given, so that late words are said, too
        self.completed = dict.fromkeys(self.letters, 0)
        self.asked = dict.fromkeys(self.letters, 1)

    @initialize()
    def submit(self) -> None:
        self.render_task = self.house.submit(f"1-{FRAMES}", max_attempts=MAX_ATTEMPTS)

    @property
    def status(self) -> TaskStatus:
        return self.house.task(self.render_task).status

    def move(self, sources: str, target: str, numbers: set[int] | None = None) -> set[int]:
        moved = {n for n, letter in self.letters.items() if letter in sources and (numbers is None or n in numbers)}
        for number in moved:
            self.letters[number] = target
            self.held.pop(number, None)
        return moved

    @rule(name=WORKERS)
    def claim(self, name: str) -> None:
        waiting = [n for n, letter in self.letters.items() if letter == "p"]
        waiting.sort(key=lambda number: (self.used[number], number))
        expected = waiting[0] if waiting and self.status in RUNNABLE else None
        claim = self.house.lifecycle.claim_next(worker(name))
        assert (claim and claim.frame_number) == expected
        if claim:
            number = claim.frame_number
            self.attempts[number] += 1
            self.used[number] += 1
            assert claim.attempt == self.attempts[number]
            self.letters[number] = "r"
            self.held[number] = claim
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), to=st.sampled_from("cfp"))
    def end(self, data: st.DataObject, to: str) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        holds = self.held.get(claim.frame_number) == claim
        lifecycle = self.house.lifecycle
        assert self.house.store.claim_holds(claim) is holds
        assert lifecycle.frame_started(claim, "/log") is holds
        ending = {
            "c": lambda: self.house.completed(claim, "/x.png"),
            "f": lambda: self.house.failed(claim, "no"),
            "p": lambda: lifecycle.frame_returned(claim),
        }
        assert ending[to]() is holds, "a claim that is over has no say"
        if holds:
            number = claim.frame_number
            if to == "p":
                self.used[number] -= 1  # handed back in good order: that attempt does not count
            again = to == "f" and self.used[number] < MAX_ATTEMPTS
            self.move("r", "p" if again else to, {number})
            self.completed[number] += to == "c"

    @precondition(lambda self: self.held)
    @rule()
    def lose_all_workers(self) -> None:
        self.house.expire_leases()
        assert self.house.workers.sweep() == len(self.held)
        self.move("r", "f", {n for n in self.held if self.used[n] >= MAX_ATTEMPTS})
        self.move("r", "p")

    @rule(name=WORKERS)
    def worker_goes(self, name: str) -> None:
        self.house.workers.release(name)
        lost = {n for n, claim in self.held.items() if claim.worker == name}
        self.move("r", "f", {n for n in lost if self.used[n] >= MAX_ATTEMPTS})
        self.move("r", "p", lost)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def preparation_fails(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        holds = self.held.get(claim.frame_number) == claim
        self.house.lifecycle.preparation_failed(claim, "damaged")
        if holds:
            self.move("r", "f", {claim.frame_number})
            self.move("p", "f")

    @rule()
    def cancel(self) -> None:
        if self.status in FINAL:
            return
        self.house.control.cancel(self.render_task.id)
        self.move("pr", "x")

    @rule()
    def pause_or_resume(self) -> None:
        if self.status is TaskStatus.PAUSED:
            assert self.house.control.resume(self.render_task.id).status in RUNNABLE
        elif self.status in RUNNABLE:
            assert self.house.control.pause(self.render_task.id).status is TaskStatus.PAUSED

    @rule(numbers=st.none() | st.sets(NUMBERS, min_size=1))
    def retry(self, numbers: set[int] | None) -> None:
        frames = ",".join(map(str, numbers)) if numbers else None
        moved = self.move("fx" if numbers is None else "fxcs", "p", numbers)
        try:
            self.house.control.retry(self.render_task.id, frames)
        except IllegalMove:
            assert not moved
            return
        assert moved
        for number in moved:
            self.asked[number] += 1
            self.used[number] = 0

    @rule(numbers=st.sets(NUMBERS, min_size=1))
    def skip(self, numbers: set[int]) -> None:
        moved = self.move("pf", "s", numbers)
        try:
            self.house.control.skip(self.render_task.id, ",".join(map(str, numbers)))
        except IllegalMove:
            assert not moved
        else:
            assert moved

    @invariant()
    def frames_and_counters_are_those_of_the_model(self) -> None:
        assert self.house.states(self.render_task) == "".join(self.letters.values())

    @invariant()
    def a_frame_is_completed_no_oftener_than_asked_for(self) -> None:
        assert all(self.completed[number] <= self.asked[number] for number in self.letters)

    @invariant()
    def the_status_fits_the_frames(self) -> None:
        letters, task = set(self.letters.values()), self.house.task(self.render_task)
        assert (task.finished_at is not None) is (task.status in FINAL)
        if letters & {"p", "r"}:
            assert task.status in RUNNABLE | {TaskStatus.PAUSED}
        elif task.status is not TaskStatus.CANCELLED:
            assert task.status is (TaskStatus.FAILED if "f" in letters else TaskStatus.COMPLETED)
            assert "x" not in letters or "f" in letters

    def teardown(self) -> None:
        self.house.store.close()
        self.folder.cleanup()


TestAnyOrder = Farm.TestCase
TestAnyOrder.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
