"""Getting rendered frames out: from the workspace to where somebody wants them."""

import filecmp
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from render_manager.domain.errors import RenderManagerError
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.services.ports import TaskStore


@dataclass
class DownloadReport:
    """What a download did."""

    copied: list[Path] = field(default_factory=list[Path])
    unchanged: list[Path] = field(default_factory=list[Path])  #: there already, with the same content
    problems: list[str] = field(default_factory=list[str])  #: one sentence per frame that could not be had


class Results:
    def __init__(self, store: TaskStore) -> None:
        self._store = store

    def download(
        self,
        task_id: str,
        to: Path,
        *,
        frames: str | None = None,
        overwrite: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> DownloadReport:
        """Copy completed frames' images into the folder ``to``; ``progress`` is told files done and in all.

        A file there with other content is kept, and named as a problem, unless ``overwrite``.

        Raises:
            TaskNotFound, FrameRangeError: as named.
            RenderManagerError: the folder can't be made, or no frame asked for is completed.
        """
        task = self._store.task(task_id)
        numbers = FrameRange.parse(frames) if frames is not None else None
        completed = self._store.frames(task.id, numbers=numbers, statuses=[FrameStatus.COMPLETED])
        if not completed:
            raise RenderManagerError(f"Task {task.id} has no completed frame{f' in {frames}' if frames else ''} yet.")
        try:
            to.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RenderManagerError(f"Folder {to} can't be made: {error.strerror or error}.") from error
        report = DownloadReport()
        for done, frame in enumerate(completed, start=1):
            source = Path(frame.output_path or "")
            try:
                _copy(source, to / source.name, overwrite, report)
            except OSError as error:
                reason = error.strerror or str(error)
                report.problems.append(f"Frame {frame.frame_number}: {source} (worker {frame.worker}): {reason}.")
            if progress:
                progress(done, len(completed))
        return report


def _copy(source: Path, target: Path, overwrite: bool, report: DownloadReport) -> None:
    if target.exists():
        if filecmp.cmp(source, target, shallow=False):
            report.unchanged.append(target)
            return
        if not overwrite:
            report.problems.append(f"{target} exists with other content; it was kept (use --overwrite to replace it).")
            return
    # Copied under another name first, so that a full disk leaves no half image behind.
    part = target.with_name(target.name + ".part")
    try:
        shutil.copy2(source, part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    report.copied.append(target)
