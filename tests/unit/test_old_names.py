"""Names of settings that are others' or nobody's: what they say is taken over, or their writer is told."""

from pathlib import Path

import pytest

from render_manager.config import load_settings
from render_manager.domain.errors import SettingsError
from render_manager.messaging.celery_app import make_app
from render_manager.settings.fields import Fields
from render_manager.settings.old_names import RENAMED, UNUSED, setting_warnings

AMQP = "amqp://render:hunter2@queue:5672/farm"


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "farm.env"
    path.touch()
    monkeypatch.setenv("RENDER_MANAGER_ENV_FILE", str(path))
    return path


def _broker() -> str | None:
    url = load_settings().broker_url
    return url and url.get_secret_value()


def test_every_other_name_leads_somewhere() -> None:
    known = {name.upper() for name in Fields.model_fields}
    assert set(RENAMED.values()) <= known
    assert not {*RENAMED, *UNUSED} & known


@pytest.mark.parametrize("old", RENAMED)
def test_the_value_of_an_old_name_is_taken_over_and_said_so(env_file: Path, old: str) -> None:
    env_file.write_text(f"{old}={AMQP}\n")
    assert _broker() == AMQP
    assert setting_warnings() == [f"{old} in {env_file} is called {RENAMED[old]} now: rename it there."]


def test_the_new_name_comes_first(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("CELERY_BROKER_URL=redis://old/0\nBROKER_URL=redis://new/0\n")
    assert _broker() == "redis://new/0"
    assert setting_warnings() == [f"CELERY_BROKER_URL in {env_file} is not used, as BROKER_URL is set, too: remove it."]
    monkeypatch.setenv("CELERY_BROKER_URL", AMQP)
    assert _broker() == AMQP, "the environment comes before the file, by whichever name"
    assert "CELERY_BROKER_URL in the environment is called BROKER_URL now: rename it there." in setting_warnings()


def test_celery_uses_the_broker_that_we_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", AMQP)
    app = make_app("redis://ours:6379/0")
    assert app.connection_for_write().hostname == app.connection_for_read().hostname == "ours"
    app.close()


def test_a_wrong_value_under_an_old_name_is_named(env_file: Path) -> None:
    env_file.write_text("CELERY_BROKER_URL=memory://hunter2\n")
    with pytest.raises(SettingsError, match=r"BROKER_URL = \(secret\) is not valid: use amqp"):
        load_settings()


def test_what_is_not_used_any_more_is_said_with_what_to_do(env_file: Path) -> None:
    env_file.write_text("".join(f"{name}=hunter2\n" for name in UNUSED))
    said = setting_warnings()
    assert said == [f"{name} in {env_file} is not used: {UNUSED[name]}." for name in sorted(UNUSED)]
    assert "hunter2" not in str(said)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("BLENDER_EXECUTABEL", "BLENDER_EXECUTABLE"),
        ("blender_executabel", "BLENDER_EXECUTABLE"),
        ("WORKSPACE_ROOT", "WORKSPACE_ROOT_DIR"),
        ("OSS_ACCESS_KEY", "OSS_ACCESS_KEY_ID"),
        ("OSS_BUCKETNAME", "OSS_BUCKET_NAME"),
        ("DATABASEURL", "DATABASE_URL"),
        ("RENDER_DIR_NAME", "RENDERS_DIR_NAME"),
        ("LEASE_SECOND", "LEASE_SECONDS"),
    ],
)
def test_a_misspelt_name_is_asked_about(env_file: Path, written: str, meant: str) -> None:
    env_file.write_text(f"{written}=hunter2\n")
    assert setting_warnings() == [f"{written.upper()} in {env_file} is not known: did you mean {meant}?"]


@pytest.mark.parametrize("name", ["HOST", "POSTGRES_HOST", "POSTGRES_PASSWORD", "SECRET_KEY", "LOG_LEVEL", "OSS_ACL"])
def test_names_of_other_programs_are_none_of_ours(env_file: Path, name: str) -> None:
    env_file.write_text(f"{name}=x\nREDIS_HOST=queue\nRENDER_MANAGER_ENV_FILE=x\nBLENDER_EXECUTABEL=\n")
    assert setting_warnings() == []


def test_other_programs_names_in_the_environment_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_PASSWORD", "REDIS_HOSTS", "DATABASE_URLS"):
        monkeypatch.setenv(name, "x")
    assert setting_warnings() == []
