"""A document's Chinese edition says the same: as many headings, the same commands, tables of the same things."""

import re

import pytest

from tests.support.documents import ROOT, Document, document, documents

CHINESE = [file.name for file in documents() if file.name.endswith(".zh_CN.md")]
_KEY = re.compile(r"^\| (`[^|]+`)", re.MULTILINE)

pytestmark = pytest.mark.parametrize("name", CHINESE)


def _pair(name: str) -> tuple[Document, Document]:
    return document(name.replace(".zh_CN", "")), document(name)


def test_the_editions_have_the_same_headings(name: str) -> None:
    english, chinese = _pair(name)
    assert [level for level, _ in english.headings] == [level for level, _ in chinese.headings]


def test_the_editions_have_the_same_blocks(name: str) -> None:
    english, chinese = _pair(name)
    assert [block.language for block in english.blocks] == [block.language for block in chinese.blocks]
    languages = {block.language for block in english.blocks}
    shown = [[command.text for command in edition.commands(languages)] for edition in (english, chinese)]
    assert shown[0] == shown[1]


def test_the_editions_tables_have_the_same_rows(name: str) -> None:
    english, chinese = _pair(name)
    rows = [[re.sub(r"[、,] *", ", ", key) for key in _KEY.findall(edition.prose)] for edition in (english, chinese)]
    assert rows[0] == rows[1]
    lines = [sum(line.startswith("|") for line in edition.prose.splitlines()) for edition in (english, chinese)]
    assert lines[0] == lines[1]


def test_the_editions_have_as_many_points_and_the_same_words_in_code(name: str) -> None:
    english, chinese = _pair(name)
    points = [len(re.findall(r"^ *(?:\*|\d+\.) ", edition.prose, re.MULTILINE)) for edition in (english, chinese)]
    assert points[0] == points[1]
    words = [{span for _, span in edition.spans if re.search(r"[_-]", span)} for edition in (english, chinese)]
    assert words[0] == words[1]


def test_the_editions_link_to_each_other_and_to_the_same_documents(name: str) -> None:
    english, chinese = _pair(name)
    assert english.path.name in {target for _, target in chinese.links}
    assert chinese.path.name in {target for _, target in english.links}
    linked = [{_file(target).replace(".zh_CN", "") for _, target in edition.links} for edition in (english, chinese)]
    assert linked[0] == linked[1]
    others = linked[1] - {english.path.name}
    without = {file for file in others if (ROOT / "docs" / file.replace(".md", ".zh_CN.md")).exists()}
    shown = {_file(target) for _, target in chinese.links}
    assert all(file.replace(".md", ".zh_CN.md") in shown for file in without), "it has a Chinese edition"


def _file(target: str) -> str:
    return target.split("#")[0].rsplit("/", 1)[-1]
