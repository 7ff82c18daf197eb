"""The bundle for support: what one would ask for first, without secrets."""

import json
import platform
import socket
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from render_manager import __version__
from render_manager.config import Settings
from render_manager.doctor.report import as_text
from render_manager.doctor.secrets import Secrets
from render_manager.doctor.settings import Reading, shown
from render_manager.domain.audit import AuditEntry
from render_manager.domain.checkup import Checkup
from render_manager.domain.errors import RenderManagerError, StoreUnavailable
from render_manager.storage.disk import full_disk_explained
from render_manager.store.engine import open_engine
from render_manager.store.migrate import check_version
from render_manager.store.probe import database_file
from render_manager.store.repository import SqlTaskStore

#: Of each log its last bytes, and of the record its last entries.
LOG_BYTES, ENTRIES = 64 * 1024, 50
#: The newest so many logs.
MOST_LOGS = 20


def write_bundle(path: Path, checkup: Checkup, read: Reading) -> None:
    """See the Doctor port."""
    members = dict(_members(checkup, read, Secrets.of_everywhere()))
    try:
        with full_disk_explained(path.parent), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in members.items():
                bundle.writestr(name, text)
    except OSError as error:
        raise RenderManagerError(f"The bundle {path} can't be written: {error.strerror or error}.") from error


def _members(checkup: Checkup, read: Reading, secrets: Secrets) -> Iterator[tuple[str, str]]:
    yield "report.json", json.dumps(checkup.to_json(), indent=2, ensure_ascii=False)  # its findings hold no secrets
    yield "report.txt", as_text(checkup)
    yield "versions.txt", "\n".join(_versions()) + "\n"
    if read.settings is None:
        yield "settings.txt", secrets.hide(f"{read.problem}\n")
        return
    yield "settings.txt", "\n".join(_settings(read.settings)) + "\n"
    for log in _logs(read.settings):
        yield f"logs/{log.name}", secrets.hide(_end_of(log))
    yield "record.json", secrets.hide(json.dumps(_record(read.settings), indent=2, ensure_ascii=False))


def _versions() -> Iterator[str]:
    yield f"Render Manager {__version__}"
    yield f"{datetime.now(UTC).isoformat(timespec='seconds')} on {socket.gethostname()}"
    yield f"{platform.platform()}, Python {sys.version.split()[0]} ({sys.executable})"
    yield ""
    yield from sorted({f"{package.name} {package.version}" for package in distributions()}, key=str.lower)


def _settings(settings: Settings) -> Iterator[str]:
    for name in Settings.model_fields:
        yield f"{name.upper()} = {shown(settings, name)}"


def _logs(settings: Settings) -> list[Path]:
    home = settings.render_manager_home
    found = [path for form in ("logs/*.log", "redis/*.log") for path in home.glob(form) if path.is_file()]
    return sorted(found, key=lambda path: path.stat().st_mtime)[-MOST_LOGS:]


def _end_of(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - LOG_BYTES, 0))
            return file.read().decode("utf-8", "replace")
    except OSError as error:
        return f"It can't be read: {error.strerror}.\n"


def _record(settings: Settings) -> object:
    """The last entries of who changed what."""
    try:
        engine = open_engine(settings.effective_database_url)
        store = SqlTaskStore(engine)
        try:
            if (file := database_file(engine)) and not file.exists():
                return "There is no database yet."
            check_version(engine)
            return [_entry(entry) for entry in store.history(limit=ENTRIES)]
        finally:
            store.close()
    except StoreUnavailable as error:
        return str(error)


def _entry(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds"),
        "actor": entry.actor,
        "action": entry.action.value,
        "task": entry.task_id,
        "worker": entry.worker,
        "frames": entry.frames,
        "attempt": entry.attempt,
        "why": entry.why,
    }
