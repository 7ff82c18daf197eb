"""What this host has fetched from the object store, kept for other tasks with the same project and for retries."""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from render_manager.domain.entities import ObjectInfo
from render_manager.domain.errors import NotEnoughSpace
from render_manager.services.ports import ObjectStore
from render_manager.storage.disk import full_disk_explained, move_into_place, readable
from workers.transfer import Report, Transfer

log = logging.getLogger(__name__)

_WAITS = "Waiting for another task of this host that downloads the same project"


class Downloads:
    """A folder for each object key, with the content that was fetched last and what it is, under a lock:

        {root}/.downloads/{digest of the key}/content, record.json, and what a fetch that broke off left

    Several processes of a host use it at the same time. Nobody works on the content itself: it is linked to where it
    is wanted, so an entry may go at any time but while it is locked.

    Args:
        most_bytes: of all entries that no workspace has; those used least recently go first. 0: none is kept.
        min_free: bytes that must stay free on the disk; entries go to make room.
    """

    def __init__(self, root: Path, objects: ObjectStore, *, most_bytes: int, min_free: int) -> None:
        self._root = root / ".downloads"  # no user can be called so: a unionid never begins with a dot
        self._objects = objects
        self._most_bytes = most_bytes
        self._min_free = min_free

    def fetch(self, key: str, target: Path, report: Report) -> None:
        """Put the object at ``target``: whole, verified and as it is in the store now.

        Raises what ``report`` raises, at once, and:
            ObjectNotFound, ObjectStoreError: it can't be had.
            NotEnoughSpace: the disk can't take it.
        """
        entry = self._entry(key)
        linked = False
        while not linked:
            fetched: list[ObjectInfo] = []
            transfer = Transfer()
            transfer.run(lambda transfer=transfer, fetched=fetched: fetched.append(self._fetch(key, transfer)), report)
            # Not linked by the thread: one that is left behind must do nothing outside this folder.
            with entry.locked(lambda: report(_WAITS)):
                linked = entry.holds(fetched[0])
                if linked:
                    entry.used()
                    with full_disk_explained(target.parent):
                        _link(entry.content, target)
        self.trim()

    def _fetch(self, key: str, transfer: Transfer) -> ObjectInfo:
        entry = self._entry(key)

        def wait() -> None:
            transfer.waits = _WAITS
            transfer.progress(0, None)

        with entry.locked(wait):
            transfer.waits = ""
            info = self._objects.stat(key)
            if not entry.holds(info):
                self._make_room_for(info, entry)
                info = self._objects.download(key, entry.content, transfer.progress)
                entry.write(info)
            return info

    def drop(self, key: str) -> None:
        """Keep nothing of this object, unless it is being fetched right now."""
        self._evict(self._entry(key))

    def trim(self) -> None:
        """Let go of what was not used for longest, until the rest is within the limit and enough of the disk free."""
        entries = self._removable()
        size = sum(entry.size() for entry in entries)
        for entry in entries:
            if size <= self._most_bytes and self._free() >= self._min_free:
                return
            gone = entry.size()
            if self._evict(entry):
                size -= gone

    def _make_room_for(self, info: ObjectInfo, wanted: "_Entry") -> None:
        needed = max(info.size - wanted.size(), 0) + self._min_free
        for entry in self._removable():
            if self._free() >= needed:
                return
            if entry.folder != wanted.folder:
                self._evict(entry)
        if (free := self._free()) < needed:
            raise NotEnoughSpace(
                f"{info.key} has {readable(info.size)}, but only {readable(free)} are free in {self._root.parent} and "
                f"{readable(self._min_free)} must stay so: clean up finished tasks or lower MIN_FREE_DISK_GB."
            )

    def _evict(self, entry: "_Entry") -> bool:
        try:
            with entry.locked():
                entry.remove()
        except Timeout:
            return False  # in use
        log.info("Let go of the download %s", entry.folder.name)
        return True

    def _free(self) -> int:
        return shutil.disk_usage(self._root).free

    def _entry(self, key: str) -> "_Entry":
        named = f"{self._objects.bucket or ''}/{key}"
        return _Entry(self._root / hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32])

    def _removable(self) -> list["_Entry"]:
        """Entries whose end frees something; used least recently first."""
        try:
            entries = [_Entry(path) for path in self._root.iterdir() if path.is_dir()]
        except FileNotFoundError:
            return []
        return sorted((entry for entry in entries if entry.size()), key=lambda entry: entry.used_at)


class _Entry:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = folder / "content"
        self._record = folder / "record.json"

    @contextmanager
    def locked(self, waiting: Callable[[], None] | None = None) -> Generator[None]:
        """Hold it against everybody else; ``waiting`` is called now and then until that is so.

        Raises:
            Timeout: somebody else holds it, and there is no ``waiting``.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside the folder, which goes and comes while the lock stays.
        lock = FileLock(self.folder.with_suffix(".lock"))
        while True:
            try:
                lock.acquire(timeout=0.2 if waiting else 0)
                break
            except Timeout:
                if waiting is None:
                    raise
                waiting()
        try:
            self.folder.mkdir(exist_ok=True)
            yield
        finally:
            lock.release()

    def holds(self, info: ObjectInfo) -> bool:
        """Whether the content is this version of the object, and nobody changed it since."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
            status = self.content.stat()
        except (OSError, ValueError):
            return False
        return record == _record_of(info, status)

    def write(self, info: ObjectInfo) -> None:
        part = self._record.with_suffix(".part")
        part.write_text(json.dumps(_record_of(info, self.content.stat())), encoding="utf-8")
        move_into_place(part, self._record)

    def used(self) -> None:
        os.utime(self._record)

    @property
    def used_at(self) -> float:
        """Of a fetch that broke off: when it began."""
        for path in (self._record, self.folder):
            with suppress(OSError):
                return path.stat().st_mtime
        return 0.0

    def size(self) -> int:
        """Bytes that are free once it is gone: what is linked from a workspace costs nothing here."""
        total = 0
        with suppress(FileNotFoundError):
            for path in self.folder.glob("content*"):
                with suppress(FileNotFoundError):
                    status = path.stat()
                    total += status.st_size if status.st_nlink == 1 else 0
        return total

    def remove(self) -> None:
        # Without its record the content counts for nothing, wherever this is cut short.
        self._record.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def _record_of(info: ObjectInfo, status: os.stat_result) -> dict[str, object]:
    return {"key": info.key, "etag": info.etag, "size": info.size, "changed": status.st_mtime_ns, "is": status.st_size}


def _link(content: Path, target: Path) -> None:
    """A link costs no room and no time; a disk that knows none gets a copy."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(content, part)
        except OSError:
            shutil.copyfile(content, part)
        move_into_place(part, target)
    finally:
        part.unlink(missing_ok=True)
