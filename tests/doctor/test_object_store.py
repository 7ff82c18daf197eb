"""OSS: key, clock, bucket, permissions; and the folder that stands in for it."""

from pathlib import Path

from tests.doctor.conftest import Practice
from tests.support.oss_server import REGION, OssServer
from tests.support.servers import free_port

SHIFTED_CLOCK = Path(__file__).parents[1] / "support" / "shifted_clock"


def test_a_store_that_is_well(practice: Practice, oss_server: OssServer, oss_settings: dict[str, str]) -> None:
    for region in ({}, {"OSS_REGION": REGION}):
        report = practice.examine("--only", "object-store", **oss_settings, **region)
        report.well_but("object-store.permissions", "ok", "write, look at, read, list, delete")
        assert report.states("ok") == set(report.findings)
    assert oss_server.objects == {}, "the probe is gone"
    probe = next(request for request in oss_server.requests if request.method == "PUT")
    assert probe.key.startswith("uploads/.render-manager-doctor-")
    assert {request.method for request in oss_server.requests if request.key == probe.key} == {
        *("PUT", "HEAD", "GET", "DELETE")
    }
    assert any(request.range for request in oss_server.requests), "a part is read, too"


def test_a_wrong_key(practice: Practice, oss_settings: dict[str, str]) -> None:
    report = practice.examine(**oss_settings | {"OSS_ACCESS_KEY_ID": "not-the-one"})
    report.only_failed("object-store.signature", "InvalidAccessKeyId", "OSS_ACCESS_KEY_ID")
    report.found("object-store.permissions", "skipped")
    assert "not-the-one" not in str(report.findings)


def test_a_wrong_secret(practice: Practice, oss_server: OssServer, oss_settings: dict[str, str]) -> None:
    report = practice.examine(**oss_settings | {"OSS_ACCESS_KEY_SECRET": "not-the-one"})
    report.only_failed("object-store.signature", "SignatureDoesNotMatch", "OSS_ACCESS_KEY_SECRET")
    assert "not-the-one" not in str(report.findings)
    oss_server.security_token = "a token"
    report = practice.examine("--only", "object-store", **oss_settings)
    report.only_failed("object-store.signature", "InvalidSecurityToken", "OSS_SECURITY_TOKEN")
    oss_server.security_token = None
    report = practice.examine("--only", "object-store", **oss_settings, OSS_REGION="cn-beijing")
    report.only_failed("object-store.signature", "OSS_REGION")


def test_a_clock_that_is_20_minutes_off(practice: Practice, oss_settings: dict[str, str]) -> None:
    for hours, way in (("0.33334", "ahead"), ("-0.33334", "behind")):
        shifted = {"PYTHONPATH": str(SHIFTED_CLOCK), "SHIFTED_CLOCK_HOURS": hours}
        report = practice.examine(**oss_settings, **shifted)
        report.only_failed("object-store.clock", f"20 minutes {way}", "clock by NTP")
        report.found("object-store.signature", "skipped", "the right time")
    # With the newer signature this process sends the true time, as Python's datetime is not shifted here.
    report = practice.examine("--only", "object-store", **oss_settings, **shifted, OSS_REGION=REGION)
    report.only_failed("object-store.clock", "20 minutes behind")
    shifted["SHIFTED_CLOCK_HOURS"] = "0.08334"
    report = practice.examine("--only", "object-store", **oss_settings, **shifted)
    report.well_but("object-store.clock", "warning", "5 minutes ahead", "15 minutes")


def test_a_bucket_that_is_missing(practice: Practice, oss_settings: dict[str, str]) -> None:
    report = practice.examine(**oss_settings | {"OSS_BUCKET_NAME": "no-such-bucket"})
    report.only_failed("object-store.bucket", "no-such-bucket", "OSS_BUCKET_NAME")
    report.found("object-store.permissions", "skipped", "the bucket")


def test_a_bucket_of_another_region(practice: Practice, oss_server: OssServer, oss_settings: dict[str, str]) -> None:
    oss_server.fail(times=100, status=403, code="AccessDenied", endpoint="oss-cn-beijing.aliyuncs.com")
    report = practice.examine("--only", "object-store", **oss_settings)
    report.only_failed("object-store.bucket", "another region", "OSS_ENDPOINT = https://oss-cn-beijing.aliyuncs.com")


def test_an_endpoint_where_nobody_is(practice: Practice, oss_settings: dict[str, str]) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    report = practice.examine(**oss_settings | {"OSS_ENDPOINT": away})
    report.only_failed("object-store.reachable", away, "OSS_ENDPOINT", "proxy")
    report.found("object-store.signature", "skipped")


def test_each_permission_is_asked_for(practice: Practice, oss_server: OssServer, oss_settings: dict[str, str]) -> None:
    denied = {"status": 403, "code": "AccessDenied"}
    oss_server.fail(method="PUT", **denied)
    report = practice.examine("--only", "object-store", **oss_settings)
    report.only_failed("object-store.permissions", "may not write below uploads (AccessDenied)", "oss:PutObject")
    oss_server.fail(method="GET", skip=1, **denied)
    report = practice.examine("--only", "object-store", **oss_settings)
    report.only_failed("object-store.permissions", "may not read below")
    oss_server.fail(method="GET", times=1, **denied)  # to see whether there is the bucket
    oss_server.fail(method="GET", skip=1, **denied)
    report = practice.examine("--only", "object-store", **oss_settings)
    report.only_failed("object-store.permissions", "may not list below")
    report.found("object-store.bucket", "note", "may not list")
    oss_server.fail(method="DELETE", **denied)
    report = practice.examine("--only", "object-store", **oss_settings)
    (left,) = oss_server.objects
    report.only_failed("object-store.permissions", "may not delete below", f"{left} is left")


def test_settings_that_oss_can_not_be_asked_with(practice: Practice, oss_settings: dict[str, str]) -> None:
    report = practice.examine("--only", "object-store", **oss_settings | {"OSS_BUCKET_NAME": "X"})
    report.only_failed("object-store.reachable", "OSS_BUCKET_NAME", "3–63")


def test_a_folder_that_can_not_be_written(practice: Practice, tmp_path: Path) -> None:
    practice.home.mkdir()
    (practice.home / "objects").write_text("a file where a folder should be")
    practice.examine().only_failed("object-store.folder", str(practice.home / "objects"), "RENDER_MANAGER_HOME")
