"""What an OSS bucket lets its key do, asked by a probe object; each answer with OSS' own code."""

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from render_manager.storage.oss import OssStore

_CONTENT = b"Render Manager looks whether it may write here. This object can be deleted."
_FIRST, _LAST = 10, 19


@dataclass(frozen=True)
class OssAnswer:
    """Attributes:
    code: OSS' own; "" where all is well; None: there was no answer.
    reason: a sentence of ours on it.
    ahead: seconds by which this machine's clock is ahead of OSS'; None: unknown.
    endpoint: where OSS wants this bucket to be asked.
    """

    code: str | None
    reason: str = ""
    seconds: float = 0.0
    ahead: float | None = None
    endpoint: str = ""

    @property
    def well(self) -> bool:
        return self.code == ""


def ask_bucket(store: OssStore, prefix: str) -> OssAnswer:
    """One signed request that changes nothing."""
    return _ask(store, prefix, lambda bucket: bucket.list_objects_v2(prefix, max_keys=1))


def ask_permissions(store: OssStore, key: str) -> Mapping[str, OssAnswer]:
    """What may be done with the object ``key``, which is made for it and is gone after."""
    asked: dict[str, Callable[[Any], Any]] = {
        "write": lambda bucket: bucket.put_object(key, _CONTENT),
        "look at": lambda bucket: bucket.head_object(key),
        "read": lambda bucket: _read_range(bucket, key),
        "list": lambda bucket: bucket.list_objects_v2(key, max_keys=1),
        "delete": lambda bucket: bucket.delete_object(key),
    }
    return {what: _ask(store, key, action) for what, action in asked.items()}


def _read_range(bucket: Any, key: str) -> Any:
    result = bucket.get_object(key, byte_range=(_FIRST, _LAST))
    result.read()
    return result


def _ask(store: OssStore, key: str, action: Callable[[Any], Any]) -> OssAnswer:
    oss2 = store.oss2
    began, sent_at = time.perf_counter(), time.time()
    try:
        result = action(store.client)
        code, reason, headers, endpoint = "", "", result.headers, ""
    except oss2.exceptions.RequestError as error:
        return OssAnswer(None, str(store.explained(error, key)), time.perf_counter() - began)
    except oss2.exceptions.OssError as error:
        code, headers = error.code or f"HTTP {error.status}", error.headers
        reason, endpoint = str(store.explained(error, key)), error.details.get("Endpoint") or ""
    except (requests.RequestException, OSError) as error:
        return OssAnswer(None, str(store.explained(error, key)), time.perf_counter() - began)
    seconds = time.perf_counter() - began
    return OssAnswer(code, reason, seconds, _ahead(headers, sent_at, seconds), endpoint)


def _ahead(headers: Mapping[str, str], sent_at: float, seconds: float) -> float | None:
    date = headers.get("Date")
    try:
        # The header has whole seconds.
        return sent_at + seconds / 2 - (email.utils.parsedate_to_datetime(date).timestamp() + 0.5) if date else None
    except ValueError:
        return None
