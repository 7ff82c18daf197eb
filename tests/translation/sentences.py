"""Sentences that the program says outside of the window: errors, notes, activities.

They are made of English f-strings in the services, the adapters and the workers, and some are kept in the database,
so they can't be translated where they are made. The window recognises them (``gui/sentences.py``) by the templates
that are found here: every text in those rooms that reads like prose, each value in it a numbered hole.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from render_manager.domain.states import FrameStatus, TaskStatus

ROOT = Path(__file__).parents[2]
PACKAGE = "render_manager"
#: Where sentences for people are made; ``config.py`` and the command line speak to a console only.
ROOMS = (
    "config.py",
    "settings",
    "domain",
    "services",
    "doctor",
    "store",
    "messaging",
    "storage",
    "bootstrap.py",
    "local_farm.py",
)
CONSOLE_ONLY = (
    "render_manager/settings/fields.py",  # for docs/settings.md
    "render_manager/store/tables.py",
    "workers/command.py",
    "workers/prefork.py",
)

#: Prose by its looks that no person ever reads in the window: names of threads, lines in logs, words for a shell.
NOT_SHOWN = frozenset(
    {
        "Arnold shutdown", "[Render Manager] {0}", "{0} does not start: {1}", "claim watch", "clean up old tasks",
        "contains legacy render layers", "dict[str, object]", "failed to render", "lane without ticket",
        "lease renewal", "log started", "look for work", "no run", "rendering with watermarks", "trim the record",
        "Value error", "appendonly no", "daemonize no", "task {0} frame {1}", "task {0} frame {1} attempt {2}",
        "upload of renders", "skipping '{0}'", "Error: {0}", "HTTP {0}", "port {0}", "reaps {0}", "requirepass {0}",
        "Maya's Render", "Render Manager {0}", "{0}, Python {1} ({2})", "REDIS_HOST = {0}:{1}", "Redis {0}",
        "Unreal Engine", "/Users/Shared/Epic Games/UE_5*", "No class set in Python Host Executor",
    }
)  # fmt: skip
#: Words by themselves that fill holes, and what has too few of them to read like prose.
WORDS = (
    *TaskStatus,
    *FrameStatus,
    "Downloading",
    "Unpacking",
    "{0} {1} % of {2}",
    "Removed",
    "tag {0}",
    "Tickets: {0}",
    "width",
    "height",
    *("Values", "File", "Names", "Reachable", "Version", "Latency", "Eviction", "Persistence", "Writable", "Queues"),
    *("Broker", "Migrated", "Clock", "Place", "Size", "Signature", "Bucket", "Permissions", "Folder", "Links", "Paths"),
    *("Window", "Checksums", "Images", "Fonts", "Workers", "Versions", "Disks", "Settings", "Database", "Workspaces"),
    *("Renderers", "write", "read", "list", "delete"),
    "frames",
    "min",
)

_FIELD = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}")
_CODE = re.compile(
    r"[|\\]|\.\*|^-|^//|^[A-Z]:|^(SELECT|INSERT|LOCK|PRAGMA|BEGIN|SET|EXTRACT)\b|^\(\(|IS NOT NULL|IN \(|DESC$|status ="
    r"|^(winget|brew|apt-get) |^workspace -fr|^\[ "
)
_SPEAKERS = {"log", "logger", "logging", "re", "sys"}
_NAMED_THREAD = {"Thread", "Periodic", "TypeVar"}


def templates() -> list[str]:
    """All there are, in the order of the alphabet."""
    found = {template for path in sources() for template in _of(path)}
    return sorted((found | set(map(str, WORDS))) - NOT_SHOWN)


def sources() -> Iterator[Path]:
    for room in (*(ROOT / PACKAGE / name for name in ROOMS), ROOT / "workers"):
        for path in sorted(room.rglob("*.py")) if room.is_dir() else [room]:
            relative = path.relative_to(ROOT).as_posix()
            if relative not in CONSOLE_ONLY and "/migrations/" not in relative:
                yield path


def _of(path: Path) -> Iterator[str]:
    for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
        template = text.strip(" \n;,")
        if _is_prose(template):
            yield template


def _texts(node: ast.AST) -> Iterator[str]:
    """Every text below the node that may be meant for people, as a template."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            yield _template(child)
            for value in child.values:
                yield from _texts(value)
        elif isinstance(child, ast.Constant):
            if isinstance(child.value, str):
                yield _numbered(child.value)
        elif not _is_for_machines(child):
            yield from _texts(child)


def _is_for_machines(node: ast.AST) -> bool:
    """Docstrings, type hints in quotes, lines of a log, names of threads, patterns."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.arg | ast.AnnAssign) and not getattr(node, "value", None):
        return True
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Attribute(value=ast.Name(id=name)) if name in _SPEAKERS:
            return True
        case ast.Name(id=name) if name in _NAMED_THREAD or name == "cast":
            return True
    return False


def _template(joined: ast.JoinedStr) -> str:
    parts: list[str] = []
    holes = 0
    for value in joined.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value).replace("{", "{{").replace("}", "}}"))
        else:
            parts.append(f"{{{holes}}}")
            holes += 1
    return "".join(parts)


def _numbered(text: str) -> str:
    """A plain text; one that ``str.format`` fills has holes with names."""
    holes = iter(range(100))
    if _FIELD.search(text):
        return _FIELD.sub(lambda _: f"{{{next(holes)}}}", text)
    return text.replace("{", "{{").replace("}", "}}")


def _is_prose(template: str) -> bool:
    words = re.findall(r"[A-Za-z’']{2,}", _FIELD.sub(" ", template))
    if _CODE.search(template) or not words:
        return False
    one_will_do = bool(_FIELD.search(template)) and len(words[0]) > 3
    return " " in template and (len(words) > 1 or one_will_do)
