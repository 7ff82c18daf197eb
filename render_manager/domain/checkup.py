"""What an examination of the program and its surroundings found."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class FindingState(StrEnum):
    """From well to ill."""

    OK = "ok"
    SKIPPED = "skipped"  #: it could not be looked at: what it needs is not there
    NOTE = "note"  #: worth knowing, and nothing to be done
    WARNING = "warning"  #: it works, but not well, or not for long
    FAILED = "failed"

    @property
    def is_problem(self) -> bool:
        return self in (FindingState.WARNING, FindingState.FAILED)


class Group(StrEnum):
    """What is looked at together. Declared in the order of a report."""

    SETTINGS = "settings"
    REDIS = "redis"
    DATABASE = "database"
    OBJECT_STORE = "object-store"
    WORKSPACE = "workspace"
    RENDERERS = "renderers"
    MACHINE = "machine"
    FARM = "farm"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    id: str  #: "redis.eviction-policy": the group's name first; it stays the same from version to version
    title: str
    state: FindingState
    found: str
    advice: str = ""  #: what to do about it
    seconds: float | None = None  #: that the answer took, where that says something

    @property
    def group(self) -> Group:
        return Group(self.id.partition(".")[0])


@dataclass(frozen=True)
class Checkup:
    """All of one examination, in the order in which it is told."""

    findings: Sequence[Finding]

    @property
    def worst(self) -> FindingState:
        """OK if nothing was found."""
        order = list(FindingState)
        return max((finding.state for finding in self.findings), key=order.index, default=FindingState.OK)

    @property
    def failed(self) -> bool:
        """Whether something must be put right."""
        return self.worst is FindingState.FAILED

    def by_group(self) -> dict[Group, list[Finding]]:
        """The groups that were looked at, in their order."""
        found: dict[Group, list[Finding]] = {}
        for group in Group:
            if mine := [finding for finding in self.findings if finding.group is group]:
                found[group] = mine
        return found

    def to_json(self) -> dict[str, object]:
        """Of plain values only."""
        return {"worst": self.worst.value, "findings": [as_json(finding) for finding in self.findings]}


def as_json(finding: Finding) -> dict[str, object]:
    return {**asdict(finding), "group": finding.group.value, "state": finding.state.value}


def counts(findings: Iterable[Finding]) -> dict[FindingState, int]:
    """How many are in each state."""
    found = dict.fromkeys(FindingState, 0)
    for finding in findings:
        found[finding.state] += 1
    return found
