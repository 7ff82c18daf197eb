"""Names inside archives: what they were meant to be, and which of them may become files on any system."""

import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from render_manager.domain.errors import ArchiveError
from render_manager.domain.file_names import is_reserved

#: Chinese Windows writes GBK without saying so, macOS UTF-8; cp437 is what the zip format assumes.
_ENCODINGS = ("utf-8", "gb18030", "cp437")
_LONGEST_COMPONENT = 255  # bytes on Linux, characters on Windows
_LONG = "use shorter names or a workspace root with a shorter path"


def decode_names(names: Sequence[bytes]) -> list[str]:
    """The names in the first encoding that fits all of them: one program wrote them all."""
    for encoding in _ENCODINGS[:-1]:
        try:
            return [name.decode(encoding) for name in names]
        except UnicodeDecodeError:
            continue
    return [name.decode(_ENCODINGS[-1]) for name in names]


class MemberNames:
    """Checks the names of one archive's members one after the other.

    Refused is whatever climbs, is absolute, has another meaning on Windows (drives, streams, devices, names that it
    would trim) or would meet another member on a disk that ignores case.
    """

    def __init__(self, longest: int, limit: int) -> None:
        """``longest``: characters a whole path may have; ``limit``: how many members there may be."""
        self._longest = longest
        self._limit = limit
        self._count = 0
        self._is_folder: dict[str, bool] = {}

    def check(self, name: str, *, is_folder: bool) -> str | None:
        """The path to write the member to, with slashes; None for what nobody needs (macOS' litter, the root).

        Raises:
            ArchiveError: the name is refused, or there are too many members.
        """
        self._count += 1
        if self._count > self._limit:
            raise ArchiveError(f"it has more than {self._limit:,} members.")
        plain = name.replace("\\", "/")
        if _is_litter(plain):
            return None
        if plain.startswith("/"):
            raise ArchiveError(f"member {name!r} has an absolute path.")
        parts = [part for part in plain.split("/") if part not in ("", ".")]
        for part in parts:
            if problem := _problem_of(part):
                raise ArchiveError(f"member {name!r} {problem}.")
        if not parts:
            if is_folder:
                return None
            raise ArchiveError(f"member {name!r} has no name.")
        path = "/".join(parts)
        if len(path) > self._longest:
            raise ArchiveError(f"the path of member {name!r} is too long; {_LONG}.")
        self._take_place(name, parts, is_folder)
        return path

    def _take_place(self, name: str, parts: list[str], is_folder: bool) -> None:
        place = ""
        for depth, part in enumerate(parts, start=1):
            place += "/" + unicodedata.normalize("NFC", part).casefold()
            folder = is_folder or depth < len(parts)
            # Only folders may come twice.
            if place in self._is_folder and not (folder and self._is_folder[place]):
                raise ArchiveError(
                    f"member {name!r} would meet another one: their names are equal or differ in case only."
                )
            self._is_folder[place] = folder


def _is_litter(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or (bool(parts) and (parts[-1] == ".DS_Store" or parts[-1].startswith("._")))


def _problem_of(part: str) -> str | None:
    """Why ``part`` can't be the name of a file or folder; None if it can."""
    if part == "..":
        return "climbs out of the archive"
    if ":" in part:
        return "names a drive or a stream (':')"
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in part):
        return "has a control character in its name"
    if part[-1] in ". ":
        return "has a name that ends with a dot or a space, which Windows would drop"
    if is_reserved(part):
        return "has a name that is reserved on Windows"
    if len(part.encode()) > _LONGEST_COMPONENT:
        return f"has a name that is too long; {_LONG}"
    return None
