"""Alibaba Cloud OSS as the object store, through oss2.

oss2 itself neither retries a transfer nor removes what a broken one wrote, and tells the progress of whole parts
only; ``oss_bucket``, ``oss_transfers`` and ``oss_parts`` add that. Objects larger than a part are transferred in
parts and resumed where they broke off, even by another process: what was fetched lies beside the target, what is
known of it in the checkpoint folder.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from render_manager.domain.entities import ObjectInfo
from render_manager.domain.object_listing import LARGEST_PAGE, ObjectPage
from render_manager.storage.disk import CHUNK, discard, move_into_place
from render_manager.storage.keys import check_folder, check_key
from render_manager.storage.oss_bucket import OssBucket
from render_manager.storage.oss_transfers import OssTransfers
from render_manager.storage.progress import Meter

Progress = Callable[[int, int | None], None]


class OssStore:
    """One bucket. Thread-safe; at most one transfer at a time for the same local file, from any process.

    Attributes:
        oss: the bucket itself, for who wants OSS' own answers.
    """

    def __init__(
        self,
        endpoint: str,
        access_key_id: str,
        access_key_secret: str,
        bucket_name: str,
        *,
        checkpoint_dir: Path,
        region: str | None = None,
        security_token: str | None = None,
        is_cname: bool = False,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        attempts: int = 4,
        backoff: float = 0.5,
        part_size: int = 2 * CHUNK,
    ) -> None:
        """
        Args:
            endpoint: with or without https://; the region of the signature is read from it unless given.
            checkpoint_dir: where unfinished transfers are remembered; of this machine, not shared.
            connect_timeout, read_timeout: seconds without an answer or a byte.
            attempts: tries in a row without a byte gained before a transfer fails.
            backoff: seconds before the second try, twice as long before each further one.
            part_size: bytes, at least; what is larger is transferred in parts. What was fetched of a part is lost
                when the connection breaks, and each costs a request, so that they grow with the object.

        Raises:
            SettingsError: a value is missing or can't be used.
        """
        self.oss = OssBucket(
            endpoint,
            access_key_id,
            access_key_secret,
            bucket_name,
            region=region,
            security_token=security_token,
            is_cname=is_cname,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            attempts=attempts,
            backoff=backoff,
        )
        self._transfers = OssTransfers(self.oss, checkpoint_dir, part_size)

    @property
    def bucket(self) -> str:
        return self.oss.name

    def close(self) -> None:
        """Let go of the connections kept open between requests."""
        self.oss.close()

    def stat(self, key: str) -> ObjectInfo:
        """Raises ObjectNotFound, ObjectStoreError or ObjectPathError."""
        return _info(key, self.oss.head(key))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins with ``prefix``, in order of keys, without folder markers.

        Raises ObjectStoreError.
        """
        token = ""
        while True:
            page = self.oss.retrying(
                prefix,
                lambda token=token: self.oss.client.list_objects_v2(prefix, continuation_token=token, max_keys=1000),
            )
            for entry in page.object_list:
                if not entry.key.endswith("/"):
                    yield ObjectInfo(entry.key, entry.size, entry.etag, float(entry.last_modified))
            if not page.is_truncated:
                return
            token = page.next_continuation_token

    def page(self, folder: str, following: str = "", *, limit: int = LARGEST_PAGE) -> ObjectPage:
        """One page of what is directly in the folder. Raises ObjectStoreError or ObjectPathError."""
        check_folder(folder)
        page = self.oss.retrying(
            folder,
            lambda: self.oss.client.list_objects_v2(folder, "/", continuation_token=following, max_keys=limit),
        )
        return ObjectPage(
            folders=tuple(page.prefix_list),
            objects=tuple(
                ObjectInfo(entry.key, entry.size, entry.etag, float(entry.last_modified))
                for entry in page.object_list
                if entry.key != folder  # the marker by which consoles make an empty folder
            ),
            following=page.next_continuation_token if page.is_truncated else "",
        )

    def download(self, key: str, target: Path, progress: Progress | None = None) -> ObjectInfo:
        """Write the object to ``target``, which is there whole and verified or not at all.

        What ``progress`` raises stops the transfer and reaches the caller unchanged; it is called from several
        threads, one at a time. A large object that breaks off is resumed by the next call.
        Raises ObjectNotFound, ObjectStoreError, ObjectPathError or NotEnoughSpace.
        """
        head = self.oss.head(key)
        info = _info(key, head)
        meter = Meter(progress, info.size)
        part = target.with_name(f"{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            meter.at(0)
            self._transfers.fetch(key, head, part, meter)
            meter.finish()
            move_into_place(part, target)
        except OSError as error:
            if error is meter.stopped:
                raise
            raise self.oss.explained(error, key) from error
        finally:
            discard(part)
        return info

    def upload(self, source: Path, key: str, progress: Progress | None = None) -> ObjectInfo:
        """Write a local file to the object and verify what arrived. ``progress`` as in ``download``.

        Raises ObjectStoreError or ObjectPathError.
        """
        check_key(key)
        try:
            size = source.stat().st_size
        except OSError as error:
            raise self.oss.explained(error, key) from error
        meter = Meter(progress, size)
        meter.at(0)

        def upload() -> Any:
            crc = self._transfers.send(source, size, key, meter)
            head = self.oss.head(key)
            if head.content_length != size or (None not in (crc, head.server_crc) and crc != head.server_crc):
                raise self.oss.oss2.exceptions.InconsistentError("size or checksum")
            return head

        head = self.oss.retrying(key, upload, meter)
        meter.finish()
        return _info(key, head)

    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none. Raises ObjectStoreError or ObjectPathError."""
        check_key(key)
        self.oss.retrying(key, lambda: self.oss.client.delete_object(key))


def _info(key: str, head: Any) -> ObjectInfo:
    return ObjectInfo(key, head.content_length, head.etag, float(head.last_modified))
