"""The command line as the program reads it."""

import re
from collections.abc import Sequence


class CommandLine:
    """Positional words and switches; names in any case, the first of several wins, unknown ones are welcome."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.positional: list[str] = []
        self._switches: dict[str, str] = {}
        words: list[str] = []
        for argument in arguments:
            if not argument.startswith("-"):
                self.positional.append(argument.strip('"'))
                words.append(_quoted(argument))
                continue
            name, equals, value = argument[1:].partition("=")
            self._switches.setdefault(name.lower(), value.strip('"'))
            words.append(f"-{name}={_quoted(value)}" if equals else argument)
        #: As one line, the way a script sees it.
        self.text = " ".join(words)

    def has(self, name: str) -> bool:
        return name.lower() in self._switches

    def value(self, name: str) -> str:
        """What stands behind ``-name=``; empty if it is not there."""
        return self._switches.get(name.lower(), "")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.value(name))
        except ValueError:
            return default


def _quoted(value: str) -> str:
    """Outside Windows the program itself puts values with spaces into quotes."""
    return f'"{value}"' if " " in value and not value.startswith('"') else value


def value_in(line: str, name: str) -> str | None:
    """The value of ``-name=`` in a line, as the program looks for it on Windows: without a quotation mark right behind
    the equals sign it ends at the next space."""
    found = re.search(rf'-{re.escape(name)}=(?:"([^"]*)"|(\S*))', line, re.IGNORECASE)
    return next((group for group in found.groups() if group is not None), None) if found else None
