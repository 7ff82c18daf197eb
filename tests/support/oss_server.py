"""A loopback stand-in of Alibaba Cloud OSS that real oss2 talks to over HTTP.

It checks signatures (V1 and V4, in headers and in presigned URLs), session tokens, ranges and conditions as OSS
does, answers with its checksums and error documents, and fails on request. One bucket, path-style addresses.
"""

import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import crcmod
import pytest

ACCESS_KEY_ID = "stand-in-key"
ACCESS_KEY_SECRET = "stand-in-secret"
BUCKET = "renders"
REGION = "cn-hangzhou"
#: Seconds by which the clock of a request that is signed with V1 may be wrong.
MOST_SKEW = 900

_crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)
#: Query parameters that are part of the V1 signature, as far as this server understands them.
_V1_SIGNED = {
    *("acl", "uploads", "uploadId", "partNumber", "delete", "security-token", "continuation-token", "versionId"),
    *("response-content-type", "response-content-disposition", "encryption", "objectMeta", "sequential"),
}


@dataclass(frozen=True)
class StoredObject:
    data: bytes
    modified_at: float = field(default_factory=time.time)

    @cached_property
    def etag(self) -> str:
        return hashlib.md5(self.data).hexdigest().upper()

    @cached_property
    def crc(self) -> int:
        return _crc64(self.data)


@dataclass(frozen=True)
class Request:
    """One answered request, for tests that count."""

    method: str
    key: str
    params: Mapping[str, str]
    range: str | None
    status: int


@dataclass
class Fault:
    """What goes wrong with the next ``times`` requests of ``method``, after ``skip`` that go well."""

    method: str = "GET"
    times: int = 1
    skip: int = 0
    status: int | None = None  #: answer with this status and ``code``
    code: str = "InternalError"
    endpoint: str = ""  #: named in the error: where the bucket is
    drop_after: int | None = None  #: break the connection after so many bytes of the body
    corrupt: bool = False  #: change one byte of the body, sent or received
    replace_with: bytes | None = None  #: the object has this content once the request is answered
    chunk_pause: float = 0.0  #: seconds after each 64 KB of the body sent


class OssError(Exception):
    def __init__(self, status: int, code: str, message: str = "", endpoint: str = "") -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code
        self.endpoint = endpoint


class OssServer:
    """``with OssServer() as server``: listens at ``server.url`` until the block ends."""

    def __init__(self, security_token: str | None = None, bucket: str = BUCKET) -> None:
        self.bucket = bucket
        self.objects: dict[str, StoredObject] = {}
        self.uploads: dict[str, tuple[str, dict[int, StoredObject]]] = {}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.served = 0  #: bytes of objects sent, whether they arrived or not
        self.cuts: list[int] = []  #: each connection breaks when so many bytes are served; rising
        self.security_token = security_token
        self.lock = threading.RLock()
        server = self

        class Handler(_Handler):
            oss = server

        self._http = _HttpServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings by which a farm has it as its object store."""
        return {
            "OSS_ENDPOINT": self.url,
            "OSS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "OSS_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
            "OSS_BUCKET_NAME": BUCKET,
            "OSS_REGION": REGION,
        }

    def put(self, key: str, data: bytes) -> StoredObject:
        with self.lock:
            self.objects[key] = StoredObject(data)
            return self.objects[key]

    def fail(self, **fault: Any) -> Fault:
        """Switch a fault on; see ``Fault``."""
        with self.lock:
            self.faults.append(Fault(**fault))
            return self.faults[-1]

    def count(self, method: str) -> int:
        return sum(request.method == method for request in self.requests)

    def serve(self, count: int) -> int:
        """Note that so many bytes go out; how many cuts are still to come."""
        with self.lock:
            self.served += count
            if self.cuts and self.served >= self.cuts[0]:
                self.cuts.pop(0)
            return len(self.cuts)

    def next_fault(self, method: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.method != method or fault.times <= 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None


@pytest.fixture
def oss_server() -> Iterator[OssServer]:
    with OssServer() as server:
        yield server


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that break off are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    oss: OssServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: ``OssServer.requests`` is the log."""

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        bucket, _, self.key = unquote(parts.path).lstrip("/").partition("/")
        self.params = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.fault = self.oss.next_fault(self.command)
        length = int(self.headers.get("Content-Length") or 0)
        if self.fault and self.fault.drop_after is not None and self.command in ("PUT", "POST"):
            self.rfile.read(min(length, self.fault.drop_after))
            return self._break_off(0)
        body = self._chunked() if self.headers.get("Transfer-Encoding") == "chunked" else self.rfile.read(length)
        try:
            self._check_signature(bucket)
            if bucket != self.oss.bucket:
                raise OssError(404, "NoSuchBucket")
            if self.fault and self.fault.status:
                raise OssError(self.fault.status, self.fault.code, endpoint=self.fault.endpoint)
            if self.fault and self.fault.corrupt and body:
                body = _corrupted(body)
            self._route(body)
        except OssError as error:
            self._answer_error(error)
        if self.fault and self.fault.replace_with is not None:
            self.oss.put(self.key, self.fault.replace_with)
        return None

    def _chunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    # --- routes ---------------------------------------------------------------------------------------------------

    def _route(self, body: bytes) -> None:
        match self.command, bool(self.key):
            case "GET", False:
                self._list()
            case "POST", False if "delete" in self.params:
                self._delete_many(body)
            case "GET", True if "uploadId" in self.params:
                self._list_parts()
            case (("GET" | "HEAD"), True):
                self._get()
            case "PUT", True if "uploadId" in self.params:
                self._put_part(body)
            case "PUT", True:
                stored = self.oss.put(self.key, body)
                self._answer(200, headers=_identity(stored))
            case "POST", True if "uploads" in self.params:
                self._begin_upload()
            case "POST", True if "uploadId" in self.params:
                self._complete_upload(body)
            case "DELETE", True if "uploadId" in self.params:
                self._upload()
                del self.oss.uploads[self.params["uploadId"]]
                self._answer(204)
            case "DELETE", True:
                with self.oss.lock:
                    self.oss.objects.pop(self.key, None)
                self._answer(204)
            case _:
                raise OssError(405, "MethodNotAllowed")

    def _get(self) -> None:
        with self.oss.lock:
            stored = self.oss.objects.get(self.key)
        if stored is None:
            raise OssError(404, "NoSuchKey")
        if (wanted := self.headers.get("If-Match")) and wanted.strip('"') != stored.etag:
            raise OssError(412, "PreconditionFailed")
        since = self.headers.get("If-Unmodified-Since")
        if since and int(stored.modified_at) > parsedate_to_datetime(since).timestamp():
            raise OssError(412, "PreconditionFailed")
        headers = _identity(stored) | {
            "x-oss-object-type": "Normal",
            "x-oss-storage-class": "Standard",
            "Last-Modified": formatdate(int(stored.modified_at), usegmt=True),
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
        }
        part = _range(self.headers.get("Range"), len(stored.data))
        if part is None:
            return self._answer(200, stored.data, headers)
        first, last = part
        headers["Content-Range"] = f"bytes {first}-{last}/{len(stored.data)}"
        return self._answer(206, stored.data[first : last + 1], headers)

    def _list(self) -> None:
        params = self.params
        version2 = params.get("list-type") == "2"
        prefix, delimiter = params.get("prefix", ""), params.get("delimiter", "")
        after = params.get("continuation-token") or params.get("start-after") if version2 else params.get("marker")
        limit = int(params.get("max-keys") or 100)
        encoded = params.get("encoding-type") == "url"
        with self.oss.lock:
            objects = sorted(self.oss.objects.items())
        contents: list[str] = []
        prefixes: list[str] = []
        last, truncated = "", False
        for key, stored in objects:
            if not key.startswith(prefix) or key <= (after or ""):
                continue
            rest = key[len(prefix) :]
            folder = prefix + rest.split(delimiter)[0] + delimiter if delimiter and delimiter in rest else None
            if folder in prefixes:
                last = key  # the next page begins after the whole folder
                continue
            if len(contents) + len(prefixes) == limit:
                truncated = True
                break
            last = key
            if folder is not None:
                prefixes.append(folder)
                continue
            contents.append(
                f"<Contents><Key>{_text(key, encoded)}</Key><LastModified>{_iso(stored.modified_at)}</LastModified>"
                f"<ETag>&quot;{stored.etag}&quot;</ETag><Type>Normal</Type><Size>{len(stored.data)}</Size>"
                "<StorageClass>Standard</StorageClass></Contents>"
            )
        following = "NextContinuationToken" if version2 else "NextMarker"
        self._answer_xml(
            "ListBucketResult",
            f"<Name>{BUCKET}</Name><Prefix>{_text(prefix, encoded)}</Prefix><MaxKeys>{limit}</MaxKeys>"
            + ("<EncodingType>url</EncodingType>" if encoded else "")
            + f"<IsTruncated>{str(truncated).lower()}</IsTruncated>"
            + (f"<{following}>{_text(last, encoded)}</{following}>" if truncated else "")
            + "".join(contents)
            + "".join(
                f"<CommonPrefixes><Prefix>{_text(folder, encoded)}</Prefix></CommonPrefixes>" for folder in prefixes
            ),
        )

    def _delete_many(self, body: bytes) -> None:
        root = ElementTree.fromstring(body)
        keys = [unquote(node.findtext("Key") or "") for node in root.findall("Object")]
        with self.oss.lock:
            for key in keys:
                self.oss.objects.pop(key, None)
        self._answer_xml("DeleteResult", "".join(f"<Deleted><Key>{_text(key, False)}</Key></Deleted>" for key in keys))

    def _begin_upload(self) -> None:
        upload_id = base64.b16encode(hashlib.md5(f"{self.key}{time.time_ns()}".encode()).digest()).decode()
        self.oss.uploads[upload_id] = (self.key, {})
        self._answer_xml(
            "InitiateMultipartUploadResult",
            f"<Bucket>{BUCKET}</Bucket><Key>{_text(self.key, False)}</Key><UploadId>{upload_id}</UploadId>",
        )

    def _upload(self) -> dict[int, StoredObject]:
        key, parts = self.oss.uploads.get(self.params["uploadId"], (None, {}))
        if key != self.key:
            raise OssError(404, "NoSuchUpload")
        return parts

    def _put_part(self, body: bytes) -> None:
        stored = self._upload()[int(self.params["partNumber"])] = StoredObject(body)
        self._answer(200, headers=_identity(stored))

    def _list_parts(self) -> None:
        after = int(self.params.get("part-number-marker") or 0)
        limit = int(self.params.get("max-parts") or 1000)
        parts = sorted((number, part) for number, part in self._upload().items() if number > after)
        page = parts[:limit]
        self._answer_xml(
            "ListPartsResult",
            f"<Key>{_text(self.key, False)}</Key><NextPartNumberMarker>{page[-1][0] if page else 0}"
            f"</NextPartNumberMarker><IsTruncated>{str(len(parts) > limit).lower()}</IsTruncated>"
            + "".join(
                f"<Part><PartNumber>{number}</PartNumber><LastModified>{_iso(part.modified_at)}</LastModified>"
                f"<ETag>&quot;{part.etag}&quot;</ETag><Size>{len(part.data)}</Size></Part>"
                for number, part in page
            ),
        )

    def _complete_upload(self, body: bytes) -> None:
        parts = self._upload()
        data: list[bytes] = []
        for node in ElementTree.fromstring(body).findall("Part"):
            part = parts.get(int(node.findtext("PartNumber") or 0))
            if part is None or part.etag != (node.findtext("ETag") or "").strip('"'):
                raise OssError(400, "InvalidPart")
            data.append(part.data)
        stored = self.oss.put(self.key, b"".join(data))
        del self.oss.uploads[self.params["uploadId"]]
        self._answer_xml(
            "CompleteMultipartUploadResult",
            f"<Bucket>{BUCKET}</Bucket><Key>{_text(self.key, False)}</Key><ETag>&quot;{stored.etag}&quot;</ETag>",
            _identity(stored),
        )

    # --- signatures -----------------------------------------------------------------------------------------------

    def _check_signature(self, bucket: str) -> None:
        header = self.headers.get("Authorization", "")
        params = self.params
        if header.startswith("OSS4-HMAC-SHA256 "):
            fields = dict(part.split("=", 1) for part in header.removeprefix("OSS4-HMAC-SHA256 ").split(", "))
            token = self.headers.get("x-oss-security-token")
            key_id, given = fields["Credential"], fields["Signature"]
            moment, extra = self.headers["x-oss-date"], fields.get("AdditionalHeaders", "")
            expected = self._v4(bucket, key_id, moment, extra, params)
        elif "x-oss-signature" in params:
            token = params.get("x-oss-security-token")
            key_id, given = params["x-oss-credential"], params["x-oss-signature"]
            moment, extra = params["x-oss-date"], params.get("x-oss-additional-headers", "")
            unsigned = {name: value for name, value in params.items() if name != "x-oss-signature"}
            expected = self._v4(bucket, key_id, moment, extra, unsigned)
            if time.time() > _moment(moment) + int(params["x-oss-expires"]):
                raise OssError(403, "AccessDenied", "Request has expired.")
        elif header.startswith("OSS "):
            token = self.headers.get("x-oss-security-token")
            key_id, given = header.removeprefix("OSS ").split(":")
            date = self.headers.get("x-oss-date") or self.headers.get("Date", "")
            if abs(time.time() - parsedate_to_datetime(date).timestamp()) > MOST_SKEW:
                raise OssError(403, "RequestTimeTooSkewed")
            expected = self._v1(bucket, date)
        elif "Signature" in params:
            token = params.get("security-token")
            key_id, given = params["OSSAccessKeyId"], params["Signature"]
            expected = self._v1(bucket, params["Expires"])
            if time.time() > int(params["Expires"]):
                raise OssError(403, "AccessDenied", "Request has expired.")
        else:
            raise OssError(403, "AccessDenied", "Anonymous access is forbidden.")
        if key_id.split("/")[0] != ACCESS_KEY_ID:
            raise OssError(403, "InvalidAccessKeyId")
        if token != self.oss.security_token:
            raise OssError(403, "InvalidSecurityToken")
        if not hmac.compare_digest(given, expected):
            raise OssError(403, "SignatureDoesNotMatch")

    def _v1(self, bucket: str, date: str) -> str:
        signed = sorted(
            (name.lower(), value) for name, value in self.headers.items() if name.lower().startswith("x-oss-")
        )
        resource = f"/{bucket}/{self.key}"
        if query := [
            f"{name}={value}" if value else name for name, value in sorted(self.params.items()) if name in _V1_SIGNED
        ]:
            resource += "?" + "&".join(query)
        text = "\n".join(
            [
                self.command,
                self.headers.get("Content-MD5", ""),
                self.headers.get("Content-Type", ""),
                date,
                "".join(f"{name}:{value}\n" for name, value in signed) + resource,
            ]
        )
        return base64.b64encode(hmac.digest(ACCESS_KEY_SECRET.encode(), text.encode(), "sha1")).decode()

    def _v4(self, bucket: str, credential: str, moment: str, extra: str, params: Mapping[str, str]) -> str:
        _, date, region, product, kind = credential.split("/")
        if (region, product, kind) != (REGION, "oss", "aliyun_v4_request") or date != moment[:8]:
            raise OssError(403, "InvalidCredential")
        if abs(time.time() - _moment(moment)) > 7 * 24 * 3600:
            raise OssError(403, "RequestTimeTooSkewed")
        additional = [name for name in extra.split(";") if name]
        headers = sorted(
            (name.lower(), value)
            for name, value in self.headers.items()
            if name.lower().startswith("x-oss-") or name.lower() in {"content-type", "content-md5", *additional}
        )
        query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in params.items())
        canonical = "\n".join(
            [
                self.command,
                quote(f"/{bucket}/{self.key}", safe="/-_.~"),
                "&".join(f"{name}={value}" if value else name for name, value in query),
                "".join(f"{name}:{value}\n" for name, value in headers),
                ";".join(sorted(additional)),
                self.headers.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ]
        )
        scope = f"{date}/{region}/{product}/{kind}"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"aliyun_v4{ACCESS_KEY_SECRET}".encode()
        for step in (date, region, product, kind):
            key = hmac.digest(key, step.encode(), "sha256")
        return hmac.digest(key, f"OSS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()

    # --- answers --------------------------------------------------------------------------------------------------

    def _answer_error(self, error: OssError) -> None:
        endpoint = f"<Endpoint>{error.endpoint}</Endpoint>" if error.endpoint else ""
        document = (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{error.code}</Code>'
            f"<Message>{escape(str(error))}</Message><RequestId>STANDIN</RequestId><HostId>{BUCKET}</HostId>{endpoint}"
            # The real service repeats the request like this; nothing of it may reach a user.
            f"<OSSAccessKeyId>{ACCESS_KEY_ID}</OSSAccessKeyId>"
            f"<StringToSign>x-oss-security-token:{self.oss.security_token}</StringToSign></Error>"
        ).encode()
        headers = {"Content-Type": "application/xml", "x-oss-err": base64.b64encode(document).decode()}
        self._answer(error.status, document, headers, faulty=False)

    def _answer_xml(self, root: str, content: str, headers: Mapping[str, str] | None = None) -> None:
        # No xmlns: oss2 looks tags up without one.
        document = f'<?xml version="1.0" encoding="UTF-8"?><{root}>{content}</{root}>'.encode()
        self._answer(200, document, {"Content-Type": "application/xml", **(headers or {})}, faulty=False)

    def _answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, faulty: bool = True
    ) -> None:
        request = Request(self.command, self.key, self.params, self.headers.get("Range"), status)
        self.oss.requests.append(request)
        self.send_response(status)
        for name, value in {"x-oss-request-id": "STANDIN", **(headers or {})}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return None
        fault = self.fault if faulty else None
        if fault and fault.corrupt and body:
            body = _corrupted(body)
        end = len(body) if fault is None or fault.drop_after is None else fault.drop_after
        cuts = len(self.oss.cuts)
        for first in range(0, min(end, len(body)), 65536):
            if faulty and self.oss.serve(65536) < cuts:
                return self._break_off(status)
            self.wfile.write(body[first : min(first + 65536, end)])
            if fault and fault.chunk_pause:
                time.sleep(fault.chunk_pause)
        if end < len(body):
            self._break_off(status)
        return None

    def _break_off(self, status: int) -> None:
        if not status:
            self.oss.requests.append(Request(self.command, self.key, self.params, None, 0))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _identity(stored: StoredObject) -> dict[str, str]:
    return {"ETag": f'"{stored.etag}"', "x-oss-hash-crc64ecma": str(stored.crc)}


def _range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of the part asked for; None: everything, also where the range can't be met."""
    if not header or not header.startswith("bytes="):
        return None
    first, _, last = header.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size - 1
    if int(first) >= size:
        raise OssError(416, "InvalidRange")
    return int(first), min(int(last) if last else size - 1, size - 1)


def _corrupted(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :]


def _text(value: str, encoded: bool) -> str:
    return escape(quote(value, safe="") if encoded else value)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _moment(text: str) -> float:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
