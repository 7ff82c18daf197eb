"""One run of the benchmarks: where and when, and all that came of it. It is kept as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tests.benchmarks.machine import Machine, commit
from tests.benchmarks.rows import Row
from tests.benchmarks.runner import Outcome


@dataclass(frozen=True)
class Report:
    date: str  #: when it began, ISO 8601 in UTC
    commit: str | None  #: of the checkout, with "-dirty" when it differed from that
    machine: Machine
    outcomes: list[Outcome]
    note: str = ""  #: what else must be known of these figures; a new run has none

    @classmethod
    def begin(cls) -> "Report":
        """What is to be known before anything is measured, as measuring changes the load."""
        return cls(datetime.now(UTC).isoformat(timespec="seconds"), commit(), Machine.here(), [])

    @classmethod
    def read(cls, path: Path) -> "Report":
        """Raises:
        ValueError: the file is no report of this version; the message says what is wrong with it.
        OSError
        """
        try:
            return _JSON.validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ValueError(f"{path} is no report of these benchmarks: {place or 'it'}: {first['msg']}") from error

    def write(self, path: Path) -> None:
        path.write_bytes(_JSON.dump_json(self, indent=1) + b"\n")

    @property
    def rows(self) -> list[Row]:
        return [row for outcome in self.outcomes for row in outcome.rows]

    @property
    def ok(self) -> bool:
        """Nothing missed its bar and nothing broke; what was skipped is no failure."""
        return all(row.ok for row in self.rows) and not any(outcome.failed for outcome in self.outcomes)

    @property
    def minutes(self) -> float:
        return sum(outcome.seconds for outcome in self.outcomes) / 60


_JSON = TypeAdapter(Report)
