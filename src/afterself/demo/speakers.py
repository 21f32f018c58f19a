"""A quote in Boswell's narration -> who says it: by an aside inside it, or by the words before it.

“Sir, (said he) …” and “Johnson answered, with a smile, '…'” name the speaker; “he” is Johnson unless the
sentence is about somebody else. Where nobody is named, nobody is guessed: the quote stays narration.
"""

from __future__ import annotations

import re

JOHNSON = "Samuel Johnson"
BOSWELL = "James Boswell"
_KNOWN = {
    "johnson": JOHNSON,
    "boswell": BOSWELL,
    "i": BOSWELL,
    "reynolds": "Sir Joshua Reynolds",
    "sir joshua": "Sir Joshua Reynolds",
}
_VERBS = (
    "said|says|replied|answered|observed|exclaimed|cried|added|remarked|asked|whispered|called out|repeated|"
    "returned|rejoined|subjoined|proceeded|continued|resumed|concluded|declared|maintained|muttered|"
    "interrupted|interposed|roared|burst out|told (?:me|us|him|her|them)"
)
_TITLED = r"(?:Mr|Mrs|Dr|Sir|Lord|Miss|Lady|General|Bishop|Colonel)\.? [A-Z][\w-]+(?: [A-Z][\w-]+)?"
_WHO = rf"[Hh]e|I|[Ss]he|[Tt]hey|[Tt]he [\w-]+|[Hh]is [A-Z]\w+|{_TITLED}|[A-Z][a-z]+"
_ASIDE = re.compile(rf"\((?:(?:{_VERBS}) (?P<a>{_WHO})|(?P<b>{_WHO}) (?:{_VERBS}))\b[^()]{{0,80}}\)")
_STAGE = re.compile(r"\s*\((?:[a-z][^()]{0,90})\)")
_SAYING = re.compile(
    rf"\b(?P<who>{_WHO}),? (?:(?:\w+ly|then|also|once|afterwards|now|again|thus|only|always|"
    rf"often|has|had|having|at last|sometimes|this day|one day|to),? ){{0,3}}"
    rf"(?P<verb>{_VERBS})\b(?P<rest>[^.!?]{{0,100}})$"
)
_VERB_ONLY = re.compile(rf"\b(?:{_VERBS})\b[^.!?;]{{0,60}}$")
_FIRST = re.compile(
    rf"^(?:But |And |When |Upon this |Here |Then )?(?P<who>{_TITLED}|Johnson|Goldsmith|Garrick|He|I)\b(?!'s)"
)
_SENTENCE = re.compile(r"(?<!\bMr\.)(?<!\bDr\.)(?<!\bMrs\.)(?<!\bSt\.)(?<=[.!?])['\"]?\s+(?=[A-Z'])")
_NOBODY = frozenset("it this that there which who and but for".split())


def speaker_of(before: str, said: str) -> str | None:
    """Who says `said`, from an aside in it or from the narration `before` it; None if nobody is named."""
    aside = _ASIDE.search(said[:160])
    if aside:
        return _named(aside["a"] or aside["b"], "")
    sentence = _SENTENCE.split(before.rstrip())[-1].strip(" '")
    sentence = re.sub(r"\b(?:that|thus|viz\.?),?$", "", sentence.rstrip(" ,:;-.")).rstrip(" ,")
    found = next(reversed(list(_SAYING.finditer(sentence))), None)
    if found is not None and found["who"].lower() not in _NOBODY and "'" not in found["rest"]:
        return _named(found["who"], sentence[: found.start()])
    if _VERB_ONLY.search(sentence):
        first = _FIRST.match(sentence)
        return _named(first["who"], "") if first else None
    return None


def asides_out(said: str) -> str:
    """What was said, without who said it and how."""
    return " ".join(_STAGE.sub("", said).replace("--", " -- ").split()).replace(" -- ", "--").strip(" '")


def full_name(label: str) -> str:
    """A name however Boswell writes it: SIR JOSHUA REYNOLDS, Mr. Langton, JOHNSON -> one for each person."""
    plain = re.sub(r"^(?:(?:mr|dr|the)\.? )+", "", label.lower())
    name = " ".join(part.capitalize() for part in plain.split())
    return _KNOWN.get(plain, name)


def _named(who: str, before: str) -> str | None:
    """The name behind a word; “he” is whom the sentence is about, else Johnson."""
    if who in ("he", "He"):
        first = _FIRST.match(before)
        return full_name(first["who"]) if first and first["who"] != "He" else JOHNSON
    return None if who.lower() in ("she", "they") else full_name(who)
