"""A renderer kept open: requests in, events out, its output written to the log of the frame it is about."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from render_manager.domain.errors import RenderFailed, WorkspaceError
from render_manager.domain.failures import FailureClass
from workers.ends import FROM_OUTSIDE, Aborted, Stopwatch, ended_early
from workers.process import RenderProcess, renderer_environment
from workers.renderers.base import Installation, Limits, RenderJob, SessionRenderer
from workers.renderers.events import Event, FileSaved, FrameDone, FrameProgress, Problem, Ready, SceneLoaded
from workers.wear import Wear

#: Seconds a renderer gets to leave by itself when its work is done.
CLOSE_TIMEOUT = 5.0
_POLL = 0.5

Answer = TypeVar("Answer", Ready, SceneLoaded, FrameDone)


class SessionNotReady(RenderFailed):
    """It does not start, or ends or hangs before it takes requests. The project is not at fault: it was not loaded.

    Attributes:
        killed: from outside, or for want of memory: that tells nothing of how it starts.
    """

    def __init__(
        self,
        message: str,
        failure: FailureClass = FailureClass.UNKNOWN,
        evidence: str | None = None,
        *,
        killed: bool = False,
    ) -> None:
        super().__init__(message, failure, evidence)
        self.killed = killed


class Session:
    """One renderer process, with one project loaded once ``open`` and ``loaded`` are through.

    Requests are sent without waiting, so that whoever asks can do something else meanwhile.

    Args:
        temporary: a folder for the renderer's temporary files.

    Raises:
        RenderFailed: it does not start or can't load the project; the message says why.
        Aborted: ``stop`` was called meanwhile.
    """

    def __init__(self, renderer: SessionRenderer, installation: Installation, limits: Limits, temporary: Path) -> None:
        self._renderer = renderer
        self._parse = renderer.parser()
        self._job: RenderJob | None = None
        self._stopped = threading.Event()
        self._limits = limits
        self._watch = Stopwatch(limits.startup, "starting")
        self._silence = Stopwatch(limits.silence, "saying nothing")
        self._unlogged: list[str] = []  # what was said before the first frame's log is open
        self._last_problem: Problem | None = None
        self._asked = 0  # for a frame that is not done
        folder = {"TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)}
        try:
            temporary.mkdir(parents=True, exist_ok=True)
            environment = renderer_environment({**folder, **renderer.session_environment(temporary)})
        except OSError as error:
            raise WorkspaceError(f"The folder {temporary} can't be made: {error.strerror or error}.") from error
        command = renderer.session_command(installation)
        try:
            self._process = RenderProcess(command, cwd=temporary, environment=environment)
        except OSError as error:
            raise SessionNotReady(
                f"{renderer.engine.label} at {command[0]} does not start: {error.strerror or error}."
            ) from error
        self._wear = Wear(renderer.session_limits, self._process.pid)

    def open(self, job: RenderJob) -> None:
        """Ask it to load a project; it may still be starting."""
        self._job = job
        given = [limit for limit in (self._limits.startup, self._renderer.session_limits.ready) if limit is not None]
        self._watch = Stopwatch(min(given, default=None), "starting")
        self._silence.restart()
        self._send(self._renderer.open_request(job))

    def loaded(self) -> SceneLoaded:
        """Wait until the project is loaded.

        Raises:
            SessionNotReady: it does not come to take requests.
        """
        try:
            self._wait_for(Ready)
        except RenderFailed as error:
            # What hangs was ended by us.
            killed = error.failure is not FailureClass.HANG and self._process.exit_code in FROM_OUTSIDE
            raise SessionNotReady(str(error), error.failure, error.evidence, killed=killed) from error
        self._watch = Stopwatch(self._limits.startup, "loading the project")
        return self._wait_for(SceneLoaded)

    def begin(self, frame: int) -> None:
        """Ask for a frame. It may still be at one: it takes them in the order in which they are asked for."""
        assert self._job
        self._asked += 1
        self._wear.frame_asked()
        self._send(self._renderer.frame_request(self._job, frame))

    def finish(
        self,
        log: Callable[[str], None],
        on_progress: Callable[[float], None],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[FrameDone, list[str]]:
        """Wait until the frame that was asked for first is done; what the renderer said of it and all files it wrote.
        ``meanwhile`` is called at least twice a second."""
        saved: list[str] = []
        self._last_problem = None
        self._silence.restart()
        self._watch = Stopwatch(self._limits.frame, "rendering a frame")

        def notice(event: Event) -> None:
            if isinstance(event, FrameProgress):
                on_progress(event.fraction)
            elif isinstance(event, FileSaved):
                saved.append(event.path)

        for line in self._unlogged:
            log(line)
        self._unlogged.clear()
        try:
            done = self._wait_for(FrameDone, log, notice, meanwhile)
        except RenderFailed:
            self._asked -= 1
            raise
        finally:
            self._wear.frame_ended()
        self._asked -= 1
        return done, saved

    def last_words(self) -> str:
        """End the renderer after a failed ``load`` and give all it said, also what was still in its buffers."""
        self.close()
        try:
            while True:
                line = self._process.read_line(_POLL)
                self._unlogged += [line] if line else []
        except EOFError:
            return "".join(line + "\n" for line in self._unlogged)

    @property
    def alive(self) -> bool:
        return self._process.exit_code is None and not self._stopped.is_set()

    @property
    def usable(self) -> bool:
        """Whether it may be sent another frame: it is alive, and not worn."""
        return self.alive and self._wear.reason is None

    def stop(self) -> None:
        """End the renderer at once, from any thread; whoever waits for it gets Aborted."""
        self._stopped.set()
        self._process.stop()

    def close(self) -> None:
        """End the renderer: in good order when its work is done, at once when it is still at something."""
        if self._asked:
            self._process.stop()
        else:
            self._process.close(CLOSE_TIMEOUT)

    def _send(self, request: str) -> None:
        with contextlib.suppress(OSError):  # a renderer that has gone is explained by the answer, with its last words
            self._process.send(request)

    def _wait_for(
        self,
        answer: type[Answer],
        log: Callable[[str], None] | None = None,
        notice: Callable[[Event], None] = lambda event: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Answer:
        while True:
            meanwhile()
            for watch in (self._watch, self._silence):
                if watch.over:
                    self._process.stop()
                    raise watch.hang(self._renderer.engine.label)
            try:
                line = self._process.read_line(_POLL)
            except EOFError:
                raise self._ended() from None
            if line is None:
                continue
            self._silence.restart()
            events = self._parse(line)
            self._log(line, events, log or self._unlogged.append)
            for event in events:
                if isinstance(event, answer):
                    return event
                if isinstance(event, Problem):
                    if event.fatal:
                        raise RenderFailed(event.message, event.failure, event.evidence)
                    self._last_problem = event
                notice(event)

    def _log(self, line: str, events: list[Event], log: Callable[[str], None]) -> None:
        """Write what the renderer said; of the driver's own answers only what a person wants to read."""
        answers = [event for event in events if isinstance(event, Ready | SceneLoaded | FrameDone)]
        problems = [event.message for event in events if isinstance(event, Problem) and event.fatal]
        if answers or not line.strip():
            return
        log(f"Error: {problems[0]}" if problems else line)

    def _ended(self) -> Exception:
        code = self._process.stop()  # whatever it left behind
        if self._stopped.is_set():
            return Aborted()
        return ended_early(self._renderer.engine.label, code, self._last_problem)
