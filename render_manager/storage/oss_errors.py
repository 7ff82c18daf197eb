"""What went wrong with OSS, as a sentence for people; and whether trying again can help.

Only the error's status, code and request id are shown: the rest of an OSS answer repeats the signed request.
"""

from render_manager.domain.errors import (
    NotEnoughSpace,
    ObjectNotFound,
    ObjectStoreError,
    RenderManagerError,
)
from render_manager.storage.disk import is_full

_DAMAGED = -3  # oss2: size or checksum differ
_UNSENT = -2  # oss2: requests could not get an answer

_REFUSALS = {
    "InvalidObjectState": "Object {key!r} is in archive storage; restore it in the OSS console first.",
    "RequestTimeTooSkewed": "OSS refused the request because this machine's clock is wrong; set the time.",
}


def worth_retrying(error: Exception) -> bool:
    """Whether the same request may succeed a moment later."""
    import oss2.exceptions

    if isinstance(error, oss2.exceptions.OssError):
        return error.status >= 500 or error.status in (408, 429, _UNSENT, _DAMAGED)
    return not _is_of_a_file(error)


def explain(error: Exception, *, key: str, bucket: str, endpoint: str) -> RenderManagerError:
    """The error as one of ours."""
    import oss2.exceptions

    if isinstance(error, oss2.exceptions.RequestError):
        return _unreachable(error.exception, endpoint)
    if isinstance(error, oss2.exceptions.OssError):
        request = ", request ".join(filter(None, (error.code or f"HTTP {error.status}", error.request_id)))
        return _answered(error.status, error.code, request, key, bucket, endpoint)
    if isinstance(error, OSError) and _is_of_a_file(error):
        what = error.filename or "A file"
        if is_full(error):
            return NotEnoughSpace(
                f"The disk became full while transferring {key!r}. Clean up finished tasks or choose another disk."
            )
        return ObjectStoreError(f"{what} can't be read or written: {error.strerror}.")
    return _unreachable(error, endpoint)


def _answered(status: int, code: str, request: str, key: str, bucket: str, endpoint: str) -> RenderManagerError:
    if code in _REFUSALS:
        return ObjectStoreError(_REFUSALS[code].format(key=key))
    match status:
        case 403:
            return ObjectStoreError(
                f"The access key was refused for bucket {bucket!r} ({request}): check OSS_ACCESS_KEY_ID, "
                "OSS_ACCESS_KEY_SECRET and what the key is allowed to do."
            )
        case 404 if code == "NoSuchBucket":
            return ObjectStoreError(
                f"There is no bucket {bucket!r} at {endpoint}: check OSS_BUCKET_NAME and OSS_ENDPOINT."
            )
        case 404:
            return ObjectNotFound(f"There is no object oss://{bucket}/{key}.")
        case 412:
            return ObjectStoreError(f"Object {key!r} was replaced while it was being read; try again.")
        case _ if status == _DAMAGED:
            return ObjectStoreError(
                f"Object {key!r} arrived damaged each time (size or checksum differ); a proxy or the network "
                "changes what is sent."
            )
        case _ if status >= 500:
            return ObjectStoreError(f"OSS can't serve bucket {bucket!r} at the moment ({request}); try later.")
        case _:
            return ObjectStoreError(f"OSS refused the request for {key!r} in bucket {bucket!r} ({request}).")


def _unreachable(error: Exception, endpoint: str) -> ObjectStoreError:
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return ObjectStoreError(f"The certificate of the OSS endpoint {endpoint} can't be trusted.")
    return ObjectStoreError(
        f"The OSS endpoint {endpoint} can't be reached or breaks the connection: check OSS_ENDPOINT, the network "
        "and the proxy."
    )


def _is_of_a_file(error: Exception) -> bool:
    """Whether the system's error is about a local file; requests' errors are OSErrors, too."""
    import requests

    network = (requests.RequestException, ConnectionError, TimeoutError)
    return isinstance(error, OSError) and not isinstance(error, network)
