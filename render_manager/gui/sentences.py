"""Sentences made in English outside of the window, in its language: errors, notes, activities.

Workers and services put them together, and the database keeps them, so that they are translated where they are shown:
``say`` finds the template that a sentence was made by (``resources/i18n/sentences.json``) and fills the template's
translation with what stands in its holes. What no template fits, such as a renderer's own words, is shown as it is.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from string import Formatter

from PySide6.QtCore import QCoreApplication

from render_manager.resource_files import resources

#: Longer texts are no sentences but lists or output, and looking at them would take its time.
_LONGEST = 1200
#: Parts of a text that are looked at: a list of a hundred names is no riddle, and the window must not wait for it.
_MOST_PARTS = 80
#: Letters that must be recognised before any of a text is taken for one of ours.
_ENOUGH = 7
#: Where sentences and parts of them are joined: in English, and in the languages that we translate into.
_JOINTS = {"\n": "\n", ". ": "。", "; ": "；", ", ": "，", " (": ""}
_STOPS = re.compile(r"(\. |; )")
_LEADS = {": ": "：", "; ": "；", ", ": "，"}
_TRANSLATION_TEST = "Every online worker is disabled: enable one."


def say(text: str | None) -> str:
    """The text in the language of the window, as far as it is one of the program's own; empty for None."""
    if not text:
        return ""
    return _said(text, _translation(_TRANSLATION_TEST))


@lru_cache(4096)
def _said(text: str, language: str) -> str:
    """Args: language: tells what was said in one language from what was said in another."""
    if language == _TRANSLATION_TEST or len(text) > _LONGEST:
        return text
    found = _Reading(text).of(text)
    return found.words if found.letters >= _ENOUGH or found.whole else text


def _translation(template: str) -> str:
    return QCoreApplication.translate("Sentences", template)


@dataclass(frozen=True)
class _Template:
    source: str
    literals: tuple[tuple[str, bool], ...]  #: each with whether a hole follows it
    has_holes: bool
    longest: str  #: the longest of its literal parts: a text without it can't be meant
    letters: int

    @classmethod
    def of(cls, source: str) -> "_Template":
        parsed = tuple((literal, hole is not None) for literal, hole, _, _ in Formatter().parse(source))
        letters = sum(map(str.isalpha, "".join(literal for literal, _ in parsed)))
        longest = max((literal for literal, _ in parsed), key=len)
        return cls(source, parsed, any(hole for _, hole in parsed), longest, letters)

    def match(self, text: str) -> re.Match[str] | None:
        return _pattern(self).fullmatch(text) if self.longest in text else None


@cache
def _pattern(template: _Template) -> re.Pattern[str]:
    """Made when it is first needed: of hundreds, a window meets a dozen."""
    parts = (re.escape(literal) + ("(.*?)" if hole else "") for literal, hole in template.literals)
    return re.compile("".join(parts), re.DOTALL)


@cache
def _templates() -> tuple[_Template, ...]:
    listed: list[str] = json.loads((resources() / "i18n" / "sentences.json").read_text(encoding="utf-8"))
    return tuple(map(_Template.of, listed))


@dataclass(frozen=True)
class _Found:
    words: str
    letters: float = 0.0  #: how many of the text's letters were recognised
    whole: bool = False  #: it is a template without holes
    clean: bool = False  #: nothing that a hole holds could be more than a word or name


class _Reading:
    """One text being understood; what its parts mean is found out once."""

    def __init__(self, text: str) -> None:
        self._known: dict[str, _Found] = {}
        # Of hundreds, only these can fit the text or a part of it. A part is given a full stop that may not be its own.
        self._templates = [template for template in _templates() if template.longest.rstrip(".") in text]

    def of(self, text: str) -> _Found:
        """The best reading: by one template, or by one for each part."""
        if text not in self._known:
            if len(self._known) >= _MOST_PARTS:
                return _Found(text)
            self._known[text] = _Found(text)  # whatever comes back to itself stays as it is
            self._known[text] = max(self._readings(text), key=lambda found: found.letters)
        return self._known[text]

    def _readings(self, text: str) -> Iterator[_Found]:
        if found := self._piece_by_piece(text):
            yield found
            return
        whole = self._by_template(text)
        yield whole
        if whole.clean:
            return
        if text.endswith("."):  # a full stop that whoever put the sentence together added
            found = self._by_template(text[:-1])
            yield replace(found, words=f"{found.words}。") if found.letters else whole
            if found.clean:
                return
        yield from self._in_parts(text)

    def _piece_by_piece(self, text: str) -> _Found | None:
        """Sentences, and what semicolons part, each by itself; None if one of them is none of ours. Ways to part a text
        at any joint grow with the square of how many there are."""
        pieces = _STOPS.split(text)
        if len(pieces) == 1:
            return None
        whole, joint = _Found(""), ""
        for piece, following in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            found = self.of(piece + following.rstrip() if following == ". " else piece)
            if found.letters < _ENOUGH and not found.whole:
                return None
            words = _joined(whole, found, joint) if joint else found.words
            whole, joint = _Found(words, whole.letters + found.letters), following
        return whole

    def _by_template(self, text: str) -> _Found:
        """As it is, if none fits."""
        best = _Found(text)
        for template in self._templates:
            if match := template.match(text):
                found = self._filled(template, match)
                if found.letters > best.letters:
                    best = found
        return best

    def _filled(self, template: _Template, match: re.Match[str]) -> _Found:
        values: list[str] = []
        letters = float(template.letters)
        for value in match.groups():
            lead = next((lead for lead in _LEADS if value.startswith(lead)), "")
            found = self.of(value[len(lead) :].strip()) if value.strip() else _Found(value)
            values.append(_LEADS.get(lead, "") + found.words)
            # A hole that spans parts of a sentence may have swallowed more than it should: of two readings that
            # understand as much, the other one is meant.
            letters += found.letters - 0.1 * min(sum(map(value.count, _JOINTS)), 9)
        clean = not any(joint in value for value in match.groups() for joint in (*_JOINTS, ": "))
        return _Found(_fill(template.source, values), letters, whole=not template.has_holes, clean=clean)

    def _in_parts(self, text: str) -> list[_Found]:
        found: list[_Found] = []
        for joint in _JOINTS:
            for match in re.finditer(re.escape(joint), text):
                if not self._templates or len(self._known) >= _MOST_PARTS:
                    return found
                stop, open_ = "." if joint == ". " else "", "(" if joint == " (" else ""
                left, right = self.of(text[: match.start()] + stop), self.of(open_ + text[match.end() :])
                if left.letters or right.letters:
                    found.append(_Found(_joined(left, right, joint), left.letters + right.letters))
        return found


def _joined(left: _Found, right: _Found, joint: str) -> str:
    if joint == ". ":  # a translated sentence brings its own stop
        return f"{left.words}{'' if left.letters else ' '}{right.words}"
    if joint == " (":  # a translated bracket brings its own room
        return f"{left.words}{'' if right.letters else ' '}{right.words}"
    return f"{left.words}{_JOINTS[joint]}{right.words}"


def _fill(source: str, values: Sequence[str]) -> str:
    """Templates number their holes from 0 on; a translation may leave some out."""
    return _translation(source).format(*values)
