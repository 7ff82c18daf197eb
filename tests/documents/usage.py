"""Whether a command that a document names exists: its words and options, as the program itself declares them."""

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

import typer.main

from render_manager.cli.main import app
from tests.support.documents import ROOT

#: The two programs, by whatever path or suffix they are named.
_PROGRAM = re.compile(r"(?:.*[/\\])?(render-manager|render-worker)(?:\.exe)?", re.DOTALL)
_RUN = ("python3 run.py", "py run.py")
#: Where commands of run.py that only hand their options on declare them.
_HANDED_ON = {"bench": "tests/benchmarks/__main__.py", "translate": "tests/translation/__main__.py"}


def program_of(word: str) -> str | None:
    match = _PROGRAM.fullmatch(word)
    return match[1] if match else None


def problem(words: Sequence[str]) -> str | None:
    """What is wrong with a command of ours; None if it can be typed so."""
    if program_of(words[0]) == "render-worker":
        return _unknown(words[1:], _worker_options())
    command: Any = typer.main.get_command(app)
    rest, path = list(words[1:]), "render-manager"
    known = _options(command)
    while hasattr(command, "commands"):
        while rest and rest[0].startswith("-"):
            if wrong := _unknown([rest.pop(0)], known):
                return wrong
        if not rest or not re.fullmatch(r"[a-z-]+", rest[0]):
            break
        name = rest.pop(0)
        if name not in command.commands:
            return f"{path} has no command {name}"
        command, path = command.commands[name], f"{path} {name}"
        known = _options(command)
    return _unknown(rest, known)


def all_options() -> set[str]:
    """Every option of every command of ours."""
    found = set(_worker_options())
    waiting: list[Any] = [typer.main.get_command(app)]
    while waiting:
        command = waiting.pop()
        found |= _options(command)
        waiting += getattr(command, "commands", {}).values()
    return found.union(*(_run_options(name) for name in run_usage()))


def run_usage() -> dict[str, str]:
    """The commands of run.py, each with its line of usage."""
    text = ast.get_docstring(ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))) or ""
    return {match[1]: match[0] for match in re.finditer(r"^ *python3 run\.py (\w+).*$", text, re.MULTILINE)}


def run_problem(text: str) -> str | None:
    """What is wrong with ``python3 run.py …``."""
    (start,) = (start for start in _RUN if text.startswith(start))
    words = text.removeprefix(start).split()
    usage = run_usage()
    if not words or words[0] not in usage:
        return f"run.py has no command {' '.join(words[:1])}"
    return None if "arguments]" in usage[words[0]] else _unknown(words[1:], _run_options(words[0]))


def _run_options(name: str) -> set[str]:
    texts = [run_usage()[name], *(_texts(ROOT / _HANDED_ON[name]) if name in _HANDED_ON else ())]
    return {option for text in texts for option in re.findall(r"--[\w-]+", text)}


def is_run(text: str) -> bool:
    return text.startswith(_RUN)


def system_packages() -> set[str]:
    """What run.py installs or names: packages of apt, brew and winget, among all words of its texts."""
    return {word for text in _texts(ROOT / "run.py") for word in text.split()}


def qt_libraries() -> set[str]:
    (libraries,) = (text for text in _texts(ROOT / "run.py") if "libxcb-cursor0" in text)
    return set(libraries.split())


def _texts(path: Path) -> list[str]:
    """All texts of a source."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@functools.cache
def _worker_options() -> frozenset[str]:
    helped = subprocess.run([sys.executable, "-m", "workers", "--help"], cwd=ROOT, capture_output=True, text=True)
    return frozenset(re.findall(r"--[\w-]+", helped.stdout))


def _options(command: Any) -> set[str]:
    return {"--help"} | {option for param in command.params for option in (*param.opts, *param.secondary_opts)}


def _unknown(words: Sequence[str], known: Set[str]) -> str | None:
    wrong = [word for word in words if word.startswith("-") and word.split("=")[0] not in known]
    return f"there is no option {wrong[0]}" if wrong else None
