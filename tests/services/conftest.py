"""The services on a real store, with twins of bus and queue, and an object store in memory."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.entities import Claim, ObjectInfo, RenderSpec, RenderTask, WorkerProfile
from render_manager.domain.errors import ObjectNotFound, ObjectStoreError
from render_manager.domain.notices import Notice
from render_manager.domain.states import FrameStatus
from render_manager.messaging.in_memory import InMemoryBus, InMemoryLogs, InMemoryTickets
from render_manager.services.cleanup import Cleanup
from render_manager.services.control import TaskControl
from render_manager.services.endings import Outcome
from render_manager.services.give_back import GiveBack
from render_manager.services.image_cache import ImageCache
from render_manager.services.lifecycle import FarmRules, Lifecycle
from render_manager.services.log_places import LogPlaces
from render_manager.services.logs import Logs
from render_manager.services.queries import Queries
from render_manager.services.results import Results
from render_manager.services.submit import Submission
from render_manager.services.upload import Uploading
from render_manager.services.workers import Workers
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore
from render_manager.store.tables import render_frames, workers
from tests.store.samples import rows_counted, worker

ENGINES = {
    "blender": Engine(
        "blender", "Blender", (".blend",), "BLENDER_EXECUTABLE", (EngineOption("samples", "samples", int),)
    ),
    "maya": Engine("maya", "Maya", (".ma", ".mb"), "MAYA_EXECUTABLE", first_frame=0, last_frame=100),
}
MAX_ATTEMPTS = 3


class Objects:
    """Fits the ObjectStore port as far as the services use it."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {"projects/shot.zip": b"zip"}
        self.bucket: str | None = "farm"
        self.away = False
        self.away_for_uploads = False
        self.downloads: list[str] = []
        self.uploads: list[str] = []

    def stat(self, key: str) -> ObjectInfo:
        self._check()
        if key not in self.held:
            raise ObjectNotFound(f"There is no object {key}.")
        return ObjectInfo(key, len(self.held[key]), hashlib.md5(self.held[key]).hexdigest().upper(), 0.0)

    def upload(self, source: Path, key: str, progress: Callable[[int, int | None], None] | None = None) -> ObjectInfo:
        self._check()
        if self.away_for_uploads:
            raise ObjectStoreError("The connection broke.")
        self.uploads.append(key)
        self.held[key] = source.read_bytes()
        if progress:
            progress(len(self.held[key]), len(self.held[key]))
        return self.stat(key)

    def download(self, key: str, target: Path, progress: Callable[[int, int | None], None] | None = None) -> ObjectInfo:
        info = self.stat(key)
        self.downloads.append(key)
        if progress:
            progress(0, info.size)
        target.write_bytes(self.held[key])
        if progress:
            progress(info.size, info.size)
        return info

    def _check(self) -> None:
        if self.away:
            raise ObjectStoreError("The OSS endpoint can't be reached.")


def log_path(number: int, attempt: int) -> str:
    return f"/logs/{number}.{attempt}.log"


class House:
    """All services, and shortcuts to what tests do with them."""

    def __init__(self, store: SqlTaskStore, folder: Path) -> None:
        self.store = store
        self.queue = InMemoryTickets()
        self.bus = InMemoryBus()
        self.objects = Objects()
        rules = FarmRules(lease_seconds=60, alive_within=15)
        self.lifecycle = Lifecycle(store, self.queue, self.bus, rules, actor="li@desk")
        self.workers = Workers(self.lifecycle, sweep_every=5)
        self.control = TaskControl(store, self.lifecycle, 1000)
        self.cleanup = Cleanup(store, self.lifecycle, self.queue)
        self.queries = Queries(store, ENGINES, alive_within=15)
        self.remote_logs = InMemoryLogs()
        fetched = ImageCache(folder / "fetched_logs")
        self.logs = Logs(LogPlaces(store, self.objects, self.remote_logs, fetched, "results", alive_within=15))
        self.images = ImageCache(folder / "images")
        self.results = Results(store, self.objects, self.images)
        self.give_back = GiveBack(self.lifecycle, self.objects, "results")
        self.packed = folder / "packed"
        self.uploading = Uploading(self.objects, "/uploads/", packed=self.packed)
        self.submission = Submission(
            self.lifecycle,
            self.objects,
            ENGINES,
            max_frames=1000,
            max_attempts=MAX_ATTEMPTS,
            uploading=self.uploading,
        )

    def spec(self, **fields: object) -> RenderSpec:
        return RenderSpec(
            **{"path": "projects/shot.zip", "engine": "blender", "frames": "1-3", "unionid": "li", **fields}
        )

    def submit(self, frames: str = "1-3", **fields: object) -> RenderTask:
        """A task whose frames are tried once only, unless said otherwise."""
        return self.submission.submit(self.spec(**{"frames": frames, "max_attempts": 1, **fields}))

    def claim(self, profile: WorkerProfile | None = None) -> Claim:
        claim = self.lifecycle.claim_next(profile or worker())
        assert claim is not None
        return claim

    def task(self, task: RenderTask) -> RenderTask:
        return self.store.task(task.id)

    def states(self, task: RenderTask) -> str:
        """One letter a frame: p, r, c, f, s, x for cancelled. Checks the counters on the way."""
        assert self.task(task).counts == rows_counted(self.store, task.id)
        letters = {status: status.value[0] for status in FrameStatus} | {FrameStatus.CANCELLED: "x"}
        return "".join(letters[frame.status] for frame in self.store.frames(task.id))

    def tickets(self, task: RenderTask) -> list[str]:
        """The queues that hold a ticket for the task, one entry a ticket."""
        return [band.value for band, held in self.queue.bands.items() for task_id, _ in held if task_id == task.id]

    def empty_queues(self) -> None:
        for held in self.queue.bands.values():
            held.clear()

    def notices(self) -> list[Notice]:
        """What was published since the last time."""
        published, self.bus.published = self.bus.published, []
        return published

    def render(self, task: RenderTask, ends: str) -> RenderTask:
        """Claim frames and end each: c completed, f failed."""
        for end in ends:
            claim = self.claim()
            assert claim.task.id == task.id
            self.lifecycle.frame_started(claim, "/log")
            if end == "c":
                assert self.completed(claim, f"/renders/{claim.frame_number}.png")
            else:
                assert self.failed(claim, "no camera")
        return self.task(task)

    def completed(self, claim: Claim, output_path: str) -> bool:
        return self.lifecycle.end_frame(claim, Outcome(output_path=output_path))

    def failed(self, claim: Claim, message: str) -> bool:
        return self.lifecycle.end_frame(claim, Outcome(error=message))

    def end_and_claim(self, claim: Claim, outcome: Outcome) -> tuple[bool, Claim | None]:
        """Whether the claim held, and the next one of the same task, if there is one for its worker."""
        ended = [(claim, outcome)]
        held, claims = self.lifecycle.end_and_claim(claim.task.id, ended, worker(claim.worker), log_path)
        return held == 1, claims[0] if claims else None

    def took(self, claim: Claim, seconds: float) -> None:
        """As if the frame had taken so long."""
        frames = render_frames.c
        its = (frames.task_id == claim.task.id) & (frames.frame_number == claim.frame_number)
        with self.store.engine.begin() as connection:
            connection.execute(update(render_frames).where(its).values(started_at=frames.finished_at - seconds))

    def expire_leases(self) -> None:
        with self.store.engine.begin() as connection:
            leased = render_frames.c.lease_until.is_not(None)
            connection.execute(update(render_frames).where(leased).values(lease_until=0.0))

    def online(self, *profiles: WorkerProfile) -> None:
        for profile in profiles:
            self.workers.register(profile)

    def lose(self, name: str) -> None:
        """The worker was last heard of long ago."""
        self.silent(name, self.store.now())

    def silent(self, name: str, seconds: float) -> None:
        """The worker was last heard of so long ago."""
        seen = {"last_seen_at": self.store.now() - seconds}
        with self.store.engine.begin() as connection:
            connection.execute(update(workers).where(workers.c.name == name).values(**seen))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """On SQLite."""
    engine = open_engine(f"sqlite:///{(tmp_path / 'house.sqlite3').as_posix()}")
    upgrade(engine)
    house = House(SqlTaskStore(engine), tmp_path)
    yield house
    house.store.close()


@pytest.fixture
def any_house(store: SqlTaskStore, tmp_path: Path) -> House:
    """On each database."""
    return House(store, tmp_path)
