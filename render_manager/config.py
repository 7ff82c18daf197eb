"""Settings: the environment and a `.env` file become one typed object. Every name is documented in `.env.example`."""

import difflib
import getpass
import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_config_path, user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from render_manager.domain.entities import Keep
from render_manager.domain.errors import InvalidTask, SettingsError
from render_manager.domain.requirements import check_tag

APP_NAME = "render-manager"
#: Their values appear in no message.
SECRET_NAMES = frozenset(
    {"oss_access_key_id", "oss_access_key_secret", "oss_security_token", "redis_url", "broker_url", "database_url"}
)
GIBIBYTE = 1024**3

_DATABASE_FORMS = {
    r"sqlite(?:\+aiosqlite|\+pysqlite)?": "sqlite",
    r"postgres(?:ql)?(?:\+psycopg|\+psycopg2|\+asyncpg)?|asyncpg|psycopg": "postgresql+psycopg",
}


def _no_control_characters(value: str) -> str:
    # dotenv reads "C:\bin" in double quotes as C:<backspace>in.
    if any(ord(char) < 32 for char in value):
        raise ValueError(
            "it holds a control character, as when a backslash path stands in double quotes: "
            "write it without quotes or in single quotes"
        )
    return value


def _database_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    dialect = next((known for form, known in _DATABASE_FORMS.items() if re.fullmatch(form, scheme)), None)
    if not separator or dialect is None:
        raise ValueError("use sqlite:///path/to/file or postgresql://user:password@host:5432/name")
    if dialect != "sqlite":
        _check_server(value)
    if dialect == "sqlite" and not rest.startswith("/"):
        rest = "/" + rest  # the form sqlite://db.sqlite3 of other programs: a relative file
    if dialect == "sqlite" and rest in ("/", "/:memory:"):
        raise ValueError("a database in memory can't be shared with workers: name a file")
    return f"{dialect}://{rest}"


def _redis_url(value: SecretStr) -> SecretStr:
    if not re.match(r"(redis|rediss|unix)://", value.get_secret_value()):
        raise ValueError("use redis://:password@host:6379/0, or rediss:// for TLS")
    _no_control_characters(value.get_secret_value())
    _check_server(value.get_secret_value())
    return value


def _broker_url(value: SecretStr) -> SecretStr:
    if not re.match(r"(redis|rediss|amqp|amqps|pyamqp)://", value.get_secret_value()):
        raise ValueError("use amqp://user:password@host:5672/vhost (RabbitMQ), or leave it out for Redis")
    _no_control_characters(value.get_secret_value())
    _check_server(value.get_secret_value())
    return value


def _check_server(url: str) -> None:
    """Refuse an address whose password would be taken for the host's name, and then be shown as such."""
    try:
        parts = urlsplit(url)
        broken = parts.port == 0 or parts.netloc.count("@") > 1 or "@" in parts.path + parts.query + parts.fragment
    except ValueError:
        broken = True
    if broken:
        raise ValueError("its host or port can't be read: in a password write @ as %40, / as %2F, # as %23, ? as %3F")


def _tags(value: str) -> str:
    try:
        return ",".join(sorted({check_tag(tag) for tag in re.split(r"[,\s]+", value) if tag}))
    except InvalidTask as error:
        raise ValueError(str(error)) from error


def _folder_name(value: str) -> str:
    plain = value.strip(". ") == value and value.casefold() not in ("logs", "tmp")
    if not plain or not re.fullmatch(r"[^\\/:*?\"<>|\x00-\x1f]+", value):
        raise ValueError("use a plain folder name without separators, other than 'logs' and 'tmp'")
    return value


def _prefix(value: str) -> str:
    plain = value.strip("/")
    if "\\" in plain or {"", ".", ".."} & set(plain.split("/")):
        raise ValueError("use folder names with slashes between, such as results or films/results")
    return plain


def _endpoint(value: str) -> str:
    if not re.fullmatch(r"(https?://)?[A-Za-z0-9.\-\[\]:]+/?", value):
        raise ValueError("use for example https://oss-cn-hangzhou.aliyuncs.com")
    return value.rstrip("/")


def _absolute(value: Path) -> Path:
    return Path(os.path.abspath(value.expanduser()))


Text = Annotated[str, AfterValidator(_no_control_characters)]
FolderName = Annotated[str, AfterValidator(_no_control_characters), AfterValidator(_folder_name)]
Folder = Annotated[
    Path,
    BeforeValidator(lambda value: _no_control_characters(str(value))),
    AfterValidator(_absolute),
]


class Settings(BaseSettings):
    """One attribute per setting, in lower case."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    # Where things are kept
    render_manager_home: Folder = Field(default_factory=lambda: user_data_path(APP_NAME, appauthor=False))
    database_url: Annotated[Text, AfterValidator(_database_url)] | None = Field(default=None, repr=False)
    redis_host: Text | None = None
    redis_port: int = Field(default=6379, ge=1, le=65535)
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = None
    broker_url: Annotated[SecretStr, AfterValidator(_broker_url)] | None = None
    oss_endpoint: Annotated[Text, AfterValidator(_endpoint)] | None = None
    oss_access_key_id: Text | None = Field(default=None, repr=False)
    oss_access_key_secret: SecretStr | None = None
    oss_bucket_name: Text | None = None
    oss_region: Text | None = None
    oss_security_token: SecretStr | None = None
    oss_is_cname: bool = False
    upload_prefix: Text = "uploads"
    upload_renders: bool = False
    results_prefix: Annotated[Text, AfterValidator(_prefix)] = "results"

    # Workspaces
    workspace_root_dir: Folder | None = None
    source_dir_name: FolderName = "source"
    project_dir_name: FolderName = "project"
    renders_dir_name: FolderName = "Sys_Default_Renders"
    max_unpacked_gb: float = Field(default=200.0, gt=0)
    min_free_disk_gb: float = Field(default=1.0, ge=0)
    download_cache_gb: float = Field(default=50.0, ge=0)
    cleanup_after_days: float | None = Field(default=None, gt=0)
    cleanup_keep: Keep = Keep.NOTHING

    # Renderers
    blender_executable: Folder | None = None
    maya_executable: Folder | None = None
    ue_executable: Folder | None = None

    # The farm
    max_frames: int = Field(default=1_000_000, ge=1, le=10_000_000)
    lease_seconds: float = Field(default=60.0, ge=1)
    heartbeat_seconds: float = Field(default=5.0, gt=0)
    max_attempts: int = Field(default=3, ge=1, le=100_000)
    fair_shares: bool = False
    worker_tags: Annotated[Text, AfterValidator(_tags)] | None = None
    audit_entries_per_task: int = Field(default=5000, ge=10)
    audit_days: float = Field(default=90.0, gt=0)
    default_user: Text | None = None

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
        return init_settings, env_settings, _DotEnv(settings_cls, named)

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


class _DotEnv(PydanticBaseSettingsSource):
    """The `.env` file, read without the traps: no ``${…}`` interpolation in secrets, BOM and GB18030 understood."""

    def __init__(self, settings_cls: type[BaseSettings], named: Path | None) -> None:
        super().__init__(settings_cls)
        self._named = named

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False  # asked for by the base class; __call__ answers for all

    def __call__(self) -> dict[str, Any]:
        values = {name.lower(): value for name, value in read_env_file(self._named).items()}
        return {name: value for name, value in values.items() if name in self.settings_cls.model_fields and value}


def env_file() -> Path | None:
    """RENDER_MANAGER_ENV_FILE, else `.env` in the current folder, else in the user's configuration folder."""
    if named := os.environ.get("RENDER_MANAGER_ENV_FILE"):
        if not Path(named).is_file():
            raise SettingsError(f"RENDER_MANAGER_ENV_FILE = {named!r}: there is no such file.")
        return Path(named)
    candidates = (Path.cwd() / ".env", user_config_path(APP_NAME, appauthor=False) / ".env")
    return next((path for path in candidates if path.is_file()), None)


def read_env_file(named: Path | None = None) -> Mapping[str, str | None]:
    path = named or env_file()
    if path is None:
        return {}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")  # saved by an editor of a Chinese Windows
        except UnicodeDecodeError:
            raise SettingsError(f"{path} is no text in UTF-8 or GB18030: save it as UTF-8.") from None
    return dotenv_values(stream=StringIO(text), interpolate=False)


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
        named = [*read_env_file(env_file).items(), *os.environ.items()]
        given = {name.lower(): value for name, value in named if value} | overrides
        raise SettingsError(" ".join(_sentence(detail, given) for detail in error.errors())) from None
    settings._told.update({name.upper(): str(value) for name, value in overrides.items()})
    if env_file is not None:
        settings._told["RENDER_MANAGER_ENV_FILE"] = str(env_file.absolute())
    return settings


def _check_known(name: str) -> None:
    if name not in Settings.model_fields:
        alike = difflib.get_close_matches(name, Settings.model_fields, 1)
        hint = f"did you mean {alike[0]}?" if alike else "all are in .env.example, and are written in lower case here."
        raise SettingsError(f"There is no setting {name!r}: {hint}")


def _sentence(detail: Any, given: Mapping[str, Any]) -> str:
    reason = detail["msg"].removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:] if not detail["loc"] else reason
    if not detail["loc"]:
        return f"Settings: {detail['msg'].removeprefix('Value error, ')}."
    name = str(detail["loc"][0])
    value = "(secret)" if name in SECRET_NAMES else repr(given.get(name))
    return f"{name.upper()} = {value} is not valid: {reason}."
