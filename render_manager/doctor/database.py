"""The database: whether it answers, how soon, and whether its tables are this program's."""

from collections.abc import Iterator
from pathlib import Path

from render_manager.config import Settings
from render_manager.doctor.findings import failed, milliseconds, note, ok, skipped, warning
from render_manager.doctor.volumes import network_share
from render_manager.domain.checkup import Finding
from render_manager.domain.errors import StoreUnavailable
from render_manager.storage.disk import readable
from render_manager.store.engine import open_engine
from render_manager.store.migrate import newest_version
from render_manager.store.probe import DatabaseFacts, database_file, look_at_database

_REACHABLE, _MIGRATED, _LATENCY = "database.reachable", "database.migrated", "database.latency"
_CLOCK, _PLACE, _SIZE = "database.clock", "database.place", "database.size"
_TITLES = {_MIGRATED: "Migrated", _LATENCY: "Latency", _CLOCK: "Clock", _SIZE: "Size"}
#: Seconds: each claim and each report of a frame takes several round trips.
SLOW = 0.02
#: Seconds by which clocks may differ before it is worth a word.
APART = 5.0
UPGRADE = "Run `render-manager db upgrade` once."


def look(settings: Settings) -> Iterator[Finding]:
    try:
        engine = open_engine(settings.effective_database_url)
    except StoreUnavailable as error:
        yield failed(_REACHABLE, "Reachable", str(error), "Name a place that can be written.")
        return
    try:
        file = database_file(engine)
        if file is not None:
            yield _place(file)
        if file is not None and not file.exists():
            yield from _not_made(settings, file)
            return
        try:
            facts = look_at_database(engine)
        except StoreUnavailable as error:
            yield failed(_REACHABLE, "Reachable", str(error), _how_to_reach(settings))
            for id, title in _TITLES.items():
                yield skipped(id, title, "the database")
            return
    finally:
        engine.dispose()
    yield ok(_REACHABLE, "Reachable", f"{'SQLite' if file else 'PostgreSQL'} answers.", facts.latency)
    yield _migrated(settings, facts.version)
    yield _latency(facts)
    yield _clock(facts)
    yield ok(_SIZE, _TITLES[_SIZE], readable(facts.size))


def _how_to_reach(settings: Settings) -> str:
    if settings.embedded_database:
        return "Move the file away if it is damaged; the program makes a new one."
    return "See that the server runs and lets this machine in, and correct DATABASE_URL (host, user, password, name)."


def _not_made(settings: Settings, file: Path) -> Iterator[Finding]:
    if settings.embedded_database:
        yield ok(_REACHABLE, "Reachable", f"There is no database yet; the program makes it at its first start: {file}.")
        return
    yield failed(_REACHABLE, "Reachable", f"There is no file {file}.", f"Correct DATABASE_URL, or: {UPGRADE}")
    yield skipped(_MIGRATED, _TITLES[_MIGRATED], "the database")


def _place(file: Path) -> Finding:
    if kind := network_share(file):
        return warning(
            _PLACE,
            "Place",
            f"The SQLite file {file} is on a network share ({kind}), where its locks can't be relied on.",
            "Keep it on a disk of this machine, or use PostgreSQL for several hosts (DATABASE_URL).",
        )
    return ok(_PLACE, "Place", str(file))


def _migrated(settings: Settings, found: str | None) -> Finding:
    needed = newest_version()
    if found == needed:
        return ok(_MIGRATED, _TITLES[_MIGRATED], f"Its tables are at version {found}.")
    if found is not None and found > needed:
        return failed(
            _MIGRATED,
            _TITLES[_MIGRATED],
            f"Its tables are at version {found}, newer than the {needed} of this program.",
            "Update this program.",
        )
    said = (
        f"Its tables are at version {found}, this program needs {needed}."
        if found
        else "It has no tables of Render Manager yet."
    )
    if settings.embedded_database:
        return note(_MIGRATED, _TITLES[_MIGRATED], said, "The program brings them up to date at its next start.")
    return failed(_MIGRATED, _TITLES[_MIGRATED], said, UPGRADE)


def _latency(facts: DatabaseFacts) -> Finding:
    said = f"{milliseconds(facts.latency)} for a question and its answer."
    if facts.latency > SLOW:
        advice = "Put the database nearer to the workers, or see what slows the network or its server."
        return warning(_LATENCY, _TITLES[_LATENCY], said, advice, facts.latency)
    return ok(_LATENCY, _TITLES[_LATENCY], said, facts.latency)


def _clock(facts: DatabaseFacts) -> Finding:
    ahead = facts.asked_at - facts.clock
    if abs(ahead) < APART:
        return ok(_CLOCK, _TITLES[_CLOCK], "This machine's clock and the database's agree.")
    seconds = f"{abs(ahead):.0f}"
    found = (
        f"This machine's clock is {seconds} s ahead of the database's."
        if ahead > 0
        else f"This machine's clock is {seconds} s behind the database's."
    )
    return note(
        _CLOCK,
        _TITLES[_CLOCK],
        f"{found} Tasks and leases go by the database's clock.",
        "Set this machine's clock, or that of the database's server, by NTP.",
    )
