"""Settings from the environment and from `.env` files as people and their editors write them."""

import re
from pathlib import Path

import pytest

from render_manager.config import load_settings
from render_manager.domain.errors import SettingsError

SECRET = "hunter2"
OSS = {
    "OSS_ENDPOINT": "https://oss-cn-hangzhou.aliyuncs.com/",
    "OSS_ACCESS_KEY_ID": "LTAI",
    "OSS_ACCESS_KEY_SECRET": SECRET,
    "OSS_BUCKET_NAME": "projects",
}


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "farm.env"
    path.touch()
    monkeypatch.setenv("RENDER_MANAGER_ENV_FILE", str(path))
    return path


def test_without_any_setting_everything_is_embedded(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.source_dir_name, settings.project_dir_name) == ("source", "project")
    assert settings.renders_dir_name == "Sys_Default_Renders"
    assert settings.embedded_redis
    assert settings.embedded_database
    assert not settings.uses_oss
    assert settings.effective_redis_url is None
    assert settings.effective_database_url == f"sqlite:///{(tmp_path / 'home/render-manager.sqlite3').as_posix()}"
    assert settings.workspace_root == tmp_path / "home" / "workspaces"
    assert settings.objects_root == tmp_path / "home" / "objects"
    assert settings.max_unpacked_bytes == 200 * 1024**3
    assert settings.user


def test_a_farms_env_file(env_file: Path, tmp_path: Path) -> None:
    env_file.write_text(
        "DATABASE_URL=postgresql://render:pass@db:5432/render\n"
        "REDIS_HOST=queue\n"
        "REDIS_PORT=6380\n"
        f"WORKSPACE_ROOT_DIR={tmp_path}/work\n"
        "RENDERS_DIR_NAME=渲染结果\n"
        "UNKNOWN_SETTING=is ignored\n" + "".join(f"{name}={value}\n" for name, value in OSS.items()),
        encoding="utf-8",
    )
    settings = load_settings()
    assert settings.effective_database_url == "postgresql+psycopg://render:pass@db:5432/render"
    assert settings.effective_redis_url == "redis://queue:6380/0"
    assert settings.workspace_root == tmp_path / "work"
    assert settings.renders_dir_name == "渲染结果"
    assert settings.uses_oss
    assert settings.oss_endpoint == "https://oss-cn-hangzhou.aliyuncs.com"
    assert not settings.embedded_redis
    assert not settings.embedded_database


def test_the_environment_comes_before_the_file_and_an_empty_value_is_none(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("REDIS_PORT=1\nMAX_ATTEMPTS=7\nREDIS_HOST=\n")
    monkeypatch.setenv("REDIS_PORT", "2")
    monkeypatch.setenv("MAX_ATTEMPTS", "")
    assert load_settings().redis_port == 2
    assert load_settings().max_attempts == 7
    assert load_settings(redis_port=3).redis_port == 3
    assert load_settings().embedded_redis


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_any_editor_are_read(env_file: Path, encoding: str, ends: str) -> None:
    env_file.write_bytes(ends.join(["REDIS_HOST=queue", "# 默认", "DEFAULT_USER=王小明", ""]).encode(encoding))
    settings = load_settings()
    assert settings.redis_host == "queue"
    assert settings.default_user == "王小明"


def test_a_file_in_no_known_encoding_says_so(env_file: Path) -> None:
    env_file.write_bytes("REDIS_HOST=queue".encode("utf-16"))
    with pytest.raises(SettingsError, match="save it as UTF-8"):
        load_settings()


def test_a_named_file_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDER_MANAGER_ENV_FILE", str(tmp_path / "nowhere.env"))
    with pytest.raises(SettingsError, match=r"RENDER_MANAGER_ENV_FILE = .*nowhere\.env.*no such file"):
        load_settings()


def test_a_file_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("REDIS_HOST=here\n")
    monkeypatch.delenv("RENDER_MANAGER_ENV_FILE")
    monkeypatch.chdir(tmp_path)
    assert load_settings().redis_host == "here"


@pytest.mark.parametrize("name", ["WORKSPACE_ROOT_DIR", "BLENDER_EXECUTABLE", "RENDERS_DIR_NAME"])
def test_a_windows_path_in_double_quotes_is_caught(env_file: Path, name: str) -> None:
    env_file.write_text(f'{name}="C:\\bin\\render"\n')
    with pytest.raises(SettingsError, match=f"{name} = .*write it without quotes or in single quotes"):
        load_settings()


def test_nothing_is_interpolated(env_file: Path) -> None:
    secret = "a$b${HOME}$$c#d"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in OSS.items() if value != SECRET))
    with env_file.open("a") as file:
        file.write(f"OSS_ACCESS_KEY_SECRET='{secret}'\nREDIS_URL=redis://:p$HOME@queue/0\n")
    settings = load_settings()
    assert settings.oss_access_key_secret
    assert settings.oss_access_key_secret.get_secret_value() == secret
    assert settings.effective_redis_url == "redis://:p$HOME@queue/0"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///farm.sqlite3", "sqlite:///farm.sqlite3"),
        ("sqlite:////srv/farm.sqlite3", "sqlite:////srv/farm.sqlite3"),
        ("sqlite://db.sqlite3", "sqlite:///db.sqlite3"),
        ("sqlite+aiosqlite:///farm.sqlite3", "sqlite:///farm.sqlite3"),
        ("sqlite:///C:/farm/db.sqlite3", "sqlite:///C:/farm/db.sqlite3"),
        ("postgresql://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg2://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("asyncpg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        (
            "postgresql://u:p%40s@[::1]:5432/d?sslmode=require",
            "postgresql+psycopg://u:p%40s@[::1]:5432/d?sslmode=require",
        ),
        ("postgresql:///d", "postgresql+psycopg:///d"),
    ],
)
def test_forms_of_database_urls(given: str, used: str) -> None:
    assert load_settings(database_url=given).effective_database_url == used


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", f"mysql://u:{SECRET}@h/d", "sqlite:///path/to/file or postgresql://"),
        ("DATABASE_URL", f"postgresql:/{SECRET}", "sqlite:///path/to/file or postgresql://"),
        ("DATABASE_URL", SECRET, "sqlite:///path/to/file or postgresql://"),
        ("DATABASE_URL", "sqlite://", "name a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a file"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@x@h/d", "write @ as %40"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}/x@h/d", "write @ as %40"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}#x@h/d", "write @ as %40"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@h:port/d", "write @ as %40"),
        ("REDIS_URL", f"http://:{SECRET}@h", "redis://:password@host:6379/0"),
        ("REDIS_URL", SECRET, "redis://:password@host:6379/0"),
        ("REDIS_URL", f"redis://:{SECRET}/x@h:6379/0", "write @ as %40"),
        ("REDIS_URL", f"redis://:{SECRET}\b@h:6379/0", "control character"),
        ("REDIS_PORT", "none", "REDIS_PORT = 'none'"),
        ("REDIS_PORT", "70000", "REDIS_PORT = '70000'"),
        ("OSS_ENDPOINT", "oss cn", "OSS_ENDPOINT = 'oss cn'"),
        ("SOURCE_DIR_NAME", "../x", "plain folder name"),
        ("SOURCE_DIR_NAME", "a/b", "plain folder name"),
        ("SOURCE_DIR_NAME", "a\\b", "plain folder name"),
        ("PROJECT_DIR_NAME", "..", "plain folder name"),
        ("RENDERS_DIR_NAME", "Logs", "plain folder name"),
        ("RENDERS_DIR_NAME", "renders.", "plain folder name"),
        ("RENDERS_DIR_NAME", "Source", "must differ"),
        ("LEASE_SECONDS", "10", "LEASE_SECONDS must be at least three times HEARTBEAT_SECONDS"),
        ("MAX_FRAMES", "0", "MAX_FRAMES = '0'"),
        ("MAX_ATTEMPTS", "0", "MAX_ATTEMPTS = '0'"),
        ("OSS_IS_CNAME", "perhaps", "OSS_IS_CNAME = 'perhaps'"),
    ],
)
def test_a_wrong_value_is_named_with_its_fix_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(said)) as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


def test_every_wrong_value_is_named_at_once_with_the_value_that_counts(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("REDIS_PORT=file\nMAX_ATTEMPTS=never\n")
    monkeypatch.setenv("REDIS_PORT", "")
    with pytest.raises(SettingsError, match=r"REDIS_PORT = 'file'.*MAX_ATTEMPTS = 'never'"):
        load_settings()


@pytest.mark.parametrize("missing", OSS)
def test_oss_in_part_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in OSS.items():
        if name != missing:
            monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"also set {missing}, or none") as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_settings_shown_hold_no_secret() -> None:
    settings = load_settings(
        database_url=f"postgresql://u:{SECRET}@h/d",
        redis_url=f"redis://:{SECRET}@h/0",
        oss_security_token=SECRET,
        **{name.lower(): value for name, value in OSS.items()},
    )
    assert SECRET not in repr(settings) + str(settings)


def test_a_redis_url_comes_before_host_and_port() -> None:
    settings = load_settings(redis_url="rediss://queue/0", redis_host="other")
    assert settings.effective_redis_url == "rediss://queue/0"


def test_folders_become_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(workspace_root_dir="work").workspace_root == tmp_path / "work"
    assert load_settings(workspace_root_dir="~/work").workspace_root == tmp_path / "work"


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingsError, match="There is no setting 'redis_prot': did you mean redis_port"):
        load_settings(redis_prot=1)


def test_a_named_file_is_read_instead_of_the_one_that_is_found(env_file: Path, tmp_path: Path) -> None:
    env_file.write_text("REDIS_HOST=here\nMAX_ATTEMPTS=7\n")
    named = tmp_path / "farm.env"
    named.write_text("REDIS_HOST=farm\n")
    settings = load_settings(named)
    assert (settings.redis_host, settings.max_attempts) == ("farm", 3)
    named.write_text("REDIS_PORT=many\n")
    with pytest.raises(SettingsError, match="REDIS_PORT = 'many'"):
        load_settings(named)


def test_what_it_was_told_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "farm.env"
    named.write_text("REDIS_HOST=farm\n")
    first = load_settings(named, max_attempts=9, upload_renders=True, render_manager_home=tmp_path / "home")
    for name, value in first.environment.items():
        monkeypatch.setenv(name, value)
    assert load_settings().model_dump() == first.model_dump()
