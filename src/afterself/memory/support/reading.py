"""A text -> its words in order, each with its stem, sentence, and whether it stands under a negation.

Contractions are opened (“didn't” is “did not”). A negation reaches to the end of its clause; “not only”, “no
doubt” and the like deny nothing. Numbers, dates and names are read elsewhere from the same words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from afterself.memory.stop_words import ENGLISH, word_set
from afterself.memory.support.phrases import in_single_words
from afterself.memory.words import fold, stems_of

_TOKEN = re.compile(
    r"(?P<word>\d+(?:[.,:]\d+)*[^\W\d_]*|[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<mark>[.!?;:,()\n—–-])"
)
_CONTRACTIONS = {
    "won't": "will not",
    "can't": "can not",
    "cannot": "can not",
    "shan't": "shall not",
    "ain't": "is not",
}
_CLAUSE_ENDS = frozenset(".!?;:,()\n—–")
_CONJUNCTIONS = word_set(
    "but because though although while whereas so since until till unless when which who"
)
NEGATORS = word_set(
    "not never no none nobody nothing nowhere neither nor without hardly barely scarcely seldom rarely"
)
_NEGATING_VERBS = word_set(
    "refuse refused refuses deny denied denies fail failed fails failing lack lacked avoid avoided decline "
    "declined declines stop stopped stops stopping quit quits cease ceased"
)
_DENIES_NOTHING = re.compile(
    r"\b(?:not (?:only|just|merely|until|till)|no (?:doubt|wonder|sooner|problem|matter|idea)|why not"
    r"|nothing (?:but|if)|can not (?:wait|help)|could not (?:help|wait|agree more)|whether or not|if not)\b"
)
_REACH = 8
_LOOKS_BACK = word_set("nothing none no")
_BACK, _SHORT = 3, 4
LIGHT = word_set(
    "get go come make take give put say tell know think thing time day way people year see look one two "
    "use call let keep seem mean try ask feel want like need really quite well much lot always never now "
    "then "
    "today later ago still also already yet even back away around own same another say says said told just "
    "only first last new old good little bit after before when while during because every once whole rather "
    "once mention talk write wrote speak according long ever turn leave left find found set work nothing "
    "nobody "
    "anything anyone someone somebody everyone everybody everything something"
)
_FUNCTION = ENGLISH.function_words | word_set(
    "oh ah well yes ok okay please upon though although whether us per mr mrs ms dr na ve ll re til till "
    "until "
    "never not no none neither nor cannot without hardly barely scarcely seldom rarely longer any more "
    "anymore "
    "told says said say since ago yet whose like"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written, folded, its stem; `weight` is 0 for function words, small for pale ones."""

    raw: str
    folded: str
    stem: str
    sentence: int
    place: int
    negated: bool
    reach: int
    weight: float
    first: bool
    slash: bool
    """Whether it opens a sentence.

    `reach` is how many words lie between it and what negates it; `slash`: “/” follows.
    """

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.raw[:1].isupper()


def read(text: str) -> list[Word]:
    """The words of a text; sentences are counted from 0."""
    marked = _opened(text)
    tokens: list[tuple[str, bool]] = []
    slashes: list[bool] = []
    for match in _TOKEN.finditer(marked):
        tokens.append((match.group(), match["mark"] is not None))
        slashes.append(marked[match.end() : match.end() + 1] == "/")
    folded = [fold(token).replace("'", "") if not mark else token for token, mark in tokens]
    stems = iter(stems_of([word for word, (_, mark) in zip(folded, tokens, strict=True) if not mark]))
    negated = _negations(tokens, folded)
    words: list[Word] = []
    sentence, first = 0, True
    for (token, mark), plain, under, slash in zip(tokens, folded, negated, slashes, strict=True):
        if mark:
            if token in ".!?\n" and not first:
                sentence, first = sentence + 1, True
            continue
        stem = next(stems)
        words.append(
            Word(
                token,
                plain,
                stem,
                sentence,
                len(words),
                under > 0,
                max(under, 0),
                _weight(plain, stem),
                first,
                slash,
            )
        )
        first = False
    return words


def _opened(text: str) -> str:
    text = text.replace("’", "'")
    text = re.sub(r"\b(?:[Ww]on't|[Cc]an't|[Cc]annot|[Ss]han't|[Aa]in't)\b", _open_one, text)
    text = re.sub(r"(?<=[a-z])n't\b", " not", text)
    text = re.sub(
        r"\b(do|does|did|is|are|was|were|have|has|had|would|could|should|ca|wo)nt\b", r"\1 not", text
    )
    text = re.sub(r"(?<=\w)'(?:s|ve|ll|re|d|m)\b", "", text)
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"\b[Nn]o\. ?(?=\d)", "number ", text)
    text = re.sub(r"\b(Mr|Mrs|Dr|St|Rev|Yr)\.", r"\1", text)
    text = re.sub(r"\b[Gg](?:ive|ave|iven|iving) up\b", "quit", text)
    text = re.sub(r"(?<!\w)'([2-9]\d)\b(?!')", r"19\1", text)
    text = re.sub(r"\b(?:[Rr]ather than|[Ii]nstead of)\b", "without", text)
    text = re.sub(r"\b(?:[Nn]o longer|[Nn]ot any ?more)\b", "not", text)
    return in_single_words(text)


def _open_one(match: re.Match[str]) -> str:
    return _CONTRACTIONS[match.group().lower()]


_LIGHT_STEMS = frozenset(stems_of(sorted(LIGHT)))


def _weight(folded: str, stem: str) -> float:
    if folded in _FUNCTION or len(folded) == 1 or folded.isdigit():
        return 0.0
    return 0.35 if stem in _LIGHT_STEMS else 1.0


def _negations(tokens: list[tuple[str, bool]], folded: list[str]) -> list[int]:
    """For each token how far the negation that reaches it stands before it; 0 for none.

    Two negations are one (“no dates and no angels”) but for those of verbs: “did not refuse”.
    """
    line = " ".join(folded)
    silent = {m.start() for m in _DENIES_NOTHING.finditer(line)}
    starts, at = [], 0
    for word in folded:
        starts.append(at)
        at += len(word) + 1
    under = [0] * len(folded)
    for n, word in enumerate(folded):
        if word not in NEGATORS and word not in _NEGATING_VERBS:
            continue
        if any(start in silent for start in starts[max(0, n - 1) : n + 1]):
            continue
        reached = 0
        for m in range(n + 1, len(folded)):
            if tokens[m][1]:
                if tokens[m][0] in _CLAUSE_ENDS:
                    break
                continue
            if folded[m] in _CONJUNCTIONS or reached >= (_SHORT if word == "without" else _REACH):
                break
            reached += 1
            under[m] = 0 if under[m] and word in _NEGATING_VERBS else under[m] or reached
        if word in _LOOKS_BACK or (word in _NEGATING_VERBS and not reached):
            _negate_before(tokens, folded, under, n, across=word in _NEGATING_VERBS)
    return under


def _negate_before(
    tokens: list[tuple[str, bool]], folded: list[str], under: list[int], n: int, *, across: bool
) -> None:
    """“Charged nothing” denies the charging, “they let me watch, I declined” the watching."""
    for back, m in enumerate(range(n - 1, max(-1, n - 1 - (_REACH if across else _BACK)), -1), start=1):
        if tokens[m][1]:
            if tokens[m][0] in ".!?\n;" or not across:
                return
            continue
        if folded[m] in _CONJUNCTIONS or folded[m] in NEGATORS:
            return
        under[m] = 0 if under[m] and across else under[m] or back


_REFUSES = re.compile(r"^\W*(?:no|nope|not|never|refused|declined)\b", re.I)


def refuses(text: str) -> bool:
    """Whether a text opens by denying what was said right before it: “Not since 2003.”"""
    return _REFUSES.match(text) is not None


def turned_round(words: list[Word]) -> list[Word]:
    """The words as somebody means them who denies them."""
    return [replace(word, negated=not word.negated, reach=0 if word.negated else 1) for word in words]


def sentences(words: list[Word]) -> list[list[Word]]:
    """The words, sentence by sentence."""
    found: list[list[Word]] = []
    for word in words:
        while len(found) <= word.sentence:
            found.append([])
        found[word.sentence].append(word)
    return [sentence for sentence in found if sentence]
