"""`python -m tests.settings_docs` writes what there is to read about settings, from where they are declared."""

import textwrap
from collections.abc import Iterator
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from render_manager.settings.fields import Fields, Group, extra_of

ROOT = Path(__file__).parents[1]
WIDTH = 118
EXAMPLE_HEAD = """\
# Render Manager: every setting, with its default. Copy this file to .env and uncomment what you change.
# It is read from RENDER_MANAGER_ENV_FILE, else from .env in the current folder, else from the user's configuration
# folder; the environment comes first. Write Windows paths without quotes or in single quotes: C:\\render\\work
"""
PAGE_HEAD = """\
# Settings

Each can stand in the environment or in a `.env` file, which is read from `RENDER_MANAGER_ENV_FILE`, else from the
current folder, else from the user's configuration folder; the environment comes first. `.env.example` is a file to
start from. Without any, everything runs on one machine. Write Windows paths without quotes or in single quotes.

*Who* needs a setting: **all, alike**: every machine of a farm, with the same value; **each its own**: every machine;
**hosts**: machines that render; **desks**: machines where people submit and watch. 🔒 is a secret: it appears in no
message and no log, and renderers never get it.

A name that is misspelt, or no longer used, is named in a warning at the start.
"""
#: Of a value's type, for people.
WORDS = {bool: "true or false", int: "whole number", float: "number", Path: "path"}


def example() -> str:
    """The text of `.env.example`."""
    parts = [EXAMPLE_HEAD]
    for group, names in _groups():
        parts.append(f"\n# --- {group.title} {'-' * (WIDTH - len(group.title) - 6)}\n")
        parts.append(_comment(group.about))
        for name in names:
            parts.append(_comment(_what(name)))
            parts.append(f"#{name.upper()}={_default(name)}\n")
    return "".join(parts)


def page() -> str:
    """The text of `docs/settings.md`."""
    lines = [PAGE_HEAD]
    for group, names in _groups():
        lines += [f"## {group.title}\n", *([f"{group.about}\n"] if group.about else [])]
        lines += ["| setting | value | default | who | what it does |", "|---|---|---|---|---|"]
        lines += [_row(name) for name in names]
        lines.append("")
    return "\n".join(lines)


def _groups() -> Iterator[tuple[Group, list[str]]]:
    for group, names in groupby(Fields.model_fields, lambda name: extra_of(name, "group")):
        yield group, list(names)


def _row(name: str) -> str:
    default, lock = _default(name), " 🔒" if extra_of(name, "secret") else ""
    cells = (
        f"`{name.upper()}`{lock}",
        _value(name),
        f"`{default}`" if default else "",
        extra_of(name, "who"),
        _what(name).replace("|", "\\|"),
    )
    return f"| {' | '.join(cells)} |"


def _what(name: str) -> str:
    return Fields.model_fields[name].description or ""


def _value(name: str) -> str:
    field = Fields.model_fields[name]
    kind = _kind(field)
    if issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    return ", ".join([extra_of(name, "unit") or WORDS.get(kind, "text"), *_bounds(field)])


def _kind(field: FieldInfo) -> type:
    """The plain type of a value that may be none and may be checked."""
    found: Any = field.annotation
    while arguments := [one for one in get_args(found) if one is not type(None)]:
        found = arguments[0]
    return found


def _bounds(field: FieldInfo) -> Iterator[str]:
    for limit in field.metadata:
        for name, word in (("gt", "above"), ("ge", "at least"), ("le", "at most")):
            if (bound := getattr(limit, name, None)) is not None:
                yield f"{word} {bound:,}"


def _default(name: str) -> str:
    default = Fields.model_fields[name].default
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Enum):
        return str(default.value)
    if isinstance(default, float):
        return f"{default:g}"
    return str(default) if isinstance(default, str | int) else ""


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False, break_long_words=False))


FILES = {ROOT / ".env.example": example, ROOT / "docs" / "settings.md": page}

if __name__ == "__main__":
    for file, text in FILES.items():
        file.write_text(text(), encoding="utf-8", newline="\n")
