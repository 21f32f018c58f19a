"""In which language each text of the owner's is, short ones too: letters and what the person mostly writes.

py3langid (naive Bayes over byte n-grams: Lui & Baldwin's langid.py, ACL 2012) says how well a text fits
each language. "ok" fits all of them, so what decides there is the prior: the languages that this person
writes, and those of this thread. The prior of a first import is learned from its own texts (expectation
maximisation over a sample). What stays in doubt gets no language; what holds no words is `zxx`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
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

_LONGEST = 240
_TELLING = 16
"""Characters from which a text says something of its author's languages."""

_RARE, _HOPELESS = 0.001, 1e-4
_WEIGHT, _ALWAYS = 8.0, 0.2
"""A thread's own languages count as the author's until it holds so many texts; so much of those stays."""

_SHARPER = 2
"""py3langid is careful with short texts: squared, what fits three words outweighs a thread's habit."""

_SAMPLE, _ROUNDS = 600, 4
_STORED = 20_000
_PLACE = {language: place for place, language in enumerate(LANGUAGES)}
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#]\w+")
_LETTER = re.compile(r"[^\W\d_]")


def identify_owner(archive: Archive) -> Counter[str]:
    """Find the language of every text of the owner's that has none yet; counts texts by language.

    Must stand in a transaction of `archive`; what it holds is stored every `_STORED` texts.
    """
    texts = archive.languages(OWN_KINDS)
    unknown = texts.unknown()
    if not unknown:
        return Counter()
    known = texts.known()
    author = _author_prior(known, _sample(texts, unknown.values()))
    found: Counter[str] = Counter()
    seen = itertools.count(1)
    for thread, rows in unknown.items():
        prior = Prior(author, texts.known(thread) if known else {})
        for one in texts.texts(rows):
            if next(seen) % _STORED == 0:
                texts.enter()
                archive.keep()
            language = _keep(texts, one, prior)
            if language:
                found[language] += 1
                prior.saw(language)
    texts.enter()
    return found


def let_go() -> None:
    """Give the memory of the identifier back, 80 MB; who asks again loads it anew, in half a second."""
    _identifier.cache_clear()
    _fits.cache_clear()


class Prior:
    """How probable a language is before a text is read: the author's, then more and more the thread's."""

    def __init__(self, author: Mapping[str, float], thread: Mapping[str, int] = MappingProxyType({})) -> None:
        self._author, self._thread = _vector(author, missing=_RARE), _vector(thread)
        self._texts = sum(thread.values())

    def saw(self, language: str) -> None:
        """Another text of the thread is in this language, one of `LANGUAGES` or none."""
        if language != NO_WORDS:
            self._thread[_PLACE[language]] += 1
            self._texts += 1

    def shares(self) -> Floats:
        """How probable each language is now."""
        habit = (self._thread + _WEIGHT * self._author) / (self._texts + _WEIGHT)
        return _ALWAYS * self._author + (1 - _ALWAYS) * habit


def language_of(text: str, prior: Prior) -> str | None:
    """The ISO 639-1 code of a text, `zxx` if it holds no words, None if that is in doubt."""
    words = _words(text)
    if not words:
        return NO_WORDS
    weighed = _fits(words) * prior.shares()
    best = int(weighed.argmax())
    return LANGUAGES[best] if weighed[best] >= SURE * weighed.sum() else None


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
    texts.write(one, language, own)
    return language


def _author_prior(known: Mapping[str, int], sample: Iterable[str]) -> Mapping[str, float]:
    """How often this person writes each language, from what is known and a sample of what is not."""
    import numpy as np

    fits = np.array([_fits(text) for text in sample]).reshape(-1, len(LANGUAGES))
    counts, total = _vector(known), sum(known.values())
    prior = _shares(counts, total)
    for _ in range(_ROUNDS):
        weighed = fits * prior
        mass = (weighed / weighed.sum(axis=1, keepdims=True)).sum(axis=0)
        prior = _shares(counts + mass, total + len(fits))
    return dict(zip(LANGUAGES, prior.tolist(), strict=True))


def _shares(counts: Floats, total: int) -> Floats:
    """Shares that never are zero: anybody may write one sentence in any language."""
    import numpy as np

    return (counts / total if total else np.ones_like(counts)) + _RARE


def _vector(numbers: Mapping[str, float], missing: float = 0.0) -> Floats:
    """Numbers by language in the order of `LANGUAGES`."""
    import numpy as np

    return np.array([numbers.get(language, missing) for language in LANGUAGES], dtype=np.float64)


def _sample(texts: Languages, threads: Collection[Sequence[int]]) -> Iterable[str]:
    """Texts with enough letters to tell a language, from all over the archive."""
    every = max(1, sum(map(len, threads)) // (2 * _SAMPLE))
    for one in texts.texts(itertools.islice(itertools.chain.from_iterable(threads), 0, None, every)):
        words = _words(" ".join(one.text[begin:end] for begin, end in own_ranges(one.text, one.spans)))
        if len(words) >= _TELLING:
            yield words


def _words(text: str) -> str:
    """The words of a text without links, addresses and handles; "" if there is not one letter."""
    words = " ".join(_NOT_WORDS.sub(" ", text[: 2 * _LONGEST]).split())[:_LONGEST]
    return words if _LETTER.search(words) else ""


@lru_cache(maxsize=8192)
def _fits(words: str) -> Floats:
    """How well words fit each language, squared and summing to 1; what is hopeless is 0."""
    identifier, places = _identifier()
    scores = identifier._decide(words)[places]  # its `rank` sorts them, which takes longer than to find them
    hopeless = scores <= scores.max() * _HOPELESS
    squared: Floats = scores.astype("float64") ** _SHARPER
    squared[hopeless] = 0.0
    squared /= squared.sum()
    return squared


@cache
def _identifier():  # type: ignore[no-untyped-def]
    """The identifier, and where each of `LANGUAGES` stands in what it decides."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    # It takes rows and multiplies in 32 bits: as such, a text takes half the time.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    identifier._full_model = identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes  # 27 MB of others
    return identifier, np.array([identifier.nb_classes.index(language) for language in LANGUAGES])
