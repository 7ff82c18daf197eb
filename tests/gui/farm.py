"""A farm in one process: a real SQLite store under the real services, twins of bus and queue, workers by hand."""

import shutil
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

from render_manager.doctor.examination import Examiner
from render_manager.domain.engines import Engine, EngineOption
from render_manager.domain.entities import (
    Claim,
    HostLoad,
    ObjectInfo,
    RenderSpec,
    RenderTask,
    WorkerProfile,
    Workspace,
    WorkspaceState,
)
from render_manager.domain.errors import BrokerUnavailable, ObjectNotFound, ObjectStoreError, StoreUnavailable
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.object_listing import LARGEST_PAGE, ObjectPage
from render_manager.domain.priority import Band
from render_manager.messaging.in_memory import InMemoryBus, InMemoryLogs, InMemoryTickets
from render_manager.services.browse import Browsing
from render_manager.services.cleanup import Cleanup
from render_manager.services.control import TaskControl
from render_manager.services.endings import Outcome
from render_manager.services.following import Following
from render_manager.services.give_back import GiveBack
from render_manager.services.image_cache import ImageCache
from render_manager.services.lifecycle import FarmRules, Lifecycle
from render_manager.services.log_places import LogPlaces
from render_manager.services.logs import Logs
from render_manager.services.ports import Progress
from render_manager.services.queries import Queries
from render_manager.services.results import Results
from render_manager.services.services import Services
from render_manager.services.submit import Submission
from render_manager.services.upload import Uploading
from render_manager.services.vitals import Vitals
from render_manager.services.workers import Workers
from render_manager.storage.local import LocalStore
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from render_manager.store.repository import SqlTaskStore

ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            "blender",
            "Blender",
            (".blend",),
            "BLENDER_EXECUTABLE",
            (
                EngineOption("engine", "Render engine to use", str, ("CYCLES", "BLENDER_EEVEE")),
                EngineOption("samples", "Samples per pixel", int),
                EngineOption("denoise", "Denoise the result", bool),
            ),
        ),
        Engine("maya", "Maya", (".ma", ".mb"), "MAYA_EXECUTABLE", (EngineOption("camera", "Camera to render"),)),
        Engine("unreal", "Unreal", (".uproject",), "UNREAL_EXECUTABLE", (EngineOption("map", "Map to render"),)),
    )
}
WORKER = WorkerProfile("render-01", "render-01", tuple(Band), {"blender": "4.2", "maya": "2024"})


class BreakableBus(InMemoryBus):
    """``down`` takes the broker away: listeners are thrown out, notices are lost."""

    down = False

    def publish(self, *notices: Notice) -> None:
        if not self.down:
            super().publish(*notices)

    def take_away(self) -> None:
        super().publish(Notice(Topic.WORKERS))  # wakes the listeners, which then find it gone
        self.down = True

    async def listen(self) -> AsyncGenerator[Sequence[Notice]]:
        self._check()
        async with aclosing(super().listen()) as batches:  # type: ignore[type-var]
            async for notices in batches:
                self._check()
                yield notices

    def check(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.down:
            raise BrokerUnavailable("Redis at redis://farm can't be reached.")


class FolderObjects:
    """Fits the ObjectStore port with a folder."""

    bucket: str | None = None

    def __init__(self, root: Path) -> None:
        self.root = root
        self.refuses = ""  #: why it can't be walked through
        self.downloads: list[str] = []
        self.pause = threading.Event()
        self.pause.set()

    def stat(self, key: str) -> ObjectInfo:
        path = self.root / key
        if not path.is_file():
            raise ObjectNotFound(f"There is no object oss://{self.bucket or 'films'}/{key}.")
        return ObjectInfo(key, path.stat().st_size, "", path.stat().st_mtime)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return (self.stat(str(path.relative_to(self.root))) for path in self.root.rglob("*") if path.is_file())

    def put_size(self, key: str, size: int) -> None:
        """An object of that size, which takes no room."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)

    def page(self, folder: str, following: str = "", *, limit: int = LARGEST_PAGE) -> ObjectPage:
        if self.refuses:
            raise ObjectStoreError(self.refuses)
        return LocalStore(self.root).page(folder, following, limit=limit)

    def download(self, key: str, target: Path, progress: Progress | None = None) -> ObjectInfo:
        info = self.stat(key)
        for done in (0, info.size // 2):
            if progress:
                progress(done, info.size)
        while not self.pause.wait(0.02):
            if progress:
                progress(info.size // 2, info.size)
        self.downloads.append(key)
        shutil.copy(self.root / key, target)
        if progress:
            progress(info.size, info.size)
        return info

    def upload(self, source: Path, key: str, progress: Progress | None = None) -> ObjectInfo:
        size = source.stat().st_size
        if progress:
            progress(size // 2, size)
        self.pause.wait(10)
        if progress:
            progress(size, size)
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        return self.stat(key)

    def delete(self, key: str) -> None:
        (self.root / key).unlink()


class LocalWorkersByHand:
    def __init__(self) -> None:
        self.count = 0
        self.staying = 0  #: how many of them outlive the window
        self.may_stop = threading.Event()
        self.may_stop.set()

    def start(self, *, stay: bool = False) -> str:
        self.count += 1
        self.staying += stay
        return f"local-{self.count}"

    def stop(self) -> None:
        self.may_stop.wait(10)
        self.count = 0

    def let_go(self) -> int:
        self.staying = self.count
        return self.count

    def running(self) -> int:
        return self.count


class GuardedStore:
    """Passes everything on to the store; ``down`` takes the database away, and no call may come from ``barred``."""

    def __init__(self, store: SqlTaskStore) -> None:
        self._store = store
        self.down = False
        self.barred: threading.Thread | None = None
        self.calls_on_barred: list[str] = []
        self.calls = 0

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        self.calls += 1
        if threading.current_thread() is self.barred:
            self.calls_on_barred.append(name)
        if self.down:
            raise StoreUnavailable("The database sqlite:///farm.db can't be used: it is away.")
        return getattr(self._store, name)


class Farm:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = open_engine(f"sqlite:///{folder / 'farm.db'}")
        upgrade(self.engine)
        self.store = GuardedStore(SqlTaskStore(self.engine))
        self.bus = BreakableBus()
        self.queue = InMemoryTickets()
        self.objects = FolderObjects(folder / "objects")
        self.local = LocalWorkersByHand()
        rules = FarmRules(lease_seconds=60, alive_within=30)
        lifecycle = Lifecycle(self.store, self.queue, self.bus, rules, actor="mei@desk")
        uploading = Uploading(self.objects, "uploads", packed=folder / "packed")
        self.remote_logs = InMemoryLogs()
        logs = LogPlaces(
            self.store, self.objects, self.remote_logs, ImageCache(folder / "fetched_logs"), "results", alive_within=30
        )
        cleanup = Cleanup(self.store, lifecycle, self.queue)
        queries = Queries(self.store, ENGINES, alive_within=30)
        self.services = Services(
            submission=Submission(
                lifecycle, self.objects, ENGINES, max_frames=1_000_000, max_attempts=1, uploading=uploading
            ),
            control=TaskControl(self.store, lifecycle, 1_000_000),
            cleanup=cleanup,
            results=Results(self.store, self.objects, ImageCache(folder / "images")),
            give_back=GiveBack(lifecycle, self.objects, "results"),
            uploading=uploading,
            browsing=Browsing(self.objects, self.objects, uploading, ENGINES),
            queries=queries,
            vitals=Vitals(self.store, self.bus),
            logs=Logs(logs),
            workers=Workers(lifecycle, sweep_every=5),
            lifecycle=lifecycle,
            bus=self.bus,
            local_workers=self.local,
            doctor=Examiner(),
            following=Following(queries, cleanup, self.local, alone=True, keep_worker=False),
        )
        self.lifecycle = lifecycle

    def close(self) -> None:
        self.engine.dispose()

    # -- what people and workers do ------------------------------------------------------------------------------

    def put(self, key: str) -> str:
        path = self.objects.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"project")
        return key

    def submit(self, name: str = "shot", frames: str = "1-10", engine: str = "blender", **more: object) -> RenderTask:
        values: dict[str, object] = {"unionid": "mei", **more}
        spec = RenderSpec(path=self.put(f"{name}.zip"), engine=engine, frames=frames, **values)  # type: ignore[arg-type]
        return self.services.submission.submit(spec)

    def beat(self, worker: WorkerProfile = WORKER, **load: float) -> None:
        self.services.workers.register(worker)
        self.services.workers.beat(worker, HostLoad(**load))

    def beat_again(self, worker: WorkerProfile = WORKER, **load: float) -> None:
        self.services.workers.beat(worker, HostLoad(**load))

    def completed(self, claim: Claim, output_path: str) -> bool:
        return self.lifecycle.end_frame(claim, Outcome(output_path=output_path))

    def failed(self, claim: Claim, message: str) -> bool:
        return self.lifecycle.end_frame(claim, Outcome(error=message))

    def claim(self, worker: WorkerProfile = WORKER) -> Claim:
        claim = self.lifecycle.claim_next(worker)
        assert claim is not None
        return claim

    def start(self, worker: WorkerProfile = WORKER, log: str = "Blender 4.2\n") -> Claim:
        claim = self.claim(worker)
        path = self.log_path(claim)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(log, encoding="utf-8")
        assert self.lifecycle.frame_started(claim, str(path))
        return claim

    def log_path(self, claim: Claim) -> Path:
        return self.folder / "logs" / claim.task.id / f"{claim.frame_number:04}.{claim.attempt}.log"

    def complete(self, claim: Claim, image: Path | None = None) -> None:
        output = image or self.folder / "renders" / claim.task.id / f"{claim.frame_number:04}.png"
        assert self.completed(claim, str(output))

    def render(self, count: int, worker: WorkerProfile = WORKER) -> None:
        for _ in range(count):
            self.complete(self.start(worker))

    def fail(self, message: str = "Texture wood.tx is missing.") -> Claim:
        claim = self.start(log=f"Blender 4.2\nWarning: slow\nError: {message}\n")
        assert self.failed(claim, message)
        return claim

    def workspace(self, task: RenderTask, size: int = 3_000_000_000) -> Workspace:
        workspace = Workspace(task.id, WORKER.host, f"/srv/render/mei/{task.id}", size, WorkspaceState.READY)
        self.lifecycle.workspace_ready(workspace)
        return workspace

    def task(self, task_id: str) -> RenderTask:
        return self.services.queries.task(task_id).task
