"""Alibaba Cloud OSS as the object store, through oss2.

oss2 itself neither retries a transfer nor removes what a broken one wrote, and tells the progress of whole parts
only; this module adds that. Objects larger than a part are transferred in parts and resumed where they broke off,
even by another process: what was fetched lies beside the target, what is known of it in the checkpoint folder.
"""

import logging
import random
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from render_manager.domain.entities import ObjectInfo
from render_manager.domain.errors import NotEnoughSpace, SettingsError
from render_manager.domain.object_listing import LARGEST_PAGE, ObjectPage
from render_manager.storage.disk import CHUNK, discard, move_into_place, require_space
from render_manager.storage.keys import check_folder, check_key
from render_manager.storage.oss_endpoint import endpoint_url, region_of
from render_manager.storage.oss_errors import explain, worth_retrying
from render_manager.storage.oss_parts import Checkpoint, WatchedBucket
from render_manager.storage.progress import Meter

T = TypeVar("T")
Progress = Callable[[int, int | None], None]

_THREADS = 4
#: Parts of so many in an object are small enough: all that are under way may be lost in a cut.
_FEW_PARTS = 128
_LARGE_PART = 16 * CHUNK  # a line that breaks every few seconds must still get one through
#: oss2 writes down what it knows of all parts each time one of them is through.
_MOST_PARTS = 1000
_LONGEST_PAUSE = 20.0  # seconds between two tries


class OssStore:
    """One bucket. Thread-safe; at most one transfer at a time for the same local file, from any process."""

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
        given = {
            "OSS_ENDPOINT": endpoint,
            "OSS_ACCESS_KEY_ID": access_key_id,
            "OSS_ACCESS_KEY_SECRET": access_key_secret,
            "OSS_BUCKET_NAME": bucket_name,
        }
        if missing := [name for name, value in given.items() if not value.strip()]:
            raise SettingsError(f"{missing[0]} is empty: set it, or none of the OSS settings.")
        self.oss2 = _load_oss2()
        self._endpoint = endpoint_url(endpoint, bucket_name)
        self._checkpoints = checkpoint_dir
        self._attempts = attempts
        self._backoff = backoff
        self._part_size = part_size
        credentials = self.oss2.credentials.StaticCredentialsProvider(
            access_key_id.strip(), access_key_secret.strip(), (security_token or "").strip() or None
        )
        region = region or region_of(endpoint)
        self._session = self.oss2.Session()
        self._session.session.hooks["response"].append(_give_back_connection)
        # Signature V4 needs a region; a custom domain without one is served with V1.
        auth = self.oss2.ProviderAuthV4 if region else self.oss2.ProviderAuth
        try:
            self._bucket = self.oss2.Bucket(
                auth(credentials),
                self._endpoint,
                bucket_name.strip(),
                is_cname=is_cname,
                region=region,
                connect_timeout=(connect_timeout, read_timeout),
                session=self._session,
            )
        except self.oss2.exceptions.ClientError:
            raise SettingsError(
                f"OSS_ENDPOINT {endpoint!r} or OSS_BUCKET_NAME {bucket_name!r} is not valid: the endpoint is a host "
                "such as oss-cn-hangzhou.aliyuncs.com, the bucket 3–63 lower-case letters, digits and dashes."
            ) from None

    @property
    def bucket(self) -> str:
        return self._bucket.bucket_name

    @property
    def client(self) -> Any:
        """oss2's bucket, for who wants its own answers."""
        return self._bucket

    def close(self) -> None:
        """Let go of the connections kept open between requests."""
        self._session.session.close()

    def stat(self, key: str) -> ObjectInfo:
        """Raises ObjectNotFound, ObjectStoreError or ObjectPathError."""
        return _info(key, self._head(key))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins with ``prefix``, in order of keys, without folder markers.

        Raises ObjectStoreError.
        """
        token = ""
        while True:
            page = self._retrying(
                prefix,
                lambda token=token: self._bucket.list_objects_v2(prefix, continuation_token=token, max_keys=1000),
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
        page = self._retrying(
            folder, lambda: self._bucket.list_objects_v2(folder, "/", continuation_token=following, max_keys=limit)
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
        head = self._head(key)
        info = _info(key, head)
        meter = Meter(progress, info.size)
        part = target.with_name(f"{target.name}.part")
        fetch = self._fetch_in_parts if info.size > self._part_size else self._fetch_whole
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            meter.at(0)
            fetch(key, head, part, meter)
            meter.finish()
            move_into_place(part, target)
        except OSError as error:
            if error is meter.stopped:
                raise
            raise self.explained(error, key) from error
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
            raise self.explained(error, key) from error
        meter = Meter(progress, size)
        meter.at(0)
        send = self._send_in_parts if size > self._part_size else self._send_whole

        def upload() -> Any:
            crc = send(source, key, meter)
            head = self._head(key)
            if head.content_length != size or (None not in (crc, head.server_crc) and crc != head.server_crc):
                raise self.oss2.exceptions.InconsistentError("size or checksum")
            return head

        head = self._retrying(key, upload, meter)
        meter.finish()
        return _info(key, head)

    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none. Raises ObjectStoreError or ObjectPathError."""
        check_key(key)
        self._retrying(key, lambda: self._bucket.delete_object(key))

    def presign(self, key: str, expires_seconds: int = 3600) -> str:
        """A URL that reads the object without credentials until it expires. Raises ObjectPathError."""
        return self._bucket.sign_url("GET", check_key(key), expires_seconds, slash_safe=True)

    def _head(self, key: str) -> Any:
        check_key(key)
        return self._retrying(key, lambda: self._bucket.head_object(key))

    def _fetch_whole(self, key: str, head: Any, part: Path, meter: Meter) -> None:
        require_space(part.parent, head.content_length)

        def fetch() -> None:
            meter.at(0)
            result = self._bucket.get_object(key, headers={"If-Match": head.etag})
            try:
                with part.open("wb") as file:
                    while chunk := result.read(CHUNK):
                        file.write(chunk)
                        meter.add(len(chunk))
            finally:
                result.resp.response.close()
            if part.stat().st_size != head.content_length:
                raise self.oss2.exceptions.InconsistentError("size")
            self.oss2.utils.check_crc("get", result.client_crc, result.server_crc, result.request_id)

        self._retrying(key, fetch, meter)

    def _fetch_in_parts(self, key: str, head: Any, part: Path, meter: Meter) -> None:
        checkpoint = Checkpoint(self.oss2, self._checkpoints, self.bucket, key, part, head)
        checkpoint.remove_stale()
        resumed = checkpoint.done > 0
        require_space(part.parent, head.content_length - checkpoint.done)

        def fetch() -> None:
            meter.at(checkpoint.done)
            watched = WatchedBucket(self._bucket, meter, head)
            try:
                self.oss2.resumable_download(
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
                    resumed and head.server_crc not in (None, _crc_of(part, self.oss2))
                ):
                    raise self.oss2.exceptions.InconsistentError("size or checksum")
            except self.oss2.exceptions.InconsistentError:
                checkpoint.forget()  # the bad part is marked as done there
                raise
            finally:
                watched.close()

        try:
            self._retrying(key, fetch, meter, lambda: checkpoint.done)
        except NotEnoughSpace:
            checkpoint.forget()
            raise

    def _part_size_of(self, size: int) -> int:
        return max(self._part_size, min(size // _FEW_PARTS, _LARGE_PART), size // _MOST_PARTS)

    def _send_whole(self, source: Path, key: str, meter: Meter) -> int | None:
        with source.open("rb") as file:
            return self._bucket.put_object(key, file, progress_callback=lambda done, _: meter.at(done)).crc

    def _send_in_parts(self, source: Path, key: str, meter: Meter) -> int | None:
        meter.at(0)
        store = self.oss2.ResumableStore(root=str(self._checkpoints))
        try:
            self.oss2.resumable_upload(
                WatchedBucket(self._bucket, meter),
                key,
                str(source),
                store=store,
                multipart_threshold=0,
                part_size=self._part_size_of(source.stat().st_size),
                num_threads=_THREADS,
            )
        except self.oss2.exceptions.InconsistentError:
            # OSS keeps the damaged part, and a resumed upload would take it for a good one.
            record = store.make_store_key(self.bucket, key, str(source.absolute()))
            if upload := store.get(record):
                store.delete(record)
                self._bucket.abort_multipart_upload(key, upload["upload_id"])
            raise
        # Parts sent by an earlier process are known by their number only.
        return _crc_of(source, self.oss2)

    def _retrying(
        self,
        key: str,
        action: Callable[[], T],
        meter: Meter | None = None,
        gained: Callable[[], int] = lambda: 0,
    ) -> T:
        """Do ``action`` until it succeeds, can't succeed or failed ``attempts`` times in a row without a gain."""
        import requests

        meter = meter or Meter(None, None)
        failures, before = 0, gained()
        while True:
            try:
                return action()
            except (self.oss2.exceptions.OssError, requests.RequestException, OSError) as error:
                if meter.stopped is not None:
                    raise meter.stopped from None
                now = gained()
                failures = failures + 1 if now <= before else 1
                before = now
                if failures >= self._attempts or not worth_retrying(error):
                    # Not chained: oss2's errors repeat the signed request, which a traceback would show.
                    raise self.explained(error, key) from None
            pause = min(self._backoff * 2 ** (failures - 1), _LONGEST_PAUSE)
            meter.wait(pause * random.uniform(0.5, 1.5))

    def explained(self, error: Exception, key: str) -> Exception:
        """The error as one of ours."""
        return explain(error, key=key, bucket=self.bucket, endpoint=self._endpoint)


def _give_back_connection(response: Any, **_: Any) -> None:
    """oss2 asks for every body as a stream; where there is none, the next request may have the connection now."""
    if response.request.method == "HEAD" or response.headers.get("Content-Length") == "0":
        _ = response.content


@cache
def _load_oss2() -> Any:
    """oss2, imported when first needed: it takes about a second."""
    with warnings.catch_warnings():
        # Its docstrings hold invalid escapes, of which Python tells when it compiles them.
        warnings.simplefilter("ignore")
        import oss2
        import oss2.credentials

    # Below this level oss2 logs what it signs, session tokens included, and each error that reaches us anyway.
    logging.getLogger("oss2").setLevel(logging.CRITICAL)
    return oss2


def _crc_of(path: Path, oss2: Any) -> int:
    crc = oss2.utils.Crc64()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            crc.update(chunk)
    return crc.crc


def _info(key: str, head: Any) -> ObjectInfo:
    return ObjectInfo(key, head.content_length, head.etag, float(head.last_modified))
