"""The object store: OSS with its signature, clock, bucket and permissions, or the folder that stands in for it."""

import secrets
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from render_manager.bootstrap import open_object_store
from render_manager.config import Settings
from render_manager.doctor.findings import failed, milliseconds, note, ok, skipped, warning
from render_manager.doctor.folders import look_at_folder
from render_manager.domain.checkup import Finding
from render_manager.domain.errors import SettingsError

if TYPE_CHECKING:
    from render_manager.storage.oss_probe import OssAnswer

_REACHABLE, _CLOCK, _SIGNATURE = "object-store.reachable", "object-store.clock", "object-store.signature"
_BUCKET, _PERMISSIONS, _LATENCY = "object-store.bucket", "object-store.permissions", "object-store.latency"
_TITLES = {
    _CLOCK: "Clock",
    _SIGNATURE: "Signature",
    _BUCKET: "Bucket",
    _PERMISSIONS: "Permissions",
    _LATENCY: "Latency",
}
PROBE = ".render-manager-doctor-"
#: Seconds: OSS refuses requests of a clock that is further off than the second; the first is worth a word.
OFF, REFUSED = 60.0, 900.0
#: Seconds for a small request.
SLOW = 1.0

_KEYS = {
    "InvalidAccessKeyId": (
        "OSS does not know the access key id.",
        "Correct OSS_ACCESS_KEY_ID; a key that was deleted or disabled is made anew in the RAM console.",
    ),
    "SignatureDoesNotMatch": (
        "The secret does not belong to the access key id.",
        "Correct OSS_ACCESS_KEY_SECRET: copy it anew, without quotes or spaces; and OSS_REGION, where it is set.",
    ),
    "InvalidSecurityToken": (
        "OSS does not take the security token, or asks for one.",
        "Set OSS_SECURITY_TOKEN together with the temporary key it came with, or leave it out for a lasting key.",
    ),
    "SecurityTokenExpired": (
        "The security token has expired.",
        "Fetch new temporary credentials, or use a lasting key without OSS_SECURITY_TOKEN.",
    ),
    "InvalidCredential": (
        "OSS does not take the region that requests are signed for.",
        "Set OSS_REGION to that of the bucket, such as cn-hangzhou.",
    ),
}


def look(settings: Settings) -> Iterator[Finding]:
    if settings.uses_oss:
        yield from _oss(settings)
    else:
        yield note(_REACHABLE, "Object store", "OSS is not configured: a folder of this machine stands in for it.")
        yield look_at_folder("object-store.folder", "Folder", settings.objects_root, "RENDER_MANAGER_HOME")


def _oss(settings: Settings) -> Iterator[Finding]:
    from render_manager.storage.oss import OssStore  # with requests, half a second
    from render_manager.storage.oss_probe import ask_bucket, ask_permissions

    try:
        store = open_object_store(settings)
    except SettingsError as error:
        yield failed(_REACHABLE, "Reachable", str(error), "Correct the OSS settings.")
        yield from _rest(*_TITLES, needs="the object store")
        return
    assert isinstance(store, OssStore)
    prefix = settings.upload_prefix.strip("/")
    key = "/".join(filter(None, (prefix, f"{PROBE}{secrets.token_hex(6)}")))
    try:
        answer = ask_bucket(store, prefix)
        if answer.code is None:
            advice = "Correct OSS_ENDPOINT, or see to the network and its proxy."
            yield failed(_REACHABLE, "Reachable", answer.reason, advice, answer.seconds)
            yield from _rest(*_TITLES, needs="the object store")
            return
        yield ok(_REACHABLE, "Reachable", f"{settings.oss_endpoint} answers.", answer.seconds)
        yield _clock(answer.ahead, refused=answer.code == "RequestTimeTooSkewed")
        if answer.code == "RequestTimeTooSkewed":
            yield from _rest(_SIGNATURE, _BUCKET, _PERMISSIONS, _LATENCY, needs="the right time")
            return
        if answer.code in _KEYS:
            found, advice = _KEYS[answer.code]
            yield failed(_SIGNATURE, _TITLES[_SIGNATURE], f"{found} ({answer.code})", advice)
            yield from _rest(_BUCKET, _PERMISSIONS, _LATENCY, needs="a key that OSS takes")
            return
        yield ok(_SIGNATURE, _TITLES[_SIGNATURE], "OSS takes the key.")
        bucket = _bucket(settings, answer.code, answer.reason, answer.endpoint)
        yield bucket
        if answer.code not in ("", "AccessDenied") or answer.endpoint:
            yield from _rest(_PERMISSIONS, _LATENCY, needs="the bucket")
            return
        answers = ask_permissions(store, key)
    finally:
        store.close()
    yield _permissions(settings, key, answers)
    yield _latency(sorted(one.seconds for one in answers.values())[len(answers) // 2])


def _rest(*ids: str, needs: str) -> Iterator[Finding]:
    for id in ids:
        yield skipped(id, _TITLES[id], needs)


def _clock(ahead: float | None, *, refused: bool) -> Finding:
    title = _TITLES[_CLOCK]
    advice = "Set this machine's clock by NTP (timedatectl set-ntp true; w32tm /resync on Windows)."
    if ahead is None:
        if refused:
            return failed(_CLOCK, title, "OSS refuses requests, as this machine's clock is wrong.", advice)
        return ok(_CLOCK, title, "OSS takes this machine's time.")
    if abs(ahead) < OFF and not refused:
        return ok(_CLOCK, title, "This machine's clock and that of OSS agree.")
    minutes = f"{abs(ahead) / 60:.0f}"
    found = (
        f"This machine's clock is {minutes} minutes ahead of that of OSS."
        if ahead > 0
        else f"This machine's clock is {minutes} minutes behind that of OSS."
    )
    limit = f"{REFUSED / 60:.0f}"
    if refused or abs(ahead) >= REFUSED:
        return failed(_CLOCK, title, f"{found} It refuses requests that are off by more than {limit} minutes.", advice)
    return warning(_CLOCK, title, f"{found} From {limit} minutes on it refuses requests.", advice)


def _bucket(settings: Settings, code: str, reason: str, endpoint: str) -> Finding:
    title, name = _TITLES[_BUCKET], settings.oss_bucket_name
    if not code:
        return ok(_BUCKET, title, f"The bucket {name} is there.")
    if endpoint:
        found = f"The bucket {name} is in another region than {settings.oss_endpoint}."
        return failed(_BUCKET, title, found, f"Set OSS_ENDPOINT = https://{endpoint}.")
    if code == "NoSuchBucket":
        found = f"There is no bucket {name} at {settings.oss_endpoint}."
        return failed(_BUCKET, title, found, "Correct OSS_BUCKET_NAME or OSS_ENDPOINT, or make the bucket.")
    if code == "AccessDenied":
        return note(_BUCKET, title, f"The key may not list the bucket {name} ({code}).")
    return failed(_BUCKET, title, f"{reason}", f"See what OSS means by {code}.")


def _permissions(settings: Settings, key: str, answers: Mapping[str, "OssAnswer"]) -> Finding:
    where = key.rpartition("/")[0] or "the bucket"
    # Where it could not be written, that there is no object is the answer to a question that was allowed.
    refused = {what: one for what, one in answers.items() if one.code not in ("", "NoSuchKey", "HTTP 404")}
    if not refused:
        return ok(_PERMISSIONS, _TITLES[_PERMISSIONS], f"The key may {', '.join(answers)} below {where}.")
    codes = ", ".join(sorted({one.code or one.reason for one in refused.values()}))
    found = f"The key may not {', '.join(refused)} below {where} ({codes})."
    if "delete" in refused and answers["write"].well:
        found += f" The probe object {key} is left."
    return failed(
        _PERMISSIONS,
        _TITLES[_PERMISSIONS],
        found,
        "Let its RAM user do oss:PutObject, oss:GetObject, oss:ListObjects and oss:DeleteObject in the bucket "
        f"{settings.oss_bucket_name}.",
    )


def _latency(seconds: float) -> Finding:
    said = f"{milliseconds(seconds)} for a small request."
    if seconds > SLOW:
        return warning(_LATENCY, _TITLES[_LATENCY], said, "Use the endpoint of the nearest region.", seconds)
    return ok(_LATENCY, _TITLES[_LATENCY], said, seconds)
