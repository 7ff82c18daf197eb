"""A lane: a worker's stay at work, from a ticket until nothing is left for it.

claim → (new task: ring for the next worker, prepare the workspace, open a session) → render → verify → report and claim
"""

import logging
import threading
from pathlib import Path
from typing import Protocol

from render_manager.domain.entities import Claim, WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.errors import (
    NotEnoughSpace,
    ProjectFileError,
    RendererNotFound,
    RenderFailed,
    RenderManagerError,
    StoreUnavailable,
    WorkspaceError,
)
from render_manager.services.lifecycle import Lifecycle, Outcome
from workers.images import check_image
from workers.renderers.base import Installation, Renderer, RenderJob
from workers.reporter import Reporter
from workers.session import Aborted, Session
from workers.signals import Signal
from workers.workspace import WorkspacePaths, Workspaces, measure

log = logging.getLogger(__name__)

#: Not the project's fault: another host may do better.
HOST_FAULTS = (NotEnoughSpace, WorkspaceError, RendererNotFound)
#: Seconds by which a file system's clock may be coarser than the time it gave the log file.
_CLOCK_GRAIN = 2.0


class LaneOwner(Protocol):
    """What a lane needs of the worker it runs in."""

    profile: WorkerProfile
    lifecycle: Lifecycle
    workspaces: Workspaces
    renderers: dict[str, tuple[Renderer, Installation]]
    stopping: Signal  #: take no new frame
    leaving: Signal  #: hand back the frame that is rendering


class Lane:
    def __init__(self, worker: LaneOwner) -> None:
        self._worker = worker
        self._lifecycle = worker.lifecycle
        self._report = Reporter(worker.lifecycle, worker.leaving)
        self._session: Session | None = None
        self._session_task: str | None = None
        self._session_paths: WorkspacePaths | None = None
        self._lock = threading.Lock()
        self._claim: Claim | None = None
        self._held: Claim | None = None
        self._aborted = False
        self._load_log: Path | None = None  # of the current claim, where loading failed

    @property
    def claim(self) -> Claim | None:
        """What is being worked on now, and may be aborted."""
        return self._claim

    @property
    def held(self) -> Claim | None:
        """What is being worked on or reported: its lease must be renewed."""
        return self._held

    def run(self) -> bool:
        """Work until nothing is left for this worker, or it stops; whether there was anything to do."""
        served = False
        following: Claim | None = None  # claimed with the report of the one before, its session standing ready
        try:
            while not self._worker.stopping.is_set() or following:
                claim = following or self._lifecycle.claim_next(self._worker.profile)
                if claim is None:
                    break
                served = True
                if following is None:  # one line for each stay at a task; the record has the frames
                    log.info("Claimed %s (%s)", claim, claim.task.name)
                following = self._serve(claim, begun=following is not None)
        finally:
            self._close_session()
        return served

    def abort(self, claim: Claim) -> None:
        """Stop working on this claim at once; from any thread. Nothing happens if the lane is past it."""
        with self._lock:
            if self._claim is not claim or self._aborted:
                return
            self._aborted = True
            session = self._session
        log.info("Stopping work on %s", claim)
        if session is not None:
            session.stop()

    def _serve(self, claim: Claim, *, begun: bool) -> Claim | None:
        """Work on a claim; the next one, if the report of this one came by it."""
        with self._lock:
            self._claim, self._aborted = claim, False
        self._load_log = None
        self._held = claim
        try:
            # Between two claims that came by one report the task was never without a rendering frame, so nobody can
            # have removed its workspace.
            session, paths = self._standing() if begun else self._session_for(claim)
            return self._render(claim, session, paths, begun)
        except Aborted:
            self._past(claim)
            self._close_session()
            # If the claim is lost this does nothing; if this worker leaves, the frame goes to the next one.
            self._report.surely(lambda: self._lifecycle.frame_returned(claim))
        except HOST_FAULTS as error:
            self._preparation_failed(claim, str(error), on_host=self._worker.profile.host)
        except StoreUnavailable:
            self._past(claim)
            raise
        except RenderManagerError as error:
            self._preparation_failed(claim, str(error))
        except Exception as error:
            # A fault of ours must not leave the frame hanging until its lease ends, again and again.
            log.exception("Working on %s failed", claim)
            self._past(claim)
            self._close_session()
            outcome = Outcome(error=f"The worker failed: {type(error).__name__}: {error}")
            self._report.surely(lambda: self._lifecycle.end_frame(claim, outcome))
        finally:
            self._past(claim)
            self._held = None
        return None

    def _past(self, claim: Claim) -> None:
        """From here on the claim's fate is decided: an abort comes too late."""
        with self._lock:
            if self._claim is claim:
                self._claim = None

    def _preparation_failed(self, claim: Claim, message: str, on_host: str | None = None) -> None:
        log.warning("Preparing %s failed: %s", claim, message)
        self._past(claim)
        self._close_session()
        log_path = str(self._load_log) if self._load_log else None
        self._report.surely(
            lambda: self._lifecycle.preparation_failed(claim, message, on_host=on_host, log_path=log_path)
        )

    # -- preparing -----------------------------------------------------------------------------------------------

    def _standing(self) -> tuple[Session, WorkspacePaths]:
        session, paths = self._session, self._session_paths
        if session is None or paths is None:  # aborted since
            raise Aborted
        return session, paths

    def _session_for(self, claim: Claim) -> tuple[Session, WorkspacePaths]:
        """A session that has the claim's project loaded, in a workspace that is ready."""
        task = claim.task
        renderer, installation = self._worker.renderers[task.render_engine]
        if self._session_task != task.id:
            self._close_session()
            self._lifecycle.ring_for_more(task.id)
        paths = self._worker.workspaces.paths(task)
        project_file, fresh = self._worker.workspaces.prepare(
            task, renderer.engine.project_suffixes, lambda text: self._tell(task.id, text)
        )
        if fresh:
            size = measure(paths.root)
            self._lifecycle.workspace_ready(
                Workspace(task.id, self._worker.profile.host, str(paths.root), size, WorkspaceState.READY)
            )
        if fresh or self._session is None or not self._session.alive:
            self._close_session()
            self._tell(task.id, f"Opening {project_file.name}")
            renderer.check_project(project_file, installation)
            self._open(renderer, installation, RenderJob(project_file, paths.renders, task.task_info), paths)
            self._session_task, self._session_paths = task.id, paths
        assert self._session is not None
        return self._session, paths

    def _open(self, renderer: Renderer, installation: Installation, job: RenderJob, paths: WorkspacePaths) -> None:
        session = Session(renderer, installation, job, paths.temporary)
        with self._lock:
            self._session = session
            aborted = self._aborted
        if aborted:
            session.stop()
        try:
            scene = session.load()
        except RenderFailed:
            self._load_log = paths.logs / "load.log"
            self._load_log.write_text(session.last_words(), encoding="utf-8")
            raise
        if scene.missing and not job.task_info.get("allow_missing"):
            raise ProjectFileError(
                f"{job.project_file.name} needs {len(scene.missing)} file(s) that are not in the project: "
                f"{', '.join(scene.missing[:5])}{' …' if len(scene.missing) > 5 else ''}. "
                "Add them, or submit with --set allow_missing=true."
            )

    def _tell(self, task_id: str, text: str) -> None:
        if self._aborted or self._worker.leaving.is_set():
            raise Aborted
        self._report.activity(task_id, text)

    def _close_session(self) -> None:
        with self._lock:
            session, self._session, self._session_task = self._session, None, None
        if session is not None:
            session.close()

    # -- rendering -----------------------------------------------------------------------------------------------

    def _render(self, claim: Claim, session: Session, paths: WorkspacePaths, begun: bool) -> Claim | None:
        def log_path(number: int, attempt: int) -> str:
            return str(paths.logs / f"frame_{number:04d}.{attempt}.log")

        try:
            image = self._render_verified(
                claim, session, paths, Path(log_path(claim.frame_number, claim.attempt)), begun
            )
            outcome = Outcome(output_path=str(image))
        except RenderFailed as error:
            log.info("%s failed: %s", claim, error)
            outcome = Outcome(error=str(error))
        except OSError as error:
            outcome = Outcome(error=f"The workspace {paths.root} can't be written: {error.strerror or error}.")
        self._past(claim)
        if self._worker.stopping.is_set() or not session.alive:
            self._report.surely(lambda: self._lifecycle.end_frame(claim, outcome))
            return None
        profile = self._worker.profile
        _, following = self._report.surely(lambda: self._lifecycle.end_and_claim(claim, outcome, profile, log_path))
        return following

    def _render_verified(
        self, claim: Claim, session: Session, paths: WorkspacePaths, log_path: Path, begun: bool
    ) -> Path:
        if not begun:
            paths.renders.mkdir(exist_ok=True)
            paths.logs.mkdir(exist_ok=True)
        with log_path.open("w", encoding="utf-8", buffering=1) as frame_log:
            if not begun and not self._report.surely(lambda: self._lifecycle.frame_started(claim, str(log_path))):
                raise Aborted
            # The clock that counts is that of the disk the images go to.
            started = log_path.stat().st_mtime - _CLOCK_GRAIN
            done, files = session.render(
                claim.frame_number, frame_log, lambda fraction: self._report.progress(claim, fraction)
            )
        main, *others = files
        check_image(main, not_before=started, size=done.size)
        for other in others:
            check_image(other, not_before=started)
        return main
