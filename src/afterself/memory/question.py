"""A question as typed -> what is looked for: content terms, the person meant, the dates named.

Function words, question words and words that merely address the archive (“did you
ever say …”) are no terms; neither are participants' names, unless the question holds
nothing else. Any string is a question; one without terms or dates finds nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from afterself.memory.dates import Dates, dates_in
from afterself.memory.names import TITLES, NameBook, Naming
from afterself.memory.stop_words import ASKING_PAIRS, FRAME_WORDS
from afterself.memory.words import cased_words, fold, is_pair, language_of, stems_of, tokens_of, words_of

MOST_TERMS = (
    64  # the longest question in the archive's own words needs fewer; the rest of a pasted page is noise
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    `terms` maps each stem to how its word is spelled, folded and as written (the index drops the
    diacritics of Latin letters only), in the order of the question; `date_stems` are those that
    only spell a date.
    """

    text: str
    terms: dict[str, tuple[str, ...]]
    date_stems: frozenset[str]
    naming: Naming
    dates: Dates

    @property
    def content(self) -> tuple[str, ...]:
        """The stems that an answer should share: the terms without the words of dates."""
        return tuple(stem for stem in self.terms if stem not in self.date_stems)

    @property
    def spelled(self) -> tuple[str, ...]:
        """The same as words, in their first spelling."""
        return tuple(self.terms[stem][0] for stem in self.content)


def read_question(text: str, names: NameBook, today: date | None = None) -> Question:
    """Take a question apart against the names of the people who take part in the archive.

    Without `today` no time is read that counts from a day.
    """
    words = words_of(text)
    language = language_of(words)
    naming = names.named_in(text, language)
    dates = dates_in(text, today)

    left_out = language.function_words | FRAME_WORDS | TITLES | naming.words
    kept = _telling([word for word in tokens_of(text) if word not in left_out])
    if not kept:
        kept = [word for word in words if word in naming.words]
    written = {fold(word): word.lower() for word in cased_words(text)}
    terms: dict[str, tuple[str, ...]] = {}
    for word, stem in zip(kept, stems_of(kept), strict=True):
        if len(terms) == MOST_TERMS:
            break
        terms.setdefault(stem, tuple(dict.fromkeys((word, written.get(word, word)))))
    date_stems = frozenset(stem for stem, spelled in terms.items() if spelled[0] in dates.words)
    return Question(text, terms, date_stems, naming, dates)


_HIRAGANA = re.compile("[\u3040-\u309f]+")


def _telling(tokens: list[str]) -> list[str]:
    """Tokens without the pairs that only ask or join (“什么”, “です”), unless there are no others."""
    telling = [t for t in tokens if not (is_pair(t) and (t in ASKING_PAIRS or _HIRAGANA.fullmatch(t)))]
    last = {token for token in telling if is_pair(token) and len(token) == 1}
    pairs = [token for token in telling if is_pair(token) and len(token) > 1]
    return [token for token in telling if not (pairs and token in last)] or tokens
