"""What can be asked of a farm."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from render_manager.api.choices import one_of, some_of
from render_manager.api.connection import Connection, Setting
from render_manager.api.task import Task
from render_manager.domain.audit import AuditEntry
from render_manager.domain.engines import guess_engine
from render_manager.domain.entities import Keep, RenderSpec, RenderTask, WorkerStatus, Workspace
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.requirements import REQUIRES
from render_manager.domain.states import TaskStatus
from render_manager.services.download import DownloadReport
from render_manager.services.log_bytes import LogBytes
from render_manager.services.log_copy import text_of
from render_manager.services.ports import Progress
from render_manager.services.services import Services


def connect(env_file: str | Path | None = None, *, serve: bool = False, **settings: Setting | None) -> "Farm":
    """Open the farm of the settings; without any, the one of this machine. Close it, or use it in a ``with``.

    Args:
        env_file: the farm's `.env`; None: found as the command line finds it.
        serve: on the farm of this machine, run its Redis for as long as this is open, and a worker whenever something
            is waited for, unless a window or another program does. A configured farm has its own.
        settings: names of `.env.example` in lower case; they come before the file and the environment. One that is
            None is left as these have it.

    Raises:
        SettingsError: a setting is wrong or not known; the message names it.
        StoreUnavailable: the database can't be reached, or is not at this version.
        LocalFarmError: the embedded Redis can't be started.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    return Farm(Connection(None if env_file is None else Path(env_file), serve, given))


class Farm:
    """Made by ``connect``; a context manager. One serves all threads of a process; a forked process connects anew.

    A task is named by its Task, which then tells how it is afterwards, or by its id, or as much of that as is unique.
    Besides what is said of each, every method raises TaskNotFound (no task has that id), StoreUnavailable (the
    database is away; nothing was changed) or NotConnected (the farm was closed).
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Let go of everything; workers that were started here hand back what they render and leave."""
        self._connection.close()

    def __enter__(self) -> "Farm":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- tasks ---------------------------------------------------------------------------------------------------

    def submit(
        self,
        path: str | Path,
        *,
        engine: str | None = None,
        frames: str = "1",
        priority: int = 5,
        user: str | None = None,
        name: str | None = None,
        options: Mapping[str, object] | None = None,
        requires: Mapping[str, object] | None = None,
        compressed: bool | None = None,
        project_file: str | None = None,
        order: str = FrameOrder.FORWARD,
        after: "Task | str | Iterable[Task | str]" = (),
        max_attempts: int | None = None,
        max_workers: int | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Submit a project; returns as soon as the task is in the database.

        Args:
            path: oss://bucket/key, a key, an object's URL, or a local file or folder, which is uploaded first.
            engine: blender, maya, unreal; None: guessed from the name.
            frames: "1-24", "1-100x2", "1,5,10-20".
            priority: 0 (lowest) to 10 (highest).
            user: whose task it is; None: the setting DEFAULT_USER, or who you are.
            name: shown in lists; None: the file's name.
            options: of the engine, by name, such as ``{"samples": 64}``.
            requires: of its worker: ``{"version": ">=4.2", "tags": ["gpu"], "memory_gb": 32}``.
            compressed: whether it is an archive; None: seen from the object itself.
            project_file: path of the project file inside the archive; None: found by the engine's rules.
            order: forward, reverse or spread.
            after: tasks that must be completed first.
            max_attempts: how often a frame is tried; None: the setting MAX_ATTEMPTS.
            max_workers: the most workers at it at the same time; None: any number.
            progress: told the bytes uploaded, and of how many, from a thread of its own perhaps; what it raises ends
                the upload, and the same submission goes on with it later.

        Raises:
            UsageError: a field is wrong; the message names it and says what to write.
            ObjectNotFound: there is no such object or file.
            ObjectStoreError: the object store can't be asked.
        """
        submission = self._services.submission
        asked = {**(options or {}), **({REQUIRES: requires} if requires else {})}
        awaited = [after] if isinstance(after, Task | str) else after
        spec = RenderSpec(
            path=str(path),
            engine=engine or guess_engine(submission.engines, str(path)),
            frames=frames,
            unionid=self._connection.settings.user if user is None else user,
            priority=priority,
            name=name,
            is_compressed=compressed,
            project_file=project_file,
            task_info=asked,
            frame_order=one_of(FrameOrder, "Order", order),
            max_attempts=max_attempts,
            max_workers=max_workers,
            after=tuple(self._id(task) for task in awaited),
        )
        return self.task(submission.submit(spec, progress).id)

    def task(self, task: str) -> Task:
        """The task of that id, or whose id alone begins so."""
        return Task(self._connection, self._services.queries.task(task))

    def tasks(
        self, *, status: str | Iterable[str] | None = None, user: str | None = None, limit: int | None = None
    ) -> list[Task]:
        """Newest first.

        Args:
            status: only those in this state, or in one of these.
            user: only theirs.
            limit: the newest so many; None: all there are.

        Raises:
            InvalidTask: there is no such state.
        """
        statuses = some_of(TaskStatus, "Status", status)
        rows = self._services.queries.tasks(statuses=statuses, unionid=user, limit=limit)
        return [Task(self._connection, row) for row in rows]

    # -- what a person asks of a task ----------------------------------------------------------------------------

    def cancel(self, task: Task | str) -> Task:
        """Stop it for good; running renderers end within two seconds. Raises IllegalMove: it has ended."""
        return self._after(task, self._services.control.cancel(self._id(task)))

    def pause(self, task: Task | str) -> Task:
        """Hand out no more frames; those being rendered finish. Raises IllegalMove: it has ended."""
        return self._after(task, self._services.control.pause(self._id(task)))

    def resume(self, task: Task | str) -> Task:
        """Raises IllegalMove: it is not paused."""
        return self._after(task, self._services.control.resume(self._id(task)))

    def set_priority(self, task: Task | str, priority: int) -> Task:
        """0 (lowest) to 10 (highest); acts on the next frame handed out. Raises InvalidTask: it is neither."""
        return self._after(task, self._services.control.set_priority(self._id(task), priority))

    def retry(self, task: Task | str, frames: str | None = None) -> Task:
        """Render failed frames again, or exactly those named, completed ones too. Nothing is downloaded again while
        the workspace stands.

        Raises:
            FrameRangeError, FrameNotFound: ``frames`` can't be read, or the task has no such frame.
            IllegalMove: there is nothing to retry.
        """
        return self._after(task, self._services.control.retry(self._id(task), frames))

    def skip(self, task: Task | str, frames: str) -> Task:
        """Leave waiting or failed frames out. Raises as ``retry`` does."""
        return self._after(task, self._services.control.skip(self._id(task), frames))

    def release(self, task: Task | str) -> Task:
        """Let a task start without those it waits for. Raises IllegalMove: it waits for none."""
        return self._after(task, self._services.control.release(self._id(task)))

    def choose_project_file(self, task: Task | str, file: str) -> Task:
        """Say which of ``task.row.task.project_choices`` is rendered; the task goes on.

        Raises:
            IllegalMove: it does not wait for that.
            InvalidTask: it is none of these.
        """
        return self._after(task, self._services.control.choose_project_file(self._id(task), file))

    # -- what a task leaves --------------------------------------------------------------------------------------

    def download(
        self,
        task: Task | str,
        to: str | Path,
        *,
        frames: str | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> DownloadReport:
        """Copy all files of completed frames into a folder: from the host's disk if it can be read from here, else
        from the object store. What is there already is not fetched again; what could not be had is told in
        ``problems``.

        Args:
            frames: only these.
            overwrite: replace files there that have other content.
            progress: told the bytes copied, and of how many, from several threads, one at a time; what it raises ends
                the download.

        Raises:
            FrameRangeError: ``frames`` can't be read.
            ObjectStoreError: the object store is away.
            NotEnoughSpace: the disk is full.
            RenderManagerError: the folder can't be made, or no frame asked for is completed.
        """
        return self._services.results.download(
            self._id(task), Path(to), frames=frames, overwrite=overwrite, progress=progress
        )

    def log(self, task: Task | str, frame: int, attempt: int | None = None) -> str:
        """The renderer's output about a frame, wherever it lies, of the last attempt or of this one (from 1).

        Raises:
            FrameNotFound: the task has no such frame.
            LogUnavailable: there is none yet, or it can't be had from here; the message says where it lies.
            BrokerUnavailable: Redis is needed to ask the host, and is away.
        """
        services = self._services
        found = services.queries.frame(self._id(task), frame)
        return text_of(LogBytes(services.logs.find(found, attempt)))

    def history(self, task: Task | str, *, frame: int | None = None, limit: int = 200) -> list[AuditEntry]:
        """Who changed what of the task, or of one frame of it, when and why; the newest so many, newest first."""
        return self._services.queries.history(self._id(task), frame=frame, limit=limit)

    def clean_up(self, *tasks: Task | str, keep: str = Keep.NOTHING, timeout: float = 60.0) -> list[Workspace]:
        """Remove the tasks' workspaces from the hosts' disks. A cleaned task can be retried: it prepares again.

        The workspaces as they are when their hosts are through with them, or after ``timeout`` seconds: a host that
        is not online removes them when it is again.

        Args:
            keep: nothing; renders, and logs; or project, where only the download goes.
            timeout: seconds; 0: only ask.

        Raises:
            TaskBusy: frames of one are rendering; nothing of any was removed.
        """
        kept = one_of(Keep, "Keep", keep)
        if not tasks:
            return []  # without names the plan would hold all settled tasks
        services = self._services
        items = services.cleanup.plan(task_ids=[self._id(task) for task in tasks], keep=kept)
        after = services.following.cleaned(services.cleanup.request(items, keep=kept), timeout)
        for task in tasks:
            if isinstance(task, Task):
                task.refresh()
        return after

    # -- the farm ------------------------------------------------------------------------------------------------

    def workers(self) -> list[WorkerStatus]:
        """Who is there, what each can render and is rendering; ``profile.name`` is how the farm knows each."""
        return self._services.queries.workers()

    def enable_worker(self, name: str) -> None:
        """Let it take frames again. Raises WorkerNotFound."""
        self._services.workers.enable(name)

    def disable_worker(self, name: str, why: str | None = None) -> None:
        """Let it finish its frames and take no more, also after a restart. Raises WorkerNotFound."""
        self._services.workers.disable(name, why)

    def drain_worker(self, name: str) -> None:
        """Let it finish its frames and leave. Raises WorkerNotFound, or IllegalMove: it is offline."""
        self._services.workers.drain(name)

    @property
    def _services(self) -> Services:
        return self._connection.services

    def _id(self, task: Task | str) -> str:
        return task.id if isinstance(task, Task) else self._services.queries.task(task).task.id

    def _after(self, task: Task | str, changed: RenderTask) -> Task:
        return task.refresh() if isinstance(task, Task) else self.task(changed.id)
