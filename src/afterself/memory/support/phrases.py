"""Phrases that one word can stand for: “passed away” is “died”, “handed in her notice” is “resigned”.

The check holds words against words, so a phrase is read as its word on both sides. Only phrases are here
whose meaning does not show in their words.
"""

from __future__ import annotations

import re

_POSSESSIVE = "(?:my|your|his|her|our|their|the)"
_PHRASES = (
    ("died", r"pass(?:ed|es|ing)? away"),
    ("cared for", r"look(?:ed|s|ing)? after|t(?:ake|akes|ook|aken|aking) care of"),
    ("born", r"c(?:ame|ome|omes) into the world|g(?:ave|ive|ives) birth to"),
    ("left", r"set(?:s|ting)? (?:off|out)"),
    ("arrived", r"turn(?:ed|s|ing)? up"),
    ("postponed", r"put(?:s|ting)? off"),
    ("cancelled", r"call(?:ed|s|ing)? off"),
    ("discovered", r"f(?:ind|inds|ound|inding) out"),
    ("quarrelled", rf"f(?:ell|all|alls|allen|alling) out with|ha(?:d|ve|s) (?:a|{_POSSESSIVE}) row"),
    ("collected", r"pick(?:ed|s|ing)? up"),
    ("discarded", r"thr(?:ew|ow|ows|own|owing) (?:away|out)|g(?:ot|et|ets|etting) rid of"),
    ("continued", r"carr(?:y|ies|ied|ying) on|k(?:eep|eeps|ept) (?:on|going)"),
    ("happened", r"t(?:ook|ake|akes|aken|aking) place"),
    ("confessed", r"own(?:ed|s|ing)? up"),
    ("deleted", r"(?:cross(?:ed|es|ing)?|str(?:ike|ikes|uck|iking)) out"),
    ("fled", r"r(?:an|un|uns|unning) away"),
    ("rose", r"g(?:ot|et|ets|etting) (?:up|out of bed)"),
    ("returned", r"(?:c(?:ame|ome|omes|oming)|w(?:ent|as|ere)|g(?:o|oes|ot|et|ave|ive)|be|been|is) back"),
    ("repaid", r"pa(?:id|y|ys|ying) back"),
    ("scolded", r"t(?:old|ell|ells|elling) (?:\w+ )?off|g(?:ave|ive|ot|et) (?:\w+ )?a telling off"),
    ("angry", rf"l(?:ost|ose|oses) {_POSSESSIVE} temper"),
    ("slept", r"f(?:ell|all|alls) asleep"),
    ("cried", r"(?:was|were|is|am|are|burst|bursts) (?:in|into) tears"),
    ("unemployed", r"out of work"),
    ("walked", r"(?:went|go|came|come)(?: there| home)? on foot"),
    ("mocked", r"m(?:ade|ake|akes|aking) fun of"),
    ("saw", r"c(?:aught|atch|atches) sight of|c(?:ame|ome|omes) across"),
    ("photographed", r"t(?:ook|ake|akes|aken|aking) (?:a |some )?(?:photo|picture|photograph)s? of"),
    ("married", r"g(?:ot|et|ets|etting) (?:married|wed)|tied the knot"),
    ("watched", r"k(?:ept|eep|eeps|eeping) (?:an eye on|watch over)"),
    ("searched for", r"look(?:ed|s|ing)? for"),
    ("resembles", r"look(?:ed|s|ing)? like|(?:is|was) the (?:image|picture) of|ha(?:s|d|ve) the look of"),
    ("resigned", rf"(?:hand(?:ed|s|ing)? in|g(?:ave|ive|iving)(?: in)?) {_POSSESSIVE} notice"),
    ("immediately", r"(?:right|straight) away|at once"),
    ("many", r"a (?:great |good )?(?:lot|deal|many)(?: of)?|lots of|plenty of"),
    ("daily", r"(?:every|each) day"),
    ("weekly", r"(?:every|each|once a) week"),
    ("yearly", r"(?:every|each|once a) year"),
    ("always", r"all the time|every time"),
    ("nobody", r"no one|not (?:a soul|anyone|anybody)"),
    ("never", r"(?:not|never) once|not ever|at no time"),
    ("nothing", r"not (?:anything|a thing)"),
    ("neighbour", r"(?:man|woman|lady|people|family|folk) next door"),
    ("free", r"for (?:nothing|free)|free of charge|without (?:charge|paying)"),
    ("retired", r"(?:stopped|gave up|finished) work(?:ing)?"),
    ("pregnant", r"expecting(?: a baby| a child)?"),
    ("swore", r"said a (?:bad|rude) word|used (?:bad|foul) language"),
    ("visited", r"(?:came|went|come|go|called) (?:round|over) (?:to|on)|paid (?:\w+ )?a visit"),
    ("telephoned", r"(?:on|over) the (?:tele)?phone|g(?:ave|ive) (?:\w+ )?a (?:ring|call)|r(?:ang|ing) up"),
    ("ashamed", r"went (?:bright )?red|turned red"),
    ("without sleep", r"not (?:a wink of sleep|slept|sleep)"),
)  # fmt: skip
_ANY = re.compile("|".join(rf"(?P<p{n}>\b(?:{pattern})\b)" for n, (_, pattern) in enumerate(_PHRASES)), re.I)


def in_single_words(text: str) -> str:
    """The text with each such phrase as its word."""
    return _ANY.sub(lambda match: _PHRASES[int((match.lastgroup or "p0")[1:])][0], text)
