"""What kind of answer a question wants, and which kinds a text could give: a time, a number, a name, a place.

Rules of spelling in four languages, cheap enough for every candidate of every question. They never
decide alone: `features` hands them to the ranker, which has learned what each is worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from afterself.memory.dates import MONTH_NUMBERS
from afterself.memory.words import fold

_MONTHS = "|".join(sorted((name for name in MONTH_NUMBERS if len(name) > 3), key=len, reverse=True))
_TIME = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|ago|recently|lately|weekend|\d{1,2}(?:st|nd|rd|th)"
    r"|(?:18|19|20)\d\d"
    rf"|{_MONTHS}|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:last|next|this|past|each|every|a|few|couple of|two|three|four|five|six|ten|\d+) "
    r"(?:few )?(?:days?|nights?|weeks?|months?|years?|summer|winter|spring|autumn|fall|morning|evening|"
    r"afternoon)"
    r"|since|until|when i was|years? old|birthday|christmas|easter|o'?clock"
    r"|gestern|heute|morgen|vorgestern|letzte[nrs]?|seit|vor (?:zwei|drei|\d+)"
    r"|ayer|hoy|manana|pasad[oa]|hace|hier|aujourd|demain|dernier|derniere)\b"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|"
    r"thousand|dozen|couple|several|few|half|once|twice|zwei|drei|vier|funf|dos|tres|cuatro|deux|trois|quatre)\b"
)
_NAME = re.compile(r"(?<=[^\s.!?…:]\s)[A-ZÀ-Þ][\w'’-]+")
_PLACE = re.compile(
    r"\b(?:in|at|to|from|near|outside|inside|around|through|nach|aus|bei|en|desde|hacia|dans|chez) "
    r"(?:the |my |our |a |an |der |die |dem |el |la |le )?\w+"
)
_PLACE_NAME = re.compile(
    r"\b(?:in|at|to|from|near|around|through|nach|aus|en|desde|a|à) (?:the )?[A-ZÀ-Þ]\w+"
)
_REASON = re.compile(
    r"\b(?:because|since|so that|cause|cos|reason|in order to|due to|thanks to|weil|damit|porque|parce|"
    r"to (?:help|make|get|be|have|give|keep|see|show|raise|learn))\b"
)
_ME = re.compile(r"\b(?:i|me|my|mine|myself|we|our|us|ich|mein|meine|wir|yo|mi|je|mon|ma|nous)\b")
_LIKES = re.compile(
    r"\b(?:love|loved|like|liked|enjoy|enjoyed|favou?rite|prefer|hate|fan of|into|keen|amazing|awesome|"
    r"great)\b"
)

_ASKS = {
    "time": re.compile(r"\b(?:when|what (?:year|month|day|date|time)|which (?:year|month|day)|"
                       r"how (?:long|old|often)|"
                       r"wann|seit wann|cuando|quand)\b"),
    "number": re.compile(r"\b(?:how (?:many|much|old|long|far|often|big|tall)|wie ?viele?|cuant[oa]s?|"
                         r"combien)\b"),
    "name": re.compile(r"\b(?:who|whom|whose|which|name|named|called|wer|wem|wen|wie heisst|quien|qui)\b"),
    "place": re.compile(r"\b(?:where|(?:what|which) (?:city|country|place|town)|wo|wohin|woher|donde|"
                        r"ou)\b"),
    "reason": re.compile(r"\b(?:why|how come|what made|reason|warum|wieso|por que|pourquoi)\b"),
    "liking": re.compile(r"\b(?:favou?rite|likes?|loves?|enjoys?|think of|feel|felt|opinion|"
                         r"prefers?)\b"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cues:
    """What a text could answer; `me` says that it speaks of its speaker. Looked for only when asked for:
    a question wants one kind or two, and has a thousand candidates.
    """

    text: str = ""

    @property
    def time(self) -> bool:
        """It names a day, a season, an age or how long ago."""
        return _TIME.search(self._plain()) is not None

    @property
    def number(self) -> bool:
        """It names a number or an amount."""
        return _NUMBER.search(self._plain()) is not None

    @property
    def name(self) -> bool:
        """It has a capital inside a sentence."""
        return _NAME.search(self.text) is not None

    @property
    def place(self) -> bool:
        """It says where."""
        return _PLACE_NAME.search(self.text) is not None or _PLACE.search(self._plain()) is not None

    @property
    def reason(self) -> bool:
        """It says why or what for."""
        return _REASON.search(self._plain()) is not None

    @property
    def liking(self) -> bool:
        """It says what somebody likes or does not."""
        return _LIKES.search(self._plain()) is not None

    @property
    def me(self) -> bool:
        """It speaks of its speaker."""
        return _ME.search(self._plain()) is not None

    def _plain(self) -> str:
        return self.text.lower() if self.text.isascii() else fold(self.text)


NO_CUES = Cues()


def wanted_by(question: str) -> frozenset[str]:
    """The kinds of answer that a question asks for, as names of `Cues`."""
    plain = fold(question)
    return frozenset(kind for kind, pattern in _ASKS.items() if pattern.search(plain))
