"""Keeping secrets out of what the doctor says, whatever texts it is put together from."""

import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from render_manager.config import SECRET_NAMES, read_env_file
from render_manager.domain.errors import SettingsError

HIDDEN = "***"
#: What may be a secret by the name of its setting or variable.
_SUSPECT = re.compile(r"key|secret|token|passw|pwd|credential|auth", re.IGNORECASE)
#: Where a shell is and was: no password, and a report must show the paths below.
_FOLDERS = {"PWD", "OLDPWD"}
#: Shorter values are words such as "1" and "true" that stand everywhere; those of other programs more so.
_SHORTEST, _SHORTEST_OF_OTHERS = 4, 8
#: User and password of an address, and values that are called secret: in old logs they are others than today's.
_USER = re.compile(r"(?<=://)(?!(?:user)?:password@)[^\s/@]+(?=@)")  # but what we write as a form
_CALLED_SECRET = re.compile(
    r"((?:secret|token|passw|pwd|signature|accesskeyid)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s&;,'\"]+", re.IGNORECASE
)


class Secrets:
    """The values that must not be shown."""

    def __init__(self, values: Iterable[str]) -> None:
        # The longest first: one may be a part of another.
        self._values = sorted({value for value in values if len(value) >= _SHORTEST}, key=len, reverse=True)

    @classmethod
    def of_everywhere(cls) -> "Secrets":
        """All that the environment and the `.env` file have, of other programs, too."""
        try:
            file: Mapping[str, str | None] = read_env_file()
        except SettingsError:
            file = {}
        named = [*file.items(), *os.environ.items()]
        named = [(name, value) for name, value in named if name not in _FOLDERS]
        return cls(secret for name, value in named if value for secret in _secrets_of(name, value))

    def hide(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, HIDDEN)
        text = _USER.sub(HIDDEN, text)
        return _CALLED_SECRET.sub(rf"\g<1>{HIDDEN}", text)


def _secrets_of(name: str, value: str) -> Iterable[str]:
    if "://" in value:
        yield from _in_address(value)
    elif name.lower() in SECRET_NAMES or (_SUSPECT.search(name) and len(value) >= _SHORTEST_OF_OTHERS):
        yield value


def _in_address(url: str) -> Iterable[str]:
    try:
        parts = urlsplit(url)
        given = [parts.password or "", *(value for name, value in parse_qsl(parts.query) if _SUSPECT.search(name))]
    except ValueError:
        given = [url.partition("://")[2].rpartition("@")[0]]
    # A password may stand in a message as it was written, or as it is.
    for secret in given:
        yield from (secret, unquote(secret))
