"""The values that settings may have: each form checks, and says what to write instead."""

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from render_manager.domain.errors import InvalidTask
from render_manager.domain.requirements import check_tag

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
DatabaseUrl = Annotated[Text, AfterValidator(_database_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
BrokerUrl = Annotated[SecretStr, AfterValidator(_broker_url)]
Endpoint = Annotated[Text, AfterValidator(_endpoint)]
Prefix = Annotated[Text, AfterValidator(_prefix)]
Tags = Annotated[Text, AfterValidator(_tags)]
FolderName = Annotated[Text, AfterValidator(_folder_name)]
Folder = Annotated[
    Path,
    BeforeValidator(lambda value: _no_control_characters(str(value))),
    AfterValidator(_absolute),
]
