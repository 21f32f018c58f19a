"""Text -> words and stems, and the language of a question.

Words are runs of letters and digits, folded to lower case without diacritics, as
the archive's full-text index sees them; stems are Snowball's English ones. Which
words carry no content stands in `stop_words`; which are names or dates is decided in
`names` and `dates`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from afterself.archive.lexical import is_unspaced, pairs_of, runs_without_blanks, without_runs
from afterself.memory.irregular import BASE_FORMS
from afterself.memory.stop_words import ENGLISH, LANGUAGES, Language

_WORD = re.compile(r"[^\W_]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_STEMS: dict[str, str] = {}
_REMEMBERED = 100_000  # words whose stem is kept, so that it is looked up once
_GREEK_QUESTION = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff][;\u037e]")


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, diacritics dropped: “Café” -> “cafe”."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    """The folded words of a text in order; “don't” gives “don” and “t”, as in the full-text index."""
    return text.translate(_ASCII).split() if text.isascii() else _WORD.findall(fold(text))


def tokens_of(text: str) -> list[str]:
    """The words of a text; where a script writes no blanks, each two neighbouring characters are one."""
    runs = runs_without_blanks(text)
    if not runs:
        return words_of(text)
    return [*words_of(without_runs(text)), *(pair for run in runs for pair in pairs_of(run))]


def is_pair(token: str) -> bool:
    """True for what `tokens_of` cut out of a script without blanks."""
    return bool(token) and is_unspaced(token[0])


def cased_words(text: str) -> list[str]:
    """The words as they are written, so that “May” and “may” can be told apart."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


@lru_cache(maxsize=1)
def _stemmer() -> object:
    import Stemmer

    return Stemmer.Stemmer("english", 0)


def stems_of(words: Iterable[str]) -> list[str]:
    """Snowball English stems of folded words, in order; irregular forms have their base form's stem.

    Source: M. Porter, the English (“Porter2”) stemmer of the Snowball project.
    """
    words = list(words)
    try:
        return [_STEMS[word] for word in words]
    except KeyError:
        if len(_STEMS) > _REMEMBERED:
            _STEMS.clear()
    new = [word for word in dict.fromkeys(words) if word not in _STEMS]
    bases = [BASE_FORMS.get(word, word) for word in new]
    stemmed: list[str] = _stemmer().stemWords(bases)  # type: ignore[attr-defined]
    _STEMS.update(zip(new, stemmed, strict=True))
    return [_STEMS[word] for word in words]


def language_of(words: Iterable[str]) -> Language:
    """The language whose function words cover most of a question; English when they tie."""
    counts = {language.code: 0 for language in LANGUAGES}
    for word in words:
        for language in LANGUAGES:
            counts[language.code] += word in language.function_words
    return max(LANGUAGES, key=lambda language: counts[language.code])


def document_stems(text: str) -> tuple[list[str], tuple[str, ...]]:
    """The stems of a record, and those of its words that carry content: their number is the length in BM25.

    All stems are kept, since what is a function word in one language (“die”, “war”) is content in another.
    """
    words = tokens_of(text)
    stems = stems_of(words)
    function_words = ENGLISH.function_words
    content = tuple([stem for word, stem in zip(words, stems, strict=True) if word not in function_words])
    singles = [] if text.isascii() else [token[0] for token in words if is_pair(token)]
    return ([*stems, *singles] if singles else stems), content


_QUESTION_MARKS = ("?", "？", "؟")
_AFTER_THE_MARK = " \n\t\"'”’»)*_~"


def ends_in_a_question(text: str) -> bool:
    """True when the last thing a record says is a question, as far as its punctuation tells."""
    end = text.rstrip(_AFTER_THE_MARK)
    return end.endswith(_QUESTION_MARKS) or _GREEK_QUESTION.fullmatch(end[-2:]) is not None
