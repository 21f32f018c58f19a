"""Does a visitor ask for a fact of the owner's life? Then memory answers, not the model.

A rule, not a model: a question (question mark, or a question word or auxiliary in front) that
speaks of the owner ("you", "your", their name), asks who, when, where, which, how many, or asks
whether something was ("Did Kaz ever go back?"), and that holds at least one content word. Small talk
("How are you?") and offers ("Would you like some tea?", "Are you coming on Sunday?") ask for a reply,
not for a record, and go to the weights. A wrong yes costs a "nothing recorded"; a wrong no would cost
an invented fact, so the rule leans to yes. English, German, French and Spanish question words.
"""

from __future__ import annotations

import re

from afterself.memory.names import NameBook
from afterself.memory.question import read_question

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FACT_WORDS = frozenset(
    "who whom whose when where which what why how "
    "wer wem wen wann wo wohin welche welcher welches was warum wie "
    "qui quand où quel quelle quels quelles pourquoi combien "
    "quién quien cuándo cuando dónde donde cuál cual qué cuánto cuántos".split()
)
_PAST = frozenset("did was were had has avait était étaient hatte hatten war waren hast habt".split())
_AUXILIARIES = frozenset(
    "do does did have has had is are was were can could will would should tell remember "
    "hast habt haben bist sind warst waren kannst erzähl as avez es êtes tienes has eres".split()
)
_OWNER_WORDS = frozenset(
    "you your yours yourself du dir dich dein deine deinen deiner deinem ihr euch "
    "tu te toi ton ta tes vous votre vos tú ti tus usted su".split()
)
_TELL = re.compile(r"^\s*(tell|talk)\s+(me|us)\s+(about|of|how|what|when|where|why|who)\b", re.I)
_SMALL_TALK = re.compile(
    r"^\W*(hi|hello|hey|good (morning|evening|night|afternoon))?\W*"
    r"(and )?(how (are|have|is|were) (you|things|life|it)( (been|doing|going|keeping|feeling))?"
    r"|what('s| is) (up|new)|how('s| is) (it going|life|everything)"
    r"|what are you (doing|up to)|are you (there|ok|okay|well|alright|all right|busy|awake))"
    r"( (today|tonight|now|there|then|lately|this (morning|evening|week)))*\W*$",
    re.I,
)
_OFFER = re.compile(
    r"^\W*(and |so |but |well,? )*(would you (like|mind|care|prefer)"
    r"|do you (want|fancy|need|mind|feel like)|can you|could you|can i|could i|may i|will you|won't you"
    r"|shall (i|we)|should (i|we)"
    r"|are you (coming|going|free|hungry|tired|ready|busy|around|home|up for|feeling)"
    r"|have you (eaten|slept|got (a minute|time)|had (lunch|dinner|tea|breakfast)))\b",
    re.I,
)


def asks_for_a_fact(text: str, owner_name: str = "") -> bool:
    """True if `text` asks for something that only the owner's records can answer."""
    if _SMALL_TALK.match(text) or _OFFER.match(text):
        return False
    content = read_question(text, NameBook([])).content
    if _TELL.match(text):
        return bool(content)
    words = [w.casefold() for w in _WORD.findall(text)]
    if not words:
        return False
    asked = "?" in text or words[0] in _FACT_WORDS | _AUXILIARIES
    if not asked:
        return False
    names = {part.casefold() for part in _WORD.findall(owner_name)}
    of_owner = bool(names & set(words)) or any(w.split("'")[0] in _OWNER_WORDS for w in words)
    of_facts = words[0] in _PAST or any(w.split("'")[0] in _FACT_WORDS for w in words)
    return (of_owner or of_facts) and bool(content)
