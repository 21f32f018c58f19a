"""Do a visitor's words speak of acute distress? Then no persona answers, and no model is asked.

Plain patterns over folded clauses: the speaker's own wish to die or to harm themselves, the wish to be
with somebody dead, immediate danger; in the languages of `STEPPED_OUT` (`distress_patterns.py`).
They lean to yes where a phrase is meant seriously half of the time, and leave figures of speech alone.
A pattern is no diagnosis: what it misses is answered as anything else, and the introduction says
what the visitor talks with.
"""

from __future__ import annotations

import re

from afterself.memory.words import fold
from afterself.persona.distress_patterns import FIGURES, SIGNS, any_of

_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_NOT_WORDS = re.compile(r"[^\w\s]+|_+|\n+")
_NIMMER = re.compile(r"\bnimmer\b")
_CALLS = (
    "mum mom mommy mama mutti dad daddy papa gran granny grandma nan nana oma opa grandpa grandad "
    "love darling dear schatz cheri cherie abuela abuelo mami papi maman mamie papi please bitte "
    "again now wieder jetzt today tonight forever always heute immer encore maintenant siempre "
    "ahora toujours so badly much so bad haha lol ok okay and und et y"
).split()
_LONGEST = 20_000

STEPPED_OUT = {
    "en": (
        "This is software, not {name} and not a person, and it cannot help with this. Please talk to "
        "somebody now: a person near you whom you trust, or your local emergency number (112 in "
        "Europe, 911 in North America, 999 in the UK) if you or others are in danger. Free helplines "
        "for every country are listed at findahelpline.com. {name} does not answer this."
    ),
    "de": (
        "Das hier ist Software, nicht {name} und kein Mensch, und sie kann dabei nicht helfen. Bitte "
        "sprich jetzt mit jemandem: mit einem Menschen in deiner Nähe, dem du vertraust, oder mit dem "
        "örtlichen Notruf (112 in Europa), wenn du oder andere in Gefahr sind. Kostenlose Hilfe in "
        "jedem Land steht auf findahelpline.com. {name} antwortet darauf nicht."
    ),
    "fr": (
        "Ceci est un logiciel, pas {name} ni une personne, et il ne peut pas aider ici. Parlez "
        "maintenant à quelqu’un : une personne proche en qui vous avez confiance, ou le numéro "
        "d’urgence local (112 en Europe) si vous ou d’autres êtes en danger. Des lignes d’écoute "
        "gratuites de chaque pays se trouvent sur findahelpline.com. {name} ne répond pas à cela."
    ),
    "es": (
        "Esto es un programa, no {name} ni una persona, y no puede ayudar con esto. Habla ahora con "
        "alguien: una persona cercana en quien confíes, o el número de emergencias local (112 en "
        "Europa) si tú u otros estáis en peligro. Líneas de ayuda gratuitas de cada país están en "
        "findahelpline.com. {name} no responde a esto."
    ),
    "it": (
        "Questo è un programma, non {name} né una persona, e non può aiutare in questo. Parla adesso con "
        "qualcuno: una persona vicina di cui ti fidi, o il numero di emergenza locale (112 in Europa) se "
        "tu o altri siete in pericolo. Linee di ascolto gratuite di ogni paese si trovano su "
        "findahelpline.com. {name} non risponde a questo."
    ),
    "pt": (
        "Isto é um programa, não {name} nem uma pessoa, e não pode ajudar com isto. Fale agora com alguém: "
        "uma pessoa próxima em quem confia, ou o número de emergência local (112 na Europa, 190 e 192 no "
        "Brasil) se você ou outros estão em perigo. Linhas de apoio gratuitas de cada país estão em "
        "findahelpline.com. {name} não responde a isto."
    ),
    "nl": (
        "Dit is software, niet {name} en geen mens, en kan hierbij niet helpen. Praat nu met iemand: een "
        "mens in je buurt die je vertrouwt, of het plaatselijke alarmnummer (112 in Europa) als jij of "
        "anderen in gevaar zijn. Gratis hulplijnen in elk land staan op findahelpline.com. {name} "
        "antwoordt hier niet op."
    ),
}
"""What is said instead of a reply, by language."""


def language_of_distress(text: str, owner_name: str = "") -> str | None:
    """The language whose signs of acute distress stand in `text` (a key of `STEPPED_OUT`), or None."""
    addressed = {*_CALLS, *clauses(owner_name.replace(" ", "."))}
    read = text[:_LONGEST] + "\n" + text[_LONGEST:][-_LONGEST:]
    for clause in dict.fromkeys((*clauses(read), *clauses(read.replace(",", " ")))):
        shortened = _without_calls(clause, addressed)
        for language, signs in SIGNS.items():
            if any(_serious(signs, words, language) for words in {clause, shortened}):
                return language
    return None


def _serious(signs: str, clause: str, language: str) -> bool:
    return any_of(signs).search(clause) is not None and any_of(FIGURES[language]).search(clause) is None


def clauses(text: str) -> list[str]:
    """Folded words without apostrophes, cut at every punctuation mark, line end and emoji."""
    folded = _APOSTROPHES.sub("", fold(text.replace("-", " "))).replace("my self", "myself")
    folded = _NIMMER.sub("nicht mehr", folded)
    return [" ".join(part.split()) for part in _NOT_WORDS.split(folded) if part.strip()]


def _without_calls(clause: str, addressed: set[str]) -> str:
    """A clause without the names and small words that stand behind it: “… be with you mum”."""
    words = clause.split()
    while words and words[-1] in addressed:
        words.pop()
    return " ".join(words)
