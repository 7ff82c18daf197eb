"""Names that settings had elsewhere or before, and names that are none: values are taken over, and people are told."""

import difflib
import os
from collections.abc import Iterator, Mapping

from render_manager.settings.env_file import NAMED_BY, env_file, read_env_file
from render_manager.settings.fields import Fields

#: The value is taken over. Celery reads this one from the environment by itself: so must we, or there were two brokers.
RENAMED = {"CELERY_BROKER_URL": "BROKER_URL"}
#: What services with Celery and Redis often have in their `.env`, and what to do instead of setting it.
UNUSED = {
    "CELERY_RESULT_BACKEND": "results are in the database",
    "REDIS_DB": "write REDIS_URL=redis://host:6379/DB instead",
    "REDIS_PASSWORD": "write REDIS_URL=redis://:password@host:6379/0 instead",
}
#: How much alike a word and a setting's name are (1: the same) for one to be taken for the other, misspelt.
_ALIKE = 0.85


def given(named: Mapping[str, str | None]) -> dict[str, str]:
    """Values by the settings' names in lower case; an old name counts where the new one has no value."""
    values = {name.lower(): value for name, value in named.items() if value}
    for old, new in RENAMED.items():
        if value := values.get(old.lower()):
            values.setdefault(new.lower(), value)
    return values


def setting_warnings() -> list[str]:
    """What is to be said of the names in the environment and in `.env`, a sentence each. Raises SettingsError."""
    said = list(_renamed(os.environ, "the environment"))
    if (file := env_file()) is not None:
        named = read_env_file()
        said += [*_renamed(named, str(file)), *_unknown(named, str(file))]
    return said


def _renamed(named: Mapping[str, str | None], where: str) -> Iterator[str]:
    names = _names(named)
    for old, new in RENAMED.items():
        if old in names and new in names:
            yield f"{old} in {where} is not used, as {new} is set, too: remove it."
        elif old in names:
            yield f"{old} in {where} is called {new} now: rename it there."


def _unknown(named: Mapping[str, str | None], where: str) -> Iterator[str]:
    """Looked for in the file only: the environment is full of other programs' names."""
    known = {name.upper() for name in Fields.model_fields}
    for name in sorted(_names(named) - known - {NAMED_BY, *RENAMED}):
        if name in UNUSED:
            yield f"{name} in {where} is not used: {UNUSED[name]}."
        elif meant := meant_by(name):
            yield f"{name} in {where} is not known: did you mean {meant}?"


def meant_by(name: str) -> str | None:
    """The setting, in upper case, that a misspelt name is taken for."""
    known = sorted(setting.upper() for setting in Fields.model_fields)
    return next(iter(difflib.get_close_matches(name.upper(), known, n=1, cutoff=_ALIKE)), None)


def _names(named: Mapping[str, str | None]) -> set[str]:
    return {name.upper() for name, value in named.items() if value}
