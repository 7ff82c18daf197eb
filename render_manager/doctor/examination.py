"""The examination: every group is looked at in a thread of its own and told in one order, none beyond its limit."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event

from render_manager.config import Settings, load_settings
from render_manager.doctor import database, farm, machine, object_store, redis, renderers, settings, workspace
from render_manager.doctor.findings import failed, go_on_unless, skipped
from render_manager.doctor.secrets import Secrets
from render_manager.domain.checkup import Checkup, Finding, Group
from render_manager.domain.errors import CheckupStopped

log = logging.getLogger(__name__)

#: Seconds for all of a group; adapters give up sooner by themselves, a renderer that is asked for its version last.
LIMIT = 75.0
#: Seconds between two looks whether it is stopped. Windows does not end a wait for Ctrl+C.
_LOOK_EVERY = 0.2
#: Seconds that a program which was asked for its version gets to be ended in.
_LEAVE = 1.5


@dataclass(frozen=True)
class _Part:
    look: Callable[..., Iterator[Finding]]
    title: str
    settings: tuple[str, ...] = ()  #: what the names of settings begin with that it can't be looked at without
    asks_programs: bool = False  #: which may hang: its look is given ``stopped``, too


_PARTS = {
    Group.REDIS: _Part(redis.look, "Redis", ("redis_", "broker_url", "render_manager_home")),
    Group.DATABASE: _Part(database.look, "Database", ("database_url", "render_manager_home")),
    Group.OBJECT_STORE: _Part(object_store.look, "Object store", ("oss_", "upload_prefix", "render_manager_home")),
    Group.WORKSPACE: _Part(workspace.look, "Workspaces", ("workspace_", "min_free", "render_manager_home")),
    Group.RENDERERS: _Part(renderers.look, "Renderers", ("blender_", "maya_", "ue_"), asks_programs=True),
    Group.MACHINE: _Part(machine.look, "This machine"),
    Group.FARM: _Part(farm.look, "The farm", ("database_url", "redis_", "broker_url", "render_manager_home")),
}


class Examiner:
    """Fits the Doctor port; see there.

    Args:
        load: gives the settings that are looked at; may raise SettingsError, which is then a finding.
    """

    def __init__(self, load: Callable[[], Settings] = load_settings, *, limit: float = LIMIT) -> None:
        self._load = load
        self._limit = limit

    def examine(
        self,
        on_finding: Callable[[Finding], None] = lambda finding: None,
        groups: Collection[Group] = (),
        stopped: Event | None = None,
    ) -> Checkup:
        stopped = stopped or Event()
        secrets = Secrets.of_everywhere()
        read = settings.read(self._load)
        wanted = [group for group in Group if not groups or group in groups]
        running = {group: _Looking(group, read, stopped) for group in wanted if group in _PARTS}
        deadline = time.monotonic() + self._limit
        findings: list[Finding] = []
        try:
            for group in wanted:
                told = settings.look(read) if group is Group.SETTINGS else running[group].told(deadline)
                for finding in told:
                    go_on_unless(stopped)
                    clean = _clean(secrets, finding)
                    findings.append(clean)
                    on_finding(clean)
        except CheckupStopped:
            for group in running:
                if _PARTS[group].asks_programs:  # they must not outlive this process
                    running[group].join(_LEAVE)
            raise
        return Checkup(findings)

    def trial_frame(self, engine: str, project: Path | None = None, stopped: Event | None = None) -> Finding:
        from render_manager.doctor.trial_frame import trial_frame

        read = settings.read(self._load)
        return _clean(Secrets.of_everywhere(), trial_frame(read, engine, project, stopped or Event()))

    def bundle(self, path: Path, checkup: Checkup) -> None:
        from render_manager.doctor.bundle import write_bundle

        write_bundle(path, checkup, settings.read(self._load))


def _clean(secrets: Secrets, finding: Finding) -> Finding:
    """What was found may hold the words of servers and renderers; advice is our own."""
    return replace(finding, found=secrets.hide(finding.found))


def _part(group: Group, read: settings.Reading, stopped: Event) -> Iterator[Finding]:
    """What is found of a group, where the settings it stands on can be read."""
    part = _PARTS[group]
    wrong = [name for name in read.wrong if name.startswith(part.settings)] if part.settings else []
    if wrong or (read.settings is None and part.settings):
        needs = ", ".join(name.upper() for name in wrong) or "settings that can be read"
        yield skipped(f"{group}.examined", part.title, f"{needs} to be right" if wrong else needs)
        return
    told = (stopped,) if part.asks_programs else ()
    yield from part.look(read.settings or Settings.model_construct(), *told)


class _Looking:
    """A thread that looks at one group."""

    def __init__(self, group: Group, read: settings.Reading, stopped: Event) -> None:
        self._group = group
        self._look = partial(_part, group, read, stopped)
        self._stopped = stopped
        self._found: queue.SimpleQueue[Finding | Exception | None] = queue.SimpleQueue()
        # Not waited for at the end of the program: it may hang for good.
        thread = threading.Thread(target=self._run, name="doctor", daemon=True)
        thread.start()
        self.join = thread.join

    def _run(self) -> None:
        try:
            for finding in self._look():
                go_on_unless(self._stopped)
                self._found.put(finding)
        except Exception as error:  # a fault of one group must not hide the others
            log.debug("The examination broke off", exc_info=True)
            self._found.put(error)
        else:
            self._found.put(None)

    def told(self, deadline: float) -> Iterator[Finding]:
        id, title = f"{self._group}.examined", _PARTS[self._group].title
        while True:
            go_on_unless(self._stopped)
            try:
                found = self._found.get(timeout=min(max(deadline - time.monotonic(), 0.001), _LOOK_EVERY))
            except queue.Empty:
                if time.monotonic() < deadline:
                    continue
                yield failed(id, title, "It does not answer in time.", "See whether a server or a disk hangs.")
                return
            if isinstance(found, Exception):
                yield failed(
                    id,
                    title,
                    f"The examination itself failed: {type(found).__name__}: {found}",
                    "Report this with the bundle of `render-manager doctor --bundle FILE`.",
                )
                return
            if found is None:
                return
            yield found
