"""Texts of the window that lupdate can't find: literals in widgets, f-strings in ``tr``, helpers that hide it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.translation.sentences import ROOT

#: What a user reads is among the arguments of these.
_SHOWING = frozenset(
    {
        "setText", "setToolTip", "setStatusTip", "setWhatsThis", "setTitle", "setWindowTitle", "setPlaceholderText",
        "setAccessibleName", "setAccessibleDescription", "setPrefix", "setSuffix", "setSpecialValueText",
        "setIconText", "setInformativeText", "setDetailedText", "setLabelText", "addButton", "addMenu", "addTab",
        "addRow", "addItem", "addAction", "showMessage", "setHeaderLabels", "setTabText", "setItemText",
        "QLabel", "QAction", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "QToolBar",
        "QDockWidget", "QMenu", "say", "complain", "show_error", "ask",
    }
)  # fmt: skip
_TRANSLATING = frozenset({"tr", "translate", "QT_TRANSLATE_NOOP"})


def problems() -> list[str]:
    """``file:line: what is wrong`` for each."""
    return [problem for path in sorted((ROOT / "render_manager" / "gui").rglob("*.py")) for problem in of(path)]


def of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            for what in _wrong(node):
                yield f"{path.name}:{node.lineno}: {what}"


def _wrong(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if name == "tr" and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) != "self":
        yield "tr of something else than self is looked up in another context: use QCoreApplication.translate"
    if name in _TRANSLATING or name == "_tr":
        for argument in arguments:
            if isinstance(argument, ast.JoinedStr):
                yield f"an f-string in {name}: write {{0}} and .format"
        if name == "_tr" and any(_reads(argument) for argument in arguments):
            yield "a text in _tr is not found by lupdate: use QCoreApplication.translate or QT_TRANSLATE_NOOP"
    elif name in _SHOWING:
        for argument in arguments:
            if _reads(argument):
                yield f"a text in {name} is not translated: {ast.unparse(argument)}"


def _reads(argument: ast.AST) -> bool:
    """Whether it is a text with a word in it, one that is not a name for the program itself."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return bool(re.search(r"[A-Za-z]{2,}", argument.value)) and not re.fullmatch(r"[a-z0-9_.-]+", argument.value)
    if isinstance(argument, ast.JoinedStr):
        words = [str(part.value) for part in argument.values if isinstance(part, ast.Constant)]
        return bool(re.search(r"[A-Za-z]{2,}", " ".join(words)))
    if isinstance(argument, ast.IfExp):
        return _reads(argument.body) or _reads(argument.orelse)
    if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute) and argument.func.attr == "format":
        return _reads(argument.func.value)
    return False


def raw_errors() -> list[str]:
    """Where the text of an error is taken without being handed to ``say``."""
    found = []
    for path in sorted((ROOT / "render_manager" / "gui").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {id(argument) for node in ast.walk(tree) for argument in _handed_on(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node) == "str(error)" and id(node) not in said:
                found.append(f"{path.name}:{node.lineno}: say(str(error))")
    return found


def _handed_on(node: ast.AST) -> Iterator[ast.AST]:
    """What is given to calls that hand it on to ``say`` themselves; an Answer is said where the window shows it."""
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in ("say", "complain", "emit", "append", "Answer"):
        for argument in node.args:
            yield from argument.values if isinstance(argument, ast.BoolOp) else [argument]
