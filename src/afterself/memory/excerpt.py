"""A long record -> the stretch of it that a question is about, for a reader; the record itself stays whole.

Where most of the question's words stand together is what is shown. Nothing is reworded: an excerpt is
a slice of the text, and says where it was cut.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from afterself.memory.stop_words import FRAME_WORDS
from afterself.memory.words import cased_words, fold, language_of, stems_of, words_of

MOST = 700
"""Characters of a record that are shown whole."""
LINES = 12
"""Lines of a record that are shown whole."""
_LEAD = 120
_NEAR = 40


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A slice of a text; `before` and `after` say whether something was cut there."""

    text: str
    before: bool
    after: bool

    @property
    def cut(self) -> bool:
        """True if it is not the whole text."""
        return self.before or self.after


def excerpt(text: str, question: str, most: int = MOST, lines: int = LINES) -> Excerpt:
    """At most `most` characters and `lines` lines of `text` around the question's words, else its start."""
    if len(text) <= most and text.count("\n") < lines:
        return Excerpt(text, False, False)
    start = _start(text, question, most)
    end = min(len(text), start + most)
    if end < len(text):
        end = max(text.rfind(" ", end - _NEAR, end), text.rfind("\n", end - _NEAR, end), end - _NEAR)
    shown = "\n".join(text[start:end].split("\n")[:lines])
    end = start + len(shown)
    return Excerpt(shown.strip(), start > 0, end < len(text))


def _start(text: str, question: str, most: int) -> int:
    """Where the window with the most different words of the question begins, a little lead before it."""
    asked = words_of(question)
    dull = language_of(asked).function_words | FRAME_WORDS
    wanted = set(stems_of([word for word in asked if word not in dull] or asked))
    places: list[tuple[int, str]] = []
    at = 0
    words = cased_words(text)
    for word, stem in zip(words, stems_of([fold(word) for word in words]), strict=True):
        at = text.find(word, at)
        if at < 0:  # a composed form that stands decomposed in the text: its place is unknown
            at = places[-1][0] if places else 0
            continue
        if stem in wanted:
            places.append((at, stem))
        at += len(word)
    if not places:
        return 0
    starts = [place for place, _ in places]
    reach = most - _LEAD - _NEAR
    best = max(
        range(len(places)),
        key=lambda n: (len({stem for _, stem in places[n : bisect_left(starts, starts[n] + reach)]}), -n),
    )
    start = max(0, starts[best] - _LEAD)
    if start == 0:
        return 0
    opening = max(text.find("\n", start, starts[best]), text.find(" ", start, starts[best]))
    return opening + 1 if opening >= 0 else starts[best]
