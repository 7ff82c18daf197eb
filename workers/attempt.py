"""One attempt at a frame: its log, its times, and whether what came out of it is what it should be."""

import logging
import os
import time
from collections.abc import Sequence
from typing import TextIO

from render_manager.domain.entities import Claim
from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from render_manager.domain.logs import attempt_log_name
from render_manager.services.endings import Outcome
from render_manager.services.result_files import keep_list
from workers.images import check_image
from workers.renderers.events import FrameDone

log = logging.getLogger(__name__)

#: Seconds by which a file system's clock may be coarser than the time it gave the log file.
_CLOCK_GRAIN = 2.0


def log_path(folder: str, number: int, attempt: int) -> str:
    """Where the renderer's output about a frame is kept."""
    return os.path.join(folder, attempt_log_name(number, attempt))


class Attempt:
    """A claimed frame that is being rendered.

    Args:
        not_before: the oldest time its image may have, by the clock of its disk; None: the time of the log.

    Raises:
        OSError: its log can't be written.
    """

    def __init__(self, claim: Claim, path: str, host: str, not_before: float | None = None) -> None:
        self.claim = claim
        self._path = path
        self._host = host
        self._log: TextIO | None = open(path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115 - end() closes it
        # The clock that counts is that of the disk the images go to.
        self.not_before = not_before or os.fstat(self._log.fileno()).st_mtime - _CLOCK_GRAIN
        self._began = time.monotonic()
        self._ended: float | None = None

    def write(self, line: str) -> None:
        """Add a line of output to the frame's log. A full disk costs the log, not the frame: its image decides."""
        if self._log is None:
            return
        try:
            self._log.write(line + "\n")
        except OSError as error:
            log.warning("The log %s ends here: %s", self._path, error.strerror or error)
            self._close_log()

    def _note(self, text: str) -> None:
        """Add a remark of ours to the log, which may be closed."""
        try:
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(f"[Render Manager] {text}\n")
        except OSError:
            log.debug("%s was not added to %s", text, self._path, exc_info=True)

    def begin(self) -> None:
        """The renderer is at it from now on: it was asked for when another one was still rendering."""
        self._began = time.monotonic()

    def end(self) -> None:
        """The renderer is through with it."""
        self._ended = time.monotonic()
        self._close_log()

    def _close_log(self) -> None:
        file, self._log = self._log, None
        try:
            if file:
                file.close()
        except OSError:  # what could not be written is tried again on closing
            log.debug("The end of %s was not written", self._path, exc_info=True)

    @property
    def took(self) -> float:
        """Seconds from its begin to its end, or until now."""
        return (self._ended or time.monotonic()) - self._began

    def completed(self, done: FrameDone, saved: Sequence[str] = ()) -> Outcome:
        """The outcome of a frame that the renderer calls done, as its files are now."""
        try:
            return self.verified(done, saved)
        except RenderFailed as error:
            return self.failed(error)

    def verified(self, done: FrameDone, saved: Sequence[str] = ()) -> Outcome:
        """The frame is completed: every file that the renderer named is a whole, new image; the first one of the right
        size where that is known.

        Raises:
            RenderFailed: it is not so, or not yet.
        """
        main = [done.path] if done.path else []
        files: list[str] = list(dict.fromkeys([*main, *done.files, *saved]))
        if not files:
            raise RenderFailed("The renderer reported success but saved no file.", FailureClass.OUTPUT)
        try:
            black = check_image(files[0], not_before=self.not_before, size=done.size)
            for file in files[1:]:
                check_image(file, not_before=self.not_before)
        except OSError as error:
            reason = f"The image {files[0]} can't be read: {error.strerror or error}."
            raise RenderFailed(reason, FailureClass.STORAGE) from error
        if black:  # as it may well be meant
            name = os.path.basename(files[0])
            self._note(f"{name} is black all over. If it should not be: does this host have a working graphics card?")
        self._keep_list(files)
        return Outcome(output_path=files[0], took=self.took, ended_at=self._ended)

    def _keep_list(self, files: Sequence[str]) -> None:
        try:
            keep_list(self._path, files)
        except OSError as error:  # the image itself is whole
            log.warning("Only %s will be given back of %s: %s", files[0], self.claim, error.strerror or error)

    def failed(self, error: RenderFailed) -> Outcome:
        log.info("%s failed: %s", self.claim, error)
        return Outcome(
            error=str(error),
            failure=error.failure,
            evidence=error.evidence,
            host=self._host,
            took=self.took,
            ended_at=self._ended,
        )
