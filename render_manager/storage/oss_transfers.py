"""Objects to and from local files through oss2; what is larger than a part goes in parts and is resumed."""

from pathlib import Path
from typing import Any

from render_manager.domain.errors import NotEnoughSpace
from render_manager.storage.disk import CHUNK, require_space
from render_manager.storage.oss_bucket import OssBucket
from render_manager.storage.oss_parts import Checkpoint, WatchedBucket
from render_manager.storage.progress import Meter

_THREADS = 4
#: Parts of so many in an object are small enough: all that are under way may be lost in a cut.
_FEW_PARTS = 128
_LARGE_PART = 16 * CHUNK  # a line that breaks every few seconds must still get one through
#: oss2 writes down what it knows of all parts each time one of them is through.
_MOST_PARTS = 1000


class OssTransfers:
    """Single tries and resumed ones; who calls says what the outcome must be."""

    def __init__(self, bucket: OssBucket, checkpoints: Path, part_size: int) -> None:
        """
        Args:
            checkpoints: the folder where unfinished transfers are remembered; of this machine, not shared.
            part_size: bytes, at least; what is larger is transferred in parts. What was fetched of a part is lost
                when the connection breaks, and each costs a request, so that they grow with the object.
        """
        self._bucket = bucket
        self._checkpoints = checkpoints
        self._part_size = part_size

    def fetch(self, key: str, head: Any, part: Path, meter: Meter) -> None:
        """Write the object that ``head`` describes to ``part``, verified; tried again while that may help."""
        whole = head.content_length <= self._part_size
        (self._fetch_whole if whole else self._fetch_in_parts)(key, head, part, meter)

    def send(self, source: Path, size: int, key: str, meter: Meter) -> int | None:
        """Try once to write the file of ``size`` bytes to the object; its CRC-64 where oss2 knows it."""
        return (self._send_whole if size <= self._part_size else self._send_in_parts)(source, key, meter)

    def _fetch_whole(self, key: str, head: Any, part: Path, meter: Meter) -> None:
        require_space(part.parent, head.content_length)

        def fetch() -> None:
            meter.at(0)
            result = self._bucket.client.get_object(key, headers={"If-Match": head.etag})
            try:
                with part.open("wb") as file:
                    while chunk := result.read(CHUNK):
                        file.write(chunk)
                        meter.add(len(chunk))
            finally:
                result.resp.response.close()
            if part.stat().st_size != head.content_length:
                raise self._bucket.oss2.exceptions.InconsistentError("size")
            self._bucket.oss2.utils.check_crc("get", result.client_crc, result.server_crc, result.request_id)

        self._bucket.retrying(key, fetch, meter)

    def _fetch_in_parts(self, key: str, head: Any, part: Path, meter: Meter) -> None:
        checkpoint = Checkpoint(self._bucket.oss2, self._checkpoints, self._bucket.name, key, part, head)
        checkpoint.remove_stale()
        resumed = checkpoint.done > 0
        require_space(part.parent, head.content_length - checkpoint.done)

        def fetch() -> None:
            meter.at(checkpoint.done)
            watched = WatchedBucket(self._bucket.client, meter, head)
            try:
                self._bucket.oss2.resumable_download(
                    watched,
                    key,
                    str(part),
                    store=checkpoint.store,
                    multiget_threshold=0,
                    part_size=self._part_size_of(head.content_length),
                    num_threads=_THREADS,
                )
                # What an earlier process wrote may have been lost with the machine.
                if part.stat().st_size != head.content_length or (
                    resumed and head.server_crc not in (None, _crc_of(part, self._bucket.oss2))
                ):
                    raise self._bucket.oss2.exceptions.InconsistentError("size or checksum")
            except self._bucket.oss2.exceptions.InconsistentError:
                checkpoint.forget()  # the bad part is marked as done there
                raise
            finally:
                watched.close()

        try:
            self._bucket.retrying(key, fetch, meter, lambda: checkpoint.done)
        except NotEnoughSpace:
            checkpoint.forget()
            raise

    def _send_whole(self, source: Path, key: str, meter: Meter) -> int | None:
        with source.open("rb") as file:
            return self._bucket.client.put_object(key, file, progress_callback=lambda done, _: meter.at(done)).crc

    def _send_in_parts(self, source: Path, key: str, meter: Meter) -> int | None:
        meter.at(0)
        store = self._bucket.oss2.ResumableStore(root=str(self._checkpoints))
        try:
            self._bucket.oss2.resumable_upload(
                WatchedBucket(self._bucket.client, meter),
                key,
                str(source),
                store=store,
                multipart_threshold=0,
                part_size=self._part_size_of(source.stat().st_size),
                num_threads=_THREADS,
            )
        except self._bucket.oss2.exceptions.InconsistentError:
            # OSS keeps the damaged part, and a resumed upload would take it for a good one.
            record = store.make_store_key(self._bucket.name, key, str(source.absolute()))
            if upload := store.get(record):
                store.delete(record)
                self._bucket.client.abort_multipart_upload(key, upload["upload_id"])
            raise
        # Parts sent by an earlier process are known by their number only.
        return _crc_of(source, self._bucket.oss2)

    def _part_size_of(self, size: int) -> int:
        return max(self._part_size, min(size // _FEW_PARTS, _LARGE_PART), size // _MOST_PARTS)


def _crc_of(path: Path, oss2: Any) -> int:
    crc = oss2.utils.Crc64()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            crc.update(chunk)
    return crc.crc
