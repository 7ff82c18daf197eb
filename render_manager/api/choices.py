"""Words that are written as text or as enum members, one or several."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from render_manager.domain.errors import InvalidTask

Word = TypeVar("Word", bound=StrEnum)


def one_of(kind: type[Word], what: str, given: str) -> Word:
    """
    Raises:
        InvalidTask: it is none of them.
    """
    try:
        return kind(given)
    except ValueError:
        raise InvalidTask(f"{what} {given!r} is not known; use one of: {', '.join(kind)}.") from None


def some_of(kind: type[Word], what: str, given: str | Iterable[str] | None) -> list[Word]:
    """None: none of them. Raises InvalidTask as ``one_of`` does."""
    words = [given] if isinstance(given, str) else given or ()
    return [one_of(kind, what, word) for word in words]
