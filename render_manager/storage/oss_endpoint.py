"""What the endpoint of an OSS bucket tells: its URL and its region."""

import ipaddress
import re
from urllib.parse import urlsplit

_REGION = re.compile(r"(?:.+\.)?oss-(?P<region>[a-z]{2}-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com", re.IGNORECASE)


def endpoint_url(endpoint: str, bucket_name: str = "") -> str:
    """The endpoint with a scheme: https, but http for this machine and bare IP addresses.

    A bucket in front of an Alibaba Cloud host, as copied from a console, is taken off: oss2 puts it there.
    """
    scheme, separator, host = endpoint.strip().rstrip("/").rpartition("://")
    if host.endswith(".aliyuncs.com"):
        host = host.removeprefix(f"{bucket_name}.")
    if not separator:
        scheme = "http" if _is_local(host) else "https"
    return f"{scheme}://{host}"


def region_of(endpoint: str) -> str | None:
    """``cn-hangzhou`` of ``oss-cn-hangzhou-internal.aliyuncs.com``; None for any other kind of host."""
    match = _REGION.fullmatch(urlsplit(endpoint_url(endpoint)).hostname or "")
    return match["region"] if match else None


def _is_local(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return True
