"""“How do you make your plum jam?” -> records that say how: steps and amounts, not anecdotes of the same jam.

Whoever tells how something is made names amounts (“half a pint”, “12 minutes”) and gives orders (“Halve them.
Simmer till the skins give up”). A record has to do so several times, and to hold what is asked for.
"""

from __future__ import annotations

import re

from afterself.memory.stop_words import ENGLISH, FRAME_WORDS
from afterself.memory.words import stems_of, words_of

STEPS = 3
"""Orders and amounts together from which on a text tells how."""
_ASKED = (
    re.compile(r"how (?:do|did) you (?:make|cook|bake|brew|prepare|pickle|bottle|stew|roast) (?P<dish>.+)"),
    re.compile(r"(?:what (?:is|was)|do you have|have you got) (?:the|your|a) recipe for (?P<dish>.+)"),
    re.compile(r"(?:what (?:is|was)|do you have|have you got) your (?P<dish>.+) recipe"),
)
_ORDER = re.compile(
    r"(?:^|[.!?;:\n]|\bthen|\band)\s*(?:then |now )?(?:add|bake|beat|boil|chill|chop|cook|cool|cover|crack"
    r"|cut|drain|fill|fold|fry|grate|halve|heat|knead|leave|let|mash|melt|mix|peel|pour|press|put|rinse|roast"
    r"|roll|rub|season|serve|sieve|sift|simmer|slice|soak|spread|sprinkle|stew|stir|strain|take|turn|use|warm|wash|whisk)\b",
    re.I,
)
_AMOUNT = re.compile(
    r"(?:\d|\b(?:an?|half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|dozen))"
    r"(?: an?)? ?(?:lbs?|pounds?|oz|ounces?|k?g|grams?|ml|pints?|lit(?:re|er)s?|cups?"
    r"|(?:tea|table)?spoon(?:ful)?s?|tbsp|tsp|pinch|handfuls?|min(?:ute)?s?|hours?|degrees)\b",
    re.I,
)


def recipe_asked(text: str) -> frozenset[str] | None:
    """The stems of what a folded question asks how to make; None if it asks for something else."""
    for shape in _ASKED:
        found = shape.fullmatch(text)
        if found is not None:
            left_out = ENGLISH.function_words | FRAME_WORDS
            dish = [word for word in words_of(found["dish"]) if word not in left_out]
            return frozenset(stems_of(dish)) or None
    return None


def tells_how(text: str) -> bool:
    """Whether a text says how something is made."""
    return len(_ORDER.findall(text)) + len(_AMOUNT.findall(text)) >= STEPS
