"""Two workers, two tasks, a person and a clock in any order, compared after each step with a model of a few lines."""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from render_manager.domain.entities import Claim, RenderTask, WorkerProfile
from render_manager.domain.errors import IllegalMove
from render_manager.domain.frame_order import FrameOrder, in_order
from render_manager.domain.states import FINAL, RUNNABLE, TaskStatus
from render_manager.services.endings import Outcome
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore
from tests.services.conftest import MAX_ATTEMPTS, House, log_path
from tests.store.samples import worker

FRAMES = 4
NAMES = ("w1", "w2")
WORKERS = st.sampled_from(NAMES)
NUMBERS = st.integers(1, FRAMES)
PLACES = st.integers(0, 1)


@dataclass
class Model:
    """A task as it should be: each frame's letter, who holds it, attempts, how often completed and asked for."""

    task: RenderTask
    order: FrameOrder
    priority: int
    letters: dict[int, str] = field(default_factory=lambda: dict.fromkeys(range(1, FRAMES + 1), "p"))
    attempts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, FRAMES + 1), 0))
    used: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, FRAMES + 1), 0))
    completed: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, FRAMES + 1), 0))
    asked: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, FRAMES + 1), 1))
    held: dict[int, Claim] = field(default_factory=dict)

    def move(self, sources: str, target: str, numbers: set[int] | None = None) -> set[int]:
        moved = {n for n, letter in self.letters.items() if letter in sources and (numbers is None or n in numbers)}
        for number in moved:
            self.letters[number] = target
            self.held.pop(number, None)
        return moved

    def lose(self, lost: set[int]) -> None:
        self.move("r", "f", {number for number in lost if self.used[number] >= MAX_ATTEMPTS})
        self.move("r", "p", lost)

    def next_frame(self) -> int | None:
        places = {number: place for place, number in enumerate(in_order(range(1, FRAMES + 1), self.order))}
        waiting = [number for number, letter in self.letters.items() if letter == "p"]
        return min(waiting, key=lambda number: (self.used[number], places[number]), default=None)

    def end(self, number: int, to: str) -> None:
        if to == "p":
            self.used[number] -= 1  # handed back in good order: that attempt does not count
        again = to == "f" and self.used[number] < MAX_ATTEMPTS
        self.move("r", "p" if again else to, {number})
        self.completed[number] += to == "c"


class Farm(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        engine = open_engine(f"sqlite:///{(Path(self.folder.name) / 'farm.sqlite3').as_posix()}")
        upgrade(engine)
        self.house = House(SqlTaskStore(engine), Path(self.folder.name))
        self.models: list[Model] = []
        self.claims: list[tuple[Model, Claim]] = []  #: every one ever given, so that late words are said, too
        self.disabled: set[str] = set()
        self.house.online(*(self.profile(name) for name in NAMES))

    @initialize(orders=st.lists(st.sampled_from(FrameOrder), min_size=2, max_size=2), after=st.booleans())
    def submit(self, orders: list[FrameOrder], after: bool) -> None:
        for order in orders:
            ids = tuple(model.task.id for model in self.models) if after else ()
            task = self.house.submit(f"1-{FRAMES}", max_attempts=MAX_ATTEMPTS, frame_order=order, after=ids)
            self.models.append(Model(task, order, 5))
        self.waits = after

    def profile(self, name: str) -> WorkerProfile:
        return worker(name)

    def status(self, model: Model) -> TaskStatus:
        return self.house.task(model.task).status

    def expected(self, name: str) -> tuple[Model, int] | None:
        """What is next for the worker."""
        if name in self.disabled:
            return None
        waits = self.waits and self.status(self.models[0]) is not TaskStatus.COMPLETED
        able = [
            model
            for model in (self.models[:1] if waits else self.models)
            if self.status(model) in RUNNABLE and model.next_frame() is not None
        ]
        if not able:
            return None
        first = max(able, key=lambda model: (model.priority, -self.models.index(model)))
        return first, first.next_frame() or 0

    def given(self, expected: tuple[Model, int] | None, claim: Claim | None) -> None:
        """Compare with what was expected, and note it."""
        assert (claim and (claim.task.id, claim.frame_number)) == (expected and (expected[0].task.id, expected[1]))
        if expected and claim:
            model, number = expected
            model.attempts[number] += 1
            model.used[number] += 1
            assert claim.attempt == model.attempts[number]
            model.letters[number] = "r"
            model.held[number] = claim
            self.claims.append((model, claim))

    @rule(name=WORKERS)
    def claim(self, name: str) -> None:
        expected = self.expected(name)
        self.given(expected, self.house.lifecycle.claim_next(self.profile(name)))

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), to=st.sampled_from("cfp"))
    def end(self, data: st.DataObject, to: str) -> None:
        model, claim = data.draw(st.sampled_from(self.claims))
        holds = model.held.get(claim.frame_number) == claim
        assert (not self.house.store.lost([claim])) is holds
        assert self.house.lifecycle.frame_started(claim, "/log") is holds
        ending = {
            "c": lambda: self.house.completed(claim, "/x.png"),
            "f": lambda: self.house.failed(claim, "no"),
            "p": lambda: self.house.lifecycle.frame_returned(claim),
        }
        assert ending[to]() is holds, "a claim that is over has no say"
        if holds:
            model.end(claim.frame_number, to)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), count=st.integers(1, 3))
    def end_and_claim(self, data: st.DataObject, count: int) -> None:
        model, first = data.draw(st.sampled_from(self.claims))
        others = [claim for other, claim in self.claims if other is model and claim is not first]
        claims = [
            first,
            *data.draw(st.lists(st.sampled_from(others), max_size=2, unique_by=id) if others else st.just([])),
        ]
        ends = [data.draw(st.sampled_from("cf")) for _ in claims]
        outcomes = [Outcome("/x.png") if to == "c" else Outcome(error="no") for to in ends]
        hold = [model.held.get(claim.frame_number) == claim for claim in claims]
        held, following = self.house.lifecycle.end_and_claim(
            model.task.id, list(zip(claims, outcomes, strict=True)), self.profile(first.worker), log_path, count=count
        )
        assert held == sum(hold)
        for to in "cf":  # what is completed is written down first
            for claim, end, holds in zip(claims, ends, hold, strict=True):
                if holds and end == to:
                    model.end(claim.frame_number, to)
        if not following:
            # The status before the new claim can't be asked for any more; it allows a claim if it allows one now.
            # A frame that has just failed is found by the next question only: the counters are saved with the report.
            expected = self.expected(first.worker)
            assert expected is None or expected[0] is not model or "f" in ends
        assert len(following) <= count
        for claim in following:
            assert model.next_frame() == claim.frame_number
            assert first.worker not in self.disabled
            self.given((model, claim.frame_number), claim)

    @precondition(lambda self: any(model.held for model in self.models))
    @rule()
    def lose_all_workers(self) -> None:
        self.house.expire_leases()
        assert self.house.workers.sweep() == sum(len(model.held) for model in self.models)
        for model in self.models:
            model.lose(set(model.held))

    @rule(name=WORKERS)
    def worker_restarts(self, name: str) -> None:
        self.house.workers.sign_off(self.profile(name))
        for model in self.models:
            model.lose({number for number, claim in model.held.items() if claim.worker == name})
        self.house.workers.register(self.profile(name))

    @rule(name=WORKERS)
    def disable_or_enable(self, name: str) -> None:
        if name in self.disabled:
            self.house.workers.enable(name)
        else:
            self.house.workers.disable(name)
        self.disabled ^= {name}

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def preparation_fails(self, data: st.DataObject) -> None:
        model, claim = data.draw(st.sampled_from(self.claims))
        holds = model.held.get(claim.frame_number) == claim
        self.house.lifecycle.preparation_failed(claim, "damaged")
        if holds:
            model.move("r", "f", {claim.frame_number})
            model.move("p", "f")

    @rule(place=PLACES)
    def cancel(self, place: int) -> None:
        model = self.models[place]
        if self.status(model) not in FINAL:
            self.house.control.cancel(model.task.id)
            model.move("pr", "x")

    @rule(place=PLACES)
    def pause_or_resume(self, place: int) -> None:
        model = self.models[place]
        if self.status(model) is TaskStatus.PAUSED:
            assert self.house.control.resume(model.task.id).status in RUNNABLE
        elif self.status(model) in RUNNABLE:
            assert self.house.control.pause(model.task.id).status is TaskStatus.PAUSED

    @rule(place=PLACES, priority=st.integers(0, 10))
    def set_priority(self, place: int, priority: int) -> None:
        model = self.models[place]
        model.priority = self.house.control.set_priority(model.task.id, priority).priority

    @rule(place=PLACES, numbers=st.none() | st.sets(NUMBERS, min_size=1))
    def retry(self, place: int, numbers: set[int] | None) -> None:
        model = self.models[place]
        moved = model.move("fx" if numbers is None else "fxcs", "p", numbers)
        try:
            self.house.control.retry(model.task.id, ",".join(map(str, numbers)) if numbers else None)
        except IllegalMove:
            assert not moved
            return
        assert moved
        for number in moved:
            model.asked[number] += 1
            model.used[number] = 0

    @rule(place=PLACES, numbers=st.sets(NUMBERS, min_size=1))
    def skip(self, place: int, numbers: set[int]) -> None:
        model = self.models[place]
        moved = model.move("pf", "s", numbers)
        try:
            self.house.control.skip(model.task.id, ",".join(map(str, numbers)))
        except IllegalMove:
            assert not moved
        else:
            assert moved

    @invariant()
    def frames_and_counters_are_those_of_the_model(self) -> None:
        for model in self.models:
            assert self.house.states(model.task) == "".join(model.letters.values())

    @invariant()
    def only_what_renders_has_a_lease(self) -> None:
        for model in self.models:
            leased = {
                frame.frame_number for frame in self.house.store.frames(model.task.id) if frame.lease_until is not None
            }
            assert leased == set(model.held)

    @invariant()
    def a_frame_is_completed_no_oftener_than_asked_for(self) -> None:
        for model in self.models:
            assert all(model.completed[number] <= model.asked[number] for number in model.letters)

    @invariant()
    def the_status_fits_the_frames(self) -> None:
        for model in self.models:
            letters, task = set(model.letters.values()), self.house.task(model.task)
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
# The same examples each time, so that a red run says something about the change at hand; more, and others, by number.
TestAnyOrder.settings = settings(
    max_examples=int(os.environ.get("ANY_ORDER_EXAMPLES", "30")),
    derandomize="ANY_ORDER_EXAMPLES" not in os.environ,
    stateful_step_count=30,
    phases=[Phase.generate, Phase.shrink],  # explaining traces every line of every migration, which takes minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
