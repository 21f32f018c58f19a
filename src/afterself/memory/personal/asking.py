"""A question -> which fact of a life it asks for and of whom, or none: “What do you do?” asks for work.

Only a question that asks for nothing else counts: “How old were you in the flood?” is about the flood, and is
answered by its words like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from afterself.memory.personal.events import event_asked, words_of_event
from afterself.memory.personal.kinship import WORDS, any_of, relations_of, words_for
from afterself.memory.personal.recipes import recipe_asked
from afterself.memory.words import words_of

Kind = Literal["age", "birthday", "home", "origin", "work", "kin", "who", "event", "recipe"]

_REL = any_of(WORDS)
_WHOSE = rf"(?:you|your (?P<rel>{_REL})|(?P<name>(?!you\b|your\b|it\b|this\b|that\b|there\b)\w+(?: \w+)?))"
_OF = rf"(?:your(?: (?P<rel>{_REL}) s)?|(?P<name>(?!your\b|the\b)\w+(?: \w+)?) s)"
_KIN = rf"(?P<kin>{_REL})(?: (?:or|and) (?:an? |any )?(?P<kin2>{_REL}))?"
_SHAPES: tuple[tuple[Kind, str], ...] = (
    ("age", rf"how old (?:are|were|is|was) {_WHOSE}"),
    ("age", rf"what age (?:are|were|is|was) {_WHOSE}"),
    ("age", rf"what is {_OF} age"),
    ("birthday", rf"(?:when|what (?:day|date)) (?:is|was) {_OF} birthday"),
    ("birthday", rf"(?:when|(?:in )?(?:what|which) (?:year|day)) (?:were|was) {_WHOSE} born"),
    ("birthday", rf"what is {_OF} (?:birthday|date of birth|birth date)"),
    ("home", rf"where (?:do|did|does) {_WHOSE} live(?P<past> before)?"),
    ("home", rf"where (?:are|is) {_WHOSE} living"),
    ("home", r"what is your (?:address|home address)"),
    ("home", r"where is your (?:house|home|flat|place|apartment|cottage)"),
    ("home", r"(?:in )?(?:what|which) (?:town|city|country|place|street|village|house) do you live(?: in)?"),
    ("home", r"how long have you (?:lived|been living) (?:there|here)"),
    ("origin", r"where (?:are you|do you come) from(?: originally)?"),
    ("origin", r"where (?:did you grow up|were you born)"),
    ("work", rf"what (?:do|did|does) {_WHOSE} do(?: for (?:a living|work|a job))?(?P<past> before)?"),
    ("work", rf"what (?:is|was) {_OF} (?:job|work|profession|occupation|trade|career)"),
    ("work", r"what (?:kind|sort) of (?:work|job) (?:do|did) you (?:do|have)"),
    ("work", r"(?:where|as what|what) (?:do|did) you work(?: as)?"),
    ("work", r"who (?:do|did) you work for|are you retired"),
    ("work", r"what was your (?P<first>first) job"),
    ("kin", rf"(?:do|did) you have (?:an? |any |some )?{_KIN}"),
    ("kin", rf"have you (?:got )?(?:an? |any )?{_KIN}"),
    ("kin", r"(?:are|were) you (?P<kin>married)(?: now)?|have you ever been (?P<ken>married)"),
    ("kin", rf"(?P<called>what|who) (?:is|was|are|were) your {_KIN} (?:called|named|s names?|names?)"),
    ("kin", rf"(?P<called>what) (?:is|was|are|were) the names? of your {_KIN}"),
    ("kin", rf"(?P<called>what) (?:do|did) you call your {_KIN}"),
    ("kin", rf"(?P<called>who) (?:is|was|are|were) your {_KIN}"),
    ("kin", rf"how many {_KIN} (?:do|did|have) you (?:have|got)"),
    ("kin", rf"(?:you have|you got|got|any|have you) (?:an? |any )?{_KIN}"),
    ("who", r"who (?:is|was|are|were) (?P<name>(?!you\b|your\b|it\b|this\b|that\b|there\b)\w+(?: \w+)?)"),
)  # fmt: skip
_ASKED = tuple((kind, re.compile(shape)) for kind, shape in _SHAPES)
_THEIRS = re.compile(
    rf"(?:you|we|i)(?: and \w+| two| both)?|(?:you and )?(?:your|our|my) (?P<rel>{_REL})"
    r"|(?P<name>(?!the\b|your\b)\w+)"
)
_SECOND = {"is": "are", "was": "were", "does": "do", "has": "have"}
_THIRD = re.compile(r"\b(?:is|was|does|has)(?= you\b)")
_FRONT = re.compile(
    r"^(?:(?:and|so|but|well|ok|okay|please|oh|then|now|hi|hello|hey|dear|tell me|exactly) )+"
)
_BEHIND = re.compile(
    r"(?: (?:now|today|then|please|again|really|exactly|actually|these days|at the moment))+$"
)


@dataclass(frozen=True, slots=True)
class Personal:
    """A fact of a life that is asked for.

    Whose: of the owner, where neither `relations` (of the owner: “your father”) nor `name` (folded) is given;
    of `kin` the `relations` are what is asked for, of `who` the `name`. `called`: a name is wanted. `past`:
    what was, not what is. `first`: the first of several. `event` is one of `events`, `objects` the stems that
    a record of it, or of a recipe, must hold.
    """

    kind: Kind
    relations: frozenset[str] = frozenset()
    name: str = ""
    called: bool = False
    past: bool = False
    first: bool = False
    event: str = ""
    objects: frozenset[str] = frozenset()

    @property
    def of_owner(self) -> bool:
        """Whether it is about the owner, not about somebody of theirs."""
        return self.kind == "kin" or not (self.relations or self.name or self.event)


def personal(question: str) -> Personal | None:
    """Which fact of a life a question asks for; None if it asks for something else.

    “Where does she live?”, where nobody is named, asks for the owner's, as “Where do you live?” does.
    """
    words = words_of(question.replace("’", "'"))
    text = " ".join("is" if word == "s" and n == 1 else word for n, word in enumerate(words))
    text = _of_the_owner(_BEHIND.sub("", _FRONT.sub("", text)))
    for kind, shape in _ASKED:
        found = shape.fullmatch(text)
        if found is not None:
            return _read(kind, found.groupdict(), text)
    dish = recipe_asked(text)
    return _of_event(text) if dish is None else Personal("recipe", objects=dish)


def _of_the_owner(text: str) -> str:
    """A question of “her” or “him” as it would be put to the owner."""
    text = re.sub(r"\b(?:his|her)(?= \w)", "your", re.sub(r"\b(?:he|she)\b", "you", text))
    return _THIRD.sub(lambda verb: _SECOND[verb.group()], text)


def _of_event(text: str) -> Personal | None:
    asked = event_asked(text)
    if asked is None:
        return None
    event, who, objects = asked
    theirs = _THEIRS.fullmatch(who)
    if theirs is None:
        return None
    relations = relations_of(theirs["rel"]) if theirs["rel"] else frozenset[str]()
    return Personal("event", relations, theirs["name"] or "", event=event, objects=objects)


def _read(kind: Kind, parts: dict[str, str | None], text: str) -> Personal:
    named = [parts.get(part) or "" for part in ("kin", "kin2", "ken", "ken2", "rel")]
    relations = frozenset[str]().union(*(relations_of(word) for word in named if word))
    return Personal(
        kind=kind,
        relations=relations,
        name=parts.get("name") or "",
        called=parts.get("called") is not None,
        past=parts.get("past") is not None or (kind == "age" and " were you" in f" {text}"),
        first=parts.get("first") is not None,
    )


_TO_FIND: dict[Kind, str] = {
    "age": "birthday turned old age years returns",
    "birthday": "birthday born birth returns",
    "home": "live lives lived living address moved house flat home",
    "origin": "born grew raised childhood from brought",
    "work": "work worked working job trade wage wages pay living retired years lady post apprentice",
    "kin": "",
    "who": "",
    "event": "",
    "recipe": "",
}


def words_to_find(asked: Personal) -> list[str]:
    """The words by which records are fetched that may answer."""
    words = _TO_FIND[asked.kind].split() + asked.name.split() + sorted(words_for(asked.relations))
    if asked.kind == "event":
        words += words_of_event(asked.event)
    if asked.kind == "kin" and asked.relations & {"husband", "wife"}:
        words += ["married", "wedding", "anniversary"]
    return list(dict.fromkeys(words))
