"""In which language each text of the owner's is, short ones too: letters and what the person mostly writes.

py3langid (naive Bayes over byte n-grams: Lui & Baldwin's langid.py, ACL 2012) says how well a text fits
each language. "ok" fits all of them, so what decides there is the prior: the languages that this person
writes, and those of this thread. The prior of a first import is learned from its own texts (expectation
maximisation over a sample). What stays in doubt gets no language; what holds no words is `zxx`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from afterself.archive.languages import NO_WORDS, Languages, OwnText
from afterself.policy.words import OWN_KINDS, own_ranges

if TYPE_CHECKING:
    from afterself.archive.store import Archive

LANGUAGES = tuple(
    "af am ar az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi hr ht "
    "hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt my ne nl nn no oc or "
    "pa pl ps pt qu ro ru rw si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi xh yo zh "
    "zu".split()
)
"""ISO 639-1 codes of those that are told apart: of what py3langid knows, languages that people chat in."""

SURE = 0.6
"""Probability from which a language is kept."""

_LONGEST = 240
_SHORT = 32
_RARE, _HOPELESS = 0.001, 1e-4
_WEIGHT, _ALWAYS = 8.0, 0.2
"""A thread's own languages count as the author's until it holds so many texts; so much of those stays."""

_SHARPER = 2
"""py3langid is careful with short texts: squared, what fits three words outweighs a thread's habit."""

_SAMPLE, _ROUNDS = 600, 4
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#]\w+")
_LETTER = re.compile(r"[^\W\d_]")


def identify_owner(archive: Archive) -> Counter[str]:
    """Find the language of every text of the owner's that has none yet; counts texts by language.

    Must stand in a transaction of `archive`.
    """
    texts = archive.languages(OWN_KINDS)
    unknown = texts.unknown()
    if not unknown:
        return Counter()
    known = texts.known()
    author = _author_prior(known, _sample(texts, [row for rows in unknown.values() for row in rows]))
    found: Counter[str] = Counter()
    for thread, rows in unknown.items():
        prior = Prior(author, texts.known(thread) if known else {})
        for one in texts.texts(rows):
            language = _keep(texts, one, prior)
            if language:
                found[language] += 1
                prior.saw(language)
    return found


class Prior:
    """How probable a language is before a text is read: the author's, then more and more the thread's."""

    def __init__(self, author: Mapping[str, float], thread: Mapping[str, int] = MappingProxyType({})) -> None:
        self._author, self._thread = author, Counter(thread)
        self._texts = self._thread.total()

    def saw(self, language: str) -> None:
        """Another text of the thread is in this language."""
        if language != NO_WORDS:
            self._thread[language] += 1
            self._texts += 1

    def __getitem__(self, language: str) -> float:
        share = self._author.get(language, _RARE)
        habit = (self._thread[language] + _WEIGHT * share) / (self._texts + _WEIGHT)
        return _ALWAYS * share + (1 - _ALWAYS) * habit


def language_of(text: str, prior: Prior) -> str | None:
    """The ISO 639-1 code of a text, `zxx` if it holds no words, None if that is in doubt."""
    words = _words(text)
    if not words:
        return NO_WORDS
    fits = _fits(words)
    weighed = {language: fit * prior[language] for language, fit in fits.items()}
    best = max(weighed, key=lambda language: weighed[language])
    return best if weighed[best] >= SURE * sum(weighed.values()) else None


def _keep(texts: Languages, one: OwnText, prior: Prior) -> str | None:
    """Write what was found of a text: its language, and that of each stretch of own words in it."""
    ranges = [(begin, end) for begin, end in own_ranges(one.text, one.spans) if one.text[begin:end].strip()]
    language = language_of(" ".join(one.text[begin:end] for begin, end in ranges), prior)
    if language is None:
        return None
    own = []
    if one.spans and language != NO_WORDS:
        parts = [(begin, end, language_of(one.text[begin:end], prior)) for begin, end in ranges]
        own = [(begin, end, spoken) for begin, end, spoken in parts if spoken not in (None, NO_WORDS)]
    texts.write(one.revision, language, own)
    return language


def _author_prior(known: Mapping[str, int], sample: Iterable[str]) -> Mapping[str, float]:
    """How often this person writes each language, from what is known and a sample of what is not."""
    fits = [_fits(text) for text in sample]
    prior: dict[str, float] = _shares(known)
    for _ in range(_ROUNDS):
        mass = {language: float(count) for language, count in known.items()}
        for fit in fits:
            weighed = {language: p * prior[language] for language, p in fit.items()}
            total = sum(weighed.values())
            for language, weight in weighed.items():
                mass[language] = mass.get(language, 0.0) + weight / total
        prior = _shares(mass)
    return prior


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Shares that never are zero: anybody may write one sentence in any language."""
    total = sum(counts.values())
    return {language: (counts.get(language, 0.0) / total if total else 1.0) + _RARE for language in LANGUAGES}


def _sample(texts: Languages, rows: list[int]) -> Iterable[str]:
    """Texts with enough letters to tell a language, from all over the archive."""
    for one in texts.texts(rows[:: max(1, len(rows) // (2 * _SAMPLE))]):
        words = _words(" ".join(one.text[begin:end] for begin, end in own_ranges(one.text, one.spans)))
        if len(words) >= _SHORT // 2:
            yield words


def _words(text: str) -> str:
    """The words of a text without links, addresses and handles; "" if there is not one letter."""
    words = " ".join(_NOT_WORDS.sub(" ", text[: 2 * _LONGEST]).split())[:_LONGEST]
    return words if _LETTER.search(words) else ""


def _fits(words: str) -> dict[str, float]:
    """How well words fit each language; sums to 1."""
    return _fits_short(words) if len(words) <= _SHORT else _ranked(words)


@lru_cache(maxsize=8192)
def _fits_short(words: str) -> dict[str, float]:
    return _ranked(words)


def _ranked(words: str) -> dict[str, float]:
    """The languages that words may be in, squared and summing to 1; what is hopeless is left out."""
    identifier = _identifier()
    scores = identifier._decide(words)  # its `rank` sorts all of them, which takes longer than to find them
    hopeful = (scores > scores.max() * _HOPELESS).nonzero()[0].tolist()
    squared = {identifier.nb_classes[place]: float(scores[place]) ** _SHARPER for place in hopeful}
    total = sum(squared.values())
    return {language: fit / total for language, fit in squared.items()}


@cache
def _identifier():  # type: ignore[no-untyped-def]
    import numpy
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    identifier.nb_ptc = numpy.ascontiguousarray(identifier.nb_ptc)  # it takes rows: a third faster
    identifier._full_model = identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes  # 27 MB of others
    return identifier
