"""Finding what somebody means by a few letters of it."""

_FIRST, _START, _FOLLOWS, _GAP = 4, 8, 5, 1


def match(typed: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """How well, and by which letters, ``text`` fits what was typed: each word's letters in their order, the words in
    any. Beginnings of words and letters in a row are worth more. None: it does not fit, or only by letters that are
    scattered over it."""
    total, places = 0, set[int]()
    for word in typed.casefold().split():
        found = _best(word, text.casefold())
        if found is None or found[0] <= 0:
            return None
        total += found[0]
        places |= set(found[1])
    return total - len(text) // 12, tuple(sorted(places))


def _best(word: str, text: str) -> tuple[int, list[int]] | None:
    """Of all beginnings the best one; greedy from there, which is what an eye does, too."""
    best: tuple[int, list[int]] | None = None
    start = text.find(word[0])
    while start >= 0:
        found = _from(word, text, start)
        if found and (best is None or found[0] > best[0]):
            best = found
        start = text.find(word[0], start + 1)
    return best


def _from(word: str, text: str, start: int) -> tuple[int, list[int]] | None:
    places, score, at = [start], 0, start
    for letter in word[1:]:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
        score += _FOLLOWS if at == places[-1] + 1 else -_GAP * min(at - places[-1], 6)
        places.append(at)
    score += _FIRST * (start == 0) + sum(_START for place in places if place == 0 or not text[place - 1].isalnum())
    return score, places
