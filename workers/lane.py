"""A lane: a worker's stay at work, from a ticket until nothing is left for it.

claim → (new task: start the renderer, prepare the workspace, load the project) → render, verify, report, claim …
"""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from render_manager.domain.entities import Claim, Workspace, WorkspaceState
from render_manager.domain.errors import (
    NotEnoughSpace,
    ProjectFileError,
    RendererNotFound,
    RenderFailed,
    RenderManagerError,
    StoreUnavailable,
    WorkspaceError,
)
from render_manager.services.lifecycle import Outcome
from workers.renderers.base import RenderJob
from workers.reporter import Activity
from workers.session import Aborted, Session
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
            session = self._session
        if session is not None:
            session.stop()

    def _serve(self, claim: Claim) -> None:
        """Work on a claim, and then on what else of its task is this worker's."""
        with self._lock:
            self._aborted = False
        self._load_log = None
        self._work.holding.add(claim, begun=True)
        try:
            session, paths = self._session_for(claim)
            SessionWork(self._work, session, str(paths.logs)).run(claim)
        except Aborted:
            self._close_session()
            # If a claim is lost this does nothing; if this worker leaves, the frame goes to the next one.
            for held in self.held:
                self._work.hand_back(held)
        except HOST_FAULTS as error:
            self._preparation_failed(claim, str(error), on_host=self._owner.profile.host)
        except StoreUnavailable:
            raise  # the frames go to the sweep
        except RenderManagerError as error:
            self._preparation_failed(claim, str(error))
        except Exception as error:
            # A fault of ours must not leave frames hanging until their leases end, again and again.
            log.exception("Working on %s failed", claim)
            self._close_session()
            outcome = Outcome(error=f"The worker failed: {type(error).__name__}: {error}")
            for held in self.held:
                self._work.end(held, outcome)
        finally:
            self._work.holding.drop_all()

    def _preparation_failed(self, claim: Claim, message: str, on_host: str | None = None) -> None:
        log.warning("Preparing %s failed: %s", claim, message)
        self._work.holding.settle(claim)
        self._close_session()
        log_path = str(self._load_log) if self._load_log else None
        self._work.report.surely(
            lambda: self._lifecycle.preparation_failed(claim, message, on_host=on_host, log_path=log_path)
        )

    # -- preparing -----------------------------------------------------------------------------------------------

    def _session_for(self, claim: Claim) -> tuple[Session, WorkspacePaths]:
        """A session that has the claim's project loaded, in a workspace that is ready."""
        task = claim.task
        renderer, installation = self._owner.renderers[task.render_engine]
        workspaces = self._owner.workspaces
        paths = workspaces.paths(task)
        standing = self._session
        if standing is None or self._session_task != task.id or not standing.alive:
            standing = None
            session = self._open_session(claim, paths)  # it starts while the project is fetched
            if task.counts.pending:
                self._lifecycle.ring_for_more(task.id)
        else:
            session = standing
        with Activity(self._lifecycle, task.id) as activity:

            def say(text: str) -> None:
                if self._aborted or self._owner.leaving.is_set():
                    raise Aborted
                activity.say(text)

            project_file, fresh = workspaces.prepare(task, renderer.engine.project_suffixes, say)
            if standing and not fresh:
                return session, paths
            if standing:  # the project it had is gone
                session = self._open_session(claim, paths)
            renderer.check_project(project_file, installation)
            session.open(RenderJob(project_file, paths.renders, task.task_info))
            say(f"Opening {project_file.name}")
            if fresh:
                size = measure(paths.root)
                self._lifecycle.workspace_ready(
                    Workspace(task.id, self._owner.profile.host, str(paths.root), size, WorkspaceState.READY)
                )
            paths.renders.mkdir(exist_ok=True)
            paths.logs.mkdir(exist_ok=True)
            self._wait_for_project(session, paths, project_file.name, bool(task.task_info.get("allow_missing")))
        self._session_task = task.id
        return session, paths

    def _open_session(self, claim: Claim, paths: WorkspacePaths) -> Session:
        self._close_session()
        renderer, installation = self._owner.renderers[claim.task.render_engine]
        session = Session(renderer, installation, paths.temporary)
        with self._lock:
            self._session = session
            aborted = self._aborted
        if aborted:
            session.stop()
        return session

    def _wait_for_project(self, session: Session, paths: WorkspacePaths, name: str, allow_missing: bool) -> None:
        try:
            scene = session.loaded()
        except RenderFailed:
            self._load_log = paths.logs / "load.log"
            self._load_log.write_text(session.last_words(), encoding="utf-8")
            raise
        if scene.missing and not allow_missing:
            raise ProjectFileError(
                f"{name} needs {len(scene.missing)} file(s) that are not in the project: "
                f"{', '.join(scene.missing[:5])}{' …' if len(scene.missing) > 5 else ''}. "
                "Add them, or submit with --set allow_missing=true."
            )

    def _close_session(self) -> None:
        with self._lock:
            session, self._session, self._session_task = self._session, None, None
        if session is not None:
            session.close()
