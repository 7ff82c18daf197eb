"""A lane: a worker's stay at work, from a ticket until nothing is left for it.

claim → (new task: start the renderer, prepare the workspace, load the project) → render, verify, report, claim …
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from render_manager.domain.entities import Claim, Workspace, WorkspaceState
from render_manager.domain.errors import (
    NotEnoughSpace,
    ProjectFileError,
    RendererNotFound,
    RenderFailed,
    RenderManagerError,
    SeveralProjectFiles,
    StoreUnavailable,
    WorkspaceError,
)
from render_manager.domain.failures import POLICIES, FailureClass
from render_manager.services.lifecycle import Outcome
from workers.ends import Aborted
from workers.range_work import RangeWork
from workers.renderers.base import Installation, RangeRenderer, Renderer, RenderJob, SessionRenderer, limits_of
from workers.reporter import Activity
from workers.session import Session, SessionNotReady
from workers.session_work import SessionWork
from workers.work import LaneOwner, Work
from workers.workspace import WorkspacePaths, measure

log = logging.getLogger(__name__)

#: Not the project's fault: another host may do better.
HOST_FAULTS = (NotEnoughSpace, WorkspaceError, RendererNotFound)


class Lane:
    def __init__(self, owner: LaneOwner) -> None:
        self._owner = owner
        self._lifecycle = owner.lifecycle
        self._work = Work(owner)
        self._loads_failed: Counter[str] = Counter()  # by task
        self._never_ready: set[str] = set()  # engines whose sessions don't start here
        self._range: RangeWork | None = None
        self._session: Session | None = None
        self._session_task: str | None = None
        self._load_log: Path | None = None  # of the current claim, where loading failed
        self._lock = threading.Lock()
        self._aborted = False

    @property
    def held(self) -> Sequence[Claim]:
        """What is being worked on or reported: these leases must be renewed."""
        return self._work.holding.all

    def run(self) -> bool:
        """Work until nothing is left for this worker, or it stops; whether there was anything to do."""
        served = False
        try:
            while not self._owner.stopping.is_set() and (claim := self._lifecycle.claim_next(self._owner.profile)):
                served = True
                log.info("Claimed %s (%s)", claim, claim.task.name)
                self._serve(claim)
        finally:
            self._close_session()
        return served

    def abort(self, claim: Claim) -> None:
        """Stop working on this claim at once; from any thread. Nothing happens if the lane is past it."""
        if not self._work.holding.lose(claim):
            return
        log.info("Stopping work on %s", claim)
        with self._lock:
            self._aborted = True
            working = self._range or self._session
        if working is not None:
            working.stop()

    def _serve(self, claim: Claim) -> None:
        """Work on a claim, and then on what else of its task is this worker's."""
        with self._lock:
            self._aborted = False
        self._load_log = None
        self._work.holding.add(claim, begun=True)
        renderer, installation = self._owner.renderers[claim.task.render_engine]
        try:
            self._render(claim, renderer, installation)
        except Aborted:
            self._close_session()
            # If a claim is lost this does nothing; if this worker leaves, the frame goes to the next one.
            for held in self.held:
                self._work.hand_back(held)
        except SeveralProjectFiles as error:
            candidates = error.candidates
            self._close_session()
            self._work.holding.settle(claim)
            self._hand_back_others(claim)
            self._work.report.surely(lambda: self._lifecycle.project_unclear(claim, candidates))
        except HOST_FAULTS as error:
            self._hand_back_others(claim)
            self._preparation_failed(claim, str(error), on_host=self._owner.profile.host)
        except StoreUnavailable:
            raise  # the frames go to the sweep
        except RenderFailed as error:
            self._hand_back_others(claim)
            self._load_failed(claim, error)
        except RenderManagerError as error:
            self._hand_back_others(claim)
            self._preparation_failed(claim, str(error))
        except Exception as error:
            # A fault of ours must not leave frames hanging until their leases end, again and again.
            log.exception("Working on %s failed", claim)
            self._close_session()
            outcome = Outcome(error=f"The worker failed: {type(error).__name__}: {error}")
            for held in self.held:
                self._work.end(held, outcome)
        finally:
            self._range = None
            self._work.holding.drop_all()

    def _render(self, claim: Claim, renderer: Renderer, installation: Installation) -> None:
        """In a session, where the engine knows them, the task does not refuse them and they come to be ready here."""
        if isinstance(renderer, SessionRenderer) and not self._without_session(claim, renderer):
            try:
                session, paths = self._session_for(claim, renderer, installation)
            except SessionNotReady as error:
                if not isinstance(renderer, RangeRenderer):
                    raise
                log.warning("%s is started for each chunk of frames from now on: %s", renderer.engine.label, error)
                self._never_ready.add(renderer.engine.name)
            else:
                SessionWork(self._work, session, str(paths.logs)).run(claim)
                return
        if isinstance(renderer, RangeRenderer):
            self._render_range(claim, renderer, installation)

    def _without_session(self, claim: Claim, renderer: Renderer) -> bool:
        refused = claim.task.task_info.get("session") is False or renderer.engine.name in self._never_ready
        return refused and isinstance(renderer, RangeRenderer)

    def _hand_back_others(self, claim: Claim) -> None:
        """The frames claimed along with this one; they wait, or share its fate."""
        for held in self.held:
            if held is not claim:
                self._work.hand_back(held)

    def _load_failed(self, claim: Claim, error: RenderFailed) -> None:
        """The renderer does not come to render: the project's fault, or this attempt's, as long as it may do better."""
        task, policy = claim.task, POLICIES[error.failure]
        self._loads_failed[task.id] += policy.counted
        hopeless = self._loads_failed[task.id] >= task.max_attempts
        if error.failure is FailureClass.UNKNOWN or not policy.retried or hopeless:
            self._preparation_failed(claim, str(error), failed=error)
            return
        log.warning("Opening %s failed: %s", claim, error)
        self._work.holding.settle(claim)
        self._close_session()
        host = self._owner.profile.host
        self._work.end(claim, Outcome(error=str(error), failure=error.failure, evidence=error.evidence, host=host))

    def _preparation_failed(
        self, claim: Claim, message: str, on_host: str | None = None, failed: RenderFailed | None = None
    ) -> None:
        log.warning("Preparing %s failed: %s", claim, message)
        self._work.holding.settle(claim)
        self._close_session()
        log_path = str(self._load_log) if self._load_log else None
        failure, evidence = (failed.failure, failed.evidence) if failed else (None, None)
        self._work.report.surely(
            lambda: self._lifecycle.preparation_failed(
                claim, message, on_host=on_host, log_path=log_path, failure=failure, evidence=evidence
            )
        )

    # -- preparing -----------------------------------------------------------------------------------------------

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
        self._close_session()
        self._ring(claim)
        with self._activity(claim.task.id) as say:
            job, fresh = self._prepare(claim, renderer, paths, say)
            renderer.check_project(job.project_file, installation)
            self._workspace_ready(claim, paths, fresh=fresh)
            job.temporary.mkdir(exist_ok=True)
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
        with Activity(self._lifecycle, task_id) as activity:

            def say(text: str) -> None:
                if self._aborted or self._owner.leaving.is_set():
                    raise Aborted
                activity.say(text)

            yield say

    def _ring(self, claim: Claim) -> None:
        if claim.task.counts.pending:
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
            self._lifecycle.workspace_ready(Workspace(claim.task.id, host, str(paths.root), size, WorkspaceState.READY))
        paths.renders.mkdir(exist_ok=True)
        paths.logs.mkdir(exist_ok=True)

    def _open_session(
        self, claim: Claim, renderer: SessionRenderer, installation: Installation, paths: WorkspacePaths
    ) -> Session:
        self._close_session()
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
            raise ProjectFileError(
                f"{job.project_file.name} needs {len(scene.missing)} file(s) that are not in the project: "
                f"{', '.join(scene.missing[:5])}{' …' if len(scene.missing) > 5 else ''}. "
                "Add them, or submit with --set allow_missing=true."
            )

    def _keep_load_log(self, paths: WorkspacePaths, text: str) -> None:
        self._load_log = paths.logs / "load.log"
        self._load_log.write_text(text, encoding="utf-8")

    def _close_session(self) -> None:
        with self._lock:
            session, self._session, self._session_task = self._session, None, None
        if session is not None:
            session.close()
