"""One process that renders a few frames, from its start until every one of them is reported.

process    | starts | frame 1 | frame 2 | frame 3 | ends
lane       |                  | check, record 1 | check, record 2 | check, record 3
"""

import logging
import time
from collections.abc import Callable, Sequence

from render_manager.domain.entities import Claim
from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from workers.attempt import Attempt
from workers.ends import Aborted, Stopwatch, ended_early
from workers.process import RenderProcess, renderer_environment
from workers.renderers.base import Installation, RangeRenderer, RenderJob, limits_of
from workers.renderers.events import Event, FileSaved, FrameDone, FrameProgress, FrameStarted, Problem
from workers.settling import Settling
from workers.work import Work

log = logging.getLogger(__name__)

_POLL = 0.5


class Chunk:
    """
    Args:
        log_path: where the log of a frame's attempt is written.
        may_refuse: if no frame comes to be begun, ``run`` raises instead of failing one.
    """

    def __init__(
        self,
        work: Work,
        renderer: RangeRenderer,
        installation: Installation,
        job: RenderJob,
        log_path: Callable[[int, int], str],
        claims: Sequence[Claim],
        *,
        may_refuse: bool,
    ) -> None:
        self._work = work
        self._renderer = renderer
        self._installation = installation
        self._job = job
        self._log_path = log_path
        self._may_refuse = may_refuse
        self._waiting = {claim.frame_number: claim for claim in claims}
        self._open: dict[int, Attempt] = {}  # begun, and not done
        self._current: int | None = None  # begun last
        self._saved: dict[int, list[str]] = {}
        self._failed: dict[int, RenderFailed] = {}  # known to be bad, whatever is still said of them
        self._unlogged: list[str] = []
        self._problem: RenderFailed | None = None
        self._hint: Problem | None = None
        self._not_before: float | None = None
        self._began_at: float | None = None
        self._done = 0
        self._process: RenderProcess | None = None
        self._stopped = False
        self._limits = limits_of(renderer, job.task_info)
        self._settling = Settling(renderer.settle, lambda attempt, outcome: work.end(attempt.claim, outcome))
        self._watch = Stopwatch(self._limits.startup, "starting")
        self._silence = Stopwatch(self._limits.silence, "saying nothing")

    def stop(self) -> None:
        self._stopped = True
        if self._process:
            self._process.stop()

    @property
    def unlogged(self) -> str:
        return "".join(line + "\n" for line in self._unlogged)

    def run(self) -> tuple[float, float] | None:
        """Render; seconds until the first frame began and on average for a frame, if that is known now.

        Raises:
            RenderFailed: see ``may_refuse``; all claims are still held.
            ProjectFileError: what the task names is not in the project.
            Aborted: ``stop`` was called; what is still held was not rendered.
        """
        for number, claim in list(self._waiting.items()):
            if not self._work.holding.begin(claim):
                self._work.holding.drop(self._waiting.pop(number))
        if not self._waiting:
            return None
        numbers = sorted(self._waiting)
        try:
            launch = self._renderer.launch(self._installation, self._job, numbers)
            parse = self._renderer.range_parser(self._job, numbers)
        except OSError as error:
            where = error.filename or self._job.temporary
            reason = f"{where} can't be read or written: {error.strerror or error}."
            self._lose(RenderFailed(reason, FailureClass.STORAGE))
            return None
        temporary = str(self._job.temporary)
        folder = {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}
        started = time.monotonic()
        try:
            self._process = RenderProcess(
                launch.command,
                cwd=self._job.temporary,
                environment=renderer_environment({**folder, **launch.environment}),
                control=False,
                follow=launch.follow,
                windows_line=launch.windows_line,
            )
        except OSError as error:
            reason = f"{self._installation.executable} does not start: {error.strerror or error}."
            self._lose(RenderFailed(reason, FailureClass.NODE))
            return None
        if self._stopped:
            self._process.stop()
        try:
            hang = self._read(self._process, parse)
        finally:
            code = self._process.stop()  # with whatever it left behind
        if self._stopped:
            raise Aborted
        ended = time.monotonic()
        # What hangs may have left a frame half-done that it would count as done.
        said = [] if hang else parse.ended(code)
        for event in said:
            self._take(event)
        self._settling.wait(lambda: self._stopped)
        if self._stopped:
            raise Aborted
        if hang or self._waiting:
            self._lose(hang or self._why(code, said))
        if self._began_at is None or not self._done:
            return None
        return self._began_at - started, (ended - self._began_at) / self._done

    def _read(self, process: RenderProcess, parse: Callable[[str], list[Event]]) -> RenderFailed | None:
        """Take all that is said; why the process had to be ended, if it had."""
        while True:
            for watch in (self._watch, self._silence):
                if watch.over:
                    return watch.hang(self._renderer.engine.label, self._hint)
            try:
                line = process.read_line(_POLL)
            except EOFError:
                return None
            self._settling.look()
            if line is None:
                continue
            self._silence.restart()
            events = parse(line)
            for event in events:
                if isinstance(event, FrameStarted):
                    self._take(event)
            self._log(line)
            for event in events:
                if not isinstance(event, FrameStarted):
                    self._take(event)

    def _log(self, line: str) -> None:
        if self._current in self._open:
            self._open[self._current].write(line)
        else:
            self._unlogged.append(line)

    def _take(self, event: Event) -> None:
        match event:
            case FrameStarted(frame):
                self._begin(frame)
                if frame in self._open:  # a renderer may come back to it, with another layer or camera
                    self._current = frame
            case FrameProgress(frame, fraction) if frame in self._open:
                self._work.report.progress(self._open[frame].claim, fraction)
            case FileSaved(path) if self._current is not None:
                self._saved.setdefault(self._current, []).append(path)
            case FrameDone(frame):
                self._finish(event)
            case Problem(message, True, failure, evidence):
                # Of several the first one is the cause.
                self._problem = self._problem or RenderFailed(message, failure, evidence)
                if self._current in self._open:
                    self._failed.setdefault(self._current, self._problem)
            case Problem():
                self._hint = event
            case _:
                pass

    def _begin(self, frame: int) -> Attempt | None:
        claim = self._waiting.get(frame)
        if claim is None or frame in self._open:
            return self._open.get(frame)
        path = self._log_path(frame, claim.attempt)
        try:
            attempt = Attempt(claim, path, self._work.owner.profile.host, self._not_before)
        except OSError as error:
            self._work.end(self._waiting.pop(frame), self._work.unwritable(path, error))
            return None
        # Files may be written, and seen, in another order than they are told of.
        self._not_before = attempt.not_before
        if self._began_at is None:
            self._began_at = time.monotonic()
        for line in self._unlogged:
            attempt.write(line)
        self._unlogged.clear()
        self._open[frame], self._current, self._problem = attempt, frame, None
        self._watch = Stopwatch(self._limits.frame, f"rendering frame {frame}")
        return attempt

    def _finish(self, done: FrameDone) -> None:
        attempt = self._begin(done.frame)
        if attempt is None:
            return
        self._end(attempt)
        self._done += 1
        if error := self._failed.get(done.frame):
            self._work.end(attempt.claim, attempt.failed(error))
        else:
            self._settling.done(attempt, done, self._saved.get(done.frame, ()))

    def _end(self, attempt: Attempt) -> None:
        number = attempt.claim.frame_number
        attempt.end()
        self._work.holding.settle(attempt.claim)
        self._open.pop(number, None)
        self._waiting.pop(number, None)
        self._watch = Stopwatch(self._limits.frame, "rendering")

    def _why(self, code: int, said: Sequence[Event]) -> RenderFailed:
        """Why frames are left when the process has ended."""
        label = self._renderer.engine.label
        if self._problem:
            return self._problem
        if any(isinstance(event, Problem) for event in said) or code != 0:
            return ended_early(label, code, self._hint)
        reason = f": {self._hint.message}" if self._hint else ""
        return RenderFailed(
            f"{label} reported success but did not render the frame{reason}.",
            FailureClass.OUTPUT,
            self._hint.evidence if self._hint else None,
        )

    def _lose(self, error: RenderFailed) -> None:
        """Frames are left: those that were begun fail, or the first one, or the project; or all, if the renderer said
        that they are done. The others were not at fault."""
        blamed = list(self._open.values())
        if not blamed and error.failure is FailureClass.OUTPUT:
            numbers = sorted(self._waiting)
        else:
            numbers = [] if blamed else sorted(self._waiting)[:1]
        refused = bool(numbers) and self._may_refuse and error.failure is not FailureClass.OUTPUT
        if refused:
            raise error
        for number in set(self._waiting) - set(self._open) - set(numbers):
            self._work.hand_back(self._waiting.pop(number))
        for number in numbers:
            if attempt := self._begin(number):
                blamed.append(attempt)
        for attempt in blamed:
            number = attempt.claim.frame_number
            self._end(attempt)
            self._work.end(attempt.claim, attempt.failed(self._failed.get(number, error)))
