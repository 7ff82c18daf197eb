"""The only place that wires settings to store, queue, bus and object store, and these to the services."""

import logging
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from render_manager.config import Settings
from render_manager.domain.engines import Engine
from render_manager.domain.errors import StoreUnavailable
from render_manager.local_farm import STOP_TIMEOUT, WorkerProcesses, left_workers
from render_manager.messaging.embedded_redis import EmbeddedRedis
from render_manager.messaging.redis_bus import RedisBus
from render_manager.messaging.remote_logs import CeleryLogs
from render_manager.messaging.tickets import CeleryTickets
from render_manager.services.browse import Browsing
from render_manager.services.cleanup import Cleanup
from render_manager.services.control import TaskControl
from render_manager.services.following import Following
from render_manager.services.give_back import GiveBack
from render_manager.services.image_cache import ImageCache
from render_manager.services.lifecycle import FarmRules, Lifecycle
from render_manager.services.log_places import LogPlaces
from render_manager.services.logs import Logs
from render_manager.services.queries import Queries
from render_manager.services.results import Results
from render_manager.services.retention import Retention
from render_manager.services.services import Services
from render_manager.services.submit import Submission
from render_manager.services.upload import Uploading
from render_manager.services.vitals import Vitals
from render_manager.services.workers import Workers
from render_manager.store.engine import open_engine
from render_manager.store.migrate import check_version, current_version, newest_version, upgrade
from render_manager.store.repository import SqlTaskStore
from workers.renderers.registry import engines

if TYPE_CHECKING:
    import sqlalchemy

    from render_manager.storage.local import LocalStore
    from render_manager.storage.oss import OssStore

log = logging.getLogger(__name__)

#: A worker not heard of for this many heartbeats counts as offline: by default within 15 seconds, a beat that took
#: its time included.
MISSED_BEATS = 2.5
#: A little oftener than heartbeats, so that each beat of a lone worker finds the sweep due.
SWEEP_AFTER_BEATS = 0.8


class Program:
    """Everything wired, for as long as it is open; a context manager.

    Args:
        serve: whether to start the embedded Redis where none is configured (a window, a worker), or only to use it
            if it runs already (a short command).

    Raises:
        StoreOfAnotherVersion: a farm's database is not at this program's version, or the embedded one is newer.
        StoreUnavailable: the database can't be reached.
        LocalFarmError: the embedded Redis can't be started.
    """

    def __init__(self, settings: Settings, *, serve: bool) -> None:
        self.settings = settings
        engine = open_engine(settings.effective_database_url)
        try:
            _fit(engine, settings)
        except StoreUnavailable:
            engine.dispose()
            raise
        self.store = SqlTaskStore(engine)
        self.objects = open_object_store(settings)
        self._embedded = EmbeddedRedis(settings.render_manager_home / "redis") if settings.embedded_redis else None
        self.redis_url = self._redis_url(serve)
        self.broker_url = settings.broker_url.get_secret_value() if settings.broker_url else self.redis_url
        self.queue = CeleryTickets(self.broker_url)
        self.bus = RedisBus(self.redis_url)
        self.services = self._services(engines(), keep_worker=serve and settings.embedded_redis)

    def _redis_url(self, serve: bool) -> str | None:
        if self._embedded is None:
            return self.settings.effective_redis_url
        return self._embedded.join() if serve else self._embedded.url()

    def _services(self, known: Mapping[str, Engine], *, keep_worker: bool) -> Services:
        from render_manager.doctor.examination import Examiner  # it opens programs itself

        settings = self.settings
        rules = FarmRules(
            lease_seconds=settings.lease_seconds,
            alive_within=alive_within(settings),
            fair_shares=settings.fair_shares,
        )
        actor = f"{settings.user}@{socket.gethostname()}"
        lifecycle = Lifecycle(self.store, self.queue, self.bus, rules, actor=actor)
        cleanup = Cleanup(self.store, lifecycle, self.queue)
        after_days = settings.cleanup_after_days
        workers = Workers(
            lifecycle,
            sweep_every=SWEEP_AFTER_BEATS * settings.heartbeat_seconds,
            keep_entries=settings.audit_entries_per_task,
            keep_days=settings.audit_days,
            retention=Retention(self.store, cleanup, after_days, settings.cleanup_keep) if after_days else None,
        )
        self._local = WorkerProcesses(settings, workers.release)
        uploading = Uploading(self.objects, settings.upload_prefix, packed=settings.render_manager_home / "packed")
        logs = LogPlaces(
            store=self.store,
            objects=self.objects,
            remote=CeleryLogs(self.broker_url),
            fetched=ImageCache(settings.logs_folder),
            prefix=settings.results_prefix,
            alive_within=rules.alive_within,
        )
        queries = Queries(self.store, known, alive_within=rules.alive_within, fair_shares=rules.fair_shares)
        return Services(
            submission=Submission(
                lifecycle,
                self.objects,
                known,
                max_frames=settings.max_frames,
                max_attempts=settings.max_attempts,
                uploading=uploading,
            ),
            control=TaskControl(self.store, lifecycle, settings.max_frames),
            cleanup=cleanup,
            results=Results(self.store, self.objects, ImageCache(settings.images_folder)),
            give_back=GiveBack(lifecycle, self.objects, settings.results_prefix),
            uploading=uploading,
            browsing=Browsing(self.objects, self.objects, uploading, known),
            queries=queries,
            vitals=Vitals(self.store, self.bus),
            logs=Logs(logs),
            workers=workers,
            lifecycle=lifecycle,
            bus=self.bus,
            local_workers=self._local,
            doctor=Examiner(lambda: settings),
            following=Following(queries, cleanup, self._local, alone=settings.embedded_redis, keep_worker=keep_worker),
        )

    def close(self) -> None:
        """Stop what this program started and let go of the rest. Never raises: leaving must always work."""
        for leave in (
            self._local.close,
            self.queue.close,
            self.bus.close,
            self.objects.close,
            self.store.close,
            *([self._embedded.leave] if self._embedded else []),
        ):
            try:
                leave()
            except Exception as error:  # the next step may still succeed, and an embedded Redis must not be left
                log.warning("Leaving: %s", error)

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _fit(engine: "sqlalchemy.Engine", settings: Settings) -> None:
    """Bring the embedded database to this program's version; a farm's must be there."""
    if not settings.embedded_database:
        check_version(engine)
        return
    found = current_version(engine)
    if found is not None and found < newest_version():
        left_workers(settings).stop(STOP_TIMEOUT)  # they are of the program that was here before
    upgrade(engine)


def alive_within(settings: Settings) -> float:
    """Seconds without a heartbeat after which a worker counts as offline."""
    return MISSED_BEATS * settings.heartbeat_seconds


def open_object_store(settings: Settings) -> "LocalStore | OssStore":
    """OSS if configured, else a folder."""
    if not settings.uses_oss:
        from render_manager.storage.local import LocalStore

        return LocalStore(settings.objects_root)
    from render_manager.storage.oss import OssStore  # oss2 takes a second to import

    secret, token = settings.oss_access_key_secret, settings.oss_security_token
    assert settings.oss_endpoint
    assert settings.oss_access_key_id
    assert settings.oss_bucket_name
    assert secret
    return OssStore(
        endpoint=settings.oss_endpoint,
        access_key_id=settings.oss_access_key_id,
        access_key_secret=secret.get_secret_value(),
        bucket_name=settings.oss_bucket_name,
        region=settings.oss_region,
        security_token=token.get_secret_value() if token else None,
        is_cname=settings.oss_is_cname,
        checkpoint_dir=Path(settings.render_manager_home) / "transfers",
    )
