"""The shapes of answers about a life, as patterns: “I am nearly 85”, “we live at …”, “I was a lollipop lady”.

Each pattern is tried on a text whose curly apostrophes are straight. Spelling alone decides, so a pattern is
kept narrow: what it misses is found by its words as before.
"""

from __future__ import annotations

import re
import unicodedata

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
AGE = (
    rf"(?:[1-9]\d|10\d|(?:{_TENS})(?:[- ](?:{_ONES}))?"
    r"|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_NO_UNIT = (
    r"(?!\s*(?:%|minutes?|mins?|hours?|seconds?|days?|weeks?|months?|miles?|km|kilometres?|pages?|pounds?|"
    r"quid|lb|kilos?|kg|stone|steps?|degrees?|per|percent|of|people|o'clock|times|years? (?!old)|[.:,]\d"
    r"|[ap]m))"
)
_I_AM = r"\bi(?: a|')?m (?:(?:only|just|nearly|almost|now|about|already|still|not yet) )*"

OWN_AGE = re.compile(
    rf"{_I_AM}{AGE}\b{_NO_UNIT}|\b(?:i|i've|i have) (?:just )?turn(?:ed)? {AGE}\b"
    rf"|\bmy {AGE}(?:th|st|nd|rd) birthday\b|^{AGE} (?:to-?day|confirmed)\b",
    re.I | re.M,
)
BARE_AGE = re.compile(rf"^(?:i feel )?{AGE}\b(?=\s*(?:[.!,]|$|to-?day|confirmed))|\bi feel {AGE}\b", re.I)
PAST_AGE = re.compile(rf"\bi was (?:only |just |about )?{AGE}\b{_NO_UNIT}", re.I)
YOUR_AGE = re.compile(
    rf"\byou(?:'re| are) (?:only |just |nearly |almost |now )?{AGE}\b{_NO_UNIT}"
    rf"|\b(?:birthday|returns)\b.{{0,40}}\b{AGE}\b(?!%)",
    re.I | re.M,
)
WISHES = re.compile(r"\b(?:happy (?:\w+ )?birthday|many happy returns|happy \d+(?:th|st|nd|rd)\b)", re.I)
OWN_BIRTHDAY = re.compile(
    r"\bmy (?:\w+ )?birthday (?:is|was|falls)|\bi was born (?:on|in|at)\b|\bmy own is the \d", re.I
)
OWN_HOME = re.compile(
    r"\b(?:i|we)(?: have|'ve)? (?:now |still |always |both |all )*lived? "
    r"(?:now )?(?:in|at|on|here|above|over|near|by|next|with|behind|opposite|up|down|just)\b"
    r"|\bmy address (?:is|now)\b"
    r"|\b(?:i am|i'm|we are|we're) (?:still |now )?living (?:in|at|on|near|above)\b",
    re.I,
)
PAST_HOME = re.compile(
    r"\b(?:i|we) (?:used to live|lived)\b|\b(?:i|we) moved (?:in|into|to|out)\b"
    r"|\bfound (?:a|somewhere|the) .{0,30}\b(?:flat|room|rooms|house|above)\b",
    re.I,
)
ORIGIN = re.compile(
    r"\bi (?:was born|grew up|come from|came from|am from|was brought up|was raised)\b|\bi'm from\b", re.I
)
_OCCUPATION = (
    r"(?:\w+(?:ist|keeper|maker|worker|dresser|smith|wright)|\w*(?:teacher|driver|nurse|engineer|doctor|"
    r"manager|clerk|officer|farmer|builder|baker|butcher|cook|chef|cleaner|tuner|painter|plumber|carpenter|"
    r"electrician|mechanic|lawyer|solicitor|accountant|signal(?:wo)?man|signaller|policeman|soldier|sailor|"
    r"fisherman|miner|carer|midwife|librarian|secretary|programmer|developer|designer|architect|writer|editor|"
    r"actor|actress|musician|singer|conductor|tailor|seamstress|mason|gardener|waiter|waitress|barber|"
    r"hairdresser|priest|vicar|minister|professor|lecturer|scientist|student|apprentice|"
    r"(?:lollipop|dinner|tea|cleaning) (?:lady|woman)|platelayer|porter|guard|postman|milkman|foreman|"
    r"inspector|assistant|consultant|director|pilot))"
)
OCCUPATION = re.compile(rf"\b{_OCCUPATION}\b", re.I)
OWN_WORK = re.compile(
    r"\bi(?:'m| am| was| became| used to be|'d been| have been|'ve been) (?:an? |the )?(?:\w+ ){0,2}?"
    rf"{_OCCUPATION}\b"
    r"|\bi work(?:ed)?\b(?: \w+){0,2} (?:as|at|for|in|on)\b"
    r"|\bmy (?:job|trade|profession|work|career) (?:is|was)\b"
    r"|\bi (?:tune|teach|drive|build|repair|sell|paint|make|grow|fix) \w+s\b",
    re.I,
)
FIRST_WORK = re.compile(
    r"\bfirst (?:job|post|wages?|day (?:at work|on the))|\bname of the post\b"
    r"|\bstarted (?:work|at|as|on the)\b",
    re.I,
)
ASKS_FOR_WORK = re.compile(
    r"\bfor a living\b|\byour (?:job|work|trade|profession|first job|first day)\b"
    r"|\bfirst (?:wage|job|day)\b"
    r"|\bwhat (?:my|your|our) \w+ does\b|\bwhat (?:do|does|did) (?:you|he|she) do\?",
    re.I,
)
MARRIED = re.compile(
    r"\b(?:i|we) (?:was |were |got |have been |are )?married\b|\bmarried \d|\bmy wedding\b"
    r"|\bour (?:wedding|\d+(?:th|st|nd|rd))\b|\bours was\b.{0,40}\b(?:church|town hall|registry)\b"
    r"|\b(?:golden|silver|ruby) wedding\b",
    re.I,
)


def straight(text: str) -> str:
    """The text with straight apostrophes and without diacritics, as names are folded: “José” is “Jose”."""
    if text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("’", "'").replace("\u2018", "'")
