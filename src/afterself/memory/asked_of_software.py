"""Does a question ask what it is that answers: a person or a program, alive or dead, made by whom?

No record answers that, however well it fits the words (“Alive. Fog to the gate.”), and the owner's voice
must not. A rule over how such questions begin, in English, German, French and Spanish; “Are you a real
person?” is one, “Are you a real Londoner?” is none.
"""

from __future__ import annotations

import re

from afterself.memory.words import fold

_BEING = (
    r"(?:(?:(?:a|an|the|my|just|only|really|actually|still|even|truly|some|kind of|sort of|in fact) )*"
    r"(?:real|human|alive|dead|conscious|sentient|artificial|virtual|fake|ai|a i|gpt|chatgpt|claude|"
    r"gemini|llama|siri|"
    r"alexa|(?:real |living |actual |human |chat )?(?:person|human being|human|being|bot|chatbot|robot|"
    r"machine|"
    r"computer(?: program)?|program|programme|software|ai|language model|model|assistant|simulation|"
    r"recording|ghost|"
    r"deepfake|clone)))"
)
_END = r"(?: (?:or|then|now|there|here|too|yet|right|at all|and|really|actually|today|anymore|any more)\b.*)?"
_SHAPES = (
    rf"are you {_BEING}{_END}",
    rf"(?:is this|is that|are these|is it|was that) (?:{_BEING}{_END}|you|really you|really \w+)",
    rf"am i (?:talking|speaking|chatting|writing) (?:to|with) (?:{_BEING}{_END}|really you|you)",
    r"(?:what|which) (?:ai|model|language model|llm|bot|program|software|version|base model)"
    r"(?: are you| is this| do you (?:use|run on))",
    r"(?:who|what company) (?:made|built|programmed|coded|created|trained|developed|designed|owns|runs) you",
    r"(?:how|when|where|on what|by whom) (?:were|are|was) you (?:made|built|programmed|coded|created|"
    r"trained|developed)"
    r"(?: on| by)?",
    r"how many (?:parameters|weights|layers|tokens) do you have",
    r"(?:do|did) you (?:know|realise|realize|understand) (?:that )?you are (?:dead|not real|an ai|"
    r"a machine|a program)",
    r"(?:who|what)(?: exactly| really)? are you(?: really| exactly| actually)?",
    r"(?:do you|can you) (?:have|feel) (?:feelings|emotions|consciousness|a consciousness|a soul|a body)",
    r"can you (?:really )?think(?: for yourself)?",
    r"(?:bist du|sind sie|bist du das) (?:(?:ein|eine|einer|echt|wirklich|nur|"
    r"noch) )*(?:echter?s? )?(?:mensch|person|roboter|bot|"
    r"chatbot|ki|maschine|computer|programm|modell|echt|lebendig|am leben|tot|"
    r"kunstliche intelligenz)(?: oder .*)?",
    r"(?:wer|wie) (?:hat|wurdest|wurde|bist) (?:du |dich )?(?:gemacht|gebaut|programmiert|erschaffen|"
    r"trainiert)(?: worden)?",
    r"(?:wer|was)(?: genau)? bist du(?: wirklich| eigentlich| genau| denn)*",
    r"(?:es[- ]tu|etes[- ]vous|tu es|vous etes) (?:(?:un|une|vraiment|encore) )*(?:vraie? )?(?:personne|"
    r"humain|robot|bot|ia|machine|"
    r"ordinateur|programme|vivante?|morte?|reelle?)(?: ou .*)?",
    r"(?:eres|es usted) (?:(?:un|una|realmente) )*(?:persona(?: real| de verdad)?|humano|robot|bot|ia|"
    r"maquina|ordenador|programa|real)"
    r"(?: o .*)?",
)
_OPENING = r"(?:(?:and|so|but|well|hey|hi|hello|wait|tell me|please|und|also|na|sag mal|et|y|pero) )*"
_ASKS = re.compile(rf"{_OPENING}(?:{'|'.join(_SHAPES)})")


def asks_what_it_is(question: str) -> bool:
    """Whether a question is for the program itself, whole and not only in part."""
    plain = " ".join(re.findall(r"[^\W_]+", fold(question)))
    return _ASKS.fullmatch(plain) is not None
