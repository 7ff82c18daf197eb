"""Rendering in chunks: a process renders some frames and ends; each frame is reported as soon as it is done."""

from collections.abc import Sequence

from render_manager.domain.entities import Claim
from render_manager.domain.errors import ProjectFileError, StoreUnavailable
from workers.attempt import log_path
from workers.chunk import Chunk
from workers.chunks import ChunkSize, runs
from workers.ends import Aborted
from workers.renderers.base import Installation, RangeRenderer, RenderJob
from workers.work import Work

#: Rendering time in seconds that may be lost when a process ends before its frames are reported.
MOST_LOST = 1800.0


class RangeWork:
    """One stay at a task.

    Args:
        logs: the folder for the frames' logs.
    """

    def __init__(
        self, work: Work, renderer: RangeRenderer, installation: Installation, job: RenderJob, logs: str
    ) -> None:
        self._work = work
        self._renderer = renderer
        self._installation = installation
        self._job = job
        self._logs = logs
        asked = job.task_info.get("chunk")
        asked = asked if isinstance(asked, int) and asked else None
        self._size = ChunkSize(asked, renderer.first_chunk, MOST_LOST, renderer.largest_chunk)
        self._chunk: Chunk | None = None
        self._stopped = False

    def stop(self) -> None:
        """End the process at once, from any thread."""
        self._stopped = True
        if self._chunk:
            self._chunk.stop()

    def last_words(self) -> str:
        """What the renderer said before it began a frame."""
        return self._chunk.unlogged if self._chunk else ""

    def run(self, claim: Claim) -> None:
        """Render the claim's frame with those that belong to its chunk, and then the task's other chunks.

        Raises:
            RenderFailed: the renderer does not come to render the first chunk; what is still held was not
                rendered.
            ProjectFileError: what the task names is not in the project, or can't be rendered so.
            Aborted: the work was taken away; what is still held was not rendered.
            StoreUnavailable: the worker leaves while the database is away.
        """
        path = self._log_path(claim.frame_number, claim.attempt)
        if not self._work.report.surely(lambda: self._work.lifecycle.frame_started(claim, path)):
            raise Aborted
        if self._renderer.renders_all(self._job.task_info):
            self._render(self._all(claim), first=True)
            return
        claims = [claim, *self._following(claim.task.id, self._size.frames - 1)]
        first = True
        while claims:
            for numbers in self._parts([claim.frame_number for claim in claims]):
                part = [claim for claim in claims if claim.frame_number in set(numbers)]
                if self._work.owner.stopping.is_set():
                    self._hand_back(part)
                else:
                    self._render(part, first=first)
                    first = False
            if self._work.owner.stopping.is_set():
                return
            claims = self._following(claim.task.id, self._size.frames)

    def _render(self, claims: Sequence[Claim], *, first: bool) -> None:
        self._chunk = chunk = Chunk(
            self._work, self._renderer, self._installation, self._job, self._log_path, claims, may_refuse=first
        )
        if self._stopped:
            raise Aborted
        if times := chunk.run():
            self._size.measured(*times)

    def _all(self, claim: Claim) -> list[Claim]:
        """Claims for all frames of the task."""
        task = claim.task
        claims = [claim, *self._following(task.id, task.total_frames - 1)]
        if len(claims) <= task.counts.pending:
            raise Aborted  # another task comes first
        if len(claims) < task.total_frames:
            raise ProjectFileError(
                f"{self._renderer.engine.label} renders this task as its settings are saved, all {task.total_frames} "
                f"frames at once, but only {len(claims)} are to be rendered: retry all of them."
            )
        return claims

    def _parts(self, numbers: list[int]) -> list[list[int]]:
        return [sorted(numbers)] if self._renderer.lists_frames(self._job.task_info) else runs(numbers)

    def _following(self, task_id: str, count: int) -> list[Claim]:
        if count < 1:
            return []
        try:
            claims = self._work.lifecycle.claim_following(task_id, self._work.owner.profile, self._log_path, count)
        except StoreUnavailable:
            return []  # whoever asks next waits for the database
        for claim in claims:
            self._work.holding.add(claim)
        return claims

    def _hand_back(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self._work.hand_back(claim)

    def _log_path(self, number: int, attempt: int) -> str:
        return log_path(self._logs, number, attempt)
