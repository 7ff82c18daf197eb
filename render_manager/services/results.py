"""Getting rendered frames out: from the workspace where its disk can be read from here, else from the object store."""

from pathlib import Path

from render_manager.domain.entities import RenderFrame
from render_manager.domain.errors import RenderManagerError
from render_manager.domain.frame_range import FrameRange
from render_manager.domain.states import FrameStatus
from render_manager.services.download import Download, DownloadReport
from render_manager.services.image_cache import ImageCache
from render_manager.services.nowhere import why_nowhere
from render_manager.services.ports import ObjectStore, Progress
from render_manager.services.result_files import is_here
from render_manager.services.store_port import TaskStore
from render_manager.services.tally import Tally


class Results:
    """
    Args:
        images: where images are kept that were fetched to be looked at.
    """

    def __init__(self, store: TaskStore, objects: ObjectStore, images: ImageCache) -> None:
        self._store = store
        self._objects = objects
        self._images = images

    def download(
        self,
        task_id: str,
        to: Path,
        *,
        frames: str | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> DownloadReport:
        """Copy all files of completed frames into the folder ``to``, laid out as in the folder of renders.

        ``progress`` is told bytes from several threads, one at a time; what it raises ends the download and reaches
        the caller. What is there already is not fetched again, and a large file goes on where it broke off. A file
        there with other content is kept, and named as a problem, unless ``overwrite``.

        Raises:
            TaskNotFound, FrameRangeError: as named.
            ObjectStoreError: the object store is away; what can be had without it was.
            NotEnoughSpace: the disk is full.
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
        return Download(self._objects, task, to, overwrite, Tally(progress)).run(
            completed, lambda missing: why_nowhere(self._store, task, missing)
        )

    def image(self, frame: RenderFrame, progress: Progress | None = None) -> Path:
        """A file of this computer with the frame's image, fetched from the object store if it must be.

        Raises:
            ObjectNotFound, ObjectStoreError, NotEnoughSpace: it can't be fetched.
            RenderManagerError: it can be had from nowhere.
        """
        if frame.output_path and is_here(frame):
            return Path(frame.output_path)
        key = frame.uploaded_key
        if key is not None:
            return self._images.get(frame, lambda path, noted: self._objects.download(key, path, noted), progress)
        raise RenderManagerError(" ".join(why_nowhere(self._store, self._store.task(frame.task_id), [frame])))
