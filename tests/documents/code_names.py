"""Names of the code: what is defined in it, by the last part of a dotted name."""

import ast
import functools
import re

from tests.support.documents import ROOT

_FOLDERS = ("render_manager", "workers", "resources", "tests")
_FILES = [path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
_TEXT = {path: path.read_text(encoding="utf-8") for path in _FILES}


def _defined(tree: ast.Module) -> tuple[dict[str, set[str]], dict[str, list[str]], set[str]]:
    """Members of each class, its bases, and the other names."""
    members: dict[str, set[str]] = {}
    bases: dict[str, list[str]] = {}
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
            bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
            own = members.setdefault(node.name, set())
            for part in ast.walk(node):
                own |= _bound(part)
        names |= _bound(node)
    return members, bases, names


def _bound(node: ast.AST) -> set[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return {name, *(part.arg for part in (*node.args.args, *node.args.kwonlyargs))}
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            return {name}
        case _:
            return set()


MEMBERS: dict[str, set[str]] = {}
BASES: dict[str, list[str]] = {}
NAMES: set[str] = set()
for _path, _source in _TEXT.items():
    _members, _bases, _names = _defined(ast.parse(_source))
    for _name, _own in _members.items():
        MEMBERS.setdefault(_name, set()).update(_own)
    BASES |= _bases
    NAMES |= _names


def exists(span: str) -> bool:
    """Whether a span of a document about the code names something that is there.

    A path exists; a dotted name is a class with that member, or a module with that name; anything else stands in a
    source as it is, such as a state, a file's name or a part of a command.
    """
    if _is_path(span):
        return True
    if match := re.fullmatch(r"(?:…/)?([\w/.]+\.py)(?:: (\w+))?", span):
        files = [path for path in _FILES if path.as_posix().endswith(f"/{match[1]}")]
        return any(match[2] is None or re.search(rf"\b{match[2]}\b", _TEXT[path]) for path in files)
    if re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", span):
        *owners, last = span.split(".")
        return _has(owners[-1], last) or span in _all()
    if re.fullmatch(r"[A-Za-z_]\w*s?", span):
        return span in NAMES or span.removesuffix("s") in NAMES or span in _all()
    return all(word in _all() for word in re.findall(r"[A-Za-z_][\w-]{2,}", span))


def _has(owner: str, name: str) -> bool:
    if name in MEMBERS.get(owner, ()) or any(_has(base, name) for base in BASES.get(owner, ())):
        return True
    modules = [path for path in _FILES if path.stem == owner or path.parent.name == owner]
    return any(re.search(rf"^(?:def|class|async def) {name}\b|^{name}\b.*=", _TEXT[path], re.M) for path in modules)


def _is_path(span: str) -> bool:
    path = span.rstrip("/")
    return "/" in span and any((folder / path).exists() for folder in (ROOT, ROOT / "render_manager", ROOT / "workers"))


@functools.cache
def _all() -> str:
    """All sources in one text."""
    others = [*(ROOT / "docs" / "examples").glob("*.py"), ROOT / "pyproject.toml"]
    return "\n".join([*_TEXT.values(), *(path.read_text(encoding="utf-8") for path in others)])
