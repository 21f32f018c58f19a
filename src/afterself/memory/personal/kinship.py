"""Words for the people (and pets) of a life: which word asks for whom, what an address says of who uses it.

“Gran” says that whoever writes it so is a grandchild, “mum” that the owner writes to their mother. Plain data
and small rules; who uses which word in an archive is looked up by `addressed`.
"""

from __future__ import annotations

import re

from afterself.memory.stop_words import word_set

RELATIONS: dict[str, frozenset[str]] = {
    "husband": word_set("husband hubby husbands"),
    "wife": word_set("wife missus wives"),
    "partner": word_set("partner girlfriend boyfriend fiance fiancee"),
    "father": word_set("father dad daddy papa"),
    "mother": word_set("mother mum mom mummy mommy mama mam"),
    "son": word_set("son sons"),
    "daughter": word_set("daughter daughters"),
    "child": word_set("child children kid kids twins"),
    "brother": word_set("brother brothers"),
    "sister": word_set("sister sisters"),
    "sibling": word_set("sibling siblings"),
    "grandson": word_set("grandson grandsons"),
    "granddaughter": word_set("granddaughter granddaughters"),
    "grandchild": word_set("grandchild grandchildren grandkid grandkids"),
    "grandmother": word_set("grandmother grandma gran granny nan nana"),
    "grandfather": word_set("grandfather grandad granddad grandpa"),
    "aunt": word_set("aunt auntie aunty aunts"),
    "uncle": word_set("uncle uncles"),
    "niece": word_set("niece nieces"),
    "nephew": word_set("nephew nephews"),
    "cousin": word_set("cousin cousins"),
    "dog": word_set("dog dogs puppy"),
    "cat": word_set("cat cats kitten"),
    "pet": word_set("pet pets"),
}
_WIDER = {
    "parents": ("father", "mother"),
    "parent": ("father", "mother"),
    "spouse": ("husband", "wife"),
    "married": ("husband", "wife"),
    "child": ("child", "son", "daughter"),
    "sibling": ("sibling", "brother", "sister"),
    "grandchild": ("grandchild", "grandson", "granddaughter"),
    "grandparents": ("grandmother", "grandfather"),
    "pet": ("pet", "dog", "cat"),
}
_OF_WORD = {word: relation for relation, words in RELATIONS.items() for word in words}
WORDS = frozenset(_OF_WORD) | frozenset(_WIDER)
"""Every word that asks for somebody of a life."""
OF_WHO_CALLS = {
    "grandmother": "grandchild",
    "grandfather": "grandchild",
    "mother": "child",
    "father": "child",
}
"""What somebody is who calls the owner so."""
SPOUSE = {"husband": ("father", "grandfather"), "wife": ("mother", "grandmother")}
"""How the owner speaks of them to a child or grandchild: “your grandad” is the husband."""


def relations_of(word: str) -> frozenset[str]:
    """The relations that a word asks for: “grandchildren” for grandsons, too; none for another word."""
    relation = _OF_WORD.get(word, word)
    return frozenset(_WIDER.get(relation, (relation,) if word in _OF_WORD else ()))


def words_for(relations: frozenset[str]) -> frozenset[str]:
    """The words of these relations."""
    return frozenset(word for relation in relations for word in RELATIONS.get(relation, ()))


def any_of(words: frozenset[str]) -> str:
    """A pattern for one of the words, the longest first; what never matches if there are none."""
    return (
        "(?:" + "|".join(sorted(map(re.escape, words), key=lambda w: (-len(w), w))) + ")" if words else "(?!)"
    )
