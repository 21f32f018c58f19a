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
from typing import TYPE_CHECKING

from afterself.archive.languages import NO_WORDS, Languages, OwnText
from afterself.policy.words import OWN_KINDS, own_ranges

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterself.archive.store import Archive

    Floats = NDArray[np.float64]
    """One number for each of `LANGUAGES`."""

LANGUAGES = tuple(
    "af am ar az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi hr ht "
    "hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt my ne nl nn no oc or "
    "pa pl ps pt qu ro ru rw si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi xh yo zh "
    "zu".split()
)
"""ISO 639-1 codes of those that are told apart: of what py3langid knows, languages that people chat in."""

SURE = 0.6
"""Probability from which a language is kept."""

_LONGEST = 800
_SHORT = 32
_RARE = 0.001
_WEIGHT, _ALWAYS = 8.0, 0.2
"""A thread's own languages count as the author's until it holds so many texts; so much of those stays."""

_SHARPER = 2
"""py3langid is careful with short texts: squared, what fits three words outweighs a thread's habit."""

_SAMPLE, _ROUNDS = 600, 4
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#]\w+")
_LETTER = re.compile(r"[^\W\d_]")

_PLACE = {language: place for place, language in enumerate(LANGUAGES)}


def identify_owner(archive: Archive) -> Counter[str]:
    """Find the language of every text of the owner's that has none yet; counts texts by language.

    Must stand in a transaction of `archive`.
    """
    texts = archive.languages(OWN_KINDS)
    unknown = texts.unknown()
    if not unknown:
        return Counter()
    known = texts.known()
    prior = _author_prior(known, _sample(texts, [row for rows in unknown.values() for row in rows]))
    found: Counter[str] = Counter()
    for thread, rows in unknown.items():
        here = _vector(texts.known(thread) if known else {})
        for one in texts.texts(rows):
            language = _keep(texts, one, _thread_prior(prior, here))
            if language:
                found[language] += 1
            if language in _PLACE:
                here[_PLACE[language]] += 1
    return found


def language_of(text: str, prior: Mapping[str, float]) -> str | None:
    """The ISO 639-1 code of a text, `zxx` if it holds no words, None if that is in doubt."""
    return _language_of(text, _vector(prior, missing=_RARE))


def _language_of(text: str, prior: Floats) -> str | None:
    words = _words(text)
    if not words:
        return NO_WORDS
    weighed = _fits(words) * prior
    best = int(weighed.argmax())
    return LANGUAGES[best] if weighed[best] >= SURE * weighed.sum() else None


def _keep(texts: Languages, one: OwnText, prior: Floats) -> str | None:
    """Write what was found of a text: its language, and that of each stretch of own words in it."""
    ranges = [(begin, end) for begin, end in own_ranges(one.text, one.spans) if one.text[begin:end].strip()]
    language = _language_of(" ".join(one.text[begin:end] for begin, end in ranges), prior)
    if language is None:
        return None
    own = []
    if one.spans and language != NO_WORDS:
        parts = [(begin, end, _language_of(one.text[begin:end], prior)) for begin, end in ranges]
        own = [(begin, end, spoken) for begin, end, spoken in parts if spoken not in (None, NO_WORDS)]
    texts.write(one.revision, language, own)
    return language


def _author_prior(known: Mapping[str, int], sample: Iterable[str]) -> Floats:
    """How often this person writes each language, from what is known and a sample of what is not."""
    fits = [_fits(text) for text in sample]
    counts = _vector(known)
    prior = _shares(counts)
    for _ in range(_ROUNDS):
        mass = counts.copy()
        for fit in fits:
            weighed = fit * prior
            mass += weighed / weighed.sum()
        prior = _shares(mass)
    return prior


def _thread_prior(author: Floats, here: Floats) -> Floats:
    """The author's languages, drawn towards those of the thread the more it holds."""
    total = here.sum()
    if not total:
        return author
    drawn: Floats = _ALWAYS * author + (1 - _ALWAYS) * (here + _WEIGHT * author) / (total + _WEIGHT)
    return drawn


def _shares(counts: Floats) -> Floats:
    """Shares that never are zero: anybody may write one sentence in any language."""
    total = counts.sum()
    shares: Floats = (counts / total if total else counts + 1.0) + _RARE
    return shares


def _vector(numbers: Mapping[str, float], missing: float = 0.0) -> Floats:
    """Numbers by language as a vector in the order of `LANGUAGES`."""
    import numpy as np

    vector: Floats = np.array([numbers.get(language, missing) for language in LANGUAGES], dtype=np.float64)
    return vector


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


def _fits(words: str) -> Floats:
    """How well words fit each language; sums to 1."""
    return _fits_short(words) if len(words) <= _SHORT else _ranked(words)


@lru_cache(maxsize=8192)
def _fits_short(words: str) -> Floats:
    return _ranked(words)


def _ranked(words: str) -> Floats:
    identifier, places = _identifier()
    # Its `rank` would sort by likelihood, which takes longer than to find it.
    squared = identifier._decide(words)[places].astype("float64") ** _SHARPER
    fits: Floats = squared / squared.sum()
    return fits


@cache
def _identifier():  # type: ignore[no-untyped-def]
    """The identifier, and where each of `LANGUAGES` stands in what it decides."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc)  # a feature's row at once: twice as fast
    identifier._full_model = identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes  # 27 MB of others
    return identifier, np.array([identifier.nb_classes.index(language) for language in LANGUAGES])
