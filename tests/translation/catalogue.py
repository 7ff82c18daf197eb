"""The translation of the window, `resources/i18n/render_manager_zh_CN.ts`: what goes into it and what comes of it."""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.translation.sentences import ROOT, templates

FOLDER = ROOT / "resources" / "i18n"
LANGUAGE = "zh_CN"
SOURCE = FOLDER / f"render_manager_{LANGUAGE}.ts"
COMPILED = SOURCE.with_suffix(".qm")
#: The templates, for the window: a compiled translation can't be asked what it holds.
TEMPLATES = FOLDER / "sentences.json"
SENTENCES = "Sentences"


@dataclass(frozen=True)
class Message:
    context: str
    source: str
    translation: str
    finished: bool
    obsolete: bool
    node: ElementTree.Element


def update(target: Path = SOURCE) -> None:
    """Bring ``target`` up to date with the program's sources."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "sentences.py"
        lines = [f"QT_TRANSLATE_NOOP({SENTENCES!r}, {_quoted(template)})" for template in templates()]
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        sources = sorted((ROOT / "render_manager" / "gui").rglob("*.py"))
        options = ["-locations", "none", "-no-obsolete", "-source-language", "en", "-target-language", LANGUAGE]
        _qt("lupdate", *map(str, sources), str(listed), *options, "-ts", str(target))
    tree = ElementTree.parse(target)
    for message in tree.iter("message"):
        for comment in message.findall("extracomment"):
            message.remove(comment)  # lupdate takes any comment above for one to translators
    _write(tree, target)


def write_templates() -> None:
    TEMPLATES.write_text(templates_text(), encoding="utf-8")


def templates_text() -> str:
    return json.dumps(templates(), ensure_ascii=False, indent=0) + "\n"


def compile_(target: Path = COMPILED) -> None:
    _qt("lrelease", str(SOURCE), "-qm", str(target))


def messages(path: Path = SOURCE) -> list[Message]:
    return list(_messages(ElementTree.parse(path).getroot()))


def fill(translations: Mapping[str, Mapping[str, str]]) -> int:
    """Enter translations, by context and source; how many found their place."""
    tree = ElementTree.parse(SOURCE)
    count = 0
    for message in _messages(tree.getroot()):
        words = translations.get(message.context, {}).get(message.source)
        if words:
            node = message.node.find("translation")
            assert node is not None
            node.text = words
            node.attrib.pop("type", None)
            count += 1
    _write(tree, SOURCE)
    return count


def unfinished(path: Path = SOURCE) -> dict[str, dict[str, str]]:
    """What has no translation yet, in the form in which ``fill`` takes it back."""
    found: dict[str, dict[str, str]] = {}
    for message in messages(path):
        if not message.finished:
            found.setdefault(message.context, {})[message.source] = message.translation
    return found


def _write(tree: ElementTree.ElementTree, target: Path) -> None:
    body = ElementTree.tostring(tree.getroot(), encoding="unicode")
    target.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def _messages(root: ElementTree.Element) -> Iterator[Message]:
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for node in context.iter("message"):
            translation = node.find("translation")
            assert translation is not None
            kind = translation.get("type", "")
            words = translation.text or ""
            finished = bool(words) and kind != "unfinished"
            obsolete = kind in ("obsolete", "vanished")
            yield Message(name, node.findtext("source", ""), words, finished, obsolete, node)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _qt(tool: str, *arguments: str) -> None:
    """Run one of Qt's tools, which come with PySide6."""
    code = f"import sys; from PySide6.scripts.pyside_tool import {tool}; sys.exit({tool}())"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stdout}{done.stderr}")
