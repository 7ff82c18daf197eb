"""Settings: wrong, misspelt, in part; and what can still be looked at then."""

from tests.doctor.conftest import Practice


def test_a_value_that_is_wrong_hides_nothing_else(practice: Practice) -> None:
    report = practice.examine(MAX_FRAMES="many", REDIS_PORT="0")
    report.only_failed("settings.valid", "MAX_FRAMES = 'many'", "REDIS_PORT = '0'")
    report.found("redis.examined", "skipped", "REDIS_PORT to be right")
    report.found("farm.examined", "skipped", "REDIS_PORT")
    report.found("database.reachable", "ok")
    report.found("workspace.writable", "ok")
    report.found("renderers.maya", "note")
    assert "settings.value.max-frames" not in report.findings


def test_settings_that_do_not_go_together(practice: Practice) -> None:
    report = practice.examine(OSS_ENDPOINT="https://oss-cn-hangzhou.aliyuncs.com")
    report.only_failed("settings.valid", "OSS is configured in part", "OSS_BUCKET_NAME")
    for group in ("redis", "database", "object-store", "workspace", "renderers", "farm"):
        report.found(f"{group}.examined", "skipped", "settings that can be read")
    report.found("machine.crc", "ok")


def test_a_name_that_is_misspelt(practice: Practice) -> None:
    practice.env_file.write_text("REDIS_HSOT=queue\nWORKSPACE_ROOT=/work\nNODE_ENV=production\nMAX_ATTEMPTS=5\n")
    report = practice.examine("--only", "settings")
    report.well_but("settings.names", "warning", "Write REDIS_HOST instead of REDIS_HSOT")
    report.found("settings.names", "warning", "Write WORKSPACE_ROOT_DIR instead of WORKSPACE_ROOT.")
    assert "NODE_ENV" not in str(report.findings)


def test_each_value_is_told_with_its_source_and_no_secret(practice: Practice) -> None:
    practice.env_file.write_text("REDIS_URL=redis://:hunter2-secret@127.0.0.1:1/0\nMAX_ATTEMPTS=5\nMAX_FRAMES=7\n")
    report = practice.examine("--only", "settings", MAX_ATTEMPTS="6", WORKER_TAGS="")
    report.well_but("settings.value.max-attempts", "ok", "6 (from environment)")
    report.found("settings.value.max-frames", "ok", f"7 (from {practice.env_file})")
    report.found("settings.value.redis-url", "ok", "(secret)", str(practice.env_file))
    report.found("settings.file", "ok", str(practice.env_file))
    assert "settings.value.worker-tags" not in report.findings
    assert "hunter2" not in str(report.findings)


def test_a_file_that_is_not_there(practice: Practice) -> None:
    report = practice.examine(RENDER_MANAGER_ENV_FILE="/nowhere/farm.env")
    assert report.states("failed") == {"settings.valid", "settings.file"}
    report.found("settings.file", "failed", "no such file", "RENDER_MANAGER_ENV_FILE")
    assert report.code == 1
