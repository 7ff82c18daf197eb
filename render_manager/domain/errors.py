"""One class for each thing that can go wrong and that a user can do something about.

The message of an error is what the user reads: it names what is wrong and what to do, and never holds a secret.
"""

from collections.abc import Sequence

from render_manager.domain.failures import FailureClass


class RenderManagerError(Exception):
    """Anything this program explains to its user in one sentence.

    Attributes:
        failure: of which kind a frame's failure is that has this cause.
    """

    failure: FailureClass = FailureClass.UNKNOWN


class UsageError(RenderManagerError):
    """What was asked for is wrong in itself: a bad value, an unknown name. Asking again the same way is no use."""


class SettingsError(UsageError):
    """A setting has a wrong value; the message names the setting and the fix.

    Attributes:
        names: of the settings whose own values are wrong, in lower case; empty where they don't go together, or can't
            be read at all.
    """

    def __init__(self, message: str, names: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.names = tuple(names)


class FrameRangeError(UsageError):
    """The frames text can't be understood or names too many frames."""


class UnknownEngine(UsageError):
    """No renderer of that name is known."""


class InvalidTask(UsageError):
    """A field of a submission has a value that can't be used."""


class ObjectPathError(UsageError):
    """A path that names no object: neither oss://, a key, an object URL nor a local file."""


class TaskNotFound(UsageError):
    """No task has that id, or several begin with it."""


class FrameNotFound(UsageError):
    """The task has no such frame."""


class WorkerNotFound(UsageError):
    """No worker has that name."""


class WorkerNameTaken(UsageError):
    """A live worker has that name; each needs its own."""


class IllegalMove(UsageError):
    """The task or frame can't go from its state to the one asked for."""


class NotConnected(UsageError):
    """The farm was closed, or opened by another process."""


class NotDone(RenderManagerError):
    """What was waited for did not come to be in time."""


class TaskBusy(RenderManagerError):
    """Frames of the task are rendering, so its workspace can't be removed."""


class ObjectNotFound(RenderManagerError):
    """The object store holds no such object."""

    failure = FailureClass.SCENE


class ObjectStoreError(RenderManagerError):
    """The object store refused or can't be reached."""

    failure = FailureClass.OBJECT_STORE


class ArchiveError(RenderManagerError):
    """The archive is unsafe, damaged or none at all; nothing was unpacked."""

    failure = FailureClass.SCENE


class ProjectFileError(RenderManagerError):
    """The archive holds no project file of the engine."""

    failure = FailureClass.SCENE


class SeveralProjectFiles(RenderManagerError):
    """The archive holds several project files, and nothing tells which one to render.

    Attributes:
        candidates: their paths inside the project.
    """

    def __init__(self, message: str, candidates: Sequence[str]) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class NotEnoughSpace(RenderManagerError):
    """The disk can't take what would be written; nothing was left half-written."""

    failure = FailureClass.STORAGE


class WorkspaceError(RenderManagerError):
    """The workspace can't be used or would lie outside its root."""

    failure = FailureClass.STORAGE


class RendererNotFound(RenderManagerError):
    """The renderer is not installed where it was looked for."""

    failure = FailureClass.NODE


class RendererUnusable(RendererNotFound):
    """The renderer is there, but does not start, is none, or is too old."""


class RenderFailed(RenderManagerError):
    """The renderer could not do what it was asked; the message says why.

    Attributes:
        evidence: the line of its output that shows it.
    """

    def __init__(self, message: str, failure: FailureClass = FailureClass.UNKNOWN, evidence: str | None = None) -> None:
        super().__init__(message)
        self.failure = failure
        self.evidence = evidence


class StoreUnavailable(RenderManagerError):
    """The database can't be reached or used."""


class StoreOfAnotherVersion(StoreUnavailable):
    """The database is not at this program's version; nothing was written."""


class BrokerUnavailable(RenderManagerError):
    """Redis can't be reached. Tasks are kept in the database, and their tickets follow by themselves."""


class LocalFarmError(RenderManagerError):
    """The embedded services of this machine can't be started."""


class CheckupStopped(RenderManagerError):
    """A check-up, or its test frame, was stopped before its end."""

    def __init__(self) -> None:
        super().__init__("The check-up was stopped.")


class LogUnavailable(RenderManagerError):
    """The log can't be had from here; the message says where it lies."""
