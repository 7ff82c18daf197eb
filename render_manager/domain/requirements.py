"""What a task asks of the worker that renders it, and whether a worker has it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from render_manager.domain.errors import InvalidTask

#: In ``task_info`` under this key.
REQUIRES = "requires"
GIBIBYTE = 1024**3

_VERSION = r"\d{1,6}(?:\.\d{1,3}){0,2}"
_CONDITION = re.compile(rf"(?P<sign>>=|<=|==|=|>|<)?\s*(?P<low>{_VERSION})(?:\s*-\s*(?P<high>{_VERSION}))?")
_TAG = re.compile(r"[\w.:+-]{1,64}")
_STEPS = (1_000_000, 1_000, 1)
_BEYOND_ALL = 10**15


def version_number(version: str) -> int:
    """A version as one number that sorts: ``"4.2.1"`` → 4002001; 0 for what is none."""
    match = re.match(_VERSION, version.strip())
    return sum(int(part) * step for part, step in zip(match[0].split("."), _STEPS, strict=False)) if match else 0


def check_tag(tag: str) -> str:
    """The tag in lower case. Raises InvalidTask if it can't be one."""
    if not _TAG.fullmatch(tag):
        raise InvalidTask(f"Tag {tag!r} can't be used: write 1–64 letters, digits, _ . : + or -.")
    return tag.lower()


@dataclass(frozen=True)
class Requirements:
    """Nothing asked for by default.

    ``version`` of the engine: ``4.2`` (any 4.2.x), ``>=4.2``, ``3.6-4.2``, ``>=3.6,<4``. Every one of ``tags`` must
    be among the worker's. ``memory_gb``: GiB of memory its host must have in all.
    """

    version: str = ""
    tags: tuple[str, ...] = ()
    memory_gb: float = 0.0

    @classmethod
    def read(cls, value: object) -> Self:
        """From ``task_info["requires"]``: a mapping, or the same as JSON text as a command line gives it.

        Raises:
            InvalidTask: an unknown key or a value that does not fit.
        """
        if isinstance(value, str):
            try:
                value = json.loads(value) if value.strip() else {}
            except ValueError:
                value = None
        if not isinstance(value, Mapping):
            raise InvalidTask('task_info requires must be like {"version": ">=4.2", "tags": ["gpu"], "memory_gb": 32}.')
        given = cast("Mapping[str, object]", value)
        if unknown := set(given) - {"version", "tags", "memory_gb"}:
            raise InvalidTask(f"task_info requires: {min(unknown)!r} is not known; use version, tags or memory_gb.")
        tags = given.get("tags") or ()
        tags = tags.split(",") if isinstance(tags, str) else tags
        if not isinstance(tags, list | tuple):
            raise InvalidTask("task_info requires tags: give a list of words.")
        names = sorted({check_tag(str(tag).strip()) for tag in cast("list[object]", tags)})
        asked = cls(str(given.get("version") or "").strip(), tuple(names), _memory(given.get("memory_gb")))
        _ = asked.version_range  # raises if it can't be read
        return asked

    def __bool__(self) -> bool:
        return bool(self.version or self.tags or self.memory_gb)

    def to_info(self) -> dict[str, object]:
        """For ``task_info``: only what is asked for."""
        values = {"version": self.version, "tags": list(self.tags), "memory_gb": self.memory_gb}
        return {name: value for name, value in values.items() if value}

    @property
    def version_range(self) -> tuple[int, int]:
        """The version numbers that will do: from the first, below the second.

        Raises:
            InvalidTask: ``version`` can't be read.
        """
        low, below = 0, _BEYOND_ALL
        for part in filter(None, (part.strip() for part in self.version.split(","))):
            match = _CONDITION.fullmatch(part)
            if match is None or (match["high"] and match["sign"]):
                raise InvalidTask(
                    f"Required version {self.version!r} can't be read: write 4.2, >=4.2, 3.6-4.2 or >=3.6,<4."
                )
            first, after = version_number(match["low"]), _after(match["high"] or match["low"])
            sign = match["sign"] or "="
            low = max(low, after if sign == ">" else first if sign in (">=", "=", "==") else 0)
            below = min(below, first if sign == "<" else after if sign in ("<=", "=", "==") else _BEYOND_ALL)
        if low >= below:
            raise InvalidTask(f"Required version {self.version!r}: no version can be all of that.")
        return low, below

    @property
    def memory_bytes(self) -> int:
        return int(self.memory_gb * GIBIBYTE)

    def unmet(self, *, version: str, tags: tuple[str, ...], memory: int | None) -> list[str]:
        """What a worker with this version of the engine, these tags and this memory (bytes) lacks, in words."""
        low, below = self.version_range
        lacking = [f"version {self.version}"] if not low <= version_number(version) < below else []
        lacking += [f"tag {tag}" for tag in self.tags if tag not in tags]
        lacking += [f"{self.memory_gb:g} GB of memory"] if (memory or 0) < self.memory_bytes else []
        return lacking


def _after(version: str) -> int:
    """The first number beyond all versions that begin so: beyond 4.2 comes 4.3."""
    return version_number(version) + _STEPS[version.count(".")]


def _memory(value: object) -> float:
    try:
        memory = float(str(value or 0))
    except ValueError:
        memory = -1.0
    if not 0 <= memory <= 1_000_000:
        raise InvalidTask(f"Required memory {value!r} is no number of gigabytes: write 32.")
    return memory
