"""The settings: what is set, where, and what is wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from render_manager.config import Settings, load_settings, sources
from render_manager.doctor.findings import failed, note, ok, warning
from render_manager.domain.checkup import Finding
from render_manager.domain.errors import SettingsError
from render_manager.settings.env_file import env_file
from render_manager.settings.fields import SECRET_NAMES
from render_manager.settings.old_names import setting_warnings

_VALID, _FILE, _NAMES = "settings.valid", "settings.file", "settings.names"


@dataclass(frozen=True)
class Reading:
    """The settings as far as they can be read.

    Attributes:
        settings: with defaults for those that are wrong; None where that can't be done.
        problem: what is wrong, in a sentence.
        wrong: the names of those that are, in lower case.
    """

    settings: Settings | None
    problem: str = ""
    wrong: tuple[str, ...] = ()


def read(load: Callable[[], Settings]) -> Reading:
    try:
        return Reading(load())
    except SettingsError as error:
        if not error.names:
            return Reading(None, str(error))
        fields = Settings.model_fields
        right = {name: fields[name].get_default(call_default_factory=True) for name in error.names}
        try:
            return Reading(load_settings(**right), str(error), error.names)
        except SettingsError:
            return Reading(None, str(error), error.names)


def look(read: Reading) -> Iterator[Finding]:
    if read.problem:
        yield failed(_VALID, "Values", read.problem, "Put it right in the environment or the .env file.")
    else:
        yield ok(_VALID, "Values", "All values can be used.")
    try:
        file = env_file()
        yield (
            ok(_FILE, "File", str(file))
            if file
            else note(_FILE, "File", "There is no .env file: the environment and the defaults hold.")
        )
        yield _names()
        where = sources()
    except SettingsError as error:
        yield failed(_FILE, "File", str(error), "Put the file right, or name another by RENDER_MANAGER_ENV_FILE.")
        return
    if read.settings is not None:
        for name, source in sorted(where.items()):
            if name not in read.wrong:
                id = f"settings.value.{name.replace('_', '-')}"
                yield ok(id, name.upper(), f"{shown(read.settings, name)} (from {source})")


def shown(settings: Settings, name: str) -> str:
    """A setting's value for people, never a secret."""
    value = getattr(settings, name)
    if value is None:
        return "not set"
    return "(secret)" if name in SECRET_NAMES or isinstance(value, SecretStr) else str(value)


def _names() -> Finding:
    said = setting_warnings()
    if not said:
        return ok(_NAMES, "Names", "No name is misspelt, was renamed, or is no longer used.")
    return warning(_NAMES, "Names", " ".join(said), "Correct the names; docs/settings.md has them all.")
