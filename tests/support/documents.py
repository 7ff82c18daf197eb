"""Reading the project's documents: their blocks of commands, headings, links and words in code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: What a block of commands is marked with. One without a mark is taken for commands, too, so that none hides.
SHELL = {"", "sh", "shell", "bash", "console"}
#: Commands of Windows, which can't be run elsewhere.
WINDOWS = {"bat", "powershell"}
_FENCE = re.compile(r"^( *)(```+)(\w*)\s*$")
_LINK = re.compile(r"(!?)\[(?:[^\]`]|`[^`]*`)*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"(`+)(.+?)\1")


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is the number of its first line of content."""

    language: str
    line: int
    text: str


@dataclass(frozen=True)
class Command:
    """A command as somebody would type it, without its comment."""

    document: str
    line: int
    text: str

    @property
    def id(self) -> str:
        return f"{self.document}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Document:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        blocks: list[Block] = []
        opened: tuple[str, str, str, int] | None = None
        content: list[str] = []
        for number, line in enumerate(self.text.splitlines(), 1):
            fence = _FENCE.match(line)
            if opened is None and fence:
                opened, content = (fence[1], fence[2], fence[3], number + 1), []
            elif opened is not None and fence and fence[2] == opened[1] and not fence[3]:
                text = "\n".join(part.removeprefix(opened[0]) for part in content)
                blocks.append(Block(opened[2], opened[3], text + "\n"))
                opened = None
            elif opened is not None:
                content.append(line)
        assert opened is None, f"{self.name}:{opened and opened[3]}: this block has no end"
        return blocks

    @cached_property
    def prose(self) -> str:
        """The text without its blocks; line numbers stay."""
        lines = self.text.splitlines()
        for block in self.blocks:
            for number in range(block.line - 2, block.line + block.text.count("\n")):
                lines[number] = ""
        return "\n".join(lines)

    def commands(self, languages: set[str] = SHELL) -> list[Command]:
        return [
            Command(self.name, block.line + number, text)
            for block in self.blocks
            if block.language in languages
            for number, text in _commands_of(block)
        ]

    def block(self, language: str, holding: str = "") -> str:
        """The one block of this language that holds this."""
        (text,) = (block.text for block in self.blocks if block.language == language and holding in block.text)
        return text

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of each."""
        found = re.finditer(r"^(#+) +(.+?)\s*$", self.prose, re.MULTILINE)
        return [(len(match[1]), match[2]) for match in found]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link to a part of this document may name, as GitHub makes it of the headings."""
        anchors: set[str] = set()
        for _, heading in self.headings:
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
            base = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            anchor, count = base, 0
            while anchor in anchors:
                count += 1
                anchor = f"{base}-{count}"
            anchors.add(anchor)
        return anchors

    @property
    def links(self) -> Iterator[tuple[bool, str]]:
        """Whether it is a picture, and the target."""
        for match in _LINK.finditer(_SPAN.sub(lambda span: "`" * len(span[0]), self.prose)):
            yield bool(match[1]), match[2]

    @cached_property
    def spans(self) -> list[tuple[int, str]]:
        """Words in code in the prose: the line's number and the words. A span may go over a line's end."""
        found: list[tuple[int, str]] = []
        for paragraph in re.finditer(r"(?:.+\n?)+", self.prose):
            first = self.prose.count("\n", 0, paragraph.start()) + 1
            for match in _SPAN.finditer(paragraph[0].replace("\n", " ")):
                line = first + paragraph[0].count("\n", 0, match.start())
                found.append((line, " ".join(match[2].split())))
        return found


def documents() -> list[Document]:
    """README and docs/, in all languages."""
    return [Document(path) for path in (*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md")))]


def document(name: str) -> Document:
    return Document(ROOT / name)


def _commands_of(block: Block) -> Iterator[tuple[int, str]]:
    """Each command with the number of its line in the block; one that ends in ``\\`` or ``^`` goes on."""
    begun, start = "", 0
    for number, line in enumerate(block.text.splitlines()):
        text = line.strip().removeprefix("$ ")
        if not begun:
            start = number
        if not begun and (not text or text.startswith(("#", "::", "REM "))):
            continue
        begun += text
        if begun.endswith(("\\", " ^")):
            begun = begun[:-1]
            continue
        yield start, begun
        begun = ""
    assert not begun, f"a command that does not end: {begun}"
