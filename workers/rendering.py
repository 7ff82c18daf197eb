"""What a lane renders with: a session that stays open, or processes for chunks, in a workspace that is made ready."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from render_manager.domain.entities import Claim, Workspace, WorkspaceState
from render_manager.domain.errors import RenderFailed, StoreUnavailable, WorkspaceError
from render_manager.domain.failures import FailureClass
from render_manager.domain.logs import LOAD_LOG
from workers.ends import Aborted
from workers.range_work import RangeWork
from workers.renderers.base import Installation, RangeRenderer, Renderer, RenderJob, SessionRenderer, limits_of
from workers.reporter import Activity
from workers.session import Session, SessionNotReady
from workers.session_work import SessionWork
from workers.work import Work
from workers.workspace import WorkspacePaths, measure

log = logging.getLogger(__name__)


class Rendering:
    """Of one lane.

    Attributes:
        load_log: what the renderer said where it did not come to render for the current claim.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._owner = work.owner
        self._lifecycle = work.lifecycle
        self._range: RangeWork | None = None
        self._session: Session | None = None
        self._session_task: str | None = None
        self._lock = threading.Lock()
        self._aborted = False
        self.load_log: Path | None = None

    def begin(self) -> None:
        """Another claim is worked on from now on: an ``abort`` is about it."""
        with self._lock:
            self._aborted = False
        self.load_log = None

    def run(self, claim: Claim, renderer: Renderer, installation: Installation) -> None:
        """Render the claim's frame, and then what else of its task is this worker's.

        Raises:
            Aborted: ``abort`` was called, or the worker leaves; what is still held was not rendered.
            RenderFailed: the renderer does not come to render.
            RenderManagerError: the workspace or the project can't be made ready.
        """
        try:
            self._render(claim, renderer, installation)
        finally:
            self._range = None

    def abort(self) -> None:
        """End the renderer at once; from any thread."""
        with self._lock:
            self._aborted = True
            working = self._range or self._session
        if working is not None:
            working.stop()

    def close(self) -> None:
        """End the session, if one is open."""
        with self._lock:
            session, self._session, self._session_task = self._session, None, None
        if session is not None:
            session.close()

    def _render(self, claim: Claim, renderer: Renderer, installation: Installation) -> None:
        """In a session, where the engine knows them, the task is for them and they come to be ready here."""
        if isinstance(renderer, SessionRenderer) and not self._without_session(claim, renderer):
            try:
                session, paths = self._session_for(claim, renderer, installation)
            except SessionNotReady as error:
                if not isinstance(renderer, RangeRenderer):
                    raise
                label = renderer.engine.label
                if error.killed:
                    log.warning("%s is started for this chunk of frames: %s", label, error)
                else:
                    log.warning("%s is started for each chunk of frames from now on: %s", label, error)
                    self._owner.without_session.add(renderer.engine.name)
            else:
                SessionWork(self._work, session, str(paths.logs)).run(claim)
                return
        if isinstance(renderer, RangeRenderer):
            self._render_range(claim, renderer, installation)

    def _without_session(self, claim: Claim, renderer: SessionRenderer) -> bool:
        if not isinstance(renderer, RangeRenderer):
            return False
        return not renderer.in_session(claim.task.task_info) or renderer.engine.name in self._owner.without_session

    def _session_for(
        self, claim: Claim, renderer: SessionRenderer, installation: Installation
    ) -> tuple[Session, WorkspacePaths]:
        """A session that has the claim's project loaded, in a workspace that is ready."""
        task, paths = claim.task, self._owner.workspaces.paths(claim.task)
        standing = self._session
        if standing is None or self._session_task != task.id or not standing.usable:
            standing = None
            session = self._open_session(claim, renderer, installation, paths)  # it starts while the project is fetched
            self._ring(claim)
        else:
            session = standing
        with self._activity(task.id) as say:
            job, fresh = self._prepare(claim, renderer, paths, say)
            if standing and not fresh:
                return session, paths
            if standing:  # the project it had is gone
                session = self._open_session(claim, renderer, installation, paths)
            renderer.check_project(job.project_file, installation)
            session.open(job)
            say(f"Opening {job.project_file.name}")
            self._workspace_ready(claim, paths, fresh=fresh)
            self._wait_for_project(session, paths, job)
        self._session_task = task.id
        return session, paths

    def _render_range(self, claim: Claim, renderer: RangeRenderer, installation: Installation) -> None:
        paths = self._owner.workspaces.paths(claim.task)
        self.close()
        self._ring(claim)
        with self._activity(claim.task.id) as say:
            job, fresh = self._prepare(claim, renderer, paths, say)
            renderer.check_project(job.project_file, installation)
            self._workspace_ready(claim, paths, fresh=fresh)
            say(f"Starting {renderer.engine.label}")
        work = RangeWork(self._work, renderer, installation, job, str(paths.logs))
        with self._lock:
            self._range = work
            aborted = self._aborted
        if aborted:
            raise Aborted
        try:
            work.run(claim)
        except RenderFailed:
            self._keep_load_log(paths, work.last_words())
            raise

    @contextmanager
    def _activity(self, task_id: str) -> Generator[Callable[[str], None]]:
        """What a preparation tells of itself. Raises WorkspaceError: a file of the workspace fails it."""
        with Activity(self._lifecycle, task_id) as activity:

            def say(text: str) -> None:
                if self._aborted or self._owner.leaving.is_set():
                    raise Aborted
                activity.say(text)

            try:
                yield say
            except OSError as error:
                where = error.filename or self._owner.workspaces.root
                raise WorkspaceError(f"{where} can't be read or written: {error.strerror or error}.") from error

    def _ring(self, claim: Claim) -> None:
        if claim.task.counts.pending:
            with suppress(StoreUnavailable):  # idle workers look for work by themselves
                self._lifecycle.ring_for_more(claim.task.id)

    def _prepare(
        self, claim: Claim, renderer: Renderer, paths: WorkspacePaths, say: Callable[[str], None]
    ) -> tuple[RenderJob, bool]:
        """The project in the workspace, and whether it was fetched just now."""
        task = claim.task
        project_file, fresh = self._owner.workspaces.prepare(task, renderer.engine, say)
        return RenderJob(project_file, paths.project, paths.renders, paths.temporary, task.task_info), fresh

    def _workspace_ready(self, claim: Claim, paths: WorkspacePaths, *, fresh: bool) -> None:
        if fresh:
            host, size = self._owner.profile.host, measure(paths.root)
            ready = Workspace(claim.task.id, host, str(paths.root), size, WorkspaceState.READY)
            self._work.report.surely(lambda: self._lifecycle.workspace_ready(ready))
        for folder in (paths.renders, paths.logs, paths.temporary):
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                raise WorkspaceError(f"The folder {folder} can't be made: {error.strerror or error}.") from error

    def _open_session(
        self, claim: Claim, renderer: SessionRenderer, installation: Installation, paths: WorkspacePaths
    ) -> Session:
        self.close()
        session = Session(renderer, installation, limits_of(renderer, claim.task.task_info), paths.temporary)
        with self._lock:
            self._session = session
            aborted = self._aborted
        if aborted:
            session.stop()
        return session

    def _wait_for_project(self, session: Session, paths: WorkspacePaths, job: RenderJob) -> None:
        try:
            scene = session.loaded()
        except RenderFailed:
            self._keep_load_log(paths, session.last_words())
            raise
        if scene.missing and not job.task_info.get("allow_missing"):
            raise RenderFailed(
                f"{job.project_file.name} needs {len(scene.missing)} file(s) that are not in the project: "
                f"{', '.join(scene.missing[:5])}{' …' if len(scene.missing) > 5 else ''}. "
                "Add them, or submit with --set allow_missing=true.",
                FailureClass.ASSET,
            )

    def _keep_load_log(self, paths: WorkspacePaths, text: str) -> None:
        path = paths.logs / LOAD_LOG
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:  # why the renderer failed is told without it
            log.warning("The log %s can't be written: %s", path, error.strerror or error)
        else:
            self.load_log = path
