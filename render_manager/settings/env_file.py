"""The `.env` file, read without the traps: no ``${…}`` interpolation in secrets, BOM and GB18030 understood."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from platformdirs import user_config_path

from render_manager.domain.errors import SettingsError
from render_manager.settings.fields import APP_NAME

#: The environment's name for the file itself.
NAMED_BY = "RENDER_MANAGER_ENV_FILE"


def env_file() -> Path | None:
    """RENDER_MANAGER_ENV_FILE, else `.env` in the current folder, else in the user's configuration folder."""
    if named := os.environ.get(NAMED_BY):
        if not Path(named).is_file():
            raise SettingsError(f"{NAMED_BY} = {named!r}: there is no such file.")
        return Path(named)
    candidates = (Path.cwd() / ".env", user_config_path(APP_NAME, appauthor=False) / ".env")
    return next((path for path in candidates if path.is_file()), None)


def read_env_file(named: Path | None = None) -> Mapping[str, str | None]:
    """The names in it, or in another file that is ``named``, with their values. Raises SettingsError."""
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
