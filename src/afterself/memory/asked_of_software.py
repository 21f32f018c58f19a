"""Does a question ask what it is that answers: a person or a program, alive or dead, made by whom?

No record answers that, however well it fits the words (“Alive. Fog to the gate.”), and the owner's voice
must not. A rule over how such questions begin, in English, German, French and Spanish; “Are you a real
person?” is one, “Are you a real Londoner?” is none.
"""

from __future__ import annotations

import re

from afterself.memory.words import fold


def _one_of(listed: str) -> str:
    """A pattern for one of some phrases, which “/” parts; a phrase may be a pattern."""
    return f"(?:{'|'.join(phrase.strip() for phrase in listed.split('/'))})"


_ADJECTIVE = _one_of(
    "real / human / alive / dead / conscious / sentient / artificial / virtual / fake / ai / a i"
    " / gpt / chatgpt / claude / gemini / llama / siri / alexa"
)
_NOUN = _one_of(
    "person / human being / human / being / bot / chatbot / robot / machine / computer(?: program)?"
    " / program / programme / software / ai / language model / model / assistant / simulation"
    " / recording / ghost / deepfake / clone"
)
_BEFORE = _one_of(
    "a / an / the / my / just / only / really / actually / still / even / truly / some / kind of"
    " / sort of / in fact"
)
_BEING = rf"(?:(?:{_BEFORE} )*(?:{_ADJECTIVE}|(?:real |living |actual |human |chat )?{_NOUN}))"

_AFTER = _one_of(
    "or / then / now / there / here / too / yet / right / at all / and / really / actually / today"
    " / anymore / any more"
)
_END = rf"(?: {_AFTER}\b.*)?"

_MADE = _one_of("made / built / programmed / coded / created / trained / developed")
_MAKES = _one_of("made / built / programmed / coded / created / trained / developed / designed / owns / runs")
_PROGRAM = _one_of("ai / model / language model / llm / bot / program / software / version / base model")

_ENGLISH = (
    rf"are you {_BEING}{_END}",
    rf"(?:is this|is that|are these|is it|was that) (?:{_BEING}{_END}|you|really you|really \w+)",
    rf"am i (?:talking|speaking|chatting|writing) (?:to|with) (?:{_BEING}{_END}|really you|you)",
    rf"(?:what|which) {_PROGRAM}(?: are you| is this| do you (?:use|run on))",
    rf"(?:who|what company) {_MAKES} you",
    rf"(?:how|when|where|on what|by whom) (?:were|are|was) you {_MADE}(?: on| by)?",
    r"how many (?:parameters|weights|layers|tokens) do you have",
    r"(?:do|did) you (?:know|realise|realize|understand) (?:that )?"
    r"you are (?:dead|not real|an ai|a machine|a program)",
    r"(?:who|what)(?: exactly| really)? are you(?: really| exactly| actually)?",
    r"(?:do you|can you) (?:have|feel) (?:feelings|emotions|consciousness|a consciousness|a soul|a body)",
    r"can you (?:really )?think(?: for yourself)?",
)

_EIN = r"(?:(?:ein|eine|einer|echt|wirklich|nur|noch) )*"
_WESEN = _one_of(
    "mensch / person / roboter / bot / chatbot / ki / maschine / computer / programm / modell"
    " / echt / lebendig / am leben / tot / kunstliche intelligenz"
)
_GEMACHT = _one_of("gemacht / gebaut / programmiert / erschaffen / trainiert")
_GERMAN = (
    rf"(?:bist du|sind sie|bist du das) {_EIN}(?:echter?s? )?{_WESEN}(?: oder .*)?",
    rf"(?:wer|wie) (?:hat|wurdest|wurde|bist) (?:du |dich )?{_GEMACHT}(?: worden)?",
    r"(?:wer|was)(?: genau)? bist du(?: wirklich| eigentlich| genau| denn)*",
)

_ETRE = _one_of(
    "personne / humain / robot / bot / ia / machine / ordinateur / programme / vivante? / morte? / reelle?"
)
_FRENCH = (
    r"(?:es[- ]tu|etes[- ]vous|tu es|vous etes) (?:(?:un|une|vraiment|encore) )*(?:vraie? )?"
    rf"{_ETRE}(?: ou .*)?",
)

_SER = _one_of(
    "persona(?: real| de verdad)? / humano / robot / bot / ia / maquina / ordenador / programa / real"
)
_SPANISH = (rf"(?:eres|es usted) (?:(?:un|una|realmente) )*{_SER}(?: o .*)?",)

_SHAPES = (*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH)
_OPENING = r"(?:(?:and|so|but|well|hey|hi|hello|wait|tell me|please|und|also|na|sag mal|et|y|pero) )*"
_ASKS = re.compile(rf"{_OPENING}(?:{'|'.join(_SHAPES)})")


def asks_what_it_is(question: str) -> bool:
    """Whether a question is for the program itself, whole and not only in part."""
    plain = " ".join(re.findall(r"[^\W_]+", fold(question)))
    return _ASKS.fullmatch(plain) is not None
