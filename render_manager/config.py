"""Settings: the environment and a `.env` file become one typed object. Each is declared in `settings/fields.py`."""

import getpass
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

from render_manager.domain.errors import SettingsError
from render_manager.settings.env_file import env_file, read_env_file
from render_manager.settings.fields import SECRET_NAMES, Fields
from render_manager.settings.old_names import given, meant_by

GIBIBYTE = 1024**3


class Settings(Fields):
    """The settings, agreeing with one another, and what follows from them."""

    _told: dict[str, str] = PrivateAttr(default_factory=dict[str, str])

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        oss = {
            "OSS_ENDPOINT": self.oss_endpoint,
            "OSS_ACCESS_KEY_ID": self.oss_access_key_id,
            "OSS_ACCESS_KEY_SECRET": self.oss_access_key_secret,
            "OSS_BUCKET_NAME": self.oss_bucket_name,
        }
        missing = [name for name, value in oss.items() if not value]
        if missing and len(missing) < len(oss):
            raise ValueError(f"OSS is configured in part: also set {', '.join(missing)}, or none of them")
        names = (self.source_dir_name, self.project_dir_name, self.renders_dir_name)
        if len({name.casefold() for name in names}) < len(names):
            raise ValueError("SOURCE_DIR_NAME, PROJECT_DIR_NAME and RENDERS_DIR_NAME must differ from one another")
        if self.lease_seconds < 3 * self.heartbeat_seconds:
            raise ValueError("LEASE_SECONDS must be at least three times HEARTBEAT_SECONDS")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        assert isinstance(dotenv_settings, DotEnvSettingsSource)
        named = dotenv_settings.env_file
        assert named is None or isinstance(named, Path)
        return init_settings, _Given(settings_cls, os.environ), _Given(settings_cls, read_env_file(named))

    # -- what follows from the settings --------------------------------------------------------------------------

    @property
    def uses_oss(self) -> bool:
        return self.oss_endpoint is not None

    @property
    def embedded_redis(self) -> bool:
        """Whether the program runs its own Redis."""
        return self.redis_url is None and self.redis_host is None

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the one file in the home folder, migrated by the program itself."""
        return self.database_url is None

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.render_manager_home / 'render-manager.sqlite3').as_posix()}"

    @property
    def effective_redis_url(self) -> str | None:
        """The configured Redis; None where the embedded one is used."""
        if self.redis_url is not None:
            return self.redis_url.get_secret_value()
        return f"redis://{self.redis_host}:{self.redis_port}/0" if self.redis_host else None

    @property
    def workspace_root(self) -> Path:
        return self.workspace_root_dir or self.render_manager_home / "workspaces"

    @property
    def objects_root(self) -> Path:
        """The folder that stands in for OSS when none is configured."""
        return self.render_manager_home / "objects"

    @property
    def images_folder(self) -> Path:
        """Where images are kept that were fetched from the object store to be looked at."""
        return self.render_manager_home / "images"

    @property
    def logs_folder(self) -> Path:
        """Where frames' logs are kept that were fetched from the object store to be read."""
        return self.render_manager_home / "frame_logs"

    @property
    def tags(self) -> tuple[str, ...]:
        """The words of WORKER_TAGS."""
        return tuple(self.worker_tags.split(",")) if self.worker_tags else ()

    @property
    def max_unpacked_bytes(self) -> int:
        return int(self.max_unpacked_gb * GIBIBYTE)

    @property
    def min_free_bytes(self) -> int:
        return int(self.min_free_disk_gb * GIBIBYTE)

    @property
    def download_cache_bytes(self) -> int:
        return int(self.download_cache_gb * GIBIBYTE)

    @property
    def environment(self) -> dict[str, str]:
        """What a program started from here needs in its environment, beside ours, to come to the same settings."""
        return {"RENDER_MANAGER_HOME": str(self.render_manager_home), **self._told}

    @property
    def user(self) -> str:
        """Whose tasks one submits when no user is named."""
        if self.default_user:
            return self.default_user
        try:
            return re.sub(r"[^\w.@+=-]", "_", getpass.getuser()) or "user"
        except (OSError, KeyError, ImportError):  # a container's user without a name
            return "user"


class _Given(PydanticBaseSettingsSource):
    """Values by their names, from wherever."""

    def __init__(self, settings_cls: type[BaseSettings], named: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self._values = given(named)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name), field_name, False  # asked for by the base class; __call__ answers for all

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in self._values.items() if name in self.settings_cls.model_fields}


def load_settings(env_file: Path | None = None, **overrides: Any) -> Settings:
    """The settings as environment and `.env` have them; ``overrides`` (lower-case names) come first.

    ``env_file``: read instead of the one that would be found.

    Raises:
        SettingsError: a value is wrong; the message names the setting, the value (never a secret) and the fix.
    """
    if env_file is not None and not env_file.is_file():
        raise SettingsError(f"The settings file {env_file} does not exist.")
    for name in overrides:
        _check_known(name)
    arguments: dict[str, Any] = {**overrides, "_env_file": env_file}
    try:
        settings = Settings(**arguments)
    except ValidationError as error:
        values = given(read_env_file(env_file)) | given(os.environ) | overrides
        names = [str(detail["loc"][0]) for detail in error.errors() if detail["loc"]]
        sentences = [_sentence(detail, values) for detail in error.errors()]
        raise SettingsError(" ".join(sentences), names if len(names) == len(sentences) else ()) from None
    settings._told.update({name.upper(): str(value) for name, value in overrides.items()})
    if env_file is not None:
        settings._told["RENDER_MANAGER_ENV_FILE"] = str(env_file.absolute())
    return settings


def _check_known(name: str) -> None:
    if name not in Settings.model_fields:
        meant = meant_by(name)
        hint = f"did you mean {meant.lower()}?" if meant else "docs/settings.md has all; here in lower case."
        raise SettingsError(f"There is no setting {name!r}: {hint}")


def sources() -> dict[str, str]:
    """Where each setting that is set, in lower case, has its value from. Raises SettingsError."""
    found = dict.fromkeys(given(read_env_file()), str(env_file()))
    found |= dict.fromkeys(given(os.environ), "environment")
    return {name: source for name, source in found.items() if name in Settings.model_fields}


def _sentence(detail: Any, values: Mapping[str, Any]) -> str:
    reason = detail["msg"].removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:] if not detail["loc"] else reason
    if not detail["loc"]:
        return f"Settings: {detail['msg'].removeprefix('Value error, ')}."
    name = str(detail["loc"][0])
    value = "(secret)" if name in SECRET_NAMES else repr(values.get(name))
    return f"{name.upper()} = {value} is not valid: {reason}."
