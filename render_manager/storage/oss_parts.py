"""What oss2's transfers in parts lack: progress within a part, and a temporary file that never goes astray."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from render_manager.storage.progress import Meter


class Checkpoint:
    """What is known of one download in parts: oss2's own record and the temporary file it names."""

    def __init__(self, oss2: Any, folder: Path, bucket: str, key: str, part: Path, head: Any) -> None:
        self.store = oss2.ResumableDownloadStore(root=str(folder))
        self._record = self.store.make_store_key(bucket, key, str(part.absolute()))
        self._part = part
        self._version = {"etag": head.etag, "size": head.content_length, "mtime": head.last_modified}

    @property
    def done(self) -> int:
        """Bytes that need not be fetched again."""
        record = self.store.get(self._record)
        return sum(part["end"] - part["start"] for part in record["parts"]) if record else 0

    def remove_stale(self) -> None:
        """Remove what is of another version of the object, or of a transfer that no record knows."""
        record = self.store.get(self._record)
        known = self._temporary(record) if record else None
        same = record and self._version == {name: record.get(name) for name in self._version}
        if known and not (same and known.exists()):
            self.store.delete(self._record)
            known = None
        for path in self._part.parent.iterdir():
            if path.name.startswith(f"{self._part.name}.tmp-") and path != known:
                path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove everything: the next try begins anew."""
        if self.store.get(self._record):
            self.store.delete(self._record)
        self.remove_stale()

    def _temporary(self, record: dict[str, Any]) -> Path:
        return self._part.with_name(self._part.name + record["tmp_suffix"])


#: Bytes read at a time: oss2 takes 16 KB, at which Python is busier than the line.
_PIECE = 128 * 1024


class _InLargePieces:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, amount: int) -> bytes:
        return self._stream.read(max(amount, _PIECE))


class WatchedBucket:
    """A bucket that tells a meter of every chunk of a part and so can be stopped within one."""

    def __init__(self, bucket: Any, meter: Meter, head: Any = None) -> None:
        self._bucket = bucket
        self._meter = meter
        self._head = head
        self._results: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bucket, name)

    def head_object(self, *_: Any, **__: Any) -> Any:
        """The object as first seen: a version that replaces it meanwhile is refused, not mixed in."""
        return self._head

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        result = self._bucket.get_object(*args, progress_callback=self._counter(), **kwargs)
        self._results.append(result)
        result.stream = _InLargePieces(result.stream)
        return result

    def upload_part(self, *args: Any, **kwargs: Any) -> Any:
        return self._bucket.upload_part(*args, progress_callback=self._counter(), **kwargs)

    def close(self) -> None:
        """Drop the connections of parts that were not read to their end."""
        for result in self._results:
            result.resp.response.close()

    def _counter(self) -> Callable[[int, int | None], None]:
        before = 0

        def count(done: int, _: int | None) -> None:
            nonlocal before
            done, before = done - before, done
            self._meter.add(done)

        return count
