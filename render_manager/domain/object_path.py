"""Where a project comes from: the forms in which people write the path of an object."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from render_manager.domain.errors import ObjectPathError

_FORMS = "oss://bucket/key, a key of the configured bucket, the https URL of an object, or a local file"
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/](?!/)|\\\\")
_ALIYUN_HOST = re.compile(r"(?:(?P<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.)?oss-[a-z0-9-]+\.aliyuncs\.com", re.I)
_WRAPPING = " \t\r\n\u3000\ufeff\"'“”‘’<>"


@dataclass(frozen=True)
class ObjectPath:
    """An object of the object store. ``bucket`` is None for the configured one."""

    key: str
    bucket: str | None = None

    @property
    def name(self) -> str:
        """The last part of the key: the file's name."""
        return PurePosixPath(self.key).name

    def __str__(self) -> str:
        return f"oss://{self.bucket}/{self.key}" if self.bucket else self.key


@dataclass(frozen=True)
class LocalPath:
    """A file of this machine, yet to be put into the object store."""

    path: str


def parse_object_path(text: str) -> ObjectPath | LocalPath:
    """Understand one path as dropped, pasted or typed.

    Raises:
        ObjectPathError: it is empty, names a folder, climbs with ``..`` or is of no known form.
    """
    plain = text.strip(_WRAPPING)
    if not plain:
        raise ObjectPathError(f"The path is empty: give {_FORMS}.")
    if _WINDOWS_PATH.match(plain) or plain.startswith(("/", "~", "./", "../")):
        return LocalPath(plain)
    scheme, separator, rest = plain.partition("://")
    if not separator:
        return _object(plain, None)
    match scheme.lower():
        case "oss":
            bucket, _, key = rest.partition("/")
            if not bucket:
                raise ObjectPathError(f"{plain!r} names no bucket: write oss://bucket/key.")
            return _object(key, bucket)
        case "http" | "https":
            return _from_url(plain)
        case "file":
            parts = urlsplit(plain)
            path = unquote(parts.path)
            if parts.netloc not in ("", "localhost"):
                return LocalPath(f"//{parts.netloc}{path}")  # a Windows share
            return LocalPath(path[1:] if re.match(r"/[A-Za-z]:", path) else path)
        case _:
            raise ObjectPathError(f"{plain!r} can't be used as a path: give {_FORMS}.")


def _from_url(url: str) -> ObjectPath:
    parts = urlsplit(url)
    key = unquote(parts.path).lstrip("/")
    host = parts.hostname or ""
    if match := _ALIYUN_HOST.fullmatch(host):
        if bucket := match["bucket"]:
            return _object(key, bucket)
    # Path style (an IP address, localhost or the bare endpoint): the first part of the path is the bucket.
    elif not re.fullmatch(r"localhost|[\d.]+|\[?[0-9a-f:]+\]?", host):
        raise ObjectPathError(
            f"{host!r} is no Alibaba Cloud OSS host: use https://bucket.oss-region.aliyuncs.com/key or oss://bucket/key."
        )
    bucket, _, key = key.partition("/")
    return _object(key, bucket)


def _object(key: str, bucket: str | None) -> ObjectPath:
    path = ObjectPath(key.lstrip("/"), bucket)  # what messages show: never a URL's signature
    if not path.key or key.endswith("/"):
        raise ObjectPathError(f"'{path}' names a folder, not an object: add the file's name.")
    if ".." in path.key.split("/") or "\\" in key or any(ord(char) < 32 for char in key):
        raise ObjectPathError(f"{str(path)!r} holds '..', a backslash or a control character, which no object key may.")
    return path
