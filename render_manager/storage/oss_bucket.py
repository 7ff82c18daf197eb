"""One OSS bucket as oss2 knows it, with what oss2 lacks: retries, and errors that say what to do."""

import logging
import random
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from render_manager.domain.errors import SettingsError
from render_manager.storage.keys import check_key
from render_manager.storage.oss_endpoint import endpoint_url, region_of
from render_manager.storage.oss_errors import explain, worth_retrying
from render_manager.storage.progress import Meter

T = TypeVar("T")

_LONGEST_PAUSE = 20.0  # seconds between two tries


class OssBucket:
    """The client of a bucket; ``client`` is oss2's own. Thread-safe."""

    def __init__(
        self,
        endpoint: str,
        access_key_id: str,
        access_key_secret: str,
        bucket_name: str,
        *,
        region: str | None,
        security_token: str | None,
        is_cname: bool,
        connect_timeout: float,
        read_timeout: float,
        attempts: int,
        backoff: float,
    ) -> None:
        """
        Args:
            endpoint: with or without https://; the region of the signature is read from it unless given.
            connect_timeout, read_timeout: seconds without an answer or a byte.
            attempts: tries in a row without a byte gained before a transfer fails.
            backoff: seconds before the second try, twice as long before each further one.

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
        self.oss2 = load_oss2()
        self.endpoint = endpoint_url(endpoint, bucket_name)
        self._attempts = attempts
        self._backoff = backoff
        credentials = self.oss2.credentials.StaticCredentialsProvider(
            access_key_id.strip(), access_key_secret.strip(), (security_token or "").strip() or None
        )
        region = region or region_of(endpoint)
        self._session = self.oss2.Session()
        self._session.session.hooks["response"].append(_give_back_connection)
        # Signature V4 needs a region; a custom domain without one is served with V1.
        auth = self.oss2.ProviderAuthV4 if region else self.oss2.ProviderAuth
        try:
            self.client = self.oss2.Bucket(
                auth(credentials),
                self.endpoint,
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
    def name(self) -> str:
        return self.client.bucket_name

    def close(self) -> None:
        """Let go of the connections kept open between requests."""
        self._session.session.close()

    def head(self, key: str) -> Any:
        """Raises ObjectNotFound, ObjectStoreError or ObjectPathError."""
        check_key(key)
        return self.retrying(key, lambda: self.client.head_object(key))

    def retrying(
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
        return explain(error, key=key, bucket=self.name, endpoint=self.endpoint)


def _give_back_connection(response: Any, **_: Any) -> None:
    """oss2 asks for every body as a stream; where there is none, the next request may have the connection now."""
    if response.request.method == "HEAD" or response.headers.get("Content-Length") == "0":
        _ = response.content


@cache
def load_oss2() -> Any:
    """oss2, imported when first needed: it takes about a second."""
    with warnings.catch_warnings():
        # Its docstrings hold invalid escapes, of which Python tells when it compiles them.
        warnings.simplefilter("ignore")
        import oss2
        import oss2.credentials

    # Below this level oss2 logs what it signs, session tokens included, and each error that reaches us anyway.
    logging.getLogger("oss2").setLevel(logging.CRITICAL)
    return oss2
